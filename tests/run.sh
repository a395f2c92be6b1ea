#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs every test that needs no Kafka, against the programs in a build folder:
#   tests/run.sh build
# Unit programs and shell tests are one test each; SQL tests count their own.
# Ends with "N passed, M failed"; exits 1 on any failure.
build=$1
passed=0
failed=0
count() { # name, then the command
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$name" "$output"
    fi
}
for program in "$build"/unit/test_*; do
    case $program in *.d | *.o) continue ;; esac
    count "unit ${program##*/}" timeout 120 "$program"
done
summary=$(timeout 480 "$build/millrace" test --permute --strict --timeout 60 \
    tests/sql)
status=$?
last=$(echo "$summary" | tail -1)
case $last in
*' passed, '*' failed')
    echo "$summary" | grep -v '^ok \| passed, ' | head -200
    set -- $last
    passed=$((passed + $1))
    failed=$((failed + $3))
    ;;
*)
    failed=$((failed + 1))
    echo "FAILED sql tests (status $status): $last"
    ;;
esac
for script in tests/integration/*.sh; do
    [ -x "$script" ] && count "${script##*/}" timeout 180 "$script" "$build"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
