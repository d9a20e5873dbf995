#!/usr/bin/env bash
# Waits until commands succeed, such as those that ask whether what was deployed answers.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require CONSUMER COMMANDS RUNNER_TEMP
# shellcheck disable=SC2016 # jq's own variables
limit="$(plan '.consumers[$consumer].deployment.timeoutSeconds' --arg consumer "$CONSUMER")"
[[ "$limit" =~ ^[1-9][0-9]*$ ]] || fail "These are no seconds to wait." "Timeout: $limit"
# Between two questions.
interval="${POLL_SECONDS:-5}"
script="$(mktemp "$RUNNER_TEMP/commands-XXXXXX")"
log="$(mktemp "$RUNNER_TEMP/output-XXXXXX")"
trap 'rm -f "$script" "$log"' EXIT
printf '%s\n' "$COMMANDS" > "$script"

start="$SECONDS" code=0
while true; do
  left=$((limit - (SECONDS - start)))
  code=0
  # A question that nobody answers must not outlast the limit either.
  timeout --kill-after=5 "$((left > 0 ? left : 1))" bash --noprofile --norc -eo pipefail "$script" > "$log" 2>&1 < /dev/null || code=$?
  if ((code == 0)); then
    printable_lines < "$log"
    echo "It answered after $((SECONDS - start)) s."
    exit 0
  fi
  if ((SECONDS - start >= limit)); then break; fi
  sleep "$interval"
done
group "The last answer"
printable_lines < "$log"
endgroup
if ((code != 0)); then
  fail "What was deployed is not ready after $limit s. The last answer stands above; \`timeout\` in the config is the limit." "Exit code: $code"
fi
