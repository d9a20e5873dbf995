# shellcheck shell=bash
# Commit statuses: what a branch rule requires, and the only result of a workflow_run workflow that a pull request shows.
source "${BASH_SOURCE[0]%/*}/lib/log.sh"
source "${BASH_SOURCE[0]%/*}/lib/api.sh"

# post_status STATE DESCRIPTION: on SHA in REPOSITORY, under CONTEXT, with TARGET_URL. GitHub takes 140 characters.
post_status() {
  local body
  body="$(jq --null-input --compact-output --arg state "$1" --arg description "$2" --arg context "$CONTEXT" --arg target "${TARGET_URL:-}" \
    '{state: $state, context: $context, description: (if ($description | length) > 140 then $description[0:139] + "…" else $description end)}
     + (if $target == "" then {} else {target_url: $target} end)')"
  api POST "repos/$REPOSITORY/statuses/$SHA" "$body" > /dev/null ||
    fail "The status cannot be posted, so the pull request waits for it. Re-run this job." \
      "Commit: $SHA" "Status: $CONTEXT" "State: $1" "Description: $2"
  printf '%s is now %s on %s: %s\n' "$(printable "$CONTEXT")" "$1" "$SHA" "$(printable "$2")"
}

# latest_statuses: the newest status of each context on SHA, one JSON object a line, {"context", "state", "target_url"}.
latest_statuses() {
  api_pages "repos/$REPOSITORY/commits/$SHA/statuses" '.[] | {context, state, target_url, id}' |
    jq --compact-output --slurp 'group_by(.context)[] | max_by(.id)'
}
