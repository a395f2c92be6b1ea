#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Options and exit statuses of every command: help, version, wrong arguments.
. "$(dirname "$0")/lib.bash"

check "--version" "$millrace" --version
has "--version names its own" "millrace 0." out
has "--version names librdkafka" "librdkafka 2." out
has "--version names RocksDB" "RocksDB " out
check "--help" "$millrace" --help
for command in shell run server produce consume datagen test help; do
    has "--help lists $command" "  $command " out
done
for command in shell run server produce consume datagen test; do
    check "help $command" "$millrace" help $command
    has "help $command shows its usage" "Usage: millrace" out
    has "help $command shows the common options" "--bootstrap-server" out
    check "$command --version" "$millrace" $command --version
done
check "help sql" "$millrace" help sql
has "help sql lists PRINT" "PRINT " out
check "help of a statement in any case" "$millrace" help create stream
has "it shows the synopsis" "WITH (KAFKA_TOPIC=" out
check "help of LIST is that of SHOW" "$millrace" help list topics
has "it says so" "SHOW TOPICS - " out
check "help of a beginning" "$millrace" help create
has "it lists what begins so" "CREATE TABLE AS SELECT" out
status 255 "help of nothing" "$millrace" help nothing
has "it says so" "no help for 'nothing'" err

status 255 "unknown command" "$millrace" frobnicate
has "it is named" "unknown command 'frobnicate'" err
status 255 "unknown option" "$millrace" --frobnicate
has "it is named" "--frobnicate" err
status 255 "a command nearly right" "$millrace" prodcue
has "it is suggested" "unknown command 'prodcue'; did you mean 'produce'?" err
status 255 "an option nearly right" "$millrace" run --bootstrap-servr=x y.sql
has "it is suggested" "unknown option '--bootstrap-servr'; did you mean '--bootstrap-server'?" err
status 255 "an option of no command" "$millrace" consume -y x
has "it is named" "unknown option '-y'" err
status 255 "a beginning of two options" "$millrace" --query x
has "both are named" "option '--query' may be '--query-row-limit' or '--query-timeout'" err
status 255 "an option without its value" "$millrace" consume x -c
has "it says so" "option '-c' needs a value" err
status 255 "a long option without its value" "$millrace" run x --until-idle
has "it says so" "option '--until-idle' needs a value" err
status 255 "a value for an option that takes none" "$millrace" run --help=x
has "it says so" "option '--help' takes no value" err
check "the beginning of one option" "$millrace" run --vers
status 255 "an argument of datagen nearly right" "$millrace" datagen quikstart=users
has "it is suggested" "datagen has no argument 'quikstart'; did you mean 'quickstart'?" err
for command in run server produce consume datagen test; do
    status 255 "$command without arguments" "$millrace" $command
    [ -s err ] || fail "$command without arguments says nothing"
    status 255 "$command: unknown option" "$millrace" $command --frobnicate
done
status 255 "option without its value" "$millrace" run --until-idle
status 255 "--set without =" "$millrace" --set foo -e 'SHOW STREAMS'
has "it says what it takes" "--set takes NAME=VALUE, not 'foo'" err
status 255 "-d without =" "$millrace" -d foo -e 'SHOW STREAMS'
status 255 "--log-level" "$millrace" --log-level loud -e 'SHOW STREAMS'
has "it lists the levels" "error, warn, info or debug" err
status 255 "--config-file that is not there" \
    "$millrace" --config-file no.properties -e 'SHOW STREAMS'
has "it is named" "cannot read 'no.properties'" err
status 255 "a file argument to the shell" "$millrace" -e 'SHOW STREAMS' x.sql
status 255 "--output" "$millrace" --output XML -e 'SHOW STREAMS'
status 255 "--query-timeout" "$millrace" --query-timeout 0 -e 'SHOW STREAMS'
for value in 0 -5 abc 10x; do
    status 255 "run --until-idle $value" "$millrace" run --until-idle $value x
done
for value in -5 abc 10x; do
    status 255 "consume -c $value" "$millrace" consume x -c "$value"
done
status 255 "consume -p" "$millrace" consume x -p abc
status 255 "consume -o" "$millrace" consume x -o middle
status 255 "consume of two topics" "$millrace" consume a b
status 255 "produce -p" "$millrace" produce x -p abc
status 255 "produce -c" "$millrace" produce x -c -1
status 255 "produce -H" "$millrace" produce x -H novalue
[ ! -e millrace-data ] || fail "wrong arguments made a data directory"

# Settings: from a file, from --set, the last one wins; bad values stop.
printf 'auto.offset.reset=earliest\n# a comment\nksql.service.id = mine_\n' \
    >good.properties
check "--config-file" "$millrace" --data-dir d --config-file good.properties \
    -e 'SHOW PROPERTIES'
has "its values hold" "mine_" out
check "--set" "$millrace" --data-dir d --config-file good.properties \
    --set ksql.service.id=other_ -e 'SHOW PROPERTIES'
has "--set wins" "other_" out
lacks "the earlier value is gone" "mine_" out
status 255 "a bad value" "$millrace" --data-dir d --set auto.offset.reset=soon \
    -e 'SHOW STREAMS'
has "it names the setting" "auto.offset.reset" err
check "an unknown setting warns only" "$millrace" --data-dir d \
    --set ksql.no.such.setting=1 -e 'SHOW STREAMS'
has "it is named" "ksql.no.such.setting" err
check "-d defines a variable" "$millrace" --data-dir d -d t=views \
    -e 'SHOW VARIABLES'
has "it is shown" "views" out
check "the default data directory" "$millrace" -e 'SHOW STREAMS'
[ -d millrace-data/topics ] || fail "millrace-data was not made"
finish
