# shellcheck shell=bash
# The plan of this repository's pipelines, as data, which lies beside the programs.
source "${BASH_SOURCE[0]%/*}/log.sh"

PLAN_FILE="${BASH_SOURCE[0]%/*}/../plan.json"

# plan FILTER [ARGUMENT...]: prints what the jq filter gives of this pipeline's part of the plan, strings without quotes.
# The arguments are jq's: --arg name value.
plan() {
  [[ "$(jq .version "$PLAN_FILE")" == 1 ]] ||
    fail "The programs do not know this version of plan.json. Generate the files again." "File: $PLAN_FILE"
  jq --raw-output --exit-status --arg member "${PIPELINE:-}" '.pipelines | has($member)' "$PLAN_FILE" > /dev/null ||
    fail "plan.json has no such pipeline. Generate the files again." "Pipeline: ${PIPELINE:-}"
  jq --raw-output --arg member "${PIPELINE:-}" "${@:2}" ".pipelines[\$member] | $1" "$PLAN_FILE"
}
