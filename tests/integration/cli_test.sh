#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# millrace test finds what is wrong, says where and why, and ends as it should:
# files of tests, the three-file form, JUnit's XML, watching.
. "$(dirname "$0")/lib.bash"
a="CREATE STREAM a (id INT KEY, n INT) WITH (kafka_topic='a', value_format='JSON');"
b="CREATE STREAM b AS SELECT * FROM a;"
one="INSERT INTO a (rowtime, id, n) VALUES (1, 1, 5);"

# must_fail "text of the message" [option...] < statements
must_fail() {
    local text=$1
    shift
    { echo "--@test: wrong" && cat; } >wrong.sql
    status 1 "fails: $text" "$millrace" test "$@" wrong.sql
    has "the report" "$text" out
}
# must_pass "what" [option...] < statements
must_pass() {
    local what=$1
    shift
    { echo "--@test: right" && cat; } >right.sql
    check "$what" "$millrace" test "$@" right.sql
}

# ---- differences ----

must_fail 'N  expected: 6' <<<"$a $b $one ASSERT VALUES b (n) VALUES (6);"
has "what is there is shown" "   actual:   5" out
has "so is the record" 'the record: time 1, key 1, value {"N":5}' out
has "so is the statement" "ASSERT VALUES b (n) VALUES (6);" out
has "with file and line" "FAILED wrong.sql:2: wrong" out
is "the last line counts" "0 passed, 1 failed" "$(tail -1 out)"
lacks "a pipe gets no colours" $'\033' out
must_fail 'ROWTIME  expected: 2' \
    <<<"$a $b $one ASSERT VALUES b (rowtime) VALUES (2);"
must_fail "ID       expected: 2" <<<"$a $b $one
ASSERT VALUES b (rowtime, id, n) VALUES (2, 2, 6);"
has "all that differs is shown" "ROWTIME  expected: 2" out
has "all that differs is shown" "N        expected: 6" out
has "on the line of the ASSERT" "wrong.sql:3:" out
must_fail 'none is left' <<<"$a $b ASSERT VALUES b (n) VALUES (6);"
must_fail 'expected: a tombstone' \
    <<<"$a $b $one ASSERT NULL VALUES b (id) KEY (1);"
must_fail 'expected: a tombstone' \
    <<<"$a $b $one ASSERT TOMBSTONE b (id) KEY (1);"
must_fail 'a value of BIGINT does not go into it' \
    <<<"$a $b $one ASSERT VALUES b (n) VALUES (5000000000);"
must_fail 'columns  expected: `ID` INTEGER KEY, `N` BIGINT' <<<"$a
ASSERT STREAM a (id INT KEY, n BIGINT) WITH (kafka_topic='a', value_format='JSON');"
must_fail 'kind     expected: TABLE' <<<"$a
ASSERT TABLE a (id INT PRIMARY KEY, n INT) WITH (kafka_topic='a', value_format='JSON');"
must_fail '+ STREAM | A | a | KAFKA | JSON | false' <<<"$a
SHOW STREAMS;
--> TABLE"
has "what was expected is beside it" "- TABLE" out
must_fail 'stopped' <<<"
CREATE STREAM a (id INT KEY, d DECIMAL(1, 0)) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b AS SELECT id, SUM(d) AS s FROM a GROUP BY id;
INSERT INTO a VALUES (1, 9);
INSERT INTO a VALUES (1, 9);
ASSERT VALUES b (s) VALUES (9);"
must_fail "reason=" <<<"$a $b
CREATE STREAM raw (id INT KEY, v STRING) WITH (kafka_topic='a', value_format='KAFKA');
INSERT INTO raw VALUES (1, 'not JSON');
ASSERT VALUES b (id) VALUES (1);"
has "the log of a test that fails is shown" "record not processed" out

# ---- what must fail ----

must_fail 'it succeeded, and must fail' <<<"--@expected.message: x
$a"
must_fail 'it succeeded, and must fail' \
    <<<"--@expected.error: io.confluent.ksql.util.KsqlException
$a"
must_fail "  actual:   no stream or table is named 'C'" \
    <<<"--@expected.message: another text
