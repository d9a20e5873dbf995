#!/usr/bin/env bash
# Tells which of the files that are published changed since they were published last: in the newest successful run on the
# branch in which the publishing gate succeeded. In doubt everything has changed: what is built for nothing costs minutes,
# what is wrongly left out is never published.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/api.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"
source "${BASH_SOURCE[0]%/*}/../lib/event.sh"

require GH_TOKEN GITHUB_REPOSITORY GITHUB_WORKFLOW_REF
# An integration branch publishes under names of its own, and is compared with itself.
if [[ "$GITHUB_EVENT_NAME" == push ]]; then branch="$GITHUB_REF_NAME"; else branch="$(plan .tags.main)"; fi
gate="$(plan .publishedCheck)"
# owner/name/.github/workflows/ci.yml@refs/heads/main
workflow="${GITHUB_WORKFLOW_REF%%@*}"
workflow="${workflow##*/}"

unknown() { warn "GitHub cannot be asked for earlier runs, so nothing is known to be published."; }

# last_publication: leaves the commit in REPLY; empty where there is none, or GitHub cannot be asked. A run that had nothing
# to publish skipped its gate.
last_publication() {
  local runs run commit jobs
  REPLY=""
  # A fork's pull request may come from a branch of the same name, and its run is listed under that name, too.
  runs="$(api GET "repos/$GITHUB_REPOSITORY/actions/workflows/$(encode "$workflow")/runs?branch=$(encode "$branch")&status=success&per_page=50")" || { unknown; return; }
  runs="$(jq --raw-output --arg repository "$GITHUB_REPOSITORY" --arg branch "$branch" '[.workflow_runs[]
    | select(.conclusion == "success" and .head_branch == $branch and .event != "pull_request" and .event != "pull_request_target" and .event != "workflow_run")
    | select((.head_repository.full_name // $repository | ascii_downcase) == ($repository | ascii_downcase))]
    | sort_by(.created_at, .id) | reverse[] | [.id, .head_sha] | @tsv' <<< "$runs")" || { unknown; return; }
  while IFS=$'\t' read -r run commit; do
    if ! [[ "$run" =~ ^[0-9]+$ ]] || ! is_commit "$commit"; then continue; fi
    jobs="$(api_pages "repos/$GITHUB_REPOSITORY/actions/runs/$run/jobs?filter=latest" '.jobs[] | {name, conclusion}')" || { unknown; return; }
    if jq --exit-status --slurp --arg gate "$gate" 'any(.[]; .name == $gate and .conclusion == "success")' <<< "$jobs" > /dev/null; then
      REPLY="$commit"
      return
    fi
    echo "Run $run of $commit published nothing."
  done <<< "$runs"
  echo "Nothing was published yet, as far as the newest 50 successful runs tell."
}

# Settings that the repository itself can carry (.gitmodules, .gitattributes) hide nothing here.
differs() { git diff --no-ext-diff --no-textconv --no-renames --ignore-submodules=none "$@"; }

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
  differs --name-only -z "$base" HEAD -- "${included[@]}" "${excluded[@]}" || return 1
  for folder in "${submodules[@]}"; do
    for glob in "$@"; do
      if [[ "$glob" == !* ]] || ! reaches_into "$glob" "$folder"; then continue; fi
      differs --name-only -z "$base" HEAD -- ":(top,literal)$folder" "${excluded[@]}" || return 1
      break
    done
  done
}

group "Last publication of $branch"
last_publication
base="$REPLY"
output published "$base"
endgroup

# Why everything counts as changed; empty when the commits can be compared.
reason=""
if [[ "$(event .inputs.force_publish)" == true ]]; then
  reason="that was asked for"
elif [[ -z "$base" ]]; then
  reason="there is no earlier commit to compare with"
elif ! git cat-file -e "$base^{commit}" 2> /dev/null; then
  reason="the earlier commit is not in this clone"
  warn "$base is not in this clone, so everything counts as changed. Check out with fetch-depth: 0; a commit that was pushed over is gone for good."
fi

group "Changes${base:+ since $base}"
submodules=()
if [[ -z "$reason" ]]; then
  while IFS= read -r -d '' modes && IFS= read -r -d '' file; do
    if [[ "$modes" == *160000* ]]; then submodules+=("$file"); fi
  done < <(differs --raw -z "$base" HEAD)
else
  echo "Everything counts as changed: $reason."
fi
summary "| Build | Changed |" "| --- | --- |"
# What says what it is made from, and is published by somebody.
# shellcheck disable=SC2016 # jq's own variables
builds="$(plan '[.publish[].from // empty] as $from
  | .builds | with_entries(select(.value.kind == "files" and .value.inputs != null) | select(.key | IN($from[])) | .value |= .inputs)')"
result="{}"
files="$(mktemp)"
while IFS= read -r key; do
  changed=true what="$reason"
  if [[ -z "$reason" ]]; then
    mapfile -d '' -t globs < <(jq --join-output --arg key "$key" '.[$key][] | . + "\u0000"' <<< "$builds")
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
  result="$(jq --compact-output --arg key "$key" --argjson changed "$changed" '.[$key] = $changed' <<< "$result")"
  summary "| $(code "$key") | $changed ($what) |"
done < <(jq --raw-output 'keys_unsorted[]' <<< "$builds")
rm "$files"
output changed "$result"
endgroup
