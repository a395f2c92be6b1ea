#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shell through -e, -f and a pipe: every kind of statement, both outputs,
# local commands, variables, scripts, spool, exit statuses; restarts.
. "$(dirname "$0")/lib.bash"
sql() { bounded "$millrace" --data-dir d "$@"; }

for i in 1 2 3 4 5; do echo "u$i:{\"page\":\"/p$i\",\"ms\":$((i * 100))}"; done |
    "$millrace" produce -q --data-dir d -K : views
cat >setup.sql <<'SQL'
-- A comment, and; a semicolon in it.
CREATE STREAM views (id STRING KEY, page STRING, ms INT)
    WITH (KAFKA_TOPIC='views', VALUE_FORMAT='JSON');
/* Another one; */
CREATE STREAM slow AS SELECT id, page, ms FROM views WHERE ms > 200;
CREATE TABLE per_page AS SELECT page, COUNT(*) AS n FROM views GROUP BY page;
SQL
check "-f" "$millrace" --data-dir d --set auto.offset.reset=earliest -f setup.sql
has "-f answers" "Created query with ID CSAS_SLOW_" out
has "each result is preceded by its statement" "CREATE TABLE per_page AS" out

# ---- inspection ----
check "-e, several, with and without ;" "$millrace" --data-dir d \
    -e 'SHOW STREAMS' -e 'show tables;' -e 'LIST TOPICS; SHOW QUERIES;'
has "SHOW STREAMS" " VIEWS       | views       | KAFKA      | JSON         | false" out
has "SHOW TABLES" " PER_PAGE   | PER_PAGE    | KAFKA      | JSON         | false" out
has "SHOW TOPICS" " views       | 1          | 1" out
has "SHOW QUERIES" "PERSISTENT | RUNNING:1 | SLOW" out
query=$(grep -o 'CTAS_PER_PAGE_[0-9]*' out | head -1)
lacks "no colour through a pipe" $'\033' out
check "DESCRIBE" "$millrace" --data-dir d -e 'DESCRIBE per_page;'
has "its key" " PAGE  | VARCHAR(STRING) (primary key)" out
has "a hint" "DESCRIBE PER_PAGE EXTENDED" out
check "DESCRIBE EXTENDED" "$millrace" --data-dir d -e 'DESCRIBE slow EXTENDED;'
has "its topic" "SLOW (partitions: 1, replication: 1)" out
has "its query" "Queries that write to this source" out
has "how far it has come" "Max lag" out
check "EXPLAIN a query" "$millrace" --data-dir d -e "EXPLAIN $query;"
has "its plan" "aggregate" out
check "EXPLAIN a statement" "$millrace" --data-dir d \
    -e 'EXPLAIN SELECT page FROM views WHERE ms > 1 EMIT CHANGES;'
has "its plan" "filter" out
check "nothing was started" "$millrace" --data-dir d -e 'SHOW QUERIES;'
lacks "no transient query" "transient" out
check "SHOW FUNCTIONS" "$millrace" --data-dir d -e 'SHOW FUNCTIONS;'
has "it lists them" " UCASE " out
check "SHOW QUERIES EXTENDED" "$millrace" --data-dir d -e 'SHOW QUERIES EXTENDED;'
has "the plan" "Execution plan" out
check "SHOW PROPERTIES" "$millrace" --data-dir d --set ksql.service.id=default_ \
    -e "SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES;"
tr -s ' ' <out >squeezed
has "what the session changed" "auto.offset.reset | KSQL | QUERY | SESSION | earliest" squeezed
has "what the configuration changed" "ksql.service.id | KSQL | SERVER | SERVER | default_" squeezed
check "DESCRIBE FUNCTION" "$millrace" --data-dir d -e 'DESCRIBE FUNCTION ucase;'
has "it has a signature" "STRING" out
check "SHOW PROPERTIES" "$millrace" --data-dir d -e 'SHOW PROPERTIES;'
has "it lists them" "ksql.streams.auto.offset.reset" out
check "types" "$millrace" --data-dir d \
    -e 'CREATE TYPE point AS STRUCT<x INT, y INT>; SHOW TYPES; DROP TYPE point;'
