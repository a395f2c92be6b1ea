#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every unit test program in a folder and counts them:
#   run-unit.sh build/unit
# A program passes when it exits 0. Ends with "N passed, M failed".
passed=0
failed=0
for program in "$1"/test_*; do
    case $program in *.d | *.o) continue ;; esac
    [ -x "$program" ] || continue
    if output=$("$program" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$program" "$output"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
