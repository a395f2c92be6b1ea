#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The prompt at a terminal, through expect: statements over several lines,
# completion, Ctrl-C while typing and while a query runs, history, Ctrl-D.
. "$(dirname "$0")/lib.bash"
if ! command -v expect >/dev/null; then
    echo "cli_prompt.sh: skipped, expect is not installed"
    exit 0
fi
echo '{"page":"/p1"}' | "$millrace" produce -q --data-dir d views
"$millrace" --data-dir d >out 2>err -e "CREATE STREAM visits (page STRING)
    WITH (KAFKA_TOPIC='views', VALUE_FORMAT='JSON');"

cat >first.exp <<'EXP'
set timeout 10
proc want {text} {
    expect {
        -ex $text {}
        eof { puts "\nENDED, wanted: $text"; exit 1 }
        timeout { puts "\nMISSING: $text"; exit 1 }
    }
}
# Clears the line. What the terminal echoes of it must be there before more is
# typed: an interrupt throws away what was typed but not read.
proc cancel {} { send "\003"; want "^C"; want "ksql> " }
spawn $env(MILLRACE) --data-dir d --set auto.offset.reset=earliest
want "ksql> "
# Several lines; a quoted semicolon and a comment end nothing.
send "SHOW\r"; want "\n>"
send -- "-- a comment; with a semicolon\r"; want "\n>"
send "STREAMS;\r"; want "VISITS"; want "ksql> "
send "SELECT ';\r"; want "\n>"; cancel
# Two statements on a line.
send "SHOW TABLES; SHOW QUERIES;\r"
want "Table Name"; want "Query ID"; want "ksql> "
# Completion: keywords, sources, columns, functions, shorthands.
send "sho\t"; want "SHOW "; send "strea\t"; want "STREAMS"; send ";\r"
want "VISITS"; want "ksql> "
send "SELECT pag\t"; want "PAGE"; send "FROM visi\t"; want "VISITS"
send "EMIT CHANGES LIMIT 1;\r"; want "/p1"; want "Limit Reached"; want "ksql> "
send "SELECT ucas\t"; want "UCASE"; cancel
# By the place: columns of a FROM after the cursor or on another line, sources,
# types, properties, settings, statements after HELP.
send "SELECT  FROM VISITS;"
for {set i 0} {$i < 13} {incr i} { send "\002" }
send "pag\t\r"; want "/p1"; want "ksql> "
send "SELECT ucase(\r"; want "\n>"
send ") FROM visits;\001pag\t\r"; want "/P1"; want "ksql> "
send "INSERT INTO vi\t"; want "VISITS"; cancel
send "CREATE STREAM x (a big\t"; want "BIGINT"; cancel
send "CREATE STREAM x (a INT) WITH (kafka\t"; want "KAFKA_TOPIC="
send "'vie\t"; want "ws'"; cancel
send "SET 'auto.off\t"; want "set.reset' = '"
send "ea\t"; want "rliest'"; cancel
send "help create ta\t"; want "CREATE TABLE"; cancel
send "help unse\t\r"; want "UNSET - takes SET back"; want "ksql> "
send "ctas\t"; want "CREATE TABLE t AS SELECT"; cancel
# More than one way to go on: they are listed.
send "des\t"; want "DESCRIBE"; send "\t"; want "CONNECTOR"
cancel
# Ctrl-C ends the query, not the shell.
send "SELECT * FROM visits EMIT CHANGES;\r"
want "Press CTRL-C to interrupt"; want "/p1"
send "\003"; want "Query terminated"; want "ksql> "
send "PRINT views FROM BEGINNING;\r"; want "rowtime"
cancel
# Characters that are more than a byte, and taking one back.
send "SELECT 'caf\u00e9\u00e8\b \u65e5', page FROM visits LIMIT 1;\r"
want "|caf\u00e9 \u65e5 "; want "ksql> "
# Ctrl-C clears what is being typed.
send "SELECT nonsense"; cancel
send "SHOW TYPES;\r"; want "Type Name"; want "ksql> "
# An error is red, and the shell goes on.
send "SHOW STREEMS;\r"; want "\033\[31m"; want "STREAMS"; want "ksql> "
# History: the last but one again.
send "\020\020\r"; want "Type Name"; want "ksql> "
send "history\r"; want "SHOW TYPES;"; want "ksql> "
# A statement of several lines comes back whole.
send "SELECT page\r"; want "\n>"; send "FROM visits;\r"; want "/p1"
want "ksql> "; send "\020\r"; want "/p1"; want "ksql> "
send "\004"; want "Exiting ksqlDB."
expect eof
exit [lindex [wait] 3]
EXP
cat >second.exp <<'EXP'
set timeout 10
proc want {text} {
    expect {
        -ex $text {}
        eof { puts "\nENDED, wanted: $text"; exit 1 }
        timeout { puts "\nMISSING: $text"; exit 1 }
    }
}
spawn $env(MILLRACE) --data-dir d
want "ksql> "
send "history\r"; want "PRINT views FROM BEGINNING;"; want "ksql> "
send "exit\r"; want "Exiting ksqlDB."
expect eof
exit [lindex [wait] 3]
EXP
export MILLRACE=$millrace MILLRACE_HISTORY=$dir/history TERM=xterm
unset NO_COLOR
# libedit keeps the names of added functions until the process ends.
echo "leak:wcsdup" >suppressions
export LSAN_OPTIONS=suppressions=$dir/suppressions:print_suppressions=0
limit=60
check "the prompt" expect first.exp
[ -s history ] || fail "the history file is written"
refute "with MILLRACE_HISTORY set, no other is" test -e .ksql-history
check "the next shell knows the history" expect second.exp
cp history .ksql-history
unset MILLRACE_HISTORY
check "the default history file" expect second.exp
finish
