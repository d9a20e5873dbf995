#!/usr/bin/env bash
# Publishes one npm package: the very tarball that was built and tested. What is published already stays, so a re-run
# after a failure does the rest; nothing is packed, and no script of the package runs.
#
# The step's own env gives NODE_AUTH_TOKEN, unless the registry trusts this workflow itself. A restricted package cannot be
# read without one: where it is published already, a re-run ends with npm's refusal.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"
source "${BASH_SOURCE[0]%/*}/../lib/version.sh"

require TARGET RUNNER_TEMP
# setting NAME: of the target.
# shellcheck disable=SC2016 # jq's own variables
setting() { plan '.publish[$target] // {} | .[$name] | if . == null then empty else . end' --arg target "$TARGET" --arg name "$1"; }
# The tarball lies where the step before has put the build's files.
folder="$RUNNER_TEMP/files-$(setting from)"
registry="$(setting registry)" access="$(setting access)" trusted="$(setting trusted)" provenance="$(setting provenance)"
registry="${registry%/}/"
context=("Folder: $folder" "Registry: $registry")
# A token goes to nobody who merely listens.
[[ "$registry" =~ ^(https://|http://(localhost|127\.0\.0\.1)[:/])[^[:space:]]*$ ]] || fail "The registry's address does not begin with https://." "${context[@]}"

mapfile -d '' -t tarballs < <(find "$folder" -name '*.tgz' -type f -print0)
((${#tarballs[@]} == 1)) || fail "There must be exactly one *.tgz to publish; there are ${#tarballs[@]}. Look at the job that packs." "${tarballs[@]}" "${context[@]}"
# Neither the workspace's .npmrc nor a file's name has a say in what happens: npm works in a folder of its own.
work="$(mktemp --directory --tmpdir="$RUNNER_TEMP")"
trap 'rm -rf "$work"' EXIT
tarball="$work/package.tgz"
cp -- "${tarballs[0]}" "$tarball"

manifests="$(tar --list --gzip --file="$tarball" --force-local | grep --extended-regexp '^(\./)?[^/]+/package\.json$')" || true
[[ "$manifests" == package/package.json ]] || fail "The tarball is not what npm pack writes: it must hold package/package.json, once." "${context[@]}"
manifest="$(tar --extract --gzip --to-stdout --force-local --file="$tarball" package/package.json)"
jq --exit-status 'type == "object"' <<< "$manifest" > /dev/null || fail "The package.json in the tarball cannot be read." "${context[@]}"
name="$(jq --raw-output '.name | strings' <<< "$manifest")"
version="$(jq --raw-output '.version | strings' <<< "$manifest")"
context=("Package: $name" "Version: $version" "${context[@]}")
[[ "$name" =~ ^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$ ]] || fail "The tarball's package has no name that npm takes." "${context[@]}"
is_semver "$version" || fail "The tarball's version is not valid by Semantic Versioning." "${context[@]}"
if [[ -n "${VERSION:-}" && "$version" != "$VERSION" ]]; then
  fail "The tarball holds another version than this run publishes, so it is not what was built for it." "Wanted: $VERSION" "${context[@]}"
fi
if [[ -z "${DIST_TAG:-}" ]]; then
  DIST_TAG=latest
  if [[ -n "$SEMVER_PRERELEASE" ]]; then DIST_TAG=next; fi
fi
[[ "$DIST_TAG" =~ ^[a-z][a-z0-9-]*$ && ! "$DIST_TAG" =~ ^[vx][0-9]*$ ]] || fail "The dist-tag is none: use letters, digits and -, and nothing that reads as a version." "Dist-tag: $DIST_TAG" "${context[@]}"
if [[ "$DIST_TAG" == latest && -n "$SEMVER_PRERELEASE" ]]; then
  fail "A prerelease would become what everybody gets who installs the package. Give it another dist-tag, such as next." "${context[@]}"
fi
integrity="sha512-$(openssl dgst -sha512 -binary "$tarball" | base64 --wrap=0)"

: > "$work/npmrc"
if [[ "$trusted" == true ]]; then
  unset NODE_AUTH_TOKEN
  # npm's docs, "Trusted publishing for npm packages".
  npm_version="$(npm --version)"
  if [[ "$(printf '%s\n' 11.5.1 "$npm_version" | sort --version-sort | head --lines=1)" != 11.5.1 ]]; then
    fail "Publishing without a token needs npm 11.5.1 or newer; this is npm $npm_version. Set up Node.js 24.5 or newer in this job." "${context[@]}"
  fi
  [[ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ]] || fail "This job cannot prove who it is. Publishing without a token needs the permission id-token: write." "${context[@]}"
else
  require NODE_AUTH_TOKEN
  # npm reads the variable; the file does not hold the token.
  # shellcheck disable=SC2016
  printf '%s:_authToken=${NODE_AUTH_TOKEN}\n' "${registry#*:}" > "$work/npmrc"
fi

# What the package says under publishConfig has less weight than these, and so has the environment (actions/setup-node
# leaves an npmrc there).
options=("--registry=$registry" "--userconfig=$work/npmrc" "--cache=$work/cache" --fetch-retries=0 --no-update-notifier)
if [[ "$name" == @*/* ]]; then options+=("--${name%%/*}:registry=$registry"); fi
publishing=("--access=$access" "--tag=$DIST_TAG" --ignore-scripts)
case "$provenance" in
  true) publishing+=(--provenance) ;;
  false) publishing+=(--no-provenance) ;;
esac

# npm_view SPEC FIELD: leaves the value in REPLY. Returns 4 when the registry has no such package or version.
npm_view() {
  local answer
  if answer="$(cd "$work" && npm view "$1" "$2" --json --prefer-online "${options[@]}" 2> "$work/log" < /dev/null)"; then
    REPLY="$(jq --raw-output 'strings' <<< "${answer:-null}")"
    return 0
  fi
  REPLY=""
  if jq --exit-status '.error.code == "E404"' <<< "$answer" > /dev/null 2>&1; then return 4; fi
  printable_lines < "$work/log" >&2
  return 1
}

# is_published: returns 4 when the version is not there.
is_published() {
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" npm_view "$name@$version" dist.integrity || return $?
  if [[ "$REPLY" == "$integrity" ]]; then return 0; fi
  fail "This version is published already, with other contents: a version never changes. Raise the version, or look for what else publishes it." "There: ${REPLY:-no integrity}" "Here: $integrity" "${context[@]}"
}

# publish: one attempt. An attempt whose answer is lost may have worked.
publish() {
  local code=0
  (cd "$work" && npm publish ./package.tgz "${publishing[@]}" "${options[@]}") > "$work/published" 2>&1 < /dev/null || code=$?
  printable_lines < "$work/published"
  if ((code == 0)) || is_published; then return 0; fi
  if grep --quiet --extended-regexp '^npm (error|ERR!) code (E40[0-6]|E422|ENEEDAUTH|EOTP|EPRIVATE|EUSAGE)' "$work/published"; then return 4; fi
  return 1
}

group "Publish $name $version"
details "${context[@]}" "Dist-tag: $DIST_TAG" "Integrity: $integrity"
code=0 published=false
is_published || code=$?
if ((code == 0)); then
  echo "It is published already, with these very contents."
elif ((code == 4)); then
  # When an older run is run again, what everybody gets would go back.
  if [[ "$DIST_TAG" == latest ]]; then
    code=0
    retry "${ATTEMPTS:-3}" "${DELAY:-5}" npm_view "$name" dist-tags.latest || code=$?
    if ((code != 0 && code != 4)); then fail "The registry cannot be asked which version is latest. Once it works again, re-run the failed jobs." "${context[@]}"; fi
    newest="$(printf '%s\n' "$version" "${REPLY:-$version}" | sort --version-sort | tail --lines=1)"
    if [[ "$newest" != "$version" ]]; then fail "A newer version is latest already, and this one would take its place. Publish it under another dist-tag, or not at all." "Latest: $newest" "${context[@]}"; fi
  fi
  retry "${ATTEMPTS:-3}" "${DELAY:-5}" publish ||
    fail "The package cannot be published; npm's reason stands above. Check the token, or that the package trusts this workflow (which a package's first version cannot), and re-run the failed jobs." "${context[@]}"
  published=true
  code=0
  is_published || code=$?
  if ((code != 0)); then warn "npm has published the package, but the registry does not show it yet. It takes some minutes at times." "${context[@]}"; fi
else
  fail "The registry cannot be asked for the package. Once it works again, re-run the failed jobs." "${context[@]}"
fi
output name "$name"
output version "$version"
output dist-tag "$DIST_TAG"
output integrity "$integrity"
output published "$published"
endgroup
if [[ "$published" == true ]]; then
  summary "Published $(code "$name@$version") as $(code "$DIST_TAG")"
else
  summary "$(code "$name@$version") was published already."
fi
