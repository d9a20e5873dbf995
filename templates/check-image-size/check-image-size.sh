#!/usr/bin/env bash
# Fails when an image is larger than it may be: what one platform's image takes to pull, its compressed layers and its
# configuration, as the registry lists them. Nothing is pulled.
#
# IMAGE            the image's name, without a tag
# DIGEST           the image, or the index of its platforms
# MAX_BYTES        of each platform
# ATTEMPTS, DELAY  of each request; the delay in seconds
#
# Outputs: largest-bytes, of the largest platform.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"

require IMAGE DIGEST MAX_BYTES RUNNER_TEMP
context=("Image: $IMAGE" "Digest: $DIGEST")
is_digest "$DIGEST" || fail "DIGEST is no digest." "${context[@]}"
[[ "$MAX_BYTES" =~ ^[0-9]{1,15}$ ]] || fail "MAX_BYTES is no number of bytes." "It is: $MAX_BYTES"
folder="$(mktemp -d "$RUNNER_TEMP/image-size-XXXXXX")"
trap 'rm -r "$folder"' EXIT

# read_manifest FILE DIGEST
read_manifest() {
  local code=0
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" inspect_image "$1" --raw "$IMAGE@$2" || code=$?
  if ((code == 4)); then fail "The registry has no such image. Re-run the build." "Manifest: $2" "${context[@]}"; fi
  if ((code != 0)); then fail "The registry cannot be asked for the image's size. Once it works again, re-run the failed jobs." "${context[@]}"; fi
}

# size_of FILE: the bytes of an image's manifest; fails on what is none.
size_of() { jq --exit-status '[.config, .layers[]] | map(.size) | if all(.[]; type == "number") then add else error("no sizes") end' "$1" 2> /dev/null; }

group "Size of $IMAGE"
read_manifest "$folder/image" "$DIGEST"
if jq --exit-status 'has("manifests")' "$folder/image" > /dev/null; then
  # Attestations lie beside the images, for the platform "unknown/unknown". Nobody pulls them.
  images="$(jq --raw-output '.manifests[] | select(.platform.os != "unknown") | [.digest, ([.platform.os, .platform.architecture, (.platform.variant // empty)] | join("/"))] | @tsv' "$folder/image")"
else
  images="$DIGEST"$'\t'"image"
fi
[[ -n "$images" ]] || fail "The index lists no image." "${context[@]}"

summary "## Size of $(code "$IMAGE")" "" "| Platform | Compressed bytes | Limit |" "| --- | --- | --- |"
problems=() largest=0
while IFS=$'\t' read -r digest platform; do
  is_digest "$digest" || fail "The index names something that is no digest." "Named: $digest" "${context[@]}"
  read_manifest "$folder/platform" "$digest"
  size="$(size_of "$folder/platform")" || fail "The manifest of $platform tells no sizes." "Manifest: $digest" "${context[@]}"
  if ((size > largest)); then largest="$size"; fi
  mark="✅"
  if ((size > MAX_BYTES)); then
    mark="❌"
    problems+=("$platform has $size bytes; $MAX_BYTES are allowed.")
  fi
  printf '%s: %s bytes, limit %s\n' "$(printable "$platform")" "$size" "$MAX_BYTES"
  summary "| $mark $(code "$platform") | $size | $MAX_BYTES |"
done <<< "$images"
endgroup
output largest-bytes "$largest"
if ((${#problems[@]} > 0)); then fail "The image is larger than it may be." "${problems[@]}" "${context[@]}"; fi
