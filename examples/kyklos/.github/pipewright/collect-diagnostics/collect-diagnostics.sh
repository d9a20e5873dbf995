#!/usr/bin/env bash
# Keeps what explains a failure, in a folder that is uploaded afterwards: the environment without its values, the state of
# git, disk and memory, what Docker ran, the paths that the config names, and how to repeat it all. Never fails the job.
#
# From the job's own environment: IMAGE, the image that was tested; SHOWN, more variables whose values may be kept, blanks
# between them, though a name that speaks of a secret is never one; MAX_MEGABYTES, what the paths may take, 500 by default.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"
# Whatever is not there is left out: a diagnosis with gaps is better than none.
set +e +o pipefail
shopt -s globstar nullglob

out="$(realpath --canonicalize-missing -- "${RUNNER_TEMP:-/tmp}/diagnostics")"
# planned NAME: lines that the plan has for this consumer.
planned() { (plan ".consumers[\$consumer].diagnostics.$1 // [] | .[]" --arg consumer "${CONSUMER:-}"); }
PATHS="${PATHS:-$(planned paths)}"
COMMANDS="${COMMANDS:-$(planned commands)}"
left=500
if [[ "${MAX_MEGABYTES:-}" =~ ^[0-9]{1,6}$ ]]; then left="$MAX_MEGABYTES"; fi
left=$((left * 1000000))
secret='TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|COOKIE|SESSION|PRIVATE|SIGN|CERT|DSN|WEBHOOK|(^|_)(PAT|PWD|URL|URI)(_|$)'
shown=" CI GITHUB_ACTION GITHUB_ACTOR GITHUB_BASE_REF GITHUB_EVENT_NAME GITHUB_HEAD_REF GITHUB_JOB GITHUB_REF GITHUB_REF_NAME GITHUB_REPOSITORY GITHUB_RUN_ATTEMPT GITHUB_RUN_ID GITHUB_SHA GITHUB_WORKFLOW IMAGE LANG LC_ALL RUNNER_ARCH RUNNER_OS RUNNER_NAME SHELL TZ ImageOS ImageVersion ${SHOWN:-} "

# git: with a limit, and without what a repository's own configuration could have it run.
git() { timeout --kill-after=5 60 git --no-pager -c core.fsmonitor=false -c core.hooksPath=/dev/null "$@" < /dev/null; }

# attempt FILE COMMAND...: what the command says, into a file. A command that hangs is ended.
attempt() {
  local file="$out/$1"
  shift
  timeout --kill-after=5 60 "$@" > "$file" 2>&1 < /dev/null || printf '(ended with %s)\n' "$?" >> "$file"
}

