/* SPDX-License-Identifier: Apache-2.0
 *
 * The help of each command of the program, as `millrace help COMMAND` and
 * `millrace COMMAND --help` print it.
 */
#include "cli/help.h"

#include <stddef.h>

static const char shell_text[] =
    "The shell: type SQL statements, each ended by a semicolon, and see their\n"
    "results. It holds the engine itself; the streams, tables and queries "
    "that\n"
    "you create are kept in the data directory (or in Kafka) and are there "
    "again\nat the next start. Persistent queries run while a shell is open; "
    "for queries\nthat run by themselves use `millrace server`.\n"
    "\n"
    "  -e, --execute SQL       executes SQL and exits; repeatable\n"
    "  -f, --file FILE         executes a file and exits; - is standard input\n"
    "  --output JSON|TABULAR   how results are shown (TABULAR)\n"
    "  --query-row-limit N     a SELECT ends after N rows\n"
    "  --query-timeout MS      a SELECT ends after this time\n"
    "\n"
    "Scripts that call the reference's shell go on working: a server's URL is "
    "taken\ntogether with --bootstrap-server or a --config-file that names "
    "Kafka, and what is\nfor the server's login (-u, -p, -t, "
    "--confluent-api-key and -secret) is taken\nand not used, as the shell runs "
    "the engine itself.\n"
    "\n"
    "At a terminal: history (~/.ksql-history, or the file that the variable\n"
    "MILLRACE_HISTORY names), Tab completes keywords and names, Ctrl-C ends a\n"
    "running SELECT or PRINT, Ctrl-D leaves. Through a pipe: no prompt, no "
    "colour.\n"
    "\n"
    "Exit status: 0; 1 if a statement failed (-e, -f, pipe); 255 if the shell\n"
    "could not start.\n"
    "\n"
    "  millrace -e 'SHOW STREAMS'\n"
    "  echo 'SELECT * FROM clicks EMIT CHANGES LIMIT 3;' | millrace\n";

static const char run_text[] =
    "Executes the statements of the files and keeps their persistent queries\n"
    "running until SIGINT or SIGTERM, or until nothing comes any more. All "
    "files\nare checked first: with one bad statement nothing is executed. "
    "Allowed are\nSET, UNSET, DEFINE, CREATE STREAM, CREATE TABLE, CREATE "
    "TYPE, CREATE ... AS\nSELECT and INSERT INTO ... SELECT. At the end one "
    "line a query on standard\nerror tells the records in and out, errors and "
    "times.\n"
    "\n"
    "  --input TOPIC=FILE      appends the file's lines to the topic, a line "
    "a\n"
    "                          record; - is standard input; repeatable\n"
    "  --output TOPIC=FILE     writes the topic's new records as lines; - is\n"
    "                          standard output; repeatable\n"
    "  -K SEP                  lines are KEY SEP VALUE, in and out\n"
    "  --until-idle MS         ends when all inputs have been read and "
    "nothing\n"
    "                          came for MS milliseconds\n"
    "  --check                 only checks the files, and tells all that is "
    "wrong\n"
    "\n"
    "Topics of --input are made if they are not there. With --input or "
    "--output,\nand neither --data-dir nor Kafka, all is done in a temporary "
    "directory that\nis removed at the end. auto.offset.reset is earliest "
    "unless set.\n"
    "\n"
    "Exit status: 0; 1 if a statement or a query failed; 255 for wrong "
    "arguments.\n"
    "\n"
    "  millrace run --input clicks=clicks.jsonl --output hot=- \\\n"
    "      --until-idle 500 hot.sql\n";

static const char server_text[] =
    "The headless server: reads properties files (later ones win), checks the\n"
    "whole script, then runs its persistent queries until SIGTERM or SIGINT "
    "and\nstops cleanly. Started again with the same script it goes on where "
    "it was.\nSeveral processes with one ksql.service.id share the partitions "
    "of their\ntopics through Kafka's consumer groups.\n"
    "\n"
    "  --queries-file FILE     the script; or the setting ksql.queries.file\n"
    "\n"
    "-Dname=value words of the variable KSQL_OPTS are settings too. Query ids\n"
    "count from 0 in the order of the script: reordering it changes which "
    "query\nowns which offsets.\n"
    "\n"
    "Exit status: 0 after a clean stop; 255 if the start failed.\n"
    "\n"
    "  millrace server --bootstrap-server localhost:9092 --queries-file "
    "shop.sql\n";

