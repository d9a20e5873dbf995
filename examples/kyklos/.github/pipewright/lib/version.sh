# shellcheck shell=bash
# Versions that are valid by Semantic Versioning 2.0.0. Each function leaves its result in REPLY.
source "${BASH_SOURCE[0]%/*}/log.sh"

# is_semver TEXT: a version without build metadata, which neither a Docker tag nor a Maven version can hold. Sets
# SEMVER_CORE (1.2.3) and SEMVER_PRERELEASE (rc.1, or empty).
# shellcheck disable=SC2034 # not every program reads both
is_semver() {
  local LC_ALL=C number='(0|[1-9][0-9]*)' identifier='(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)'
  SEMVER_CORE="" SEMVER_PRERELEASE=""
  [[ "$1" =~ ^($number\.$number\.$number)(-($identifier(\.$identifier)*))?$ ]] || return 1
  SEMVER_CORE="${BASH_REMATCH[1]}" SEMVER_PRERELEASE="${BASH_REMATCH[6]}"
}

# base_version BASE RUN_NUMBER: 1.2.3 stays itself; 1.2 gets the run's number as its patch, which grows with each run.
base_version() {
  local LC_ALL=C number='(0|[1-9][0-9]*)'
  if [[ "$1" =~ ^$number\.$number$ ]]; then
    REPLY="$1.$2"
  elif [[ "$1" =~ ^$number\.$number\.$number$ ]]; then
    REPLY="$1"
  else
    return 1
  fi
}

# branch_identifier NAME: a branch as one identifier of a prerelease. It never reads as a number, nor as a prerelease of
# another kind. The run's number follows it, so two branches that become the same still get versions of their own.
branch_identifier() {
  local LC_ALL=C text="${1,,}"
  text="${text//[^a-z0-9-]/-}"
  while [[ "$text" == *--* ]]; do text="${text//--/-}"; done
  text="${text#-}"
  text="${text:0:40}"
  text="${text%-}"
  if [[ -z "$text" ]]; then
    text="branch"
  elif [[ "$text" =~ ^([0-9]+|pr|queue|nightly|manual|alpha|beta|rc)$ ]]; then
    text="branch-$text"
  fi
  REPLY="$text"
}

# release_version TAG: the version at the end of a Git tag such as v1.2.3, 1.2.3-rc.1 or client-v1.2.3.
release_version() {
  local LC_ALL=C
  [[ "$1" =~ (^|[^0-9.])([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?)$ ]] || return 1
  REPLY="${BASH_REMATCH[2]}"
  is_semver "$REPLY"
}