# environment: the names of all variables; of harmless ones the values too.
environment() {
  local pair name
  while IFS= read -r -d '' pair; do
    name="${pair%%=*}"
    if [[ "$shown" == *" $name "* && ! "${name^^}" =~ $secret && "$name" != *[![:alnum:]_]* ]]; then
      printf '%s=%s\n' "$name" "$(printable "${pair#*=}")"
    else
      printf '%s (value left out)\n' "$(printable "$name")"
    fi
  done < <(env --null) | LC_ALL=C sort
}

# git_state: which code it was. Names of branches and titles come from outside: each stays on its line.
git_state() {
  git log -1 --no-color --format='commit  %H%nparents %P%nauthor  %an%ndate    %cI%nsubject %s'
  printf 'branch  %s\n' "$(git rev-parse --abbrev-ref HEAD)"
  printf 'event   %s on %s\n' "${GITHUB_EVENT_NAME:-unknown}" "${GITHUB_REF:-unknown}"
  if [[ -f "${GITHUB_EVENT_PATH:-}" ]]; then
    jq --raw-output '.pull_request // empty | "pull request #\(.number)", "title   \(.title | @json)", "head    \(.head.sha) \(.head.ref | @json) of \(.head.repo.full_name // "a deleted fork")", "base    \(.base.sha) \(.base.ref | @json)"' "$GITHUB_EVENT_PATH"
  fi
  printf '\nstatus\n'
  git status --short --branch
  printf '\nchanges against the commit\n'
  git diff --no-color --no-ext-diff --no-textconv --stat
}

# machine: what the runner had left.
machine() {
  uname -a
  nproc
  df --human-readable
  free --mebi
  ps -eo pid,ppid,stat,etime,pcpu,pmem,comm --sort=-pmem | head -30
}

# containers: each container's last words, in a file of its own.
containers() {
  local id
  attempt docker.txt docker ps --all --size
  attempt docker-images.txt docker images --digests
  while IFS= read -r id; do
    [[ "$id" =~ ^[0-9a-f]{12,64}$ ]] && attempt "container-${id:0:12}.log" docker logs --timestamps --tail 5000 "$id"
  done < <(timeout 30 docker ps --all --quiet 2> /dev/null < /dev/null | head -50)
}

# keep_paths: copies files as they are. A link is not followed: it could lead out of the workspace, to somebody's keys. Nor
# is anything of .git kept, which may hold a token.
keep_paths() {
  local IFS='' pattern file
  local -a found
  while read -r pattern; do
    if [[ -z "$pattern" ]]; then continue; fi
    # shellcheck disable=SC2206 # a glob is meant; without a separator names with spaces stay whole
    found=($pattern)
    if ((${#found[@]} == 0)) || [[ ! -e "${found[0]}" ]]; then printf '%s: nothing there\n' "$(printable "$pattern")"; fi
    for file in "${found[@]}"; do
      if [[ -L "$file" || ! -e "$file" ]]; then continue; fi
      if [[ "$file" != /* ]]; then file="./$file"; fi
      while read -r -d '' file; do keep_file "$file"; done < <(find "$file" -name .git -prune -o -type f -print0)
    done
  done <<< "${PATHS:-}"
}

# keep_file FILE: under its own path below the folder, as long as there is room.
keep_file() {
  local size target
  target="$(realpath --canonicalize-missing --no-symlinks -- "$1")"
  if [[ "$target" == "$out"/* || "$target" == */.git/* ]]; then return; fi
  target="${target#"$PWD"}"
  target="$out/files/${target#/}"
  if [[ -e "$target" ]]; then return; fi
  size="$(stat --format=%s -- "$1")"
  if ((size > left)); then
    printf '%s: %s bytes, too large\n' "$(printable "$1")" "$size"
    return
  fi
  mkdir -p -- "${target%/*}" && cp --no-dereference --preserve=timestamps -- "$1" "$target" && left=$((left - size))
}

# fence TEXT: as a block of code that the text cannot end.
fence() {
  local sign='```'
  while [[ "$1" == *"$sign"* ]]; do sign+='`'; done
  printf '%s\n%s\n%s\n' "$sign" "$1" "$sign"
}

# repro: how to see the failure again.
repro() {
  local commit
  commit="$(git rev-parse HEAD 2> /dev/null)"
  printf '# How to repeat this\n\nThe job %s of the workflow %s failed in run %s, attempt %s.\n\n' "$(code "${GITHUB_JOB:-}")" "$(code "${GITHUB_WORKFLOW:-}")" "${GITHUB_RUN_ID:-}" "${GITHUB_RUN_ATTEMPT:-}"
  printf 'Get the code that was tested:\n\n'
  fence "git clone ${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-}
cd ${GITHUB_REPOSITORY##*/}
git fetch origin ${commit:-${GITHUB_SHA:-}}
git checkout ${commit:-${GITHUB_SHA:-}}"
  if [[ -n "${IMAGE:-}" ]]; then
    printf '\nGet the image that was tested:\n\n'
    fence "export IMAGE='${IMAGE//\'/}'
docker pull \"\$IMAGE\""
  fi
  if [[ -n "${COMMANDS:-}" ]]; then
    printf '\nRun what the job ran, in "bash -eo pipefail":\n\n'
    fence "$COMMANDS"
  fi
  printf '\nThe runner: %s %s, image %s %s. The file environment.txt names the variables that were set.\n' "${RUNNER_OS:-}" "${RUNNER_ARCH:-}" "${ImageOS:-unknown}" "${ImageVersion:-}"
}

group "Diagnostics"
if mkdir -p -- "$out"; then
  environment > "$out/environment.txt"
  git_state > "$out/git.txt" 2>&1
  machine > "$out/machine.txt" 2>&1
  if command -v docker > /dev/null; then containers; fi
  keep_paths > "$out/left-out.txt" 2>&1
  printable_lines < "$out/left-out.txt"
  if [[ ! -s "$out/left-out.txt" ]]; then rm "$out/left-out.txt"; fi
  repro > "$out/repro.md"
  (cd "$out" && find . -type f -printf '%s %P\n' | sort --key=2 | head -200) | printable_lines
  if [[ "$out" != *$'\n'* ]]; then output folder "$out"; fi
else
  warn "The folder for the diagnostics cannot be made, so there are none." "Folder: $out"
fi
endgroup
exit 0
