#!/usr/bin/env bash
# Shows and keeps what a container said, and how it was started. The values of its environment stay out of both.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require CONSUMER RUNNER_TEMP
# shellcheck disable=SC2016 # jq's own variables
name="$(plan '.consumers[$consumer].container.name' --arg consumer "$CONSUMER")"
out="$RUNNER_TEMP/container-logs"
mkdir -p "$out"
if ! docker inspect "$name" > /dev/null 2>&1; then
  echo "No container $name was started."
  exit 0
fi
docker logs --timestamps "$name" > "$out/$name.log" 2>&1 || true
docker inspect "$name" | jq 'map(if .Config.Env then .Config.Env |= map(sub("=.*"; "=***"; "s")) else . end)' > "$out/$name.json"
group "Logs of $name"
printable_lines < "$out/$name.log"
endgroup
group "State of $name"
jq '.[0].State' "$out/$name.json" | printable_lines
endgroup
