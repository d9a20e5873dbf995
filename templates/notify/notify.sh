#!/usr/bin/env bash
# Tells people through one webhook: that this run failed, or what the metrics found.
#
# WEBHOOK_URL  the address, a secret; without one nobody is told
# FORMAT       text ({"text": …}), slack (with a colour and lines) or json (every part by its name)
# TEXT         what happened, in a sentence
# RUN_URL      where to look
# EVENT, TIER  which alert this is, and how urgent: critical, warning or info; not needed with ALERTS_FILE
# NEEDS        the jobs before, as GitHub gives them in toJSON(needs); those that failed are named. May be missing
# ALERTS_FILE  alerts as a JSON list of {tier, event, text}: each is a line of the message. May be missing
# EVENTS       the events of that list that this channel hears; where none of them is in it, nothing is sent
# REPOSITORY, WORKFLOW, REF   for the format json
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"

# What a chat takes in one message; a longer one is refused as a whole.
readonly MOST_LINES=20

require TEXT RUN_URL
if [[ -z "${WEBHOOK_URL:-}" ]]; then
  warn "Nobody is told: the secret with the webhook's address is not set."
  exit 0
fi

alerts='[]'
if [[ -n "${ALERTS_FILE:-}" ]]; then
  alerts="$(jq --compact-output --arg events "${EVENTS:-}" '[.[] | select(.event as $event | $events | split(" ") | index($event))]' "$ALERTS_FILE" 2> /dev/null)" || {
    warn "The alerts in $ALERTS_FILE cannot be read, so nobody is told of them." "The step that measures says why."
    exit 0
  }
  if [[ "$alerts" == '[]' ]]; then
    echo "There is nothing to tell in this channel."
    exit 0
  fi
fi

# In Slack `<…>` and `&` are markup (its docs: "Formatting text for app surfaces"): `<!channel>` would wake everybody. Others
# take `@channel` as it stands. A branch may be called so.
message="$(jq --null-input --compact-output --arg format "${FORMAT:-text}" --arg text "$TEXT" --arg run "$RUN_URL" --arg event "${EVENT:-}" --arg tier "${TIER:-}" \
  --arg repository "${REPOSITORY:-}" --arg workflow "${WORKFLOW:-}" --arg ref "${REF:-}" --argjson alerts "$alerts" --arg needs "${NEEDS:-}" --argjson most "$MOST_LINES" '
  def escaped: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
  def unmarked: gsub("<(?<sign>[!@#])"; "< \(.sign)") | gsub("@(?<name>[A-Za-z])"; "@\u200b\(.name)");
  (if $needs == "" then [] else $needs | fromjson | to_entries | map(select(.value.result == "failure") | .key) end) as $failed
  | (if $alerts == [] then $tier else ["critical", "warning", "info"] | map(select(. as $one | $alerts | any(.tier == $one))) | first // "info" end) as $worst
  | ($text + (if $failed == [] then "" else " Failed: " + ($failed | join(", ")) + "." end)) as $head
  | ($alerts[:$most] | map("- " + .tier + ": " + .text)) as $lines
  | (if ($alerts | length) > $most then ["- and \(($alerts | length) - $most) more"] else [] end) as $more
  | if $format == "json" then
      {tier: $worst, event: (if $alerts == [] then $event else null end), text: $head, repository: $repository, workflow: $workflow, ref: $ref, run: $run, failed: $failed, alerts: $alerts}
    elif $format == "slack" then
      {text: ($head | escaped), attachments: [{color: ({critical: "danger", warning: "warning"}[$worst] // "#808080"), text: ($lines + $more + [$run] | map(escaped) | join("\n"))}]}
    elif $alerts == [] then {text: (($head | unmarked) + " " + $run)}
    else {text: (([$head] + $lines + $more | map(unmarked)) + [$run] | join("\n"))}
    end')" || fail "The message cannot be made: what the step was given is no JSON. Generate the workflow file again."

send() {
  # The address is a secret: it goes through a file descriptor, where no list of processes shows it.
  curl --fail --silent --show-error --max-time 20 --output /dev/null --header 'Content-Type: application/json' --data @- --config <(printf 'url = "%s"\n' "$WEBHOOK_URL") <<< "$message"
}
# Another channel may still work, and the failure that is told of must stay the one that people see.
if retry 3 "${DELAY:-5}" send; then
  echo "Told: $(printable "$TEXT")"
else
  warn "The webhook does not take the message. Check the secret with its address." "Message: $TEXT"
fi
