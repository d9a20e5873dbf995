#!/usr/bin/env bash
# Waits until every required test of a commit has passed. A test that nobody has asked for is started, once.
#
# GH_TOKEN, REPOSITORY, SHA  the token, and the commit
# TAG              the image that a test is started with; REF the branch whose workflow file it runs from
# WORKFLOWS        JSON: each test's status, and the workflow file that can be started for it; or ""; or null where the
#                  test builds for itself, so that its result says the same whenever it came
# SINCE            when the images were built, space between them: results from before are about others
# TIMEOUT_SECONDS, POLL_SECONDS
# GRACE_SECONDS    how long a test may take to announce itself before it is started here
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/status.sh"

require GH_TOKEN REPOSITORY SHA TAG REF WORKFLOWS TIMEOUT_SECONDS
is_commit "$SHA" || fail "SHA is no full commit." "Commit: $SHA"
file="$(mktemp)"
declare -A started=()
since="$(tr ' ' '\n' <<< "${SINCE:-}" | sort | tail --lines=1)"
start="$SECONDS"

start_test() {
  local context="$1" workflow="$2"
  if [[ -n "${started["$context"]:-}" ]] || ((SECONDS - start < ${GRACE_SECONDS:-60})); then return; fi
  started["$context"]=true
  if [[ -z "$workflow" ]]; then
    echo "$(printable "$context"): cannot be started by hand, so it is only waited for."
    return
  fi
  api POST "repos/$REPOSITORY/actions/workflows/$(encode "$workflow")/dispatches" \
    "$(jq --null-input --compact-output --arg ref "$REF" --arg tag "$TAG" --arg commit "$SHA" '{ref: $ref, inputs: {image_tag: $tag, commit: $commit}}')" > /dev/null ||
    fail "A test cannot be started. Start it by hand with the image's tag and the commit, then re-run this job." "Test: $context" "Workflow: $workflow" "Tag: $TAG" "Commit: $SHA"
  echo "$(printable "$context"): started."
}

while true; do
  failed=() waiting=()
  if verdicts "$file"; then
    while IFS=$'\t' read -r context counts workflow; do
      if [[ "$counts" == always ]]; then state_of "$file" "$context"; else state_of "$file" "$context" "$since"; fi
      case "$REPLY" in
        success) ;;
        pending) waiting+=("$context") ;;
        "")
          waiting+=("$context")
          start_test "$context" "$workflow"
          ;;
        *) failed+=("$context ($REPLY)") ;;
      esac
    done < <(jq --raw-output 'to_entries[] | [.key, (if .value == null then "always" else "since" end), .value // ""] | @tsv' <<< "$WORKFLOWS")
    if ((${#failed[@]} > 0)); then
      fail "Tests of this commit failed, so nothing is released. Re-run them; once they pass, re-run the failed jobs here." "${failed[@]}" "Commit: $SHA"
    fi
    if ((${#waiting[@]} == 0)); then break; fi
  else
    waiting=("GitHub, which cannot be asked")
  fi
  if ((SECONDS - start >= TIMEOUT_SECONDS)); then
    fail "Tests of this commit did not finish in $TIMEOUT_SECONDS s, so nothing is released. Once they pass, re-run the failed jobs here." "${waiting[@]}" "Commit: $SHA"
  fi
  printf 'Waiting for %s of the tests.\n' "${#waiting[@]}"
  sleep "${POLL_SECONDS:-30}"
done
rm -f "$file"
summary "Every required test of $(code "$SHA") has passed."
