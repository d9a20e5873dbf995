#!/usr/bin/env bash
# Starts a container of the image under test. One of that name that an earlier attempt left is removed first.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require CONSUMER
# planned FILTER: of this consumer's part of the plan.
planned() { plan ".consumers[\$consumer] | $1" --arg consumer "$CONSUMER"; }
name="$(planned .container.name)"
image="$(planned '.images[.container.build]')"
if [[ -z "${ENVIRONMENT:-}" ]]; then ENVIRONMENT="$(planned '.container.env // {} | to_entries[] | "\(.key)=\(.value)"')"; fi
if [[ -z "${ARGS:-}" ]]; then ARGS="$(planned '.container.args // [] | tojson')"; fi
options=(--detach --pull never --name "$name")
mapfile -t ports < <(planned '.container.ports[]')
for port in "${ports[@]}"; do
  [[ "$port" =~ ^[0-9]+(:[0-9]+)?$ ]] || fail "This is no port to publish. Write 8080 or 8080:80." "Port: $port"
  options+=(--publish "${port%:*}:${port#*:}")
done
while IFS= read -r pair; do
  if [[ -n "$pair" ]]; then options+=(--env "$pair"); fi
done <<< "$ENVIRONMENT"
mapfile -d '' -t arguments < <(jq --join-output '.[] | . + "\u0000"' <<< "$ARGS")

group "Start $name"
docker rm --force "$name" > /dev/null 2>&1 || true
container="$(docker run "${options[@]}" "$image" "${arguments[@]}")" ||
  fail "The container does not start. Docker's message stands above." "Image: $image" "Container: $name" "Ports: ${ports[*]:-none}"
echo "$container"
endgroup
output container "$container"
