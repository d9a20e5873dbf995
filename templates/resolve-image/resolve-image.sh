#!/usr/bin/env bash
# Decides what is tested: which commit, which images, and whether they may be trusted. Reads only what GitHub says about
# the build's run, the record of this repository's own runs, and the registry; never what a fork's run uploaded.
#
# EVENT_NAME        workflow_run, or workflow_dispatch with MANUAL_TAG and, if known, MANUAL_COMMIT
# RUN_EVENT, RUN_ID, RUN_CONCLUSION, RUN_CREATED_AT  the build's run
# HEAD_SHA, HEAD_BRANCH, HEAD_REPOSITORY             what it built
# PULL_REQUESTS     JSON: the pull requests that GitHub lists for that run; may be empty
# RECORD_FILE       the run's record; it may be missing
# BUILDS            JSON: a list of {"name", "kind", "image"}
# EVENTS            the classes of event that are tested here, space between them
# FORKS             test, or ignore for pull requests from forks
# GH_TOKEN, REPOSITORY; SHA_LENGTH, TAG_*, MAIN_BRANCH, ...  the tag rules
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"
source "${BASH_SOURCE[0]%/*}/../lib/api.sh"

require EVENT_NAME REPOSITORY BUILDS
context=(
  "Event: $EVENT_NAME ${RUN_EVENT:-}" "Ref: ${HEAD_BRANCH:-none}" "Commit: ${HEAD_SHA:-none}" "Head: ${HEAD_REPOSITORY:-unknown}"
  "Build: run ${RUN_ID:-none}, ${RUN_CONCLUSION:-none}" "Pull requests: ${PULL_REQUESTS:-none}"
)
sha="${HEAD_SHA:-}" trusted=true class="" tag="" pull_request="" tags=() numbers=()

# report READY SKIP REASON; finish ends the step besides.
report() {
  group "Result"
  output ready "$1"
  output skip "$2"
  output reason "$3"
  output sha "$sha"
  output trusted "$trusted"
  output class "$class"
  output tag "$tag"
  output pull-request "$pull_request"
  endgroup
  if [[ "$1" == true ]]; then
    local from=""
    if [[ "$trusted" != true ]]; then from=", from a fork"; fi
    summary "Testing $(code "${tag:-an artifact}") of $(code "$sha") ($class$from)"
  else
    printf '%s\n' "$3"
    summary "Nothing to test: $(printable "$3")"
  fi
}

finish() {
  report "$@"
  exit 0
}

images() { jq --raw-output '.[] | select(.kind == "image") | [.name, .image] | @tsv' <<< "$BUILDS"; }

# find_tag TAG...: leaves the first tag under which the registry has every image in REPLY. Returns 4 when it has none,
# another code when it cannot be asked.
find_tag() {
  local candidate name image code complete
  for candidate in "$@"; do
    complete=true
    while IFS=$'\t' read -r name image; do
      code=0
      find_manifest "$image:$candidate" || code=$?
      if ((code == 4)); then complete=false; elif ((code != 0)); then return "$code"; fi
    done < <(images)
    if [[ "$complete" == true ]]; then
      REPLY="$candidate"
      return 0
    fi
  done
  return 4
}

resolve_manual() {
  local name image revision=""
  class=manual tag="${MANUAL_TAG:-}" sha="${MANUAL_COMMIT:-}"
  is_docker_tag "$tag" || fail "The image_tag that was given is no Docker tag." "Tag: $tag"
  if [[ -n "$sha" ]]; then is_commit "$sha" || fail "The commit that was given is no full commit, 40 hexadecimal digits." "Commit: $sha"; fi
  while IFS=$'\t' read -r name image; do
    code=0
    read_image "$image:$tag" || code=$?
    if ((code == 4)); then fail "The registry has no image with this tag. Re-run the build, or choose another tag." "Image: $image:$tag"; fi
    if ((code != 0)); then fail "The registry cannot be asked for the image. Run this again once it works." "Image: $image:$tag"; fi
    output "$name-digest" "$IMAGE_DIGEST"
    output "$name-commit" "$IMAGE_REVISION"
    revision="${revision:-$IMAGE_REVISION}"
  done < <(images)
  sha="${sha:-$revision}"
  is_commit "$sha" || fail "The image does not say which commit it was made from. Run this again and give the commit." "Tag: $tag" "Its commit: ${revision:-none}"
  finish true false ""
}

