#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 100,000 records that are no JSON, or not what the schema says, mixed 1:10
# into good ones: all good ones come out, each bad one is counted and told to
# the processing log, offsets move past them.
. "$(dirname "$0")/lib.sh"

GOOD=1000000
BAD=100000
topic=${id}_mixed
make_topic "$topic" 4
# A bad record of another kind after each ten good ones: torn, empty, plain
# text, wrong types, bytes that are no UTF-8, nested too deep.
awk -v total=$GOOD -v deep="$(printf '[%.0s' {1..2000})" 'BEGIN {
    bad[0] = "{\"N\":1,\"S\":\"torn"
    bad[1] = "{}}"
    bad[2] = "plain text"
    bad[3] = "{\"N\":\"no number\",\"S\":\"x\"}"
    bad[4] = "{\"N\":1,\"S\":\"\377\376\"}"
    bad[5] = "{\"N\":1,\"S\":" deep "}"
    bad[6] = "{\"N\":true,\"S\":\"x\"}"
    bad[7] = "[1,2,3]"
    bad[8] = "{\"N\":1 \"S\":2}"
    bad[9] = "\"text\""
    for (i = 0; i < total; i++) {
        printf "{\"N\":%d,\"S\":\"value %d\"}\n", i, i
        if (i % 10 == 9) print bad[int(i / 10) % 10]
    }
}' | LC_ALL=C produce "$topic" || exit 1
say "records are there"
cat >"$tmp/script.sql" <<END
CREATE STREAM mixed (n INT, s STRING)
  WITH (kafka_topic='$topic', value_format='JSON');
CREATE STREAM good WITH (kafka_topic='${id}_good') AS SELECT n FROM mixed;
END
log=${id}_log
timeout 120 "$millrace" run --bootstrap-server "$KAFKA" --data-dir "$tmp/data" \
    --set ksql.service.id="$id" --until-idle 500 \
    --set ksql.logging.processing.topic.auto.create=true \
    --set ksql.logging.processing.topic.name="$log" \
    --set ksql.logging.processing.rows.include=true \
    "$tmp/script.sql" 2>"$tmp/run.log" || fail "the run ended with status $?"
grep -Eq "^CSAS_GOOD_0: in=$((GOOD + BAD)) out=$GOOD errors=$BAD " \
    "$tmp/run.log" || fail "the summary is not in=$((GOOD + BAD)) out=$GOOD errors=$BAD"
say "$(grep "^CSAS_GOOD" "$tmp/run.log")"
# A flood is counted, not printed.
lines=$(wc -l <"$tmp/run.log")
[ "$lines" -lt 2000 ] || fail "$lines lines in the log"

consume "${id}_good" | awk -F'[:}]' '{ print $2 }' | sort -n >"$tmp/got"
seq 0 $((GOOD - 1)) | cmp -s - "$tmp/got" ||
    fail "lost, doubled or foreign numbers: $(seq 0 $((GOOD - 1)) |
        diff - "$tmp/got" | head -3)"
say "all good records came out"

# One entry for each bad record, in the reference's form.
consume "$log" >"$tmp/entries"
entries=$(wc -l <"$tmp/entries")
[ "$entries" -eq $BAD ] || fail "$entries entries in the processing log"
formed=$(grep -c "\"level\":\"ERROR\",\"logger\":\"processing\.CSAS_GOOD_0\..*\
\"message\":{\"type\":0,\"deserializationError\":{\"target\":\"value\",\
\"errorMessage\":\".*\"recordB64\":\".*\"topic\":\"$topic\"}" "$tmp/entries")
[ "$formed" -eq $BAD ] || fail "$formed of $BAD entries are well formed"
torn=$(printf '{"N":1,"S":"torn' | base64 -w0)
[ "$(grep -c "\"recordB64\":\"$torn\"" "$tmp/entries")" -eq $((BAD / 10)) ] ||
    fail "the entries do not hold the bytes of the records"
say "all bad ones are in the processing log"

# The offsets are past them: nothing comes again, and new ones do.
printf '{"N":%d,"S":"new"}\n' $GOOD | produce "$topic" || exit 1
timeout 60 "$millrace" run --bootstrap-server "$KAFKA" --data-dir "$tmp/data" \
    --set ksql.service.id="$id" --until-idle 500 "$tmp/script.sql" \
    2>"$tmp/run.log" || fail "the second run ended with status $?"
grep -q "^CSAS_GOOD_0: in=1 out=1 errors=0 " "$tmp/run.log" ||
    fail "the second run did not begin behind the first"
