#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the reference's cases where ../shared/conformance is (or CONFORMANCE names
# it): plainly, in all ways, in all ways with other inputs, and with changed
# expectations, which must fail. The numbers that pass are held against the
# committed floor, which only rises:
#   tests/conformance.sh build [plainly]
cd "$(dirname "$0")/.." || exit 1
build=$1
cases=${CONFORMANCE:-../shared/conformance}
floor_file=tests/conformance.floor
seed=20240607
status=0
complain() {
    echo "conformance: $*"
    status=1
}
floor_of() { grep -v '^#'; }

read -r parse_floor query_floor pull_floor < <(floor_of <$floor_file)
# Lower than in the commit that changed it last, or the one before?
for commit in $(git log -2 --format=%H -- $floor_file 2>/dev/null); do
    read -r parse_before query_before pull_before < <(
        git show "$commit:$floor_file" | floor_of)
    [ "$parse_floor" -ge "$parse_before" ] &&
        [ "$query_floor" -ge "$query_before" ] &&
        [ "$pull_floor" -ge "${pull_before:-0}" ] ||
        complain "the floor was $parse_before $query_before $pull_before" \
            "and only rises"
done
if [ ! -d "$cases/query" ]; then
    echo "conformance: no cases at $cases"
    exit $status
fi

parsed=$(CONFORMANCE=$cases timeout 300 "$build/integration/parse_conformance" |
    tail -1)
echo "statements: $parsed"
[ "${parsed%% *}" -ge "$parse_floor" ] 2>/dev/null ||
    complain "fewer parse than the floor of $parse_floor"

# run NAME OPTION...: as many must pass as the floor says. $paths are run.
paths=("$cases/query")
run() {
    local name=$1 summary passed started=$SECONDS
    shift
    summary=$(timeout 600 "$build/conformance" --verbose \
        --reasons tests/conformance/reasons.txt "$@" "${paths[@]}" 2>/dev/null)
    passed=$(echo "$summary" | tail -1)
    echo "$name: $(echo "$summary" | grep '^all: ' | cut -c6-)," \
        "$((SECONDS - started)) s"
    [ "${passed%% *}" -ge "$query_floor" ] 2>/dev/null && return
    complain "$name: fewer pass than the floor of $query_floor"
    echo "$summary" | grep '^  [FC] ' | head -40
}
run "cases" --report "$build/conformance.jsonl"
[ "${2-}" = plainly ] || {
    run "in all ways" --permute
    run "in all ways with other inputs" --scramble $seed
    run "with a changed expectation, failing" --mutate $seed
}
# Those that end with pull queries: rows that are read, and refusals.
paths=("$cases"/rest/pull-queries-*.json)
query_floor=$pull_floor
if [ -f "${paths[0]}" ]; then
    run "pull queries"
    [ "${2-}" = plainly ] || run "pull queries in all ways" --permute
    run "pull queries with a changed expectation, failing" --mutate $seed
fi
exit $status
