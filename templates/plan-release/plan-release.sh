#!/usr/bin/env bash
# Decides what a release consists of. An image of the tagged commit is looked for first and built only where there is
# none, under a staging tag of its own: nothing gets a release's tags before the tests have passed.
#
# REF_NAME  the Git tag, such as v1.2.3
# SHA       the commit that it points to
# SHA_LENGTH, TAG_*, MAIN_BRANCH, INTEGRATION_BRANCHES  the tag rules
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"

require REF_NAME SHA
context=("Tag: $REF_NAME" "Commit: $SHA")
is_commit "$SHA" || fail "SHA is no full commit." "${context[@]}"
if ! [[ "$REF_NAME" =~ (^|[^0-9])((0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-([0-9A-Za-z.-]+))?)$ ]]; then
  fail "The Git tag does not end in a version such as 1.2.3 or 1.2.3-rc.1. Push a tag that does (a Docker tag cannot hold the + of build metadata)." "${context[@]}"
fi
version="${BASH_REMATCH[2]}" major="${BASH_REMATCH[3]}" minor="${BASH_REMATCH[4]}" prerelease="${BASH_REMATCH[7]}"

short="${SHA:0:SHA_LENGTH}"
expand_tag "$TAG_RELEASE" "version=$version"
tags=("$REPLY")
is_docker_tag "$REPLY" || fail "The version gives no Docker tag: it is too long." "${context[@]}"
# What follows 1.2 or 1 wants finished versions only.
if [[ -z "$prerelease" ]]; then tags+=("$major.$minor" "$major"); fi
expand_tag "$TAG_STAGING" "sha=$short" "platform=release"
tag="$REPLY"
expand_tag "$TAG_STAGING" "sha=$short"
staging="$REPLY"
expand_tag "$TAG_QUEUE" "sha=$short"
candidates=("$tag" "$REPLY")
read -r -a branches <<< "$MAIN_BRANCH ${INTEGRATION_BRANCHES:-}"
for branch in "${branches[@]}"; do
  commit_tag "$branch" "$SHA"
  candidates+=("$REPLY")
done
mapfile -t candidates < <(printf '%s\n' "${candidates[@]}" | awk 'NF && !seen[$0]++')

group "Plan"
details "${context[@]}"
output class release
output tag "$tag"
output sha "$SHA"
output short-sha "$short"
output version "$version"
output prerelease "$([[ -n "$prerelease" ]] && echo true || echo false)"
output created "$(date --utc +%Y-%m-%dT%H:%M:%SZ)"
output push true
output candidates "${candidates[*]}"
output staging "$staging"
output release-tags "${tags[*]}"
sanitize_branch "$MAIN_BRANCH" 0
output branch "$REPLY"
endgroup
summary "Release $(code "$version") of $(code "$SHA"): ${tags[*]}"
