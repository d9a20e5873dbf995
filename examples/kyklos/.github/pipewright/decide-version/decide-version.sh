#!/usr/bin/env bash
# Decides the version of what this run builds. On main each run's version is above all earlier ones; everywhere else it is
# a prerelease of the version that main would have in this run:
#
#   main          1.0.57                            pull request  1.0.57-pr.12.57.gabc1234
#   integration   1.0.57-development.57             merge queue   1.0.57-queue.57.gabc1234
#   feature       1.0.57-feature-x.57               nightly       1.0.57-nightly.20260204.57
#   manual        1.0.57-manual.57                  release       what the tag v1.2.3 or v1.2.3-rc.1 says
#
# The run's number orders the prereleases of a kind. A commit stands behind a "g", as in `git describe`: on its own it
# could be a number with a leading zero, which Semantic Versioning forbids.
#
# The base is 1.0, so that the patch is the run's number; or 1.2.3, which stays until somebody raises it.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"
source "${BASH_SOURCE[0]%/*}/../lib/event.sh"
source "${BASH_SOURCE[0]%/*}/../lib/version.sh"

require PLAN GITHUB_RUN_NUMBER
class="$(jq --raw-output .class <<< "$PLAN")"
sha="$(jq --raw-output .sha <<< "$PLAN")"
base="$(plan .versionBase)"
# What somebody publishes by hand from main has the version that a push would have.
if [[ "$class" == manual && "$GITHUB_REF_NAME" == "$(plan .tags.main)" && "$(event .inputs.force_publish)" == true &&
  "$(plan 'any(.publish[]; .on | index("main"))')" == true ]]; then
  class=main
fi
context=("Base: $base" "Class: $class" "Run: $GITHUB_RUN_NUMBER" "Commit: $sha")
is_commit "$sha" || fail "The plan names no full commit." "${context[@]}"
base_version "$base" "$GITHUB_RUN_NUMBER" || fail "The base of the version is neither like 1.0 nor like 1.2.3. Correct it in the config." "${context[@]}"
base="$REPLY" short="${sha:0:7}"

case "$class" in
  main) version="$base" ;;
  integration | feature)
    branch_identifier "${GITHUB_HEAD_REF:-$GITHUB_REF_NAME}"
    version="$base-$REPLY.$GITHUB_RUN_NUMBER"
    ;;
  pullRequest)
    number="$(event .pull_request.number)"
    [[ "$number" =~ ^[1-9][0-9]*$ ]] || fail "The event names no pull request." "${context[@]}"
    version="$base-pr.$number.$GITHUB_RUN_NUMBER.g$short"
    ;;
  queue) version="$base-queue.$GITHUB_RUN_NUMBER.g$short" ;;
  nightly) version="$base-nightly.$(date --utc +%Y%m%d).$GITHUB_RUN_NUMBER" ;;
  manual) version="$base-manual.$GITHUB_RUN_NUMBER" ;;
  release)
    release_version "$GITHUB_REF_NAME" ||
      fail "The Git tag does not end in a version such as 1.2.3 or 1.2.3-rc.1. Push a tag that does; numbers have no leading zeros, and build metadata (+) has no place in an image's tag." "Tag: $GITHUB_REF_NAME" "${context[@]}"
    version="$REPLY"
    ;;
  *) fail "Events of this class have no version." "${context[@]}" ;;
esac
is_semver "$version" || fail "The version is not valid by Semantic Versioning." "Version: $version" "${context[@]}"

prerelease=true major=false channel=next
if [[ -z "$SEMVER_PRERELEASE" ]]; then prerelease=false channel=latest; fi
if [[ "$prerelease" == false && "$SEMVER_CORE" == *.0.0 && "$SEMVER_CORE" != 0.0.0 ]]; then major=true; fi
group "Version"
details "${context[@]}"
output version "$version"
output prerelease "$prerelease"
output major "$major"
output channel "$channel"
endgroup
summary "Version $(code "$version") ($channel)"
