# shellcheck shell=bash
# What GitHub tells of the event that started the run: the payload, as the runner has written it down.

# event FILTER: prints what the jq filter gives of it, strings without quotes; nothing for null.
event() { jq --raw-output "$1 // empty" "${GITHUB_EVENT_PATH:-/dev/null}"; }
