#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two and three servers of one service, exactly once: they join, leave, are killed
# and frozen in turn while records come in; the three keep stand-bys. Nothing is
# lost, nothing comes twice, each aggregate is right (tests/chaos).
. "$(dirname "$0")/lib.sh"

for processes in 2 3; do
    timeout 140 "$BUILD/chaos" --broker kafka --bootstrap "$KAFKA" \
        --millrace "$millrace" --processes $processes --kills 8 \
        --standbys $((processes - 2)) \
        --seed $((RANDOM)) --directory "$tmp/chaos$processes" ||
        fail "$processes servers: status $?"
done
