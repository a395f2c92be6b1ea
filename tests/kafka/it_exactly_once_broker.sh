#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Kafka is killed and started again twice under load, and servers too, exactly
# once: nothing is lost, nothing comes twice, each aggregate is right, and no query
# stops (tests/chaos).
. "$(dirname "$0")/lib.sh"

timeout 280 "$BUILD/chaos" --broker kafka --bootstrap "$KAFKA" \
    --kafka-dir "$KAFKA_DIR" --millrace "$millrace" --kills 2 --broker-kills 2 \
    --seed $((RANDOM)) --directory "$tmp/chaos" || fail "status $?"