has "SHOW TYPES" "STRUCT<X INTEGER, Y INTEGER>" out

# ---- SELECT and PRINT ----
E="--set auto.offset.reset=earliest"
# shellcheck disable=SC2086
check "SELECT" "$millrace" --data-dir d $E \
    -e 'SELECT id, ms FROM slow EMIT CHANGES LIMIT 2;'
has "the header" "|ID " out
has "a row" "|u3 " out
has "the limit" "Limit Reached" out
has "the end" "Query terminated" out
# shellcheck disable=SC2086
check "JSON" "$millrace" --data-dir d $E --output JSON \
    -e 'SELECT id, ms FROM slow EMIT CHANGES LIMIT 2;'
has "a row" '{"row":{"columns":["u3",300]}}' out
has "the schema" '"schema":"`ID` STRING' out
has "the end" '{"finalMessage":"Limit Reached"}' out
check "entities in JSON" "$millrace" --data-dir d --output json -e 'SHOW STREAMS;'
has "they have a type" '"@type" : "streams"' out
# shellcheck disable=SC2086
check "--query-row-limit" "$millrace" --data-dir d $E --query-row-limit 3 \
    --output JSON -e 'SELECT * FROM views EMIT CHANGES;'
is "three rows" 3 "$(grep -c '^{"row"' out)"
# shellcheck disable=SC2086
check "--query-timeout" "$millrace" --data-dir d $E --query-timeout 600 \
    --output JSON -e 'SELECT * FROM views EMIT CHANGES;'
is "five rows" 5 "$(grep -c '^{"row"' out)"
check "a stream without EMIT ends by itself" "$millrace" --data-dir d \
    --output JSON -e 'SELECT * FROM views;'
is "it has all rows" 5 "$(grep -c '^{"row"' out)"
has "and ends" "Query Completed" out
check "PRINT" "$millrace" --data-dir d -e 'PRINT views FROM BEGINNING LIMIT 2;'
has "a record" 'key: u1, value: {"page":"/p1","ms":100}, partition: 0' out
is "two records" 2 "$(grep -c 'rowtime: ' out)"
check "PRINT with INTERVAL" "$millrace" --data-dir d \
    -e 'PRINT views FROM BEGINNING INTERVAL 2 LIMIT 3;'
is "u1, u3, u5" "u1 u3 u5" "$(grep -o 'key: u[0-9]' out | cut -c6- | tr '\n' ' ' | sed 's/ $//')"
check "INSERT VALUES" "$millrace" --data-dir d --query-timeout 5000 \
    --set auto.offset.reset=earliest --output JSON \
    -e "INSERT INTO views (id, page, ms) VALUES ('u6', '/it''s', 600);
        SELECT id, page FROM slow WHERE id = 'u6' EMIT CHANGES LIMIT 1;"
has "the query saw it" '["u6","/it'"'"'s"]' out

# ---- settings, variables, scripts ----
check "SET and UNSET" "$millrace" --data-dir d -e "
    SET 'auto.offset.reset'='earliest'; UNSET 'auto.offset.reset';"
has "SET" "Successfully changed local property 'auto.offset.reset' to 'earliest'." out
has "UNSET" "Successfully unset local property 'auto.offset.reset' (value was 'earliest')." out
status 1 "SET of what is not known" "$millrace" --data-dir d \
    -e "SET 'ksql.nothing'='1';"
has "it is named" "unknown property 'ksql.nothing'" err
printf "DEFINE t='views'; \nPRINT \${t} FROM BEGINNING LIMIT 1;\nSHOW VARIABLES;\nUNDEFINE t;\n" \
    >define.sql