static const char produce_text[] =
    "Appends lines of the files (or of standard input) to a topic, a line a\n"
    "record. A topic that is not there is made.\n"
    "\n"
    "  -K SEP                  lines are KEY SEP VALUE; escapes such as \\t\n"
    "  -p N                    to partition N; else by the key\n"
    "  -c COUNT                at most COUNT records\n"
    "  -H NAME=VALUE           a header of each record; repeatable\n"
    "  -Z                      an empty value is null (a tombstone)\n"
    "  -q                      no summary line on standard error\n"
    "  --partitions N          of a topic that must be made (1)\n"
    "\n"
    "Exit status: 0; 1 if records could not be read or written; 255 for wrong\n"
    "arguments or if the broker could not be opened.\n"
    "\n"
    "  millrace produce products -K : products.txt\n";

static const char consume_text[] =
    "Writes a topic's records to standard output, as lines.\n"
    "\n"
    "  -o OFFSET               beginning (default), end, N, or -N: the last N\n"
    "                          of each partition\n"
    "  -p N                    only partition N\n"
    "  -c COUNT                ends after COUNT records\n"
    "  -e                      ends at the end of the topic\n"
    "  -K SEP                  writes KEY SEP VALUE\n"
    "  -f FORMAT               %s value, %k key, %S and %K their lengths (-1:\n"
    "                          null), %t topic, %p partition, %o offset,\n"
    "                          %T time in ms, %h headers, %% a percent sign;\n"
    "                          escapes \\n \\t \\r \\0 \\xHH\n"
    "  -q                      accepted and without effect, as nothing but\n"
    "                          records is written\n"
    "\n"
    "Exit status: 0; 1 if the topic could not be read; 255 for wrong "
    "arguments or\nif the broker could not be opened.\n"
    "\n"
    "  millrace consume clicks -e -f '%T %k: %s\\n'\n";

static const char datagen_text[] =
    "Produces believable records to try things out with. The same seed and\n"
    "arguments give the same keys and values.\n"
    "\n"
    "  quickstart=NAME         users, users_ (users with interests and "
    "contact),\n"
    "                          pageviews, orders, ratings, clickstream,\n"
    "                          clickstream_users, clickstream_codes\n"
    "  topic=NAME              default <quickstart>_kafka_topic_<format>; made "
    "if\n                          not there; - writes lines to standard "
    "output\n"
    "  -K SEP                  with topic=-: lines are KEY SEP VALUE\n"
    "  format=F, value-format=F  json (default) or delimited\n"
    "  key-format=F            kafka (default), json or delimited\n"
    "  valueDelimiter=C        of delimited: a character, TAB or SPACE (,)\n"
    "  key=FIELD               another field as the record's key\n"
    "  iterations=N            so many records; default: until a signal\n"
    "  msgRate=N               records a second (may be 0.5); default: no "
    "limit\n"
    "  timestamp=FIELD|MS      record times: from a field of milliseconds, or\n"
    "                          from MS on in steps of 1/msgRate; default: now\n"
    "  seed=N                  of the random numbers; default: another one "
    "each\n                          time\n"
    "  printRows=BOOL          also prints the records; default true\n"
    "  bootstrap-server=H:P    as --bootstrap-server\n"
    "  propertiesFile=FILE     as --config-file\n"
    "  nThreads=N, maxInterval=N  accepted and without effect\n"
    "\n"
    "schema=FILE and formats that need a Schema Registry are not available "
    "yet.\n"
    "\n"
    "Exit status: 0; 1 if records could not be written; 255 for wrong "
    "arguments\nor if the broker could not be opened.\n"
    "\n"
    "  millrace datagen quickstart=pageviews topic=views iterations=100 "
    "seed=7\n";

