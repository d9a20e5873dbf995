# shellcheck shell=bash
# retry ATTEMPTS DELAY_SECONDS COMMAND...: runs what may fail for a moment and can be repeated without harm. A command that
# returns 4 has failed for good. Returns what the last attempt returned. RETRY_ATTEMPTS and RETRY_DELAY, where they are
# set, take the place of the first two arguments.
retry() {
  local attempts="${RETRY_ATTEMPTS:-$1}" delay="${RETRY_DELAY:-$2}" attempt=1 code pause
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

# retry_pause ATTEMPT DELAY: prints the seconds to wait after that attempt. The pause grows: DELAY times the attempt's
# number (RETRY_GROWTH=linear, the default), or DELAY times RETRY_FACTOR for each attempt before (exponential, the default
# where RETRY_FACTOR is set; 2 without). RETRY_JITTER spreads it by so many percent in both directions, so that jobs that
# failed together do not come back together.
retry_pause() {
  local growth="${RETRY_GROWTH:-linear}"
  if [[ -z "${RETRY_GROWTH:-}" && -n "${RETRY_FACTOR:-}" ]]; then growth=exponential; fi
  LC_ALL=C awk -v attempt="$1" -v delay="$2" -v growth="$growth" -v factor="${RETRY_FACTOR:-2}" -v jitter="${RETRY_JITTER:-0}" -v random="$((RANDOM * 32768 + RANDOM))" '
    BEGIN {
      pause = growth == "exponential" ? delay * factor ^ (attempt - 1) : delay * attempt
      pause *= 1 + jitter / 100 * (2 * random / (32768 * 32768 - 1) - 1)
      printf "%.12g\n", int(pause * 1000 + 0.5) / 1000
    }'
}
