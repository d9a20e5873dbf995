# shellcheck shell=bash
# The tag algorithm. Each function leaves its result in REPLY.
source "${BASH_SOURCE[0]%/*}/log.sh"

# trim_tag TEXT: without "-" and "." at either end.
trim_tag() {
  REPLY="$1"
  REPLY="${REPLY#"${REPLY%%[!.-]*}"}"
  REPLY="${REPLY%"${REPLY##*[!.-]}"}"
}

# sanitize_branch NAME SUFFIX_LENGTH: makes a branch name fit for a Docker tag of at most 128 characters, of which
# SUFFIX_LENGTH are not the branch. In the C locale, so that only ASCII counts as letters.
sanitize_branch() {
  local LC_ALL=C text="$1" length=$((128 - $2))
  text="${text,,}"
  text="${text//[^a-z0-9._-]/-}"
  while [[ "$text" == *--* ]]; do text="${text//--/-}"; done
  trim_tag "$text"
  if ((length < 0)); then length=0; fi
  trim_tag "${REPLY:0:length}"
  REPLY="${REPLY:-branch}"
}

# expand_tag PATTERN NAME=VALUE...: replaces {NAME}.
expand_tag() {
  local LC_ALL=C text="$1" pair
  for pair in "${@:2}"; do text="${text//"{${pair%%=*}}"/"${pair#*=}"}"; done
  REPLY="$text"
}

# branch_tag NAME SHA: the tag of a push to a branch. It never reads as a tag of another class.
branch_tag() {
  local LC_ALL=C branch length prefixes sha="${2:0:SHA_LENGTH}"
  expand_tag "$TAG_BRANCH" "sha=$sha" "branch="
  length="${#REPLY}"
  sanitize_branch "$1" "$length"
  for prefixes in 0 1 2 3 4; do
    branch="$REPLY"
    expand_tag "$TAG_BRANCH" "sha=$sha" "branch=$branch"
    if ! [[ "$branch" =~ $RESERVED_BRANCHES || "$REPLY" =~ $OTHER_CLASSES ]]; then return 0; fi
    sanitize_branch "branch-$branch" "$length"
  done
  fail "The branch gets a tag that reads as another class, even with $prefixes prefixes. Change tags.branch in the config." \
    "Branch: $1" "Pattern: $TAG_BRANCH"
}

# commit_tag BRANCH SHA: the tag of a push to a long-lived branch.
commit_tag() {
  sanitize_branch "$1" 0
  expand_tag "$TAG_COMMIT" "sha=${2:0:SHA_LENGTH}" "branch=$REPLY"
}

# is_long_lived BRANCH: whether its images are kept like main's.
is_long_lived() {
  local LC_ALL=C
  [[ "$1" == "$MAIN_BRANCH" || "$1" =~ ${INTEGRATION_BRANCHES:-^$} ]]
}

# cache_branch NAME: the branch as it stands in the tags of its layers. No other branch reads as a long-lived one.
cache_branch() {
  sanitize_branch "$1" 48
  if ! is_long_lived "$1" && [[ "$REPLY" =~ $LONG_LIVED_SLUGS ]]; then REPLY="branch-$REPLY"; fi
}

# is_docker_tag TEXT
is_docker_tag() {
  local LC_ALL=C
  [[ "$1" =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$ ]]
}
