#!/usr/bin/env bash
# Finds the commit that was published last: that of the newest successful run on a branch in which the publishing gate
# succeeded. A run that had nothing to publish skipped its gate.
#
# GH_TOKEN, REPOSITORY  the token, and whose runs
# WORKFLOW              the workflow's file, such as ci.yml
# BRANCH                the branch
# GATE_JOB              the name of the job that succeeds only when everything was published
#
# Outputs: commit and run-id, empty when there is none or GitHub cannot be asked.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/api.sh"

require GH_TOKEN REPOSITORY WORKFLOW BRANCH GATE_JOB
group "Last publication of $BRANCH"

report() {
  output commit "$1"
  output run-id "$2"
  endgroup
}

unknown() {
  warn "GitHub cannot be asked for earlier runs, so nothing is known to be published."
  report "" ""
  exit 0
}

# A fork's pull request may come from a branch of the same name, and its run is listed under that name, too.
runs="$(api GET "repos/$REPOSITORY/actions/workflows/$(encode "$WORKFLOW")/runs?branch=$(encode "$BRANCH")&status=success&per_page=50")" || unknown
runs="$(jq --raw-output --arg repository "$REPOSITORY" --arg branch "$BRANCH" '[.workflow_runs[]
  | select(.conclusion == "success" and .head_branch == $branch and .event != "pull_request" and .event != "pull_request_target" and .event != "workflow_run")
  | select((.head_repository.full_name // $repository | ascii_downcase) == ($repository | ascii_downcase))]
  | sort_by(.created_at, .id) | reverse[] | [.id, .head_sha] | @tsv' <<< "$runs")" || unknown
while IFS=$'\t' read -r run commit; do
  if ! [[ "$run" =~ ^[0-9]+$ ]] || ! is_commit "$commit"; then continue; fi
  jobs="$(api_pages "repos/$REPOSITORY/actions/runs/$run/jobs?filter=latest" '.jobs[] | {name, conclusion}')" || unknown
  if jq --exit-status --slurp --arg gate "$GATE_JOB" 'any(.[]; .name == $gate and .conclusion == "success")' <<< "$jobs" > /dev/null; then
    report "$commit" "$run"
    exit 0
  fi
  echo "Run $run of $commit published nothing."
done <<< "$runs"
echo "Nothing was published yet, as far as the newest 50 successful runs tell."
report "" ""
