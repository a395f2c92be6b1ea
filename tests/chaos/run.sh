#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make chaos`: servers are killed KILLS times on each broker.
#   tests/chaos/run.sh BUILD KILLS
# BROKERS  "local kafka"; ADDRESS a Kafka that runs already; SEED
# Prints each run's verdict; ends with "N passed, M failed".
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

run() { # what, then options
    local what=$1
    shift
    if timeout -k 10 500 "$build/chaos" --millrace "$build/millrace" \
        --seed "$seed" "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what, seed $seed"
    fi
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
    run "$broker, exactly once" "${options[@]}" --selftest \
        --kills $((kills * 2 / 3))
    run "$broker, at least once" "${options[@]}" \
        --guarantee at_least_once --kills $((kills - kills * 2 / 3))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
