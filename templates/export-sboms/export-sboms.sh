#!/usr/bin/env bash
# Writes the bills of materials that hang on images to files, for people who have no tool to read them from a registry.
#
# IMAGES  JSON: a list of {"name", "image", "digest"}
# FOLDER  where they go: sbom-<name>.spdx.json, or one with each platform's name where there are several
# ATTEMPTS, DELAY  of each request; the delay in seconds
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"

require IMAGES FOLDER
mkdir -p "$FOLDER"
file="$(mktemp)"
while IFS=$'\t' read -r name image digest; do
  group "$name"
  is_digest "$digest" || fail "There is no digest of $name, so its bill of materials cannot be read." "Digest: $digest"
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" inspect_image "$file" --format '{{json .SBOM}}' "$image@$digest" ||
    fail "The bill of materials of $name cannot be read. Once the registry works again, re-run this job." "Image: $image@$digest"
  # One platform gives the document itself, several a map of them.
  count=0
  while IFS=$'\t' read -r platform document; do
    suffix=""
    if [[ -n "$platform" ]]; then suffix="-${platform//[^a-z0-9]/-}"; fi
    base64 --decode <<< "$document" > "$FOLDER/sbom-$name$suffix.spdx.json"
    echo "sbom-$name$suffix.spdx.json"
    count=$((count + 1))
  done < <(jq --raw-output 'if . == null then empty elif has("SPDX") then ["", (.SPDX | tojson | @base64)] | @tsv else to_entries[] | select(.value.SPDX != null) | [.key, (.value.SPDX | tojson | @base64)] | @tsv end' "$file")
  if ((count == 0)); then fail "The image of $name carries no bill of materials. Set \`sbom: true\` for its build in the config." "Image: $image@$digest"; fi
  endgroup
done < <(jq --raw-output '.[] | [.name, .image, .digest] | @tsv' <<< "$IMAGES")
rm -f "$file"