$a CREATE STREAM b AS SELECT * FROM c;"
must_fail "it must fail with 'syntax'" <<<"--@expected.error: syntax
$a CREATE STREAM b AS SELECT * FROM c;"
must_pass "a refusal is what is expected" \
    <<<"--@expected.error: io.confluent.ksql.util.KsqlException
--@expected.message: is named 'C'
$a CREATE STREAM b AS SELECT * FROM c;"
must_pass "a syntax error is" <<<"--@expected.error: syntax
CREATE STREEM b;"
must_pass "a failed assertion is" <<<"--@expected.error: java.lang.AssertionError
$a ASSERT VALUES a (n) VALUES (1);"
must_fail "none is left" <<<"--@expected.error: KsqlException
$a ASSERT VALUES a (n) VALUES (1);"
must_fail "it succeeded, and must fail" <<<"--@expected.error: assertion
$a $one ASSERT VALUES a (n) VALUES (5);"
must_fail "column 'M' does not exist" <<<"$a
CREATE STREAM b AS
    SELECT id, m FROM a;"
has "with the line in the statement" "FAILED wrong.sql:4: wrong" out
has "and its place" "               ^" out

# ---- strictness ----

must_pass "records may be left" \
    <<<"$a $b $one $one ASSERT VALUES b (n) VALUES (5);"
has "which is noted" "1 test leaves records" out
must_fail "a record of 'B' is left" --strict \
    <<<"$a $b $one $one ASSERT VALUES b (n) VALUES (5);"
must_pass "a test may allow it" --strict <<<"--@unread: any
$a $b $one $one ASSERT VALUES b (n) VALUES (5);"
lacks "which is not noted" note out
must_fail 'nothing is asserted' --strict <<<"$a $b $one"
must_pass "nothing asserted" <<<"$a $b $one"
has "it is noted" "1 test asserts nothing" out

# ---- files that are wrong ----

must_fail "wrong.sql:2: unknown directive '--@expected.mesage'; did you mean \
'--@expected.message'?" <<<"--@expected.mesage: x
$a"
must_fail "wrong.sql:3: a second test is named 'wrong'; the first is on line 1" \
    <<<"$a
--@test: wrong
$a"
must_fail "wrong.sql:2: 'Nonsense' is no kind of error" \
    <<<"--@expected.error: Nonsense
$a"
printf '%s\n' "$a" "--@test: x" "$a" >early.sql
status 1 "a statement too early" "$millrace" test early.sql
has "is named" "early.sql:1: a statement before the first '--@test: title'" out
echo "$a" >plain.sql
status 1 "a file without tests" "$millrace" test plain.sql
has "it is named" "FAILED plain.sql: no tests in it" out
mkdir empty
status 255 "a folder without tests" "$millrace" test empty
has "it is named" "no tests under 'empty'" err
status 255 "a file that is not there" "$millrace" test absent.sql
has "it is named" "cannot read 'absent.sql'" err
status 255 "no argument" "$millrace" test
status 255 "Kafka has no use" "$millrace" test --bootstrap-server x:1 right.sql
status 255 "a bad number" "$millrace" test --jobs 0 right.sql

# ---- the ways of --permute ----

early="CREATE TABLE t (id INT PRIMARY KEY, v INT)
    WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, v FROM a LEFT JOIN t ON a.id = t.id;
INSERT INTO a (rowtime, id, n) VALUES (10, 1, 1);
INSERT INTO t (rowtime, id, v) VALUES (1, 1, 1);
ASSERT VALUES j (id, v) VALUES (1, NULL);"
must_pass "a row that comes too late for a join" <<<"$a $early"
must_fail 'in batches of one' --strict --permute <<<"$a $early"
order="CREATE TABLE t (id INT PRIMARY KEY, x INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, x FROM a LEFT JOIN t ON a.id = t.id;
INSERT INTO a (rowtime, id, n) VALUES (2, 1, 5);
INSERT INTO t (rowtime, id, x) VALUES (1, 1, 7);
ASSERT VALUES j (id, x) VALUES (1, NULL);"
must_pass "the order of the inserts counts" <<<"$a $order"
must_fail 'in batches of one' --permute <<<"$a $order"

# ---- many files ----

