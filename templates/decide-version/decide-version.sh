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
# BASE        1.0, so that the patch is the run's number; or 1.2.3, which stays until somebody raises it
# CLASS       the event's class: main, integration, feature, pullRequest, queue, nightly, manual or release
# RUN_NUMBER  the run's number within its workflow
# SHA         the commit that is built
# BRANCH      the branch, for integration and feature
# PR_NUMBER   the pull request's number, for pullRequest
# REF_NAME    the Git tag, for release
#
# Outputs: version; prerelease; major (true for a finished X.0.0); channel (latest, or next for prereleases).
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/version.sh"

require BASE CLASS RUN_NUMBER SHA
context=("Base: $BASE" "Class: $CLASS" "Run: $RUN_NUMBER" "Commit: $SHA")
[[ "$RUN_NUMBER" =~ ^[1-9][0-9]*$ ]] || fail "RUN_NUMBER is no number." "${context[@]}"
is_commit "$SHA" || fail "SHA is no full commit." "${context[@]}"
base_version "$BASE" "$RUN_NUMBER" || fail "The base of the version is neither like 1.0 nor like 1.2.3. Correct it in the config." "${context[@]}"
base="$REPLY" short="${SHA:0:7}"

case "$CLASS" in
  main) version="$base" ;;
  integration | feature)
    branch_identifier "${BRANCH:-}"
    version="$base-$REPLY.$RUN_NUMBER"
    ;;
  pullRequest)
    [[ "${PR_NUMBER:-}" =~ ^[1-9][0-9]*$ ]] || fail "PR_NUMBER is no number." "${context[@]}"
    version="$base-pr.$PR_NUMBER.$RUN_NUMBER.g$short"
    ;;
  queue) version="$base-queue.$RUN_NUMBER.g$short" ;;
  nightly) version="$base-nightly.$(date --utc +%Y%m%d).$RUN_NUMBER" ;;
  manual) version="$base-manual.$RUN_NUMBER" ;;
  release)
    release_version "${REF_NAME:-}" ||
      fail "The Git tag does not end in a version such as 1.2.3 or 1.2.3-rc.1. Push a tag that does; numbers have no leading zeros, and build metadata (+) has no place in an image's tag." "Tag: ${REF_NAME:-}" "${context[@]}"
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
