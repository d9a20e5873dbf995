#!/usr/bin/env bash
# Says which secrets a repository still lacks, before anything is built that could then not be published. It is told
# whether each one is there, and never sees a value.
#
# NEEDED  JSON: a list of {"secret", "for" (what it is for, in a few words), "present": "true" or "false", "required":
#         whether the run fails without it}
# SETTINGS_URL  where secrets are set; or empty
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require NEEDED
jq --exit-status 'type == "array" and all(.[]; (.secret | type == "string" and . != "") and (.for | type == "string"))' <<< "$NEEDED" > /dev/null ||
  fail "NEEDED is no list of secrets. The workflow file is incomplete: generate it again."

group "Secrets"
where="Settings > Secrets and variables > Actions${SETTINGS_URL:+ ($SETTINGS_URL)}"
missing=() absent=()
summary "| Secret | What it is for | |" "| --- | --- | --- |"
while IFS=$'\t' read -r secret present required purpose; do
  if [[ "$present" == true ]]; then
    state="✅ set"
  elif [[ "$required" == true ]]; then
    state="❌ missing"
    missing+=("$secret: $purpose")
  else
    state="⚠️ missing, not required"
    absent+=("$secret: $purpose")
  fi
  printf '%s: %s\n' "$(printable "$secret")" "$state"
  summary "| $(code "$secret") | $(code "$purpose") | $state |"
done < <(jq --raw-output '.[] | [.secret, (.present | tostring == "true"), (.required != false), .for] | @tsv' <<< "$NEEDED")
endgroup
if ((${#absent[@]} > 0)); then warn "Not all secrets are there, so what needs them does not happen. Set what is missing under $where." "${absent[@]}"; fi
if ((${#missing[@]} > 0)); then
  fail "Not all secrets are there, so nothing is built that could not be published. Set what is missing under $where, and re-run." "${missing[@]}"
fi
