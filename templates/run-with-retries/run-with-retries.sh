#!/usr/bin/env bash
# Runs commands that talk to a network, and runs them again when they fail: downloads, deployments. All of them are
# repeated together, so they must be ones that can be repeated without harm. Not for tests: a retry would hide a flaky one.
#
# COMMANDS        a script of one or more lines, for bash -eo pipefail
# RETRY_ATTEMPTS  how often to try, 3 by default
# RETRY_DELAY     the first pause in seconds, 5 by default
# RETRY_GROWTH, RETRY_FACTOR, RETRY_JITTER  how the pauses grow: see retry_pause
# ATTEMPT_TIMEOUT  how many seconds one attempt may take; without it, as long as the step may
# RUNNER_TEMP
#
# Ends with the exit code of the last attempt.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"

require COMMANDS RUNNER_TEMP
number='^([0-9]+|[0-9]*\.[0-9]+)$'
[[ "${RETRY_ATTEMPTS:-3}" =~ ^[1-9][0-9]?$ ]] || fail "RETRY_ATTEMPTS is no number from 1 to 99." "It is: $RETRY_ATTEMPTS"
for variable in RETRY_DELAY RETRY_FACTOR RETRY_JITTER ATTEMPT_TIMEOUT; do
  [[ "${!variable:-0}" =~ $number ]] || fail "$variable is no number." "It is: ${!variable}"
done
[[ "${RETRY_GROWTH:-linear}" =~ ^(linear|exponential)$ ]] || fail "RETRY_GROWTH is neither linear nor exponential." "It is: $RETRY_GROWTH"

script="$(mktemp "$RUNNER_TEMP/commands-XXXXXX")"
printf '%s\n' "$COMMANDS" > "$script"

# attempt: one run of the commands. Leaves their exit code in last_code: 4 has a meaning of its own for retry, not for them.
attempt() {
  last_code=0
  # A limit of 0 is none (coreutils: timeout).
  timeout --kill-after=10 "${ATTEMPT_TIMEOUT:-0}" bash --noprofile --norc -eo pipefail "$script" || last_code=$?
  if ((last_code == 124)); then echo "The attempt took longer than ${ATTEMPT_TIMEOUT:-0} s." >&2; fi
  ((last_code == 0))
}

last_code=0
retry 3 5 attempt || true
rm "$script"
if ((last_code != 0)); then
  annotate error "The commands failed in ${RETRY_ATTEMPTS:-3} attempts; the last one ended with $last_code. Its output stands above." >&2
  exit "$last_code"
fi
