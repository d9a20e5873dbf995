#!/usr/bin/env bash
# Tells people about a failure, through a webhook that takes {"text": …}.
#
# WEBHOOK_URL  the address, a secret; without one nobody is told
# TEXT         the message
source "${BASH_SOURCE[0]%/*}/lib/log.sh"
source "${BASH_SOURCE[0]%/*}/lib/retry.sh"

require TEXT
if [[ -z "${WEBHOOK_URL:-}" ]]; then
  warn "Nobody is told: the secret with the webhook's address is not set."
  exit 0
fi
send() {
  # The address is a secret: it goes through a file descriptor, where no list of processes shows it.
  jq --null-input --compact-output --arg text "$TEXT" '{text: $text}' |
    curl --fail --silent --show-error --max-time 20 --output /dev/null --header 'Content-Type: application/json' --data @- --config <(printf 'url = "%s"\n' "$WEBHOOK_URL")
}
retry 3 "${DELAY:-5}" send || fail "The webhook does not take the message. Check the secret with its address." "Message: $TEXT"
echo "Told: $(printable "$TEXT")"
