#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# produce and consume on the embedded broker: keys, headers, tombstones,
# partitions, offsets, formats, bounds; long and binary lines.
. "$(dirname "$0")/lib.bash"
produce() { "$millrace" produce --data-dir d "$@"; }
consume() { bounded "$millrace" consume --data-dir d "$@"; }

printf 'k1:one\nk2:two:more\nno key\nk3:\n' >lines
check "produce a file" "$millrace" produce --data-dir d -K : t lines
has "it says how many" "4 records to 't'" err
is "values" "$(printf 'one\ntwo:more\nno key\n')" "$(consume t -e)"
is "keys come back with -K" "$(printf 'k1=one\nk2=two:more\n=no key\nk3=')" \
    "$(consume t -e -K =)"
is "-c" one "$(consume t -c 1)"
is "-c 0" "" "$(consume t -c 0)"
is "-o N" "no key" "$(consume t -o 2 -c 1)"
is "-o -N" "k3" "$(consume t -o -1 -e -f '%k\n')"
is "-o end -e" "" "$(consume t -o end -e)"
is "-o beginning" one "$(consume t -o beginning -c 1)"
is "-f with everything" "t 0 1 2 8 two:more k2 %" \
    "$(consume t -o 1 -c 1 -f '%t %p %o %K %S %s %k %%\n')"
is "-f with escapes" "$(printf 'one\tA|')" "$(consume t -c 1 -f '%s\t\x41|')"
is "no key has length -1" "-1" "$(consume t -o 2 -c 1 -f '%K\n')"

printf 'a:\n' | produce -q -K : -Z z
is "-Z makes a tombstone" "a -1" "$(consume z -e -f '%k %S\n')"
is "-q is quiet" "" "$(echo x | produce -q z 2>&1)"
printf 'h\n' | produce -q -H a=1 -H b=two h
is "-H and %h" "a=1,b=two" "$(consume h -e -f '%h\n')"
before=$(date +%s%3N)
echo now | produce -q time
stamp=$(consume time -e -f '%T')
after=$(date +%s%3N)
[ "$stamp" -ge "$before" ] && [ "$stamp" -le "$after" ] ||
    fail "a record's time is now" "$before <= $stamp <= $after"

check "--partitions makes the topic so" "$millrace" produce --data-dir d \
    --partitions 3 p /dev/null
for i in 1 2 3 4 5 6; do echo "k$i:$i"; done | produce -q -K : p
for i in 1 2 3 4 5 6; do echo "k$i:again"; done | produce -q -K : p
is "all partitions are read" 12 "$(consume p -e | wc -l)"
is "equal keys share a partition" 6 "$(consume p -e -f '%k %p\n' | sort -u | wc -l)"
[ "$(consume p -e -f '%p\n' | sort -u | wc -l)" -gt 1 ] ||
    fail "keys are spread over partitions"
echo 'k1:here' | produce -q -K : -p 2 p
is "-p produces there" here "$(consume p -p 2 -e | tail -1)"
refute "a partition that is not there" "$millrace" consume --data-dir d p -p 9
has "it is named" "topic 'p' has no partition 9" err
refute "producing to it" "$millrace" produce --data-dir d -p 9 p lines

status 1 "a topic that is not there" "$millrace" consume --data-dir d nope -e
has "it is named" "'nope' does not exist" err
check "a topic of four letters" "$millrace" produce --data-dir d clix lines
status 1 "a topic nearly right" "$millrace" consume --data-dir d clxi -e
has "it is suggested" "topic 'clxi' does not exist; did you mean 'clix'?" err
status 1 "a file that is not there" "$millrace" produce --data-dir d t nope.txt
has "it is named" "cannot read 'nope.txt'" err

# Awkward lines: no newline at the end, CRLF, empty, long, not UTF-8.
printf 'a\r\n\nb' | produce -q awkward
is "CRLF, an empty line, no last newline" "$(printf '1 0 1')" \
    "$(consume awkward -e -f '%S ' | sed 's/ $//')"
head -c 3000000 /dev/zero | tr '\0' x >long
produce -q long long
is "a line of 3 MB" 3000000 "$(consume long -e -f '%S')"
printf '\377\376\0abc\n' | produce -q binary
is "bytes that are no text" "ff fe 00 61 62 63 0a" \
    "$(consume binary -e | od -An -tx1 | sed 's/^ //')"
seq 100000 | produce -q many
is "100,000 lines in order" "$(seq 100000 | cksum)" "$(consume many -e | cksum)"
seq 10 | produce -q -c 3 three
is "produce -c" 3 "$(consume three -e | wc -l)"
echo x >f1
echo y >f2
produce -q two f1 f2
is "two files" "$(printf 'x\ny')" "$(consume two -e)"
is "a reader that goes away" 1 "$(consume many | head -1)"
is "even if nothing more comes" "0 0" \
    "$(consume two | head -1 >/dev/null; echo "${PIPESTATUS[*]}")"

# consume without -e waits, and Ctrl-C ends it.
start "$millrace" consume --data-dir d t >waits 2>&1
await "it shows what is there" grep -q 'no key' waits
kill -INT "$child"
wait "$child"
is "Ctrl-C ends it with 0" 0 $?
finish
