#!/usr/bin/env bash
# Shows and keeps what a container said, and how it was started. The values of its environment stay out of both.
#
# NAME  the container's name
# OUT   the folder that is kept
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require NAME OUT
mkdir -p "$OUT"
if ! docker inspect "$NAME" > /dev/null 2>&1; then
  echo "No container $NAME was started."
  exit 0
fi
docker logs --timestamps "$NAME" > "$OUT/$NAME.log" 2>&1 || true
docker inspect "$NAME" | jq 'map(if .Config.Env then .Config.Env |= map(sub("=.*"; "=***"; "s")) else . end)' > "$OUT/$NAME.json"
group "Logs of $NAME"
printable_lines < "$OUT/$NAME.log"
endgroup
group "State of $NAME"
jq '.[0].State' "$OUT/$NAME.json" | printable_lines
endgroup
