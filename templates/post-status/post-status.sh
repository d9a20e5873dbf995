#!/usr/bin/env bash
# Posts a commit status.
#
# GH_TOKEN, REPOSITORY, SHA  the token, and the commit that the status is about
# CONTEXT      the status's name
# STATE        pending, success, failure or error
# DESCRIPTION  a short sentence; TARGET_URL the page that it links to
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/status.sh"

require GH_TOKEN REPOSITORY SHA CONTEXT STATE
is_commit "$SHA" || fail "SHA is no full commit." "Commit: $SHA"
post_status "$STATE" "${DESCRIPTION:-}"