mkdir -p many/deep
test_file() { # name, title, expected
    printf '%s\n' "--@test: $2" "$a $b $one" \
        "ASSERT VALUES b (n) VALUES ($3);"
}
test_file x good 5 >many/x.sql
test_file y "bad <&\" 'one'" 6 >many/deep/y.sql
echo "$a" >many/script.sql
status 1 "a folder at any depth" "$millrace" test many
has "a line a file" "ok    many/x.sql: 1 passed" out
has "a line a file" "FAIL  many/deep/y.sql: 1 failed" out
is "the last line counts" "1 passed, 1 failed" "$(tail -1 out)"
cat many/x.sql many/deep/y.sql >two.sql
check "a line of a file" "$millrace" test two.sql:3
is "is one test" "1 passed, 0 failed" "$(tail -1 out)"
status 1 "the line of a failure" "$millrace" test two.sql:6
is "is one test" "0 passed, 1 failed" "$(tail -1 out)"
status 1 "a line after all" "$millrace" test two.sql:99
status 255 "a line of no file" "$millrace" test none.sql:3
has "it is named" "cannot read 'none.sql:3'" err
check "--only a title" "$millrace" test --only goo many
is "it runs one" "1 passed, 0 failed" "$(tail -1 out)"
check "--only a file" "$millrace" test --only x.sql many
status 255 "--only nothing" "$millrace" test --only nothing many
has "it is named" "no test has 'nothing'" err
status 1 "--verbose" "$millrace" test -v many
has "it names each test" "ok    many/x.sql:1: good (" out
test_file z z 6 >many/z.sql
status 1 "--fail-fast" "$millrace" test --fail-fast --jobs 1 many
has "it stops after the first" "2 not run" out
is "others run together all the same" "1 passed, 2 failed" \
    "$("$millrace" test --jobs 8 many | tail -1)"
rm many/z.sql
check "-d defines variables" "$millrace" test -d v=5 <(test_file v v '${v}')
status 1 "--set sets settings" "$millrace" test \
    --set auto.offset.reset=latest <(
    printf '%s\n' "--@test: t" "$a $one $b ASSERT VALUES b (n) VALUES (5);")

# ---- scripts ----

mkdir app app/tests
printf '%s\n' "$a" "$b" >app/queries.sql
printf '%s\n' "--@test: the app" "RUN SCRIPT '../queries.sql';" \
    "$one ASSERT VALUES b (n) VALUES (5);" >app/tests/app.sql
check "a script beside the test" "$millrace" test --permute app/tests
printf '%s\n' "$a" "" "CREATE STREAM b AS SELECT * FROM c;" >app/queries.sql
status 1 "a script that is wrong" "$millrace" test app/tests
has "its own line is named" "FAILED app/tests/../queries.sql:3: the app" out
rm app/queries.sql
status 1 "a script that is not there" "$millrace" test app/tests
has "it is named" "cannot read '../queries.sql'" out
echo "RUN SCRIPT 'loop.sql';" >app/tests/loop.sql
printf '%s\n' "--@test: loop" "RUN SCRIPT 'loop.sql';" >app/tests/app.sql
status 1 "a script that runs itself" "$millrace" test app/tests/app.sql
has "it ends" "scripts run each other without end" out

# ---- JUnit ----

cp early.sql many/wrong.sql
status 1 "--junit" "$millrace" test --junit results.xml many
check "it is XML" xmllint --noout results.xml
xpath() { xmllint --xpath "string($1)" results.xml; }
is "it counts" "3 1 1" "$(xpath '/testsuites/@tests') \
$(xpath '/testsuites/@failures') $(xpath '/testsuites/@errors')"
is "a suite a file" "many/x.sql" \
    "$(xpath "//testcase[@name='good']/../@name")"
is "titles are kept" "bad <&\" 'one'" \
    "$(xpath "//testsuite[@name='many/deep/y.sql']/testcase/@name")"
is "the message" "the next record of 'B' differs" \
    "$(xpath "//testsuite[@name='many/deep/y.sql']//failure/@message")"
