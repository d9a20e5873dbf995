#!/usr/bin/env bash
# Starts a container of the image under test. One of that name that an earlier attempt left is removed first.
#
# LOCAL_TAG    the image
# NAME         the container's name
# PORTS        ports to publish, space between them: 8080, or 8080:80 (the runner's first)
# ENVIRONMENT  NAME=VALUE, one a line
# ARGS         JSON: a list of arguments for the image's entry point
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require LOCAL_TAG NAME
options=(--detach --pull never --name "$NAME")
read -r -a ports <<< "${PORTS:-}"
for port in "${ports[@]}"; do
  [[ "$port" =~ ^[0-9]+(:[0-9]+)?$ ]] || fail "This is no port to publish. Write 8080 or 8080:80." "Port: $port"
  options+=(--publish "${port%:*}:${port#*:}")
done
while IFS= read -r pair; do
  if [[ -n "$pair" ]]; then options+=(--env "$pair"); fi
done <<< "${ENVIRONMENT:-}"
mapfile -d '' -t arguments < <(jq --join-output '.[] | . + "\u0000"' <<< "${ARGS:-[]}")

group "Start $NAME"
docker rm --force "$NAME" > /dev/null 2>&1 || true
container="$(docker run "${options[@]}" "$LOCAL_TAG" "${arguments[@]}")" ||
  fail "The container does not start. Docker's message stands above." "Image: $LOCAL_TAG" "Container: $NAME" "Ports: ${PORTS:-none}"
echo "$container"
endgroup
output container "$container"
