#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# datagen: each quickstart through SQL, seeds, counts, rates, formats, keys,
# record times, and wrong arguments.
. "$(dirname "$0")/lib.bash"
gen() { bounded "$millrace" datagen --data-dir d printRows=false "$@"; }
lines() { bounded "$millrace" datagen topic=- "$@"; }
consume() { bounded "$millrace" consume --data-dir d "$@"; }

# Every quickstart, by its default topic; the columns are as the tutorials say.
for quickstart in users pageviews orders ratings clickstream clickstream_users \
    clickstream_codes; do
    check "$quickstart" "$millrace" datagen --data-dir d \
        quickstart=$quickstart iterations=12 seed=1 printRows=false
    has "$quickstart counts" \
        "12 records to '${quickstart}_kafka_topic_json'" err
    is "$quickstart arrives" 12 \
        "$(consume ${quickstart}_kafka_topic_json -e | wc -l)"
done
check "users_" "$millrace" datagen --data-dir d quickstart=users_ \
    topic=users_more iterations=12 seed=1
cat >all.sql <<'SQL'
SET 'auto.offset.reset'='earliest';
CREATE STREAM a (userid STRING KEY, registertime BIGINT, regionid STRING,
    gender STRING) WITH (KAFKA_TOPIC='users_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE STREAM b (viewtime BIGINT KEY, userid STRING, pageid STRING)
    WITH (KAFKA_TOPIC='pageviews_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE STREAM c (orderid INT KEY, ordertime BIGINT, itemid STRING,
    orderunits DOUBLE, address STRUCT<city STRING, state STRING, zipcode BIGINT>)
    WITH (KAFKA_TOPIC='orders_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE STREAM e (rating_id BIGINT KEY, user_id INT, stars INT, route_id INT,
    rating_time BIGINT, channel STRING, message STRING)
    WITH (KAFKA_TOPIC='ratings_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE STREAM f (ip STRING KEY, _time BIGINT, time STRING, request STRING,
    status INT, userid INT, bytes BIGINT, agent STRING)
    WITH (KAFKA_TOPIC='clickstream_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE TABLE g (user_id INT PRIMARY KEY, username STRING, registered_at BIGINT,
    first_name STRING, last_name STRING, city STRING, level STRING)
    WITH (KAFKA_TOPIC='clickstream_users_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE TABLE h (code INT PRIMARY KEY, definition STRING)
    WITH (KAFKA_TOPIC='clickstream_codes_kafka_topic_json', VALUE_FORMAT='JSON');
CREATE STREAM i (userid STRING KEY, interests ARRAY<STRING>,
    contactinfo MAP<STRING, STRING>)
    WITH (KAFKA_TOPIC='users_more', VALUE_FORMAT='JSON');
SELECT * FROM a EMIT CHANGES LIMIT 12;
SELECT * FROM b EMIT CHANGES LIMIT 12;
SELECT orderid, itemid, orderunits, address->city, address->zipcode FROM c
    EMIT CHANGES LIMIT 12;
SELECT * FROM e EMIT CHANGES LIMIT 12;
SELECT ip, request, status, userid, bytes, agent, _time, time FROM f
    EMIT CHANGES LIMIT 12;
SELECT * FROM g EMIT CHANGES LIMIT 12;
SELECT * FROM h EMIT CHANGES LIMIT 12;
SELECT userid, interests[1], contactinfo['city'] FROM i EMIT CHANGES LIMIT 12;
SQL
check "SQL reads them all" "$millrace" --data-dir d --output JSON -f all.sql
is "96 rows" 96 "$(grep -c '^{"row"' out)"
lacks "no column is null" "null," out
lacks "no last column is null" ",null]" out
lacks "nothing is undecodable" "not processed" err

lines quickstart=orders seed=9 iterations=50 >one
lines quickstart=orders seed=9 iterations=50 >two
lines quickstart=orders seed=10 iterations=50 >three
check "a seed gives the same lines" cmp one two
refute "another seed others" cmp one three
lines quickstart=orders seed=9 iterations=20 >short
check "the first lines do not depend on the count" cmp short <(head -20 one)
refute "without a seed they differ" cmp <(lines quickstart=users iterations=9) \
    <(lines quickstart=users iterations=9)

is "DELIMITED" 3 "$(lines quickstart=pageviews format=delimited iterations=1 |
    tr , '\n' | wc -l)"
is "valueDelimiter" 3 "$(lines quickstart=pageviews format=DELIMITED \
    valueDelimiter='|' iterations=1 | tr '|' '\n' | wc -l)"
lines quickstart=ratings value-format=delimited iterations=300 seed=2 >ratings
has "cells with a comma are quoted" ',"' ratings
has "quotes are doubled" '""again""' ratings
gen quickstart=orders topic=k iterations=2 seed=1 2>err
is "an INT key is 4 bytes" "00 00 00 00 00 00 00 01" \
    "$(consume k -e -f '%k' | od -An -tx1 | sed 's/^ //')"
gen quickstart=ratings topic=k8 iterations=1 seed=1 2>err
is "a BIGINT key is 8 bytes" "00 00 00 00 00 00 00 01" \
    "$(consume k8 -e -f '%k' | od -An -tx1 | sed 's/^ //')"
is "key-format=json" '"User_' "$(lines -K : quickstart=users key-format=json \
    iterations=1 | cut -c1-6)"
is "key=FIELD" Region_ "$(lines -K : quickstart=users key=regionid \
    iterations=1 | cut -c1-7)"

gen quickstart=pageviews topic=times timestamp=1000000 msgRate=1000 \
    iterations=3 seed=1 2>err
is "timestamp=MS steps" "1000000 1000001 1000002 " \
    "$(consume times -e -f '%T ')"
gen quickstart=pageviews topic=field timestamp=viewtime iterations=1 seed=1 2>err
is "timestamp=FIELD" 1704067200000 "$(consume field -e -f '%T')"
before=$(date +%s%3N)
gen quickstart=pageviews topic=now iterations=1 seed=1 2>err
[ "$(consume now -e -f '%T')" -ge "$before" ] || fail "times are now by default"

start_ns=$(date +%s%N)
lines quickstart=pageviews msgRate=50 iterations=51 >rated
took_ms=$((($(date +%s%N) - start_ns) / 1000000))
is "a rate loses nothing" 51 "$(wc -l <rated)"
[ $took_ms -ge 980 ] || fail "51 records at 50 a second take a second" "$took_ms ms"
start "$millrace" datagen quickstart=users topic=- msgRate=100 >endless
sleep 0.5
kill -TERM "$child"
wait "$child"
is "a signal ends it with 0" 0 $?
[ -s endless ] || fail "records came before the signal"
is "a reader that goes away" 1 "$(lines quickstart=users | head -1 | wc -l)"
status 1 "a full disk" bash -c "'$millrace' datagen quickstart=users topic=- \
    iterations=100000 >/dev/full"

bad() { # words that the message has, then arguments
    local words=$1
    shift
    status 255 "$*" "$millrace" datagen --data-dir d "$@"
    has "$*" "$words" err
}
bad "needs quickstart=NAME" topic=t
bad "there is no quickstart 'nope'" quickstart=nope
bad "takes NAME=VALUE, not 'users'" users
bad "has no argument 'iteration'" quickstart=users iteration=1
bad "iterations is a whole number" quickstart=users iterations=0
bad "msgRate is a number above 0" quickstart=users msgRate=-1
bad "seed is a whole number" quickstart=users seed=x
bad "value format is json or delimited" quickstart=users format=avro
bad "key format is kafka, json" quickstart=users key-format=xml
bad "no field 'nope'" quickstart=users key=nope
bad "not 'gender'" quickstart=users timestamp=gender
bad "nested, which DELIMITED cannot hold" quickstart=orders format=delimited
bad "printRows is true or false" quickstart=users printRows=maybe
bad "schema=FILE is not available yet" schema=x.avro
check "nThreads and maxInterval are accepted" "$millrace" datagen --data-dir d \
    quickstart=users iterations=1 nThreads=4 maxInterval=10
has "rows are printed" '["User_' out
finish