# find_pull_requests: leaves the numbers of the pull requests of this commit in the array numbers. GitHub lists none for
# a fork's run, and now and then none for others.
find_pull_requests() {
  mapfile -t numbers < <(jq --raw-output 'if type == "array" then .[].number | select(type == "number") else empty end' <<< "${PULL_REQUESTS:-[]}" 2> /dev/null || true)
  if ((${#numbers[@]} > 0)) || [[ -z "${HEAD_REPOSITORY:-}" ]]; then return 0; fi
  echo "GitHub names no pull request of this run, so they are listed."
  local found
  found="$(api_pages "repos/$REPOSITORY/pulls?state=all&head=$(encode "${HEAD_REPOSITORY%%/*}:$HEAD_BRANCH")" '.[] | {number, state, sha: .head.sha}')" || return 0
  mapfile -t numbers < <(jq --raw-output --slurp --arg sha "$HEAD_SHA" 'map(select(.sha == $sha)) | sort_by(.state != "open", -.number)[].number' <<< "$found")
}

# possible_tags: leaves the tags that the build can have given, by what GitHub says, in the array tags.
possible_tags() {
  local number short="${HEAD_SHA:0:SHA_LENGTH}" day
  case "$class" in
    pullRequest)
      find_pull_requests
      for number in "${numbers[@]}"; do
        expand_tag "$TAG_PULL_REQUEST" "number=$number" "sha=$short"
        tags+=("$REPLY")
      done
      pull_request="${numbers[0]:-}"
      ;;
    main | integration)
      commit_tag "$HEAD_BRANCH" "$HEAD_SHA"
      tags=("$REPLY")
      ;;
    feature)
      branch_tag "$HEAD_BRANCH" "$HEAD_SHA"
      tags=("$REPLY")
      ;;
    queue)
      expand_tag "$TAG_QUEUE" "sha=$short"
      tags=("$REPLY")
      ;;
    nightly)
      # The build may have begun before midnight and been planned after.
      for day in 0 1; do
        expand_tag "$TAG_NIGHTLY" "date=$(date --utc --date="${RUN_CREATED_AT:0:10} +$day day" +%Y-%m-%d)"
        tags+=("$REPLY")
      done
      ;;
    manual)
      expand_tag "$TAG_MANUAL" "run=$RUN_ID"
      tags=("$REPLY")
      ;;
  esac
}

# read_record: whether the record is one of this commit and whole; leaves its class in recorded_class, its tag in
# recorded_tag.
read_record() {
  recorded_class="" recorded_tag=""
  [[ -f "${RECORD_FILE:-}" ]] || return 1
  local fields
  fields="$(jq --raw-output --arg commit "$HEAD_SHA" --argjson builds "$BUILDS" '
    def digest: type == "string" and test("^(sha256:[0-9a-f]{64})?$");
    def commit: type == "string" and test("^[0-9a-f]{40}$");
    . as $record
    | if .version == 1 and .commit == $commit and (.tag | type == "string") and (.class | type == "string")
        and all($builds[]; . as $build | $record.builds[$build.name]
          | .kind == $build.kind and ($build.kind != "image" or (.image == $build.image and (.digest | digest) and (.sourceCommit | commit))))
      then [.class, .tag] | @tsv else empty end' "$RECORD_FILE" 2> /dev/null)" || return 1
  IFS=$'\t' read -r recorded_class recorded_tag <<< "$fields"
  is_docker_tag "$recorded_tag"
}

# record_fits: whether the recorded tag is one that GitHub's own data lead to.
record_fits() {
  local candidate pattern
  case "$RUN_EVENT:$recorded_class" in
    schedule:nightly | workflow_dispatch:nightly)
      class=nightly
      [[ "$recorded_tag" =~ $NIGHTLY_TAGS ]]
      return
      ;;
    workflow_dispatch:manual)
      ! [[ "$recorded_tag" =~ $MANUAL_FORBIDDEN ]]
      return
      ;;
    *:"$class") ;;
    *) return 1 ;;
  esac
  # Without any number the tag must at least be one of a pull request, with this commit.
  if [[ "$class" == pullRequest && "${#tags[@]}" == 0 ]]; then
    pattern="${TAG_PULL_REQUEST//./[.]}"
    expand_tag "$pattern" "number=([0-9]+)" "sha=${HEAD_SHA:0:SHA_LENGTH}"
    [[ "$recorded_tag" =~ ^$REPLY$ ]] || return 1
    pull_request="${BASH_REMATCH[1]}"
    return 0
  fi
  for candidate in "${tags[@]}"; do
    if [[ "$candidate" == "$recorded_tag" ]]; then return 0; fi
  done
  return 1
}

