#!/usr/bin/env bash
# The gate of a build, and the record of what was built, which the consumers of this repository's own runs read.
#
# NEEDS   JSON: the context needs
# CLASS   the event's class; TAG the tag; COMMIT the commit that was built
# BUILDS  JSON: a list of {"name", "kind": "image", "image", "digest", "commit"} and {"name", "kind": "files", "artifact"};
#         the digest is empty where the image could not be pushed
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/needs.sh"

require NEEDS BUILDS
check_needs "$NEEDS"
if [[ -n "$REPLY" ]]; then fail "Not everything succeeded: $REPLY. Look at those jobs first."; fi
require CLASS TAG COMMIT RUNNER_TEMP

group "Record"
record="$RUNNER_TEMP/build-record.json"
if ! jq --arg class "$CLASS" --arg tag "$TAG" --arg commit "$COMMIT" '
    def image: .digest as $digest | .commit as $source
      | if ($digest | test("^(sha256:[0-9a-f]{64})?$")) and ($source | test("^([0-9a-f]{40})?$")) and (($digest == "") or ($source != ""))
        then {kind, image, digest: $digest, sourceCommit: (if $source == "" then $commit else $source end)}
        else error("the build \(.name) has an unusable digest or commit") end;
    {version: 1, class: $class, tag: $tag, commit: $commit,
     builds: (map({(.name): (if .kind == "image" then image else {kind, artifact} end)}) | add)}' \
    <<< "$BUILDS" > "$record"; then
  fail "The record of what was built cannot be written." "Builds: $BUILDS"
fi
cat "$record"
endgroup
summary "" "| Build | Result |" "| --- | --- |"
while IFS=$'\t' read -r name what; do
  summary "| $(code "$name") | $(code "$what") |"
done < <(jq --raw-output '.builds | to_entries[] | [.key, (.value | if .kind == "files" then "artifact " + .artifact elif .digest == "" then "artifact only" else .image + "@" + .digest end)] | @tsv' "$record")