check "variables, from a pipe" bash -c "'$millrace' --data-dir d <define.sql"
has "PRINT with a variable" "key: u1" out
has "SHOW VARIABLES" " t             | views" out
check "-d" "$millrace" --data-dir d -d top=views \
    -e 'PRINT ${top} FROM BEGINNING LIMIT 1;'
has "it holds" "key: u1" out
echo "SHOW STREAMS; RUN SCRIPT 'inner.sql';" >outer.sql
echo "SHOW TABLES;" >inner.sql
check "RUN SCRIPT" "$millrace" --data-dir d -e "RUN SCRIPT 'outer.sql';"
has "the outer" "Stream Name" out
has "the inner" "Table Name" out
echo "RUN SCRIPT 'self.sql';" >self.sql
status 1 "a script that runs itself" "$millrace" --data-dir d -f self.sql
has "it is stopped" "more than 16 deep" err
status 1 "a script that is not there" "$millrace" --data-dir d -f nope.sql
has "it is named" "cannot read 'nope.sql'" err

# ---- the pipe and the local commands ----
cat >session <<'IN'
help
HELP CREATE STREAM;
version
output
OUTPUT JSON;
SHOW TABLES;
output tabular
SPOOL 'spooled.txt';
SHOW
  STREAMS;
spool off
set cli column-width 10
SELECT id, page FROM views LIMIT 1;
output XML
SHOW TABLES; SHOW
TOPICS;
exit
SHOW QUERIES;
IN
check "a pipe" bash -c "'$millrace' --data-dir d <session"
has "help" "Commands of the shell:" out
has "help of a statement" "CREATE STREAM - " out
has "version" "millrace 0." out
has "output" "Current output format: TABULAR" out
has "output JSON" "Output format set to JSON" out
has "JSON" '"@type" : "tables"' out
has "spool" "Session will be spooled to spooled.txt" out
has "spool off" "Spool written to spooled.txt" out
has "the spool holds the result" " VIEWS " spooled.txt
has "column width" "+----------+----------+" out
has "a bad format" "Invalid output format: 'XML'" out
has "a statement over two lines" "Kafka Topic" out
lacks "exit ends it" "Query Type" out
lacks "no prompt" "ksql>" out
check "a last statement without ;" bash -c "echo 'SHOW TABLES' | '$millrace' --data-dir d"
has "it is executed" "PER_PAGE" out
check "SPOOL holds rows and lines" bash -c "printf '%s\n' \"SPOOL rows.txt;\" \
    'SELECT id FROM views LIMIT 2;' 'PRINT views FROM BEGINNING LIMIT 1;' 'SPOOL OFF;' |
    '$millrace' --data-dir d"
has "a row" "|u1 " rows.txt
has "a line" "key: u1" rows.txt

# ---- failures ----
status 1 "a bad statement" "$millrace" --data-dir d -e 'SELECT nope FROM views EMIT CHANGES;'
has "it is named" "NOPE" err
has "with a caret" "^" err
status 1 "a syntax error through a pipe" bash -c "echo 'SHOW STREEMS;' | '$millrace' --data-dir d"
has "did you mean" "STREAMS" err
status 1 "the pipe goes on after a failure" bash -c \
    "printf 'SHOW STREEMS;\nSHOW TABLES;\n' | '$millrace' --data-dir d"
has "the next is executed" "PER_PAGE" out
printf "CREATE STREAM n1 AS SELECT * FROM views;\nCREATE STREAM n2 AS SELECT x FROM views;\n" >half.sql
status 1 "a file with a bad statement" "$millrace" --data-dir d -f half.sql
has "its place" "half.sql:2:" err
check "nothing of it was done" "$millrace" --data-dir d -e 'SHOW STREAMS;'
lacks "not even the first" " N1 " out

