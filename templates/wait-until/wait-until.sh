#!/usr/bin/env bash
# Waits until commands succeed, such as those that ask whether what was deployed answers.
#
# COMMANDS     a script of one or more lines, for bash -eo pipefail; it must change nothing
# TIMEOUT      how long to wait, in seconds; INTERVAL how long between two attempts
# RUNNER_TEMP
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require COMMANDS TIMEOUT RUNNER_TEMP
[[ "$TIMEOUT" =~ ^[1-9][0-9]*$ && "${INTERVAL:-5}" =~ ^[0-9]+(\.[0-9]+)?$ ]] || fail "These are no seconds to wait." "TIMEOUT: $TIMEOUT" "INTERVAL: ${INTERVAL:-}"
script="$(mktemp "$RUNNER_TEMP/commands-XXXXXX")"
log="$(mktemp "$RUNNER_TEMP/output-XXXXXX")"
trap 'rm -f "$script" "$log"' EXIT
printf '%s\n' "$COMMANDS" > "$script"

start="$SECONDS" code=0
while true; do
  left=$((TIMEOUT - (SECONDS - start)))
  code=0
  # A question that nobody answers must not outlast the limit either.
  timeout --kill-after=5 "$((left > 0 ? left : 1))" bash --noprofile --norc -eo pipefail "$script" > "$log" 2>&1 < /dev/null || code=$?
  if ((code == 0)); then
    printable_lines < "$log"
    echo "It answered after $((SECONDS - start)) s."
    exit 0
  fi
  if ((SECONDS - start >= TIMEOUT)); then break; fi
  sleep "${INTERVAL:-5}"
done
group "The last answer"
printable_lines < "$log"
endgroup
if ((code != 0)); then
  fail "What was deployed is not ready after $TIMEOUT s. The last answer stands above; \`timeout\` in the config is the limit." "Exit code: $code"
fi
