# shellcheck shell=bash
# retry ATTEMPTS DELAY_SECONDS COMMAND...: runs what may fail for a moment and can be repeated without harm. The pause
# grows with each attempt. A command that returns 4 has failed for good. Returns what the last attempt returned.
retry() {
  local attempts="$1" delay="$2" attempt=1 code
  shift 2
  while true; do
    code=0
    "$@" || code=$?
    if ((code == 0 || code == 4 || attempt >= attempts)); then return "$code"; fi
    echo "Attempt $attempt of $attempts failed. The next one starts in $((delay * attempt)) s." >&2
    sleep "$((delay * attempt))"
    attempt=$((attempt + 1))
  done
}