if [[ "$EVENT_NAME" == workflow_dispatch ]]; then resolve_manual; fi

require RUN_EVENT RUN_ID RUN_CONCLUSION HEAD_SHA HEAD_BRANCH
is_commit "$HEAD_SHA" || fail "HEAD_SHA is no full commit." "${context[@]}"
case "$RUN_EVENT" in
  pull_request)
    class=pullRequest
    if [[ "${HEAD_REPOSITORY:-}" != "$REPOSITORY" ]]; then trusted=false; fi
    ;;
  push)
    if [[ "$HEAD_BRANCH" == "$MAIN_BRANCH" ]]; then class=main; elif is_long_lived "$HEAD_BRANCH"; then class=integration; else class=feature; fi
    ;;
  merge_group) class=queue ;;
  schedule) class=nightly ;;
  workflow_dispatch) class=manual ;;
  *) finish false true "Builds of the event $RUN_EVENT are not tested." ;;
esac
if [[ "$trusted" != true && "${FORKS:-test}" != test ]]; then
  finish false true "Pull requests from forks are not tested here."
fi

recorded=false
if [[ "$trusted" == true && "$RUN_CONCLUSION" == success ]]; then
  if read_record; then recorded=true; fi
  # A nightly build that somebody started by hand is one all the same.
  if [[ "$recorded" == true && "$class" == manual && "$recorded_class" == nightly ]]; then class=nightly; fi
fi
if [[ -n "${EVENTS:-}" && " $EVENTS " != *" $class "* ]]; then
  finish false true "Builds of the class $class are not tested here."
fi
case "$RUN_CONCLUSION" in
  success) ;;
  failure | timed_out | startup_failure) finish false false "The build failed, so nothing was tested." ;;
  cancelled) finish false false "The build was cancelled: re-run it." ;;
  action_required) finish false false "The build waits for somebody's approval." ;;
  skipped) finish false false "The build was skipped, so there is nothing to test." ;;
  *) finish false false "The build ended as $RUN_CONCLUSION: re-run it." ;;
esac

possible_tags
if [[ "$trusted" != true ]]; then
  tag="${tags[0]:-}"
  # Its image comes from the run's artifact, and must be the commit's own all the same.
  while IFS=$'\t' read -r name _; do
    output "$name-digest" ""
    output "$name-commit" "$HEAD_SHA"
  done < <(images)
  finish true false ""
fi
if [[ "$recorded" == true ]] && record_fits; then
  tag="$recorded_tag"
  if [[ "$class" == pullRequest ]]; then
    for number in "${!tags[@]}"; do
      if [[ "${tags[number]}" == "$tag" && -n "${numbers[number]:-}" ]]; then pull_request="${numbers[number]}"; fi
    done
  fi
  while IFS='|' read -r name digest commit; do
    output "$name-digest" "$digest"
    output "$name-commit" "$commit"
  done < <(jq --raw-output --argjson builds "$BUILDS" '.builds as $recorded | $builds[] | select(.kind == "image") | .name as $name | $recorded[$name] | [$name, .digest, .sourceCommit] | join("|")' "$RECORD_FILE")
  finish true false ""
fi
if [[ -f "${RECORD_FILE:-}" ]]; then
  warn "The build's record does not fit what GitHub says about its run, so it is not used." "Recorded: ${recorded_tag:-nothing readable}" "Possible: ${tags[*]:-no tag}" "${context[@]}"
fi
if ((${#tags[@]} == 0)); then
  fail "The pull request of this build cannot be found, so its image cannot be named. Re-run the build." "${context[@]}"
fi
# Without a record, an image is the commit's own.
code=0
find_tag "${tags[@]}" || code=$?
if ((code == 0)); then tag="$REPLY"; else tag="${tags[0]}"; fi
while IFS=$'\t' read -r name image; do
  REPLY=""
  if ((code == 0)); then find_manifest "$image:$tag" || REPLY=""; fi
  output "$name-digest" "$REPLY"
  output "$name-commit" "$HEAD_SHA"
done < <(images)
report true false ""