xpath "//testsuite[@name='many/deep/y.sql']//failure" >failure
has "the text says where" "many/deep/y.sql:3" failure
has "and what" "N  expected: 6" failure
status 1 "--junit that cannot be written" "$millrace" test --junit no/x.xml many
has "it is said" "cannot write 'no/x.xml'" err
printf '%s\n' "--@test: odd" "CREATE STREAM o (v STRING) WITH (kafka_topic='o', value_format='KAFKA');" \
    "INSERT INTO o VALUES ('a' + CHR(7) + CHR(1));" \
    "ASSERT VALUES o (v) VALUES ('b');" >odd.sql
status 1 "odd characters" "$millrace" test --junit results.xml odd.sql
check "are no XML, and are replaced" xmllint --noout results.xml

# ---- three files ----

cat >s.sql <<'END'
-- Sums by item.
CREATE STREAM orders (id INT KEY, item STRING, price DECIMAL(6, 2))
    WITH (kafka_topic='orders', value_format='JSON');
CREATE TABLE spent AS SELECT item, SUM(price) AS total FROM orders GROUP BY item;
CREATE STREAM lines WITH (value_format='DELIMITED') AS SELECT * FROM orders
    PARTITION BY item;
END
cat >i.json <<'END'
{"inputs": [
  {"topic": "orders", "key": 1, "value": {"item": "tea", "price": 2.50},
   "timestamp": 10},
  {"topic": "orders", "key": 2, "value": {"item": "tea", "price": 0.25},
   "timestamp": 11}]}
END
cat >o.json <<'END'
{"outputs": [
  {"topic": "SPENT", "key": "tea", "value": {"TOTAL": 2.50}, "timestamp": 10},
  {"topic": "SPENT", "key": "tea", "value": {"TOTAL": 2.75}, "timestamp": 11},
  {"topic": "LINES", "key": "tea", "value": "2.50,1"},
  {"topic": "LINES", "key": "tea", "value": "0.25,2", "timestamp": 11}]}
END
# three what [wanted status]: the files s.sql, i.json and the output given
three() { status "$1" "$2" "$millrace" test -s s.sql -i i.json -o "$3"; }
three 0 "three files" o.json
is "the words of the reference" $'\t >>> Test passed!' "$(cat out)"
check "long options" "$millrace" test --sql-file s.sql --input-file i.json \
    --output-file o.json --extension-dir udfs
has "JAR files are not loaded" "functions in JAR files cannot be loaded" err
sed 's/2.75/2.76/' o.json >wrong.json
three 1 "another value" wrong.json
has "the words" ">>>>> Test failed: wrong.json:3: topic 'SPENT', record 2" out
has "what is expected" 'expected: time 11, key tea, value {"TOTAL":2.76}' out
has "what is there" 'actual:   time 11, key tea, value {"TOTAL":2.75}' out
sed 's/"timestamp": 11}]/"timestamp": 12}]/' o.json >wrong.json
three 1 "another time" wrong.json
has "it is said" "want timestamp 12, got 11" out
sed '5s/0.25,2/0.20,2/' o.json >wrong.json
three 1 "another text" wrong.json
sed '3s/tea/coffee/' o.json >wrong.json
three 1 "another key" wrong.json
sed '3d' o.json >wrong.json
three 1 "a record too many" wrong.json
has "it is said" "expected 1 record, 2 came" out
sed '3p' o.json >wrong.json
three 1 "a record too few" wrong.json
has "it is said" "expected one more, none came" out
sed '2,3d' o.json >some.json
three 0 "topics that are not named do not count" some.json
sed '3{h;d};$!b;G' o.json >wrong.json # Not JSON any more: a `}` then a line.
three 1 "no JSON" wrong.json
has "it is said, and where" "wrong.json:5: it is no JSON" out
echo '{"output": []}' >wrong.json
three 1 "another shape" wrong.json
has "it is said" 'it must be {"outputs": [...]}' out
sed '2s/"topic"/"topc"/' o.json >wrong.json
three 1 "a record without a topic" wrong.json
has "it is said" "wrong.json:2: a record has no 'topic'" out
sed '2s/"timestamp"/"timestmp"/' o.json >odd.json
three 0 "an unknown member is passed over" odd.json
has "but not in silence" "odd.json:2: warning: 'timestmp' means nothing here" err
sed '2s/"key": 1/"key": "one"/' i.json >odd.json
status 1 "an input that does not fit" \
    "$millrace" test -s s.sql -i odd.json -o o.json
