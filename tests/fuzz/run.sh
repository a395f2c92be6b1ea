#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs each fuzz target for some seconds, from our own seeds and what earlier runs
# found worth keeping:
#   tests/fuzz/run.sh build/clang/fuzz 60
# A crash, leak or hang (over 5 s for one input) fails; its input stays in
# <folder>/crash-*. Ends with "N passed, M failed".
folder=$1
seconds=${2:-60}
seeds=$(dirname "$0")/seeds
passed=0
failed=0
for program in "$folder"/fuzz_*; do
    [ -x "$program" ] && [ ! -d "$program" ] || continue
    case $program in *.d | *.o) continue ;; esac
    name=${program##*/fuzz_}
    corpus=$folder/corpus/$name
    mkdir -p "$corpus"
    start=()
    [ -d "$seeds/$name" ] && start=("$seeds/$name")
    if "$program" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
        -max_len=4096 -len_control=20 \
        -print_final_stats=1 -artifact_prefix="$folder/crash-$name-" \
        "$corpus" "${start[@]}" >"$folder/$name.log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        tail -40 "$folder/$name.log"
    fi
    echo "$name: $(grep -E 'number_of_executed_units' "$folder/$name.log" |
        awk '{ print $2 }') inputs"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
