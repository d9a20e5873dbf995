#!/usr/bin/env bash
# Says that somebody has approved: the job only starts once the reviewers of its environment have.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require ENVIRONMENT VERSION
echo "$(printable "$VERSION") is approved for $(printable "$ENVIRONMENT")."
summary "Approved for $(code "$ENVIRONMENT"): $(code "$VERSION")"
