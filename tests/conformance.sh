#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the reference's cases where ../shared/conformance is (or CONFORMANCE names
# it), and holds the number that passes against the committed floor, which only
# rises:
#   tests/conformance.sh build
cd "$(dirname "$0")/.." || exit 1
build=$1
cases=${CONFORMANCE:-../shared/conformance}
if [ ! -d "$cases/query" ]; then
    echo "conformance: no cases at $cases"
    exit 0
fi
floor=$(grep -v '^#' tests/conformance.floor)
parse_floor=${floor% *}
query_floor=${floor#* }
status=0
parsed=$(CONFORMANCE=$cases timeout 300 "$build/integration/parse_conformance" |
    tail -1)
echo "statements: $parsed"
[ "${parsed%% *}" -ge "$parse_floor" ] 2>/dev/null || {
    echo "conformance: fewer parse than the floor of $parse_floor"
    status=1
}
summary=$(timeout 1200 "$build/integration/conformance" \
    --report "$build/conformance.jsonl" "$cases/query")
echo "$summary" | grep '^all: '
passed=$(echo "$summary" | tail -1)
[ "${passed%% *}" -ge "$query_floor" ] 2>/dev/null || {
    echo "conformance: fewer pass than the floor of $query_floor"
    status=1
}
exit $status
