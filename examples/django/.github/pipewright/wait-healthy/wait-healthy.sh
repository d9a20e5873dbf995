#!/usr/bin/env bash
# Waits until an address answers with success. Gives up at once when the container behind it has ended.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

container=""
if [[ -n "${CONSUMER:-}" ]]; then
  # planned FILTER: of this consumer's container.
  planned() { plan ".consumers[\$consumer].container | $1 // \"\"" --arg consumer "$CONSUMER"; }
  container="$(planned .name)"
  URL="${URL:-$(planned .health.url)}"
  TIMEOUT="${TIMEOUT:-$(planned .health.timeoutSeconds)}"
  INTERVAL="${INTERVAL:-$(planned .health.intervalSeconds)}"
fi
require URL TIMEOUT

show_logs() {
  if [[ -z "$container" ]]; then return; fi
  group "Logs of $container"
  docker logs --tail 200 "$container" 2>&1 | printable_lines || true
  endgroup
}

start="$SECONDS"
while true; do
  if answer="$(curl --fail --silent --show-error --location --output /dev/null --max-time 5 "$URL" 2>&1)"; then
    echo "$URL answered after $((SECONDS - start)) s."
    exit 0
  fi
  if [[ -z "$container" ]]; then
    if ((SECONDS - start >= TIMEOUT)); then fail "What was deployed does not answer with success after $TIMEOUT s. Look at it there; \`health.timeout\` in the config is the limit." "Address: $URL" "Last answer: $answer"; fi
    sleep "${INTERVAL:-2}"
    continue
  fi
  state="$(docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$container" 2> /dev/null || echo "missing -")"
  case "$state" in
    exited* | dead* | missing*)
      show_logs
      fail "The container ended before it was healthy. Its logs stand above." "Container: $container" "State: ${state% *}" "Exit code: ${state#* }"
      ;;
  esac
  if ((SECONDS - start >= TIMEOUT)); then
    show_logs
    fail "The container runs but is not healthy after $TIMEOUT s. Its logs stand above; container.health.timeout in the config is the limit." \
      "Container: $container" "Address: $URL" "Last answer: $answer"
  fi
  sleep "${INTERVAL:-2}"
done
