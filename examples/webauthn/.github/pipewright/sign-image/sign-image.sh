#!/usr/bin/env bash
# Signs an image by its digest with cosign, without a key: the run's own identity is the signature's. What is signed
# already stays as it is.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"

require BUILD DIGEST
if [[ -n "$TARGET" ]]; then
  # shellcheck disable=SC2016 # jq's own variables
  image="$(plan '.publish[$target].names[$build] // empty' --arg target "$TARGET" --arg build "$BUILD")"
else
  # shellcheck disable=SC2016 # jq's own variables
  image="$(plan '.builds[$build].image // empty' --arg build "$BUILD")"
fi
[[ -n "$image" ]] || fail "plan.json has no such image. Generate the files again." "Build: $BUILD" "Target: ${TARGET:-none}"
reference="$image@$DIGEST"
# The identity that counts when a signature is verified: any workflow of this repository. The ends keep a repository out
# whose name merely begins with this one's.
identity="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
identity="^${identity//./\\.}/\\.github/workflows/.+\$"
issuer="https://token.actions.githubusercontent.com"
if [[ "$GITHUB_SERVER_URL" != https://github.com ]]; then issuer="$GITHUB_SERVER_URL/_services/token"; fi
context=("Image: $reference" "Identity: $identity" "Issuer: $issuer")
is_digest "$DIGEST" || fail "DIGEST is no digest." "${context[@]}"
command -v cosign > /dev/null || fail "cosign is not installed. Install it in an earlier step of this job." "${context[@]}"

# What cosign says holds the certificate's names, which nobody here has chosen.
verify() { cosign verify --certificate-identity-regexp "$identity" --certificate-oidc-issuer "$issuer" --output json "$reference" 2>&1 < /dev/null | printable_lines > "$log"; }
sign() { cosign sign --yes "$reference" 2>&1 < /dev/null | printable_lines; }

log="$(mktemp)"
group "Sign $reference"
if verify; then
  echo "It is signed already."
  output signed false
else
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" sign || fail "The image cannot be signed. The job needs id-token: write, and the registry must take the signature. Once both is so, re-run the failed jobs." "${context[@]}"
  if ! retry "${ATTEMPTS:-3}" "${DELAY:-5}" verify; then
    cat "$log"
    fail "The image was signed, but its signature does not verify. Does the identity match this workflow?" "${context[@]}"
  fi
  output signed true
fi
rm "$log"
endgroup
summary "$(code "$reference") is signed."
