#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the tests that need a real Kafka, against the programs in a build folder:
#   tests/kafka/run.sh build
# Each $BUILD/kafka-it/it_* and each executable tests/kafka/it_*.sh is one test.
# They find KAFKA (host:port), KAFKA_DIR (for kafka.sh) and BUILD in their
# environment; IT=name runs only those whose name contains it. Ends with
# "N passed, M failed"; exits 1 on any failure.
set -u
BUILD=${1:?usage: run.sh BUILD}
here=$(cd "$(dirname "$0")" && pwd)
KAFKA_HOME_DIR=${KAFKA_HOME_DIR:-$BUILD/kafka/${KAFKA_VERSION:-4.1.0}/libs}
KAFKA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/millrace-kafka.XXXXXX") || exit 1
export BUILD KAFKA_DIR KAFKA_HOME_DIR
passed=0
failed=0
finish() {
    "$here/kafka.sh" stop "$KAFKA_DIR"
    rm -rf "$KAFKA_DIR"
}
trap finish EXIT
trap 'exit 1' INT TERM
KAFKA=$("$here/kafka.sh" start "$KAFKA_DIR") || {
    echo "0 passed, 1 failed"
    exit 1
}
export KAFKA
echo "Kafka ${KAFKA_VERSION:-4.1.0} at $KAFKA"
count() { # name, then the command
    local name=$1 output start=$SECONDS
    shift
    # A test may have stopped it, or died between stop and start.
    "$here/kafka.sh" running "$KAFKA_DIR" ||
        "$here/kafka.sh" restart "$KAFKA_DIR" >/dev/null
    if output=$(timeout -k 10 300 "$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok $name ($((SECONDS - start)) s)"
    else
        failed=$((failed + 1))
        printf 'FAILED %s (%d s)\n%s\n' "$name" $((SECONDS - start)) "$output"
    fi
}
for program in "$BUILD"/kafka-it/it_*; do
    case $program in *.d | *.o | *'*') continue ;; esac
    case $program in *"${IT:-}"*) ;; *) continue ;; esac
    count "${program##*/}" "$program"
done
for script in "$here"/it_*.sh; do
    [ -f "$script" ] || continue
    case $script in *"${IT:-}"*) ;; *) continue ;; esac
    if [ ! -x "$script" ]; then
        echo "FAILED ${script##*/}: not executable"
        failed=$((failed + 1))
        continue
    fi
    count "${script##*/}" "$script"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
