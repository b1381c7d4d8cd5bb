#!/usr/bin/env bash
# Sends what the description of the API allows, and what it does not, as schemathesis thinks it up: no answer of 500 and above, none that
# the description does not know. With a token, so that what is closed is found closed.
# usage: page_api.sh SPECREVIEW BIN_OF_PYTHON EXAMPLES
set -euo pipefail
program=$(realpath "$1") bin=$(realpath "$2") examples=$3
export SCHEMATHESIS_HOOKS; SCHEMATHESIS_HOOKS=$(realpath "$(dirname "$0")/page_hooks.py")
folder=$(mktemp -d)
cd "$folder"
export SPECREVIEW_PAGE_TOKEN=a-token-of-the-page-of-40-characters-xxx
SPECREVIEW_LOG=warn "$program" page --bind 127.0.0.1:0 --page-hosts docs.example.org >said &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
for _ in $(seq 100); do
  grep -q '^Open' said 2>/dev/null && break
  sleep 0.1
done
home=$(sed -n 's/^Open \(http[^ ]*\)\/ .*/\1/p' said)
# The token is sent with every request, also with those that are to go without a header: what goes without the token has its own check.
"$bin/schemathesis" run "$home/api/v1/openapi.json" --max-examples "$examples" --seed 7 \
  --header "Authorization: Bearer $SPECREVIEW_PAGE_TOKEN" --checks all --exclude-checks missing_required_header --no-color
