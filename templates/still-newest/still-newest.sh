#!/usr/bin/env bash
# Tells whether a commit still is the newest of its branch: what moves, such as latest, must not go back when an older run
# ends late or is run again. What cannot be asked is answered with no: the newest commit's own run moves it.
#
# GH_TOKEN, REPOSITORY  the token (contents: read), and whose branch
# BRANCH, SHA           the branch, and the commit that is published
#
# Outputs: newest, true or false.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/api.sh"

require GH_TOKEN REPOSITORY BRANCH SHA
context=("Branch: $BRANCH" "Commit: $SHA")
is_commit "$SHA" || fail "SHA is no full commit." "${context[@]}"
newest=false
if ! tip="$(api GET "repos/$REPOSITORY/branches/$(encode "$BRANCH")" | jq --raw-output '.commit.sha | strings')" || ! is_commit "$tip"; then
  warn "The newest commit of the branch cannot be read, so tags that move stay where they are. A re-run of this job tries again." "${context[@]}"
elif [[ "$tip" == "$SHA" ]]; then
  newest=true
  echo "$SHA is the newest commit of $(printable "$BRANCH")."
else
  echo "$(printable "$BRANCH") has moved on to $tip."
  summary "$(code "$BRANCH") has moved on to $(code "$tip"): tags that move are left to that commit's run."
fi
output newest "$newest"
