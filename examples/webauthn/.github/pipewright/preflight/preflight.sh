#!/usr/bin/env bash
# Says which secrets a repository still lacks, before anything is built that could then not be published. It is told
# whether each one is there, and never sees a value.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require PRESENT
jq --exit-status 'type == "object" and all(keys[]; . != "")' <<< "$PRESENT" > /dev/null ||
  fail "PRESENT does not say of secrets whether they are there. The workflow file is incomplete: generate it again."

# What a secret is for: everything that is published with it.
# shellcheck disable=SC2016 # jq's own variables
purpose='[.publish | to_entries[] | select(.value.secrets | index($secret)) | .value.on as $on | .value.environment as $environment
  | if $environment == null then "to publish \(.key), on \($on | join(", "))"
    else "to publish \(.key); it belongs to the environment \($environment)" end] | join("; ")'

group "Secrets"
where="Settings > Secrets and variables > Actions ($GITHUB_SERVER_URL/$GITHUB_REPOSITORY/settings/secrets/actions)"
missing=()
summary "| Secret | What it is for | |" "| --- | --- | --- |"
while IFS=$'\t' read -r secret there; do
  what="$(plan "$purpose" --arg secret "$secret")"
  state="✅ set"
  if [[ "$there" != true ]]; then
    state="❌ missing"
    missing+=("$secret: $what")
  fi
  printf '%s: %s\n' "$(printable "$secret")" "$state"
  summary "| $(code "$secret") | $(code "$what") | $state |"
done < <(jq --raw-output 'to_entries[] | [.key, (.value | tostring)] | @tsv' <<< "$PRESENT")
endgroup
if ((${#missing[@]} > 0)); then
  fail "Not all secrets are there, so nothing is built that could not be published. Set what is missing under $where, and re-run." "${missing[@]}"
fi
