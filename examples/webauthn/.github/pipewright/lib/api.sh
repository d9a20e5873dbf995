# shellcheck shell=bash
# GitHub's REST API, with curl: `gh` would be one more program that every runner must have.
source "${BASH_SOURCE[0]%/*}/log.sh"
source "${BASH_SOURCE[0]%/*}/retry.sh"

# api METHOD PATH [JSON]: prints the answer. Returns 4 when GitHub refuses (such as: not found), another code when it
# cannot be reached; says why on the standard error.
api() {
  local folder code=0
  folder="$(mktemp -d)"
  retry "${API_ATTEMPTS:-4}" "${API_DELAY:-3}" api_request "$folder" "$@" || code=$?
  if ((code == 0)); then cat "$folder/body"; fi
  rm -r "$folder"
  return "$code"
}

# api_pages PATH FILTER: runs the jq filter on each page of a list and prints what it gives, one compact value a line.
api_pages() {
  local path="$1" filter="$2" page=1 folder code=0 separator='?' more=true
  if [[ "$path" == *\?* ]]; then separator='&'; fi
  folder="$(mktemp -d)"
  while [[ "$more" == true ]]; do
    retry "${API_ATTEMPTS:-4}" "${API_DELAY:-3}" api_request "$folder" GET "${path}${separator}per_page=100&page=${page}" || code=$?
    if ((code != 0)); then break; fi
    jq --compact-output "$filter" "$folder/body" || { code=$?; break; }
    if ! grep --quiet --ignore-case '^link:.*rel="next"' "$folder/headers" || ((page >= 30)); then more=false; fi
    page=$((page + 1))
  done
  rm -r "$folder"
  return "$code"
}

# api_request FOLDER METHOD PATH [JSON]: one attempt. The token goes through the standard input, where no list of
# processes shows it.
api_request() {
  local folder="$1" method="$2" path="$3" body="${4:-}" status address
  address="${GITHUB_API_URL:-https://api.github.com}/${path#/}"
  local options=(--silent --show-error --location --max-time 60 --request "$method" --header @-
    --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28'
    --output "$folder/body" --dump-header "$folder/headers" --write-out '%{http_code}')
  if [[ -n "$body" ]]; then options+=(--header 'Content-Type: application/json' --data "$body"); fi
  : > "$folder/body"
  if ! status="$(curl "${options[@]}" "$address" <<< "Authorization: Bearer $GH_TOKEN" 2> "$folder/error")"; then
    echo "GitHub did not answer $method $(printable "$path"): $(printable "$(< "$folder/error")")" >&2
    return 1
  fi
  if [[ "$status" == 2* ]]; then return 0; fi
  echo "GitHub answered $status to $method $(printable "$path"): $(printable "$(head --bytes=500 "$folder/body")")" >&2
  if [[ "$status" == 5* || "$status" == 429 ]]; then return 1; fi
  if [[ "$status" == 403 ]] && grep --quiet --ignore-case 'rate limit' "$folder/body"; then return 1; fi
  return 4
}

# encode TEXT: for one part of an address.
encode() { jq --raw-output --null-input --arg text "$1" '$text | @uri'; }
