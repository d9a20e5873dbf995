# shellcheck shell=bash
# Repeats what may fail for a moment and can be repeated without harm. The plan's one policy takes the place of a caller's
# own figures, where the config has one.
source "${BASH_SOURCE[0]%/*}/plan.sh"

# retry ATTEMPTS DELAY_SECONDS COMMAND...: a command that returns 4 has failed for good. Returns what the last attempt
# returned. RETRY_ATTEMPTS and RETRY_DELAY, where they are set, stand above the plan.
retry() {
  local attempts delay attempt=1 code pause
  read_retry_policy
  attempts="${RETRY_ATTEMPTS:-${planned_attempts:-$1}}"
  delay="${RETRY_DELAY:-${planned_delay:-$2}}"
  shift 2
  while true; do
    code=0
    "$@" || code=$?
    if ((code == 0 || code == 4 || attempt >= attempts)); then return "$code"; fi
    pause="$(retry_pause "$attempt" "$delay")"
    echo "Attempt $attempt of $attempts failed. The next one starts in $pause s." >&2
    sleep "$pause"
    attempt=$((attempt + 1))
  done
}

# read_retry_policy: reads the plan's policy once; leaves its figures in planned_*, empty where it has none.
read_retry_policy() {
  if [[ -n "${planned_policy:-}" ]]; then return 0; fi
  planned_policy="$(plan '.retry // {} | "\(.attempts // "")|\(.delaySeconds // "")|\(.growth // "")|\(.jitter // "")"')"
  IFS='|' read -r planned_attempts planned_delay planned_growth planned_jitter <<< "$planned_policy"
}

# retry_pause ATTEMPT DELAY: prints the seconds to wait after that attempt. The pause grows: DELAY times the attempt's
# number (linear, the default), or DELAY times RETRY_FACTOR for each attempt before (exponential, the default where
# RETRY_FACTOR is set; 2 without). The jitter spreads it by so many percent in both directions, so that jobs that failed
# together do not come back together.
retry_pause() {
  local growth="${RETRY_GROWTH:-}"
  if [[ -z "$growth" && -n "${RETRY_FACTOR:-}" ]]; then growth=exponential; fi
  LC_ALL=C awk -v attempt="$1" -v delay="$2" -v growth="${growth:-${planned_growth:-linear}}" -v factor="${RETRY_FACTOR:-2}" \
    -v jitter="${RETRY_JITTER:-${planned_jitter:-0}}" -v random="$((RANDOM * 32768 + RANDOM))" '
    BEGIN {
      pause = growth == "exponential" ? delay * factor ^ (attempt - 1) : delay * attempt
      pause *= 1 + jitter / 100 * (2 * random / (32768 * 32768 - 1) - 1)
      printf "%.12g\n", int(pause * 1000 + 0.5) / 1000
    }'
}
