# shellcheck shell=bash
# Images in a registry, through `docker buildx imagetools`: nothing is pulled.
source "${BASH_SOURCE[0]%/*}/log.sh"
source "${BASH_SOURCE[0]%/*}/retry.sh"

# inspect_image FILE ARGUMENT...: one attempt. Returns 4 when the registry answers that there is no such image.
inspect_image() {
  local file="$1" error
  shift
  if { error="$(docker buildx imagetools inspect "$@" 2>&1 >&3 < /dev/null)"; } 3> "$file"; then return 0; fi
  if [[ "$error" =~ (: not found|[Mm]anifest unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN)([^a-z]|$) ]]; then return 4; fi
  printf '%s\n' "$error" | printable_lines >&2
  return 1
}

# find_manifest REF: leaves the image's digest in REPLY. Returns 4 when the registry answers that there is no such image,
# another code when it cannot be asked.
find_manifest() {
  local file code=0
  REPLY=""
  file="$(mktemp)"
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" inspect_image "$file" --raw "$1" || code=$?
  if ((code == 0)); then
    REPLY="$(sha256sum "$file")"
    REPLY="sha256:${REPLY%% *}"
  fi
  rm "$file"
  return "$code"
}

# read_image REF: what the registry holds there. Returns 4 when there is no such image, another code when the registry
# cannot be asked. Sets IMAGE_DIGEST; IMAGE_PLATFORMS (comma between them); IMAGE_REVISION and IMAGE_RECIPE, the labels
# (empty when the image's platforms differ in them); IMAGE_CREATED, the label that says when the build began.
# shellcheck disable=SC2034 # not every program reads all of them
read_image() {
  local reference="$1" file code=0 configs
  IMAGE_DIGEST="" IMAGE_PLATFORMS="" IMAGE_REVISION="" IMAGE_RECIPE="" IMAGE_CREATED=""
  find_manifest "$reference" || return $?
  IMAGE_DIGEST="$REPLY"
  file="$(mktemp)"
  # By digest, so that what is read is one image even while the tag moves.
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" inspect_image "$file" --format '{{json .Image}}' "$(repository_of "$reference")@$IMAGE_DIGEST" || code=$?
  # One platform gives its configuration, several give a map of them.
  if ((code == 0)); then
    configs="$(jq --compact-output 'if has("architecture") then [.] else [.[]] end' "$file")" || code=$?
  fi
  rm "$file"
  if ((code != 0)); then return "$code"; fi
  IMAGE_PLATFORMS="$(jq --raw-output '[.[] | [.os, .architecture, (.variant // empty)] | join("/")] | sort | join(",")' <<< "$configs")"
  IMAGE_REVISION="$(label_of "$configs" org.opencontainers.image.revision)" || return 1
  IMAGE_RECIPE="$(label_of "$configs" pipewright.recipe)" || return 1
  IMAGE_CREATED="$(label_of "$configs" org.opencontainers.image.created)"
}

# label_of CONFIGS LABEL
label_of() {
  jq --raw-output --arg name "$2" '[.[] | .config.Labels[$name] // ""] | unique | if length == 1 then .[0] else "" end' <<< "$1"
}

# repository_of REF: the name without tag or digest.
repository_of() {
  local name="${1%@*}" last
  last="${name##*/}"
  printf '%s\n' "${name%"$last"}${last%%:*}"
}

# has_platforms NEEDED: whether IMAGE_PLATFORMS holds all of them. A variant that is not asked for does not matter.
has_platforms() {
  local platform
  local -a needed
  IFS=, read -r -a needed <<< "$1"
  for platform in "${needed[@]}"; do
    case ",$IMAGE_PLATFORMS," in
      *",$platform,"* | *",$platform/v"*) ;;
      *) return 1 ;;
    esac
  done
}

# has_recipe RECIPES: whether the image was made by one of them.
has_recipe() { [[ -n "$IMAGE_RECIPE" && " $1 " == *" $IMAGE_RECIPE "* ]]; }

# copy_image TARGET SOURCE...: gives the image a tag, or another registry a copy, without pulling it. Several sources
# become one image of all their platforms. A plain manifest stays one, so that its digest stays the same.
copy_image() {
  local target="$1"
  shift
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" docker buildx imagetools create --prefer-index=false --tag "$target" "$@" < /dev/null
}

# copy_exactly TARGET DIGEST SOURCE: the same, and compares the digests afterwards. Does nothing where the target is the
# image already. Returns non-zero with a message when the target is not what it should be.
copy_exactly() {
  local target="$1" digest="$2" source="$3"
  if find_manifest "$target" && [[ "$REPLY" == "$digest" ]]; then
    echo "$target is $digest already."
    return 0
  fi
  copy_image "$target" "$source" || return 1
  find_manifest "$target" || return 1
  if [[ "$REPLY" != "$digest" ]]; then
    echo "$target became $REPLY instead of $digest." >&2
    return 1
  fi
  echo "$target is now $digest."
}
