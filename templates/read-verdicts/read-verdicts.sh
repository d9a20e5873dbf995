#!/usr/bin/env bash
# Which tests of a commit have passed already, so that a release need not repeat them.
#
# GH_TOKEN, REPOSITORY, SHA  the token, and the commit
# CONTEXTS  JSON: the names under which the verdicts stand
# SINCE     when the images were built, space between them: results from before are about others
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/status.sh"

require GH_TOKEN REPOSITORY SHA CONTEXTS
is_commit "$SHA" || fail "SHA is no full commit." "Commit: $SHA"
file="$(mktemp)"
since="$(tr ' ' '\n' <<< "${SINCE:-}" | sort | tail --lines=1)"
passed='[]'
summary "| Test | On this commit |" "| --- | --- |"
if verdicts "$file"; then
  while IFS= read -r context; do
    state_of "$file" "$context" "$since"
    if [[ "$REPLY" == success ]]; then passed="$(jq --compact-output --arg context "$context" '. + [$context]' <<< "$passed")"; fi
    summary "| $(code "$context") | ${REPLY:-no result} |"
  done < <(jq --raw-output '.[]' <<< "$CONTEXTS")
else
  warn "The verdicts on this commit cannot be read, so every test runs again." "Commit: $SHA"
fi
rm -f "$file"
output passed "$passed"