# ---- control, and what a restart remembers ----
check "PAUSE" "$millrace" --data-dir d -e "PAUSE $query; SHOW QUERIES;"
has "it is paused" "PAUSED" out
check "RESUME" "$millrace" --data-dir d -e "RESUME $query; SHOW QUERIES;"
lacks "it runs" "PAUSED" out
status 1 "DROP of what is read" "$millrace" --data-dir d -e 'DROP STREAM views;'
check "TERMINATE" "$millrace" --data-dir d -e "TERMINATE $query; DROP TABLE per_page DELETE TOPIC;"
check "after a restart" "$millrace" --data-dir d -e 'SHOW TABLES; SHOW QUERIES; SHOW TOPICS;'
lacks "the table is gone" "PER_PAGE" out
has "the other query runs" "CSAS_SLOW_" out
check "DROP ends the stream's own query" "$millrace" --data-dir d -e 'DROP STREAM slow;'
check "all can go" "$millrace" --data-dir d -e 'DROP STREAM views;'
check "and is gone" "$millrace" --data-dir d -e 'SHOW STREAMS; SHOW QUERIES;'
lacks "no query" "CSAS_" out

# Ctrl-C ends a SELECT given by -e, and the shell with it, cleanly.
sql -e "CREATE STREAM v (page STRING) WITH (KAFKA_TOPIC='views', VALUE_FORMAT='JSON');" \
    >out 2>err
start "$millrace" --data-dir d --set auto.offset.reset=earliest \
    -e 'SELECT * FROM v EMIT CHANGES;' >waiting 2>&1
await "rows come" grep -q /p5 waiting
kill -INT "$child"
wait "$child"
is "Ctrl-C ends it with 0" 0 $?
has "the end is told" "Query terminated" waiting

# What users of psql and of the reference's shell type.
piped() { printf '%s\n' "$@" | run "$millrace" --data-dir d; }
piped '\d' '\d v' '\df lcase' '\h unset' 'help ucase' 'server' \
    'request-pipelining' 'help crate stream' 'help nothing at all'
has "\\d lists the sources" "Stream Name" out
has "\\d of one describes it" "Name                 : V" out
has "\\df of one describes it" "Name        : LCASE" out
has "\\h is help" "UNSET - takes SET back" out
has "help of a function describes it" "Name        : UCASE" out
has "server tells what it works on" "Engine in this shell, on the embedded broker" out
has "request-pipelining is known" "Current request-pipelining configuration: OFF" out
has "help of a slip" "No help for 'crate stream'; did you mean 'CREATE STREAM'?" out
has "help of nothing" "No help for 'nothing at all'; HELP; lists the statements" out
echo 'SHOW TYPES;' >types.sql
piped '\i types.sql' '\q' 'SHOW STREAMS;'
has "\\i runs a script" "Type Name" out
lacks "\\q leaves" "Stream Name" out
check "login options are taken" "$millrace" --data-dir d -u me -p secret -t token \
    --confluent-api-key k --confluent-api-secret s -e 'SHOW TYPES'
status 255 "a server's URL alone is refused" "$millrace" http://localhost:8088 -e 'SHOW TYPES'
has "it says what to give" "--bootstrap-server HOST:PORT" err

# Lines of every length, so that a buffer's end falls everywhere.
for length in $(seq 1 7 600); do
    printf "SELECT '%0*d' AS x FROM v LIMIT 1; -- %0*d\n" "$length" 0 "$length" 0
done | run "$millrace" --data-dir d --output JSON --query-timeout 10000
is "statements of every length are read" 86 "$(grep -c '"Limit Reached\|Query Completed\|finalMessage' out)"
lacks "none is broken" "error" err

# Output and errors are in order in one file.
printf '%s\n' 'SHOW TYPES;' 'SHOW NONSENSE;' 'SHOW TABLES;' |
    bounded "$millrace" --data-dir d >both 2>&1
is "an error stands where it happened" "Type error Table" \
    "$(grep -oE '^ (Type|Table) N|error' both | sed 's/ //; s/ N//' | paste -sd' ')"
finish