has "it is said" "odd.json:2: the record does not fit topic 'orders': key: \
INTEGER wants a whole number in its range, not \"one\"" out
sed 's/GROUP BY item/GROUP BY itm/' s.sql >wrong.sql
status 1 "a bad statement" "$millrace" test -s wrong.sql -i i.json -o o.json
has "it is named" "Test failed: wrong.sql:4: column 'ITM' does not exist" out
{ cat s.sql && echo "INSERT INTO orders (rowtime, id, item, price)
    VALUES (10, 1, 'tea', 2.50);
INSERT INTO orders (rowtime, id, item, price) VALUES (11, 2, 'tea', 0.25);"; } \
    >inserts.sql
check "INSERTs in the place of an input file" \
    "$millrace" test -s inserts.sql -o o.json --junit results.xml
check "JUnit of three files" xmllint --noout results.xml
status 255 "-s alone" "$millrace" test -s s.sql
has "it says what is missing" "-o OUTPUT.json" err
status 255 "-o alone" "$millrace" test -o o.json
status 255 "-s and a folder" "$millrace" test -s s.sql -o o.json many
status 1 "a file that is not there" "$millrace" test -s s.sql -i x.json -o o.json
has "it is named" "cannot read 'x.json'" out

# ---- a crash or a hang fails one test ----

{ test_file x first 5
echo "--@test: slow
CREATE STREAM s (v INT) WITH (kafka_topic='s', value_format='JSON');
SELECT * FROM s EMIT CHANGES;
--> "
test_file x last 5; } >slow.sql
status 1 "a test that takes too long" "$millrace" test --timeout 1 slow.sql
has "it is said" "it takes longer than 1 s" out
is "the others pass" "2 passed, 1 failed" "$(tail -1 out)"
start "$millrace" test --timeout 60 slow.sql >out 2>err
await "it is at it" pgrep -P "$child"
kill -INT "$child"
wait "$child"
is "Ctrl-C ends it" 1 $?
has "it says what was not run" "not run" out

# ---- watching ----

mkdir w
test_file x first 5 >w/x.sql
mkfifo keys
exec 9<>keys # Open both ways, so that neither end waits for the other.
start "$millrace" test --watch w <keys >out 2>err
await "the first round" grep -q '1 passed, 0 failed' out
test_file x first 6 >w/new && mv w/new w/x.sql
await "a file that is replaced" grep -q '0 passed, 1 failed' out
has "it is named" "x.sql changed" out
test_file y second 5 >w/y.sql
await "a new file" grep -q '1 passed, 1 failed' out
mkdir w/deep
sleep 0.2
test_file z third 5 >w/deep/z.sql
await "a file in a new folder" grep -q '2 passed, 1 failed' out
rounds=$(grep -c ' passed, ' out)
echo >&9
await "Enter" bash -c "[ \$(grep -c ' passed, ' out) -gt $rounds ]"
echo q >&9
exec 9>&-
wait "$child"
is "q ends it" 0 $?
start "$millrace" test --watch -s s.sql -i i.json -o o.json </dev/null >out 2>err
await "three files" grep -q 'Test passed!' out
sed -i 's/2.75/2.76/' o.json
await "are watched" grep -q 'Test failed:' out
kill -INT "$child"
wait "$child"
is "Ctrl-C ends it" 0 $?

# ---- at a terminal ----

cat >terminal.exp <<'END'
set timeout 20
spawn -noecho [lindex $argv 0] test --watch w
expect "2 passed, 1 failed"
expect "q ends"
send "\r"
expect "2 passed, 1 failed"
expect "q ends"
send "q"
expect eof
exit [lindex [wait] 3]
END
TERM=xterm check "Enter runs again, q ends, without a line" \
    expect terminal.exp "$millrace"
has "what is there is red" $'\033[31m     actual:   5' out
has "what is expected is green" $'\033[32m  N  expected: 6' out
NO_COLOR=1 TERM=xterm check "NO_COLOR" expect terminal.exp "$millrace"
lacks "means none" $'\033[3' out
[ ! -e millrace-data ] || fail "a test left a data directory"
finish
