#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# millrace run: the filter with files and pipes, keys, several inputs and
# outputs, the summary, bad statements, signals, and large inputs.
. "$(dirname "$0")/lib.bash"

cat >hot.sql <<'SQL'
CREATE STREAM clicks ("u" STRING, "ms" INT)
    WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM hot WITH (KAFKA_TOPIC='hot') AS
    SELECT "u", "ms" FROM clicks WHERE "ms" > 500;
SQL
for i in $(seq 1000); do echo "{\"u\":\"u$i\",\"ms\":$i}"; done >clicks.jsonl

# ---- filter ----
check "a file to standard output" "$millrace" run --input clicks=clicks.jsonl \
    --output hot=- --until-idle 300 hot.sql
is "every row, in order" "$(sed -n '501,$p' clicks.jsonl | cksum)" "$(cksum <out)"
has "the summary" "CSAS_HOT_0: in=1000 out=500 errors=0 late=0 wall_s=" err
has "the summary's figures" "us_per_record=" err
is "one line a query" 1 "$(grep -c ': in=' err)"
is "nothing is left in the temporary directory" "" "$(ls "$TMPDIR")"
[ ! -e millrace-data ] || fail "no data directory is made"
"$millrace" run --input clicks=- --output hot=- --until-idle 300 hot.sql \
    <clicks.jsonl 2>err | cksum >got
is "standard input to standard output" "$(sed -n '501,$p' clicks.jsonl | cksum)" \
    "$(cat got)"
check "to a file" "$millrace" run --input clicks=clicks.jsonl \
    --output hot=hot.jsonl --until-idle 300 hot.sql
is "it holds the rows" 500 "$(wc -l <hot.jsonl)"
is "a reader that goes away" "{\"u\":\"u501\",\"ms\":501}" \
    "$("$millrace" run --input clicks=clicks.jsonl --output hot=- \
        --until-idle 300 hot.sql 2>err | head -1)"
check "an empty input" "$millrace" run --input clicks=/dev/null --output hot=- \
    --until-idle 200 hot.sql
has "has a summary too" "in=0 out=0" err

cat >keys.sql <<'SQL'
CREATE STREAM a (k STRING KEY, "n" INT)
    WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (k STRING KEY, "n" INT)
    WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM both WITH (KAFKA_TOPIC='both') AS SELECT k, "n" FROM a;
INSERT INTO both SELECT k, "n" FROM b;
CREATE TABLE sums WITH (KAFKA_TOPIC='sums') AS
    SELECT k, SUM("n") AS "sum" FROM both GROUP BY k;
SQL
printf 'x|{"n":1}\ny|{"n":2}\n' >a.txt
printf 'x|{"n":10}\ny|{"n":20}\nz|{"n":5}\n' >b.txt
check "several inputs and outputs, -K" "$millrace" run -K '|' --input a=a.txt \
    --input b=b.txt --output sums=sums.txt --output both=- --until-idle 500 \
    keys.sql
is "all came through" 5 "$(wc -l <out)"
is "the last sum of each key" 'x|{"sum":11} y|{"sum":22} z|{"sum":5}' \
    "$(awk -F'|' '{ v[$1] = $0 } END { for (k in v) print v[k] }' sums.txt |
        sort | tr '\n' ' ' | sed 's/ $//')"
is "three queries, three lines" 3 "$(grep -c ': in=' err)"
check "two scripts" "$millrace" run --input clicks=clicks.jsonl --output hot=- \
    --until-idle 300 hot.sql keys.sql
is "four queries" 4 "$(grep -c ': in=' err)"
check "variables" "$millrace" run -d limit=990 --input clicks=clicks.jsonl \
    --output hot=- --until-idle 300 <(sed 's/500/${limit}/' hot.sql)
is "the variable holds" 10 "$(wc -l <out)"

# ---- records that are not what the schema says ----
printf '{"u":"ok","ms":900}\nnot json\n{"u":"x","ms":"many"}\n{"u":"ok2","ms":901}\n' \
    >dirty.jsonl
check "bad records do not stop it" "$millrace" run --input clicks=dirty.jsonl \
    --output hot=- --until-idle 300 hot.sql
is "the good ones come through" 2 "$(wc -l <out)"
has "bad ones are counted" "errors=2" err

# ---- data directory: kept, and gone on with ----
check "with a data directory" "$millrace" run --data-dir d \
    --input clicks=clicks.jsonl --output hot=- --until-idle 300 hot.sql
is "first run" 500 "$(wc -l <out)"
check "again, without new input" "$millrace" run --data-dir d --output hot=- \
    --until-idle 300 hot.sql
is "nothing is done twice" 0 "$(wc -l <out)"
is "all is kept" 500 "$("$millrace" consume --data-dir d hot -e | wc -l)"
head -600 clicks.jsonl >more.jsonl
check "with new input" "$millrace" run --data-dir d --input clicks=more.jsonl \
    --output hot=- --until-idle 300 hot.sql
is "only the new is read" 100 "$(wc -l <out)"

# ---- bad statements: nothing is executed ----
cat >bad.sql <<'SQL'
CREATE STREAM clicks (u STRING, ms INT)
    WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM hot AS SELECT u FROM clikcs WHERE ms > 500;
SQL
status 1 "an unknown name" "$millrace" run --data-dir e bad.sql
has "file and line and column" "bad.sql:3:36:" err
has "the line itself" "CREATE STREAM hot AS SELECT u FROM clikcs" err
has "what it is" "CLIKCS" err
has "did you mean" "did you mean" err
grep -qE '^ +\^' err || fail "a caret" "$(cat err)"
is "the caret is under the name" 36 \
    "$(grep -nE '^ *\^' err | cut -d: -f2 | awk '{ print index($0, "^") }')"
