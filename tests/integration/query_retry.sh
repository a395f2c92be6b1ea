#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A query that fails is started again after a wait that doubles, what stopped it
# can be seen, and the queries beside it go on.
. "$(dirname "$0")/lib.bash"

cat >app.sql <<'SQL'
SET 'auto.offset.reset'='earliest';
CREATE STREAM sales (shop STRING KEY, price DECIMAL(3, 1))
    WITH (KAFKA_TOPIC='sales', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE totals AS SELECT shop, SUM(price) AS total FROM sales GROUP BY shop;
CREATE STREAM prices AS SELECT shop, price FROM sales;
SQL
cat >app.properties <<'PROPERTIES'
ksql.service.id=retry_
ksql.streams.commit.interval.ms=100
ksql.query.retry.backoff.initial.ms=50
ksql.query.retry.backoff.max.ms=400
ksql.error.classifier.regex=SYSTEM no such text\nUNKNOWN ^nothing either
PROPERTIES

launch() {
    start "$millrace" server --data-dir d app.properties --queries-file app.sql \
        >server.out 2>server.err
    server=$child
}
halt() {
    kill -TERM "$server"
    wait "$server"
}

launch
await "the server runs" grep -q "running on" server.err

# 60 + 60 does not fit DECIMAL(3, 1).
printf 'a:{"PRICE": 60.0}\na:{"PRICE": 60.0}\n' >sales.txt
halt
check "records are produced" "$millrace" produce -q --data-dir d -K : sales <sales.txt
launch
for wait in 100 200 400 400; do
    await "it failed and waits $wait ms" \
        grep -q "query failed.*TOTALS.*type=USER again_in_ms=$wait" server.err
done
has "the reason is told" "sum 120 does not fit DECIMAL(3, 1)" server.err
await "it was restarted" grep -q "query restarted.*TOTALS" server.err
lacks "the other query goes on" "query failed.*PRICES" server.err
halt
is "it stops cleanly" 0 $?
check "what the other query wrote" "$millrace" consume --data-dir d -e PRICES
has "both rows are there" '"PRICE":60.0' out

finish
