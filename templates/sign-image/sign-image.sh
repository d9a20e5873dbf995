#!/usr/bin/env bash
# Signs an image by its digest with cosign, without a key: the run's own identity is the signature's. What is signed
# already stays as it is.
#
# IMAGE   the image's name, without a tag; DIGEST what is signed
# CERTIFICATE_IDENTITY_REGEXP  the identity that counts: ^...$ around this workflow's address
# CERTIFICATE_OIDC_ISSUER      who vouches for it; GitHub Actions when empty
# ATTEMPTS, DELAY  of each request; the delay in seconds
#
# Outputs: signed, true when this run has signed it and false when it was signed already.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"

require IMAGE DIGEST CERTIFICATE_IDENTITY_REGEXP
reference="$IMAGE@$DIGEST"
issuer="${CERTIFICATE_OIDC_ISSUER:-https://token.actions.githubusercontent.com}"
context=("Image: $reference" "Identity: $CERTIFICATE_IDENTITY_REGEXP" "Issuer: $issuer")
is_digest "$DIGEST" || fail "DIGEST is no digest." "${context[@]}"
[[ "$IMAGE" =~ ^[a-z0-9][a-zA-Z0-9._:/-]*$ ]] || fail "IMAGE is no name of an image." "${context[@]}"
# Without them https://github.com/owner/app would also let https://github.com/owner/app-of-somebody-else pass.
[[ "$CERTIFICATE_IDENTITY_REGEXP" == ^*$ ]] || fail "The identity does not begin with ^ and end with \$, so more than it says would match." "${context[@]}"
command -v cosign > /dev/null || fail "cosign is not installed. Install it in an earlier step of this job." "${context[@]}"

# What cosign says holds the certificate's names, which nobody here has chosen.
verify() { cosign verify --certificate-identity-regexp "$CERTIFICATE_IDENTITY_REGEXP" --certificate-oidc-issuer "$issuer" --output json "$reference" 2>&1 < /dev/null | printable_lines > "$log"; }
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