static const char test_text[] =
    "Runs tests of SQL, without Kafka and leaving nothing behind: each starts\n"
    "from an empty engine over topics in memory, with a clock that stands at "
    "0,\nin a process of its own, so that a crash or a hang fails one test.\n"
    "\n"
    "In a file *.sql, each test begins with a line `--@test: title` and goes "
    "on\nwith statements: CREATE ... and INSERT INTO ... VALUES, RUN SCRIPT "
    "'file', then\n"
    "\n"
    "  ASSERT VALUES s (columns) VALUES (...);    the next record of s\n"
    "  ASSERT NULL VALUES s (columns) KEY (...);  it is a deletion (also\n"
    "  ASSERT TOMBSTONE s (columns) KEY (...);    written so)\n"
    "  ASSERT STREAM s (columns) WITH (...);      what s is; or ASSERT TABLE\n"
    "  --> text                                   what a statement prints\n"
    "  --@expected.error: KIND                    the last statement fails:\n"
    "                                             syntax, statement, query or\n"
    "                                             a Java class of ksqlDB's\n"
    "  --@expected.message: TEXT                  its message holds the text\n"
    "\n"
    "In a folder, all such files are found, at any depth. FILE.sql:LINE is the\n"
    "test that the line is in.\n"
    "\n"
    "  --only TEXT             tests whose file or title holds the text\n"
    "  --strict                a test fails if it asserts nothing, or leaves\n"
    "                          records of what it asserts unread\n"
    "  --permute               each test also in small batches, with state in\n"
    "                          RocksDB, restarted between records\n"
    "  --fail-fast             starts no more tests after one that fails\n"
    "  --junit FILE            writes the results as JUnit XML\n"
    "  --watch                 runs again when a file changes; Enter too; q\n"
    "                          or Ctrl-C ends\n"
    "  -j, --jobs N            so many at once (as there are processors)\n"
    "  --timeout SECONDS       of a test (20)\n"
    "  -v, --verbose           names each test, and shows the log\n"
    "\n"
    "As ksql-test-runner does, statements, records in and records out may be\n"
    "three files, which are one test:\n"
    "\n"
    "  -s, --sql-file FILE     the statements\n"
    "  -i, --input-file FILE   {\"inputs\": [{\"topic\", \"key\", "
    "\"value\",\n"
    "                          \"timestamp\", \"window\", "
    "\"headers\"}, ...]}\n"
    "  -o, --output-file FILE  {\"outputs\": [the same]}: all records of the\n"
    "                          topics that are named, each in its order\n"
    "  -e, --extension-dir DIR accepted; functions in JAR files are not loaded\n"
    "\n"
    "--set and -d set settings and variables for all tests; --bootstrap-server\n"
    "and --data-dir are refused. `docs/sql-tests.md` tells all.\n"
    "\n"
    "Exit status: 0; 1 if a test failed, or none ran; 255 for wrong "
    "arguments.\n"
    "\n"
    "  millrace test tests/ --junit results.xml\n"
    "  millrace test -s statements.sql -i input.json -o output.json\n";

static const char help_text[] =
    "Help on a command, on SQL (`millrace help sql` lists the statements) or "
    "on a\nstatement (`millrace help CREATE STREAM`).\n"
    "\n"
    "  --config-document       writes docs/config.md: every setting\n"
    "  --functions-document    writes docs/functions.md: every function\n";

const HelpTopic help_commands[] = {
    {"shell", "SQL at a prompt, from -e, from -f or from a pipe; the default",
     "millrace [shell] [OPTIONS] [-e SQL]... [-f FILE]...", shell_text, NULL},
    {"run", "executes a script and keeps its queries running; a Unix filter",
     "millrace run [OPTIONS] FILE...", run_text, NULL},
    {"server", "the headless server: a script of persistent queries",
     "millrace server [OPTIONS] [PROPERTIES]... --queries-file FILE",
     server_text, NULL},
    {"produce", "lines to a topic",
     "millrace produce [OPTIONS] TOPIC [FILE]...", produce_text, NULL},
    {"consume", "a topic to lines", "millrace consume [OPTIONS] TOPIC",
     consume_text, NULL},
    {"datagen", "made-up records to a topic, for trying things out",
     "millrace datagen [OPTIONS] quickstart=NAME [NAME=VALUE]...",
     datagen_text, NULL},
    {"test", "runs tests of SQL, without Kafka",
     "millrace test [OPTIONS] FILE.sql[:LINE]|FOLDER...\n"
     "millrace test [OPTIONS] -s FILE.sql [-i FILE.json] -o FILE.json",
     test_text, NULL},
    {"help", "help on a command or on a SQL statement",
     "millrace help [COMMAND | sql | STATEMENT]", help_text, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
