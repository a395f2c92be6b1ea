#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The runner of the reference's cases tells apart what passes, fails and crashes,
# and finds each thing that can be wrong in a case.
. "$(dirname "$0")/lib.bash"
runner=$build/conformance
create="CREATE STREAM A (ID INT KEY, N INT) WITH (kafka_topic='a', value_format='JSON');"
select='CREATE STREAM B AS SELECT ID, N FROM A;'
input='{"topic":"a","key":1,"value":{"N":5},"timestamp":7}'
output='{"topic":"B","key":1,"value":{"N":5},"timestamp":7}'

# A case: name, last statement, outputs, other members.
a_case() {
    printf '{"name":"%s","statements":["%s","%s"],"inputs":[%s],"outputs":[%s]%s}' \
        "$1" "$create" "$2" "$input" "$3" "${4:+,$4}"
}
write() { printf '{"tests":[%s]}' "$(IFS=,; echo "$*")" >cases.json; }
run() { "$runner" --verbose "$@" cases.json >out 2>/dev/null; }

# finds "what" "text" outputs [members]: the case must fail with this text.
finds() {
    write "$(a_case wrong "$select" "$3" "${4-}")"
    run
    has "$1" "F cases.json: wrong: " out
    has "$1" "$2" out
}

write "$(a_case right "$select" "$output")"
run --report report.jsonl
has "what passes" '1 passed, 0 failed' out
has "what passes" '"case":"right","result":"passed","difference":""' report.jsonl

finds "a value" "'N': want 6, got 5" "${output/:5\}/:6\}}"
finds "a key" 'key: want 2, got 1' "${output/\"key\":1/\"key\":2}"
finds "a timestamp" 'want timestamp 8, got 7' "${output/:7\}/:8\}}"
finds "a header" 'want 1 headers, got 0' \
    "${output/%\}/,\"headers\":[{\"KEY\":\"h\",\"VALUE\":null\}]\}}"
finds "a window" 'want a window' \
    "${output/%\}/,\"window\":{\"start\":0,\"end\":9,\"type\":\"time\"\}\}}"
finds "a missing record" 'topic B: 1 records, 2 expected' "$output,$output"
finds "a source" "NOPE: there is no such source" "$output" \
    '"post":{"sources":[{"name":"NOPE"}]}'
finds "a schema" 'B: want schema ID INT KEY, N BIGINT' "$output" \
    '"post":{"sources":[{"name":"B","schema":"ID INT KEY, N BIGINT"}]}'
finds "a format" 'B: want format AVRO, got JSON' "$output" \
    '"post":{"sources":[{"name":"B","valueFormat":"AVRO"}]}'
finds "partitions" 'B: want 3 partitions, got 4' "$output" \
    '"post":{"topics":{"topics":[{"name":"B","partitions":3}]}}'
finds "an accepted statement" 'accepted, but must be refused' "$output" \
    '"expectedError":{"type":"KsqlException","mentions":[]}'

write "$(a_case wrong 'CREATE STREAM B AS SELECT ID, NOPE FROM A;' "$output")"
run
has "a refused statement" 'F cases.json: wrong: refused: column' out

# A surplus record: two inputs, one output.
input="$input,$input"
finds "a surplus record" 'topic B: 2 records, only 1 expected' "$output"
input=${input%%,\{\"topic\"*}

# Refusals: for the reason meant, and as reviewed.
unknown='CREATE STREAM B AS SELECT ID, NOPE FROM A;'
error='"expectedError":{"type":"KsqlException","mentions":["nope"]}'
write "$(a_case refused "$unknown" '' "$error")"
run --write-reasons reasons.txt
has "a refusal passes" '1 passed, 0 failed' out
run --reasons reasons.txt
has "as reviewed" '1 passed, 0 failed' out
sed -i 's/does not exist/is not known/' reasons.txt
run --reasons reasons.txt
has "another message" "refused for another reason than \"column ' is not known\"" out
write "$(a_case refused "$unknown" '' "${error/nope/other}")"
run
has "another name" 'refused without mentioning other' out
write "$(a_case refused "$unknown" '' "${error/KsqlE/StreamsE}")"
run
has "another category" 'refused at once, though only a record' out

# One that crashes or hangs is counted, and the others go on.
write "$(a_case crash 'CREATE STREAM B AS SELECT ID, TEST_CRASH(N) AS N FROM A;' '')" \
    "$(a_case hang 'CREATE STREAM B AS SELECT ID, TEST_HANG(N) AS N FROM A;' '')" \
    "$(a_case right "$select" "$output")"
run --limit 1
has "a crash" 'C cases.json: crash: crashed: Aborted' out
has "a hang" 'C cases.json: hang: took too long' out
has "the rest" 'passed 1, failed 0, unsupported 0, crashed 2' out
has "in all" '1 passed, 2 failed' out

# Ways and changes are run, not only counted.
write "$(a_case right "$select" "$output")"
run --permute
has "in all ways" '1 passed, 0 failed' out
for seed in 1 2 3 4 5 6 7 8 9; do
    run --mutate "$seed"
    has "changed by seed $seed" '1 passed, 0 failed' out
done

status 2 "an unknown option" "$runner" --nope cases.json
status 2 "no cases" "$runner"
finish
