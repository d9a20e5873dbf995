# shellcheck shell=bash
# What became of the jobs that this one needs.
source "${BASH_SOURCE[0]%/*}/log.sh"

# check_needs NEEDS: adds a table to the summary; leaves the names of the jobs that neither succeeded nor were rightly
# skipped in REPLY. A job that is skipped because another failed has that other one in the table.
check_needs() {
  local name result
  summary "| Job | Result |" "| --- | --- |"
  while IFS=$'\t' read -r name result; do
    echo "$name: $result"
    summary "| $(code "$name") | $result |"
  done < <(jq --raw-output 'to_entries[] | [.key, .value.result] | @tsv' <<< "$1")
  REPLY="$(jq --raw-output '[to_entries[] | select(.value.result != "success" and .value.result != "skipped") | "\(.key) (\(.value.result))"] | join(", ")' <<< "$1")"
}