check "nothing was executed" "$millrace" --data-dir e -e 'SHOW TOPICS'
lacks "no topic" "clicks" out
printf 'CREATE STREAM s (a INT) WITH (KAFKA_TOPIC=%s);\nSELEC 1;\n' "'t'" >syntax.sql
status 1 "a syntax error" "$millrace" run --data-dir e syntax.sql
has "its place" "syntax.sql:2:1:" err
has "a keyword is suggested" "SELECT" err
echo "CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);" \
    >noquery.sql
status 1 "a script without queries" "$millrace" run --data-dir e noquery.sql
has "it says what is missing" "no persistent query" err
printf '%s\nSELECT * FROM s EMIT CHANGES;\n' "$(cat noquery.sql)" >select.sql
status 1 "SELECT in a script" "$millrace" run --data-dir e select.sql
has "it is refused" "select.sql:2:1:" err
status 1 "a good file and a bad one" "$millrace" run --data-dir e hot.sql bad.sql
check "nothing of both was executed" "$millrace" --data-dir e -e 'SHOW TOPICS'
lacks "no topic of the good file" "hot" out

# ---- files that are not there ----
status 1 "a missing script" "$millrace" run nope.sql
has "it is named" "cannot read 'nope.sql': No such file" err
status 1 "a directory as script" "$millrace" run "$dir"
status 1 "a missing input" "$millrace" run --input clicks=nope.jsonl \
    --output hot=- --until-idle 200 hot.sql
has "it is named" "cannot read 'nope.jsonl'" err
status 1 "a missing input ends a run without end" "$millrace" run \
    --input clicks=nope.jsonl --output hot=- hot.sql
is "so does a reader that goes away" 1 "$(bounded "$millrace" run \
    --input clicks=clicks.jsonl --output hot=- hot.sql 2>err | head -1 | wc -l)"
has "with a summary" "CSAS_HOT_0: in=1000" err
status 1 "an output that cannot be written" "$millrace" run \
    --input clicks=clicks.jsonl --output hot=nope/x --until-idle 200 hot.sql
has "it is named" "cannot write 'nope/x'" err
status 1 "an output topic that nobody writes" "$millrace" run \
    --input clicks=clicks.jsonl --output nothing=- --until-idle 200 hot.sql
has "it is named" "'nothing'" err
status 1 "a full disk behind the output" bash -c "'$millrace' run \
    --input clicks=clicks.jsonl --output hot=- --until-idle 300 hot.sql >/dev/full"
has "it says so" "No space left" err
is "failed runs leave nothing behind" "" "$(ls "$TMPDIR")"

# ---- signals ----
for signal in INT TERM; do
    start "$millrace" run --data-dir s$signal --input clicks=- --output hot=- \
        hot.sql < <(cat clicks.jsonl; sleep 30) >live 2>summary
    await "$signal: rows come while the input is open" grep -q u1000 live
    kill -$signal "$child"
    before=$SECONDS
    wait "$child"
    is "$signal ends it with 0" 0 $?
    [ $((SECONDS - before)) -lt 8 ] || fail "$signal ends it at once"
    has "$signal: the summary" "in=1000 out=500" summary
done

# ---- a large input in bounded memory ----
awk 'BEGIN { for (i = 0; i < 400000; i++)
    printf "{\"u\":\"user %d of a long enough name to fill the line\",\"ms\":%d}\n",
        i, i % 1000 }' >large.jsonl
bound="ulimit -v 1500000"
grep -qE '__[at]san_init' "$millrace" && bound=: # Sanitizers map terabytes.
limit=60 check "400,000 lines" bash -c "$bound
    exec '$millrace' run --input clicks=large.jsonl --output hot=large.out \
        --until-idle 500 hot.sql"
is "all are there" 199600 "$(wc -l <large.out)"

# ---- only checking ----
cat >wrong.sql <<'SQL'
CREATE STREAM a (id INT KEY, n INT)
  WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b AS SELECT id, nn FROM a;
CREATE STREAM c AS SELECT * FROM b;
CREATE STREAM d AS SELEC id FROM a;
DEFINE source = 'a';
CREATE STREAM e AS SELECT id, UCAS('x') AS x FROM ${source};
SQL
head -2 wrong.sql >right.sql
mkdir check && cd check || exit 1
status 1 "--check of a wrong file" "$millrace" run --check ../right.sql ../wrong.sql
has "the first failure, in its file" "../wrong.sql:1:15: error: a stream named 'A' exists already" err
has "the second" "../wrong.sql:3:31: error: column 'NN' does not exist" err
has "a syntax error between" "../wrong.sql:5:20: error: unexpected 'SELEC'" err
has "one behind a variable" "../wrong.sql:7:31: error: no function is named 'UCAS'" err
is "what follows from another is left out" 4 "$(grep -c ' error: ' err)"
check "--check of a right file" "$millrace" run --check ../right.sql
[ -e err ] && mv err out .. 2>/dev/null
is "nothing is left behind" "" "$(ls)"
cd ..
check "a data directory to check against" "$millrace" --data-dir checked -f right.sql
check "--check sees what is there" "$millrace" run --data-dir checked2 --check right.sql
check "and makes no topic" "$millrace" --data-dir checked2 -e 'SHOW TOPICS;'
lacks "none" " a " out
finish
