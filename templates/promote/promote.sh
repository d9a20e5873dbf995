#!/usr/bin/env bash
# Moves tags such as latest to images whose tests have passed, and copies them to other registries: server-side, without
# a build. A branch's tag moves only to the image of the branch's newest commit, so it never moves back.
#
# GH_TOKEN, REPOSITORY  the token, and whose commits
# SHA_LENGTH            how many characters of a commit a tag holds
# SOURCE_TAG            the tag to move to, where it is not the one that the pattern gives
# PLAN                  JSON: a list of {"branch" or "nightly": true, "image", "tag", "source" (a tag pattern),
#                       "contexts" (statuses and check runs that must be success), "copies" (images with a tag)}
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"
source "${BASH_SOURCE[0]%/*}/../lib/status.sh"

require GH_TOKEN REPOSITORY SHA_LENGTH PLAN
folder="$(mktemp -d)"
failures=()

field() { jq --raw-output "$1 // \"\"" <<< "$entry"; }

# row COMMIT WHAT: one line of the summary, and of the log.
row() {
  printf '%s: %s\n' "$image:$tag" "$(printable "$2")"
  summary "| $(code "$image:$tag") | $(code "${1:-none}") | $(printable "$2") |"
}

broken() {
  failures+=("$image:$tag: $2")
  row "$1" "❌ $2"
}

tip_of() { api GET "repos/$REPOSITORY/branches/$(encode "$1")" | jq --raw-output '.commit.sha'; }

# passed COMMIT [SINCE]: whether every context is success; leaves what is not in REPLY.
passed() {
  local context missing=() file="$folder/$1"
  if [[ ! -f "$file" ]]; then
    if ! SHA="$1" verdicts "$file"; then
      rm -f "$file"
      REPLY=""
      return 1
    fi
  fi
  while IFS= read -r context; do
    state_of "$file" "$context" "${2:-}"
    if [[ "$REPLY" != success ]]; then missing+=("$context (${REPLY:-no result yet})"); fi
  done < <(jq --raw-output '.contexts[]' <<< "$entry")
  REPLY="$(IFS=';' && echo "${missing[*]}")"
  REPLY="${REPLY//;/, }"
  ((${#missing[@]} == 0))
}

# move COMMIT: gives the image in IMAGE_DIGEST the tag, here and in the copies' registries.
move() {
  local commit="$1" target targets=("$image:$tag") done_to=()
  mapfile -t -O 1 targets < <(jq --raw-output '.copies[]?' <<< "$entry")
  for target in "${targets[@]}"; do
    if copy_exactly "$target" "$IMAGE_DIGEST" "$image@$IMAGE_DIGEST"; then
      done_to+=("$target")
    else
      broken "$commit" "$target cannot be moved to $IMAGE_DIGEST"
    fi
  done
  if ((${#done_to[@]} > 0)); then row "$commit" "✅ ${done_to[*]} is $IMAGE_DIGEST"; fi
}

promote_branch() {
  local branch commit source code=0
  branch="$(field .branch)"
  commit="$(tip_of "$branch")" || { broken "" "the tip of $branch cannot be read"; return; }
  is_commit "$commit" || { broken "" "the tip of $branch cannot be read"; return; }
  if ! passed "$commit"; then
    if [[ -z "$REPLY" ]]; then broken "$commit" "the results of the tests cannot be read"; else row "$commit" "stays: $REPLY"; fi
    return
  fi
  sanitize_branch "$branch" 0
  expand_tag "$(field .source)" "sha=${commit:0:SHA_LENGTH}" "branch=$REPLY"
  source="${SOURCE_TAG:-$REPLY}"
  read_image "$image:$source" || code=$?
  if ((code == 4)); then
    broken "$commit" "$source is not in the registry: re-run the build"
    return
  elif ((code != 0)); then
    broken "$commit" "the registry cannot be asked for $source"
    return
  fi
  # A merge queue has tested the same commit before this image was built; only results since then are about it.
  if ! passed "$commit" "$IMAGE_CREATED"; then
    row "$commit" "stays: ${REPLY:-results cannot be read}"
    return
  fi
  # Somebody may have pushed while this ran.
  if [[ "$(tip_of "$branch")" != "$commit" ]]; then
    row "$commit" "stays: $branch has moved on"
    return
  fi
  move "$commit"
}

promote_nightly() {
  local days source code waiting=""
  for days in 0 1; do
    expand_tag "$(field .source)" "date=$(date --utc --date="$days days ago" +%Y-%m-%d)"
    source="$REPLY" code=0
    read_image "$image:$source" || code=$?
    if ((code == 4)); then continue; fi
    if ((code != 0)); then
      broken "" "the registry cannot be asked for $source"
      return
    fi
    if ! is_commit "$IMAGE_REVISION"; then
      broken "" "$source does not say which commit it was made from"
      return
    fi
    # An earlier night may have tested the same commit; only results since this image was built are about it.
    if passed "$IMAGE_REVISION" "$IMAGE_CREATED"; then
      move "$IMAGE_REVISION"
      return
    fi
    waiting+="${waiting:+; }$source: ${REPLY:-results cannot be read}"
  done
  row "" "stays: ${waiting:-no nightly image of today or yesterday}"
}

summary "| Tag | Commit | What happened |" "| --- | --- | --- |"
while IFS= read -r entry; do
  image="$(field .image)" tag="$(field .tag)"
  group "$image:$tag"
  if [[ "$(field .nightly)" == true ]]; then promote_nightly; else promote_branch; fi
  endgroup
done < <(jq --compact-output '.[]' <<< "$PLAN")
rm -r "$folder"

if ((${#failures[@]} > 0)); then
  fail "${#failures[@]} tags could not be moved. What failed stands below; run this workflow again once it is mended." "${failures[@]}"
fi
