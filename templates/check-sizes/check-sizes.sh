#!/usr/bin/env bash
# Fails when a file is larger than it may be: a binary, a bundle, an archive. "**" in a glob reaches into folders. Every file
# that a glob matches must have at most so many bytes; one that matches nothing fails, or a renamed file would go unmeasured.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require BUILD
# shellcheck disable=SC2016 # jq's own variables
limits="$(plan '.builds[$build].maxSizes // [] | tojson' --arg build "$BUILD")"
shopt -s globstar nullglob
# Without a separator a glob is expanded, and names with spaces stay whole.
IFS=''

# human BYTES
human() { LC_ALL=C awk -v bytes="$1" 'BEGIN { split("B kB MB GB", unit); for (i = 1; bytes >= 1000 && i < 4; i++) bytes /= 1000; printf(i == 1 ? "%d %s\n" : "%.2f %s\n", bytes, unit[i]) }'; }

problems=() largest=0
group "Sizes"
summary "## Sizes" "" "| File | Size | Limit |" "| --- | --- | --- |"
while IFS=$'\t' read -r limit glob; do
  # shellcheck disable=SC2206 # a glob is meant
  matches=($glob)
  found=false
  for file in "${matches[@]}"; do
    if [[ ! -f "$file" ]]; then continue; fi
    found=true
    size="$(stat --dereference --format=%s -- "$file")"
    if ((size > largest)); then largest="$size"; fi
    mark="✅"
    if ((size > limit)); then
      mark="❌"
      problems+=("$file has $size bytes; $limit are allowed.")
    fi
    printf '%s: %s bytes, limit %s\n' "$(printable "$file")" "$size" "$limit"
    summary "| $mark $(code "$file") | $(human "$size") | $(human "$limit") |"
  done
  if [[ "$found" == false ]]; then
    problems+=("$glob matches no file.")
    summary "| ❌ $(code "$glob") | no file | $(human "$limit") |"
  fi
done < <(jq --raw-output '.[] | [.bytes, .glob] | @tsv' <<< "$limits")
endgroup
output largest-bytes "$largest"
if ((${#problems[@]} > 0)); then fail "Not every file has the size that it may have." "${problems[@]}"; fi
