#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make chaos`: servers are killed KILLS times on each broker.
#   tests/chaos/run.sh BUILD KILLS
# BROKERS  "local kafka"; ADDRESS a Kafka that runs already; SEED
# Prints each run's verdict, and how often each point was hit; with 60 kills or
# more on both brokers all must have been. Ends with "N passed, M failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD KILLS}
kills=${2:?usage: run.sh BUILD KILLS}
seed=${SEED:-$(date +%s)}
passed=0
failed=0
temp=$(mktemp -d "${TMPDIR:-/tmp}/millrace-chaos.XXXXXX") || exit 1
# shellcheck disable=SC2329
finish() {
    [ -d "$temp/kafka" ] && tests/kafka/kafka.sh stop "$temp/kafka"
    rm -rf "$temp"
}
trap finish EXIT
trap 'exit 130' INT TERM

run() { # what, kills, then options
    local what=$1 kills=$2
    shift 2
    echo "-- $what, $kills kills"
    if timeout -k 10 500 "$build/chaos" --millrace "$build/millrace" \
        --seed "$seed" --hits "$temp/hits" --kills "$kills" "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what, seed $seed"
    fi
}

# How often each point was hit and tried in all runs. Fails if one never was.
points() {
    "$build/chaos" --points | awk '
        NR == FNR { hits[$1] += $2; tried[$1] += $3; next }
        { printf "point %-26s hit %d of %d\n", $1, hits[$1], tried[$1] }
        !hits[$1] { never++ }
        END { exit never > 0 }' "$temp/hits" -
}

for broker in ${BROKERS:-local kafka}; do
    options=(--broker "$broker")
    if [ "$broker" = kafka ]; then
        KAFKA=${ADDRESS:-}
        [ -n "$KAFKA" ] || KAFKA=$(KAFKA_HOME_DIR=${KAFKA_HOME_DIR:-$build/kafka/${KAFKA_VERSION:-4.1.0}/libs} \
            tests/kafka/kafka.sh start "$temp/kafka") || {
            echo "no Kafka"
            failed=$((failed + 1))
            continue
        }
        export KAFKA
    fi
    part=$((kills / 5))
    run "$broker, exactly once" $((kills - 3 * part)) "${options[@]}" --selftest
    run "$broker, exactly once, statements" $part "${options[@]}" --interactive
    run "$broker, exactly once, a reader each" $part "${options[@]}" \
        --shared false
    run "$broker, at least once" $part "${options[@]}" --selftest \
        --guarantee at_least_once
done
: >>"$temp/hits"
points
all=$?
if [ "$all" -ne 0 ] && [ "$kills" -ge 60 ] && [ -z "${BROKERS:-}" ]; then
    failed=$((failed + 1))
    echo "FAILED: points that no run has hit"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
