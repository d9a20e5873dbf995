#!/usr/bin/env bash
# Gives an image its tags, and other registries their copies: server-side, idempotent, and compared afterwards. The image
# is one digest, or is merged from the staging tags of several jobs.
#
# IMAGE          the image's name, without a tag
# DIGEST         the image, where it is known; SOURCE_COMMIT the commit that it was made from
# ENTRIES        else: JSON, the jobs that built it, each with its "name"
# STAGING        and their staging tag, with {platform} in it
# TAGS           the tags to give, space between them
# COMMIT         the commit that was built
# MIRRORS        the image in registries that stand in when this one fails, space between them: they receive all of TAGS,
#                and trouble there is a warning
# COPIES         images in other registries, with a tag each; COPY_TO without: there all of TAGS are copied to
# ATTEMPTS, DELAY  of each request; the delay in seconds
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"

require IMAGE TAGS COMMIT
context=("Image: $IMAGE" "Tags: $TAGS" "Commit: $COMMIT")
read -r -a tags <<< "$TAGS"
for tag in "${tags[@]}"; do is_docker_tag "$tag" || fail "This is no Docker tag." "Tag: $tag" "${context[@]}"; done

group "Publish $IMAGE"
if [[ -n "${DIGEST:-}" ]]; then
  is_digest "$DIGEST" || fail "DIGEST is no digest." "Digest: $DIGEST" "${context[@]}"
  digests=("$DIGEST")
else
  require ENTRIES STAGING
  digests=() platforms=""
  while IFS=$'\t' read -r name needed; do
    expand_tag "$STAGING" "platform=$name"
    code=0
    find_manifest "$IMAGE:$REPLY" || code=$?
    if ((code == 4)); then fail "The image of $name is gone from the registry. Re-run all jobs of the build." "Staging tag: $STAGING" "${context[@]}"; fi
    if ((code != 0)); then fail "The registry cannot be asked for the image of $name. Once it works again, re-run the failed jobs." "${context[@]}"; fi
    echo "$name: $REPLY"
    digests+=("$REPLY")
    platforms+="${platforms:+,}$needed"
  done < <(jq --raw-output '.[] | [.name, .platforms] | @tsv' <<< "$ENTRIES")
  mapfile -t digests < <(printf '%s\n' "${digests[@]}" | awk 'NF && !seen[$0]++')
fi
sources=("${digests[@]/#/$IMAGE@}")
case "${#digests[@]}" in
  0) fail "No job has built an image." "${context[@]}" ;;
  1) digest="${digests[0]}" ;;
  *)
    copy_image "$IMAGE:${tags[0]}" "${sources[@]}" || fail "The platforms cannot be merged into one image. Once the registry works again, re-run the failed jobs." "${context[@]}"
    read_image "$IMAGE:${tags[0]}" || fail "The registry does not give back what was merged. Re-run the failed jobs." "${context[@]}"
    has_platforms "$platforms" || fail "The merged image lacks platforms." "Needed: $platforms" "There: $IMAGE_PLATFORMS" "${context[@]}"
    digest="$IMAGE_DIGEST"
    ;;
esac

targets=("${tags[@]/#/$IMAGE:}")
read -r -a copies <<< "${COPIES:-}"
read -r -a copy_to <<< "${COPY_TO:-}"
for name in "${copy_to[@]}"; do copies+=("${tags[@]/#/$name:}"); done
for target in "${targets[@]}" "${copies[@]}"; do
  copy_exactly "$target" "$digest" "$IMAGE@$digest" ||
    fail "The image cannot be published as $target. Once the registry works again, re-run the failed jobs: what is done already stays." "Digest: $digest" "${context[@]}"
done
read_image "$IMAGE@$digest" || fail "The registry does not give back what was published. Re-run the failed jobs." "Digest: $digest" "${context[@]}"
output digest "$digest"
output created "$IMAGE_CREATED"
output commit "${SOURCE_COMMIT:-$COMMIT}"
endgroup
summary "Published $(code "$IMAGE@$digest") as ${tags[*]}"
read -r -a mirrors <<< "${MIRRORS:-}"
for name in "${mirrors[@]}"; do
  group "Mirror to $name"
  code=0
  for tag in "${tags[@]}"; do copy_exactly "$name:$tag" "$digest" "$IMAGE@$digest" || { code=$?; break; }; done
  endgroup
  if ((code == 0)); then
    summary "Mirrored to $(code "$name")"
  else
    warn "The mirror $name did not take the image, and cannot stand in for it. A re-run of this job tries again." "Digest: $digest" "${context[@]}"
    summary "⚠️ Not mirrored to $(code "$name")"
  fi
done
for copy in "${copies[@]}"; do summary "Copied to $(code "$copy")"; done
