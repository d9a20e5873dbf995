#!/usr/bin/env bash
# Runs commands that talk to a network, and runs them again when they fail: downloads, deployments. All of them are
# repeated together, so they must be ones that can be repeated without harm. Not for tests: a retry would hide a flaky one.
# Ends with the exit code of the last attempt.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"

require COMMANDS RUNNER_TEMP
limit=0
if [[ -n "${CONSUMER:-}" ]]; then
  # What a deployment says of itself stands above the plan's policy.
  # shellcheck disable=SC2016 # jq's own variables
  IFS=$'\t' read -r RETRY_ATTEMPTS RETRY_DELAY limit < <(plan '.consumers[$consumer].deployment | [.attempts, .delaySeconds, .timeoutSeconds] | @tsv' --arg consumer "$CONSUMER")
fi
# A deployment's own pauses grow by the same each time.
if [[ -n "${RETRY_ATTEMPTS:-}" && -n "${RETRY_DELAY:-}" ]]; then RETRY_GROWTH="${RETRY_GROWTH:-linear}"; fi
number='^([0-9]+|[0-9]*\.[0-9]+)$'
[[ "${RETRY_ATTEMPTS:-3}" =~ ^[1-9][0-9]?$ ]] || fail "RETRY_ATTEMPTS is no number from 1 to 99." "It is: $RETRY_ATTEMPTS"
for variable in RETRY_DELAY RETRY_FACTOR RETRY_JITTER; do
  [[ "${!variable:-0}" =~ $number ]] || fail "$variable is no number." "It is: ${!variable}"
done
[[ "${RETRY_GROWTH:-linear}" =~ ^(linear|exponential)$ ]] || fail "RETRY_GROWTH is neither linear nor exponential." "It is: $RETRY_GROWTH"

script="$(mktemp "$RUNNER_TEMP/commands-XXXXXX")"
printf '%s\n' "$COMMANDS" > "$script"

# attempt: one run of the commands. Leaves their exit code in last_code: 4 has a meaning of its own for retry, not for them.
attempt() {
  last_code=0
  # A limit of 0 is none (coreutils: timeout).
  timeout --kill-after=10 "$limit" bash --noprofile --norc -eo pipefail "$script" || last_code=$?
  if ((last_code == 124)); then echo "The attempt took longer than $limit s." >&2; fi
  ((last_code == 0))
}

last_code=0
retry 3 5 attempt || true
rm "$script"
if ((last_code != 0)); then
  annotate error "The commands failed in ${RETRY_ATTEMPTS:-${planned_attempts:-3}} attempts; the last one ended with $last_code. Its output stands above." >&2
  exit "$last_code"
fi
