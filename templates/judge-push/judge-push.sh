#!/usr/bin/env bash
# Decides what a failed push means. Where consumers can take the saved artifact instead, a pull request or a feature
# branch goes on without the registry. What people or releases depend on must be in the registry.
#
# OUTCOMES  what became of the attempts, space between them
# CLASS     the event's class
# FALLBACK  true where the image was also saved as an artifact
#
# The output "unpushed" is true or absent: of a matrix, the job that ends last would overwrite true with false, but GitHub
# skips what is empty.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require OUTCOMES CLASS
if [[ " $OUTCOMES " == *" success "* ]]; then
  echo "Pushed: $OUTCOMES"
  exit 0
fi
context=("Attempts: $OUTCOMES" "Class: $CLASS" "Status of GitHub's own registry: https://www.githubstatus.com")
case "$CLASS" in
  pullRequest | feature | queue)
    if [[ "${FALLBACK:-}" == true ]]; then
      warn "The image could not be pushed. The tests take it from this run's artifact." "${context[@]}"
      summary "⚠️ The image could not be pushed; the tests take it from this run's artifact."
      output unpushed true
      exit 0
    fi
    ;;
esac
fail "The image could not be pushed. Once the registry works again, re-run the failed jobs." "${context[@]}"
