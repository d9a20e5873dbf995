# shellcheck shell=bash
# Messages, outputs and the job's summary. What comes from outside (branch names, titles, answers of servers) never
# begins a line with "::" and never holds "##[": to the runner those are commands.

# printable TEXT: the text on one line, without control characters and without anything that the runner obeys.
printable() {
  local LC_ALL=C line="$1"
  line="${line//[[:cntrl:]]/ }"
  while [[ "$line" == *::* ]]; do line="${line//::/: :}"; done
  while [[ "$line" == *"##["* ]]; do line="${line//"##["/"## ["}"; done
  printf '%s\n' "$line"
}

# printable_lines: the same for each line of the standard input, for the output of other programs.
printable_lines() {
  LC_ALL=C tr -d '\000-\010\013-\037\177' | LC_ALL=C sed -e 's/::/: :/g' -e 's/::/: :/g' -e 's/##\[/## [/g'
}

# code TEXT: the text as code in a line or a table of the summary.
code() {
  local line
  line="$(printable "$1")"
  line="${line//\`/\'}"
  # shellcheck disable=SC2016 # the backticks are Markdown
  printf '`%s`' "${line//|/\\|}"
}

group() { printf '::group::%s\n' "$(printable "$1")"; }
endgroup() { printf '::endgroup::\n'; }

# details LINE...: facts that belong to a message, each on a line of its own.
details() {
  local line
  for line in "$@"; do printf '  %s\n' "$(printable "$line")"; done
}

annotate() {
  local level="$1" message
  message="$(printable "$2")"
  printf '::%s::%s\n' "$level" "${message//%/%25}"
}

# warn MESSAGE [LINE...]
warn() {
  annotate warning "$1"
  details "${@:2}"
}

# fail MESSAGE [LINE...]: says what is wrong and what to do, with the facts that led to it, and ends the step.
fail() {
  {
    endgroup
    annotate error "$1"
    details "${@:2}"
  } >&2
  summary "❌ $(printable "$1")"
  exit 1
}

# require NAME...: ends the step when an environment variable is missing.
require() {
  local variable
  for variable in "$@"; do
    [[ -n "${!variable:-}" ]] || fail "The step has no value for $variable. The workflow file is incomplete: generate it again."
  done
}

# output NAME VALUE: hands a value on to later steps. A value of several lines could add outputs of its own.
output() {
  local key="$1" value="$2"
  if [[ "$value" == *$'\n'* || "$value" == *$'\r'* ]]; then
    fail "The output $key would have several lines." "Value: $value"
  fi
  printf '%s=%s\n' "$key" "$value" >> "$GITHUB_OUTPUT"
  printf '  %s: %s\n' "$key" "$(printable "$value")"
}

# summary LINE...: adds lines to the job's summary.
summary() {
  [[ -n "${GITHUB_STEP_SUMMARY:-}" ]] || return 0
  printf '%s\n' "$@" >> "$GITHUB_STEP_SUMMARY"
}

# is_commit TEXT: whether this is a full commit, 40 hexadecimal digits.
is_commit() { [[ "$1" =~ ^[0-9a-f]{40}$ ]]; }

# is_digest TEXT
is_digest() { [[ "$1" =~ ^sha256:[0-9a-f]{64}$ ]]; }
