# shellcheck shell=bash
# Commit statuses: what a branch rule requires, and the only result of a workflow_run workflow that a pull request shows.
source "${BASH_SOURCE[0]%/*}/log.sh"
source "${BASH_SOURCE[0]%/*}/api.sh"

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

# verdicts: the newest verdict of each context on SHA, one JSON object a line: {"context", "state", "at", "target_url"}.
# A commit status counts before a check run of the same name.
verdicts() {
  {
    api_pages "repos/$REPOSITORY/commits/$SHA/statuses" '.[] | {context, state, at: .created_at, target_url, order: 1}' &&
      api_pages "repos/$REPOSITORY/commits/$SHA/check-runs?filter=latest" \
        '.check_runs[] | {context: .name, state: (if .status == "completed" then .conclusion else "pending" end), at: (.completed_at // .started_at), target_url: .html_url, order: 0}'
  } > "$1" || return 1
  # GitHub lists the newest status first, which decides between two of one second.
  jq --compact-output --slurp 'to_entries | map(.value + {place: -.key}) | group_by(.context)[] | max_by([.order, .at, .place]) | {context, state, at, target_url}' "$1" > "$1.newest" &&
    mv "$1.newest" "$1"
}

# state_of FILE CONTEXT [SINCE]: leaves the state in REPLY; empty when there is none, or none since then (RFC 3339).
state_of() {
  REPLY="$(jq --raw-output --arg context "$2" --arg since "${3:-}" 'select(.context == $context and ($since == "" or .state == "pending" or .at >= $since)) | .state' "$1")"
}
