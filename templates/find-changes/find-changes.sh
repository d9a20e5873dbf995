#!/usr/bin/env bash
# Tells which builds' inputs changed since a commit. In doubt everything has changed: what is built for nothing costs
# minutes, what is wrongly left out is never published.
#
# BUILDS  JSON: each build's key, and its inputs as a list of globs; one that begins with ! excludes
# BASE    the commit to compare the checked-out one with; empty where there is none
# FORCE   true where everything counts as changed
#
# Outputs: <key>-changed for each build, and any-changed: true or false.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require BUILDS
jq --exit-status 'type == "object" and all(to_entries[]; (.key | test("^[A-Za-z_][A-Za-z0-9_-]*$")) and (.value | type == "array" and all(.[]; type == "string")))' <<< "$BUILDS" > /dev/null ||
  fail "BUILDS does not name builds with lists of globs. The workflow file is incomplete: generate it again."

# Settings that the repository itself can carry (.gitmodules, .gitattributes) hide nothing here.
differs() { git diff --no-ext-diff --no-textconv --no-renames --ignore-submodules=none "$@"; }

# Why everything counts as changed; empty when the commits can be compared.
reason=""
if [[ "${FORCE:-}" == true ]]; then
  reason="that was asked for"
elif [[ -z "${BASE:-}" ]]; then
  reason="there is no earlier commit to compare with"
elif ! is_commit "$BASE"; then
  reason="the earlier commit is no full commit"
elif ! git cat-file -e "$BASE^{commit}" 2> /dev/null; then
  reason="the earlier commit is not in this clone"
  warn "$BASE is not in this clone, so everything counts as changed. Check out with fetch-depth: 0; a commit that was pushed over is gone for good."
fi

# reaches_into GLOB FOLDER: whether the glob may name a file inside of a submodule, which Git does not look into. As many
# folders of the glob as the submodule has must match it; a ** stands for any number of them.
reaches_into() {
  local slashes="${2//[^\/]/}" start
  start="$(cut --delimiter=/ --fields="1-$((${#slashes} + 1))" <<< "$1")"
  if [[ "$start" == *'**'* ]]; then start="${start%%'**'*}*"; fi
  # shellcheck disable=SC2053 # the glob is meant as a pattern
  [[ "$1" == */* && "$2" == $start ]]
}

# changed_inputs GLOB...: prints what changed, one file each, with a NUL after it.
changed_inputs() {
  local glob folder included=() excluded=()
  for glob in "$@"; do
    case "$glob" in
      "") ;;
      !*) excluded+=(":(top,exclude,glob)${glob#!}") ;;
      *) included+=(":(top,glob)$glob") ;;
    esac
  done
  differs --name-only -z "$BASE" HEAD -- "${included[@]}" "${excluded[@]}" || return 1
  for folder in "${submodules[@]}"; do
    for glob in "$@"; do
      if [[ "$glob" == !* ]] || ! reaches_into "$glob" "$folder"; then continue; fi
      differs --name-only -z "$BASE" HEAD -- ":(top,literal)$folder" "${excluded[@]}" || return 1
      break
    done
  done
}

group "Changes${BASE:+ since $BASE}"
submodules=()
if [[ -z "$reason" ]]; then
  while IFS= read -r -d '' modes && IFS= read -r -d '' file; do
    if [[ "$modes" == *160000* ]]; then submodules+=("$file"); fi
  done < <(differs --raw -z "$BASE" HEAD)
else
  echo "Everything counts as changed: $reason."
fi
summary "| Build | Changed |" "| --- | --- |"
any=false
files="$(mktemp)"
while IFS= read -r key; do
  changed=true what="$reason"
  if [[ -z "$reason" ]]; then
    mapfile -d '' -t globs < <(jq --join-output --arg key "$key" '.[$key][] | . + "\u0000"' <<< "$BUILDS")
    if ! changed_inputs "${globs[@]}" > "$files"; then
      warn "Git cannot compare the inputs of $key, so they count as changed."
      what="they cannot be compared"
    else
      mapfile -d '' -t names < <(sort --zero-terminated --unique "$files")
      what="files: ${#names[@]}"
      if ((${#names[@]} == 0)); then changed=false what="nothing"; fi
      details "${names[@]:0:20}"
    fi
  fi
  if [[ "$changed" == true ]]; then any=true; fi
  output "$key-changed" "$changed"
  summary "| $(code "$key") | $changed ($what) |"
done < <(jq --raw-output 'keys_unsorted[]' <<< "$BUILDS")
rm "$files"
output any-changed "$any"
endgroup
