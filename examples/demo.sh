#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A web shop, live, in under 30 seconds:
#   examples/demo.sh build/millrace
# On the embedded broker, in the folder demo beside the program (or in
# MILLRACE_DEMO_DIR), which is made anew and stays afterwards.
set -eu -o pipefail
case ${1:-} in
/*) millrace=$1 ;;
*) millrace=$PWD/${1:-build/millrace} ;;
esac
data=${MILLRACE_DEMO_DIR:-$(dirname "$millrace")/demo}
if ! "$millrace" --version >/dev/null 2>&1; then
    echo "usage: $0 path/to/millrace" >&2
    exit 255
fi
if [ -e "$data" ] && [ ! -e "$data/topics" ] && [ -n "$(ls -A "$data")" ]; then
    echo "'$data' is no data directory of Millrace: it is left as it is" >&2
    exit 1
fi
cd "$(dirname "$0")"

if [ -t 1 ]; then bold=$'\033[1m' dim=$'\033[2m' off=$'\033[0m'; else bold= dim= off=; fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$off"; shift; for line; do echo "$line"; done; }
show() { # prints a command, then runs it; never waits for long
    printf '%s$ millrace %s%s\n' "$dim" "$*" "$off"
    timeout 12 "$millrace" "$@"
}

say "A web shop in streams" \
    "Everything below happens in one folder, without Kafka: $data"
rm -rf "$data"

say "1. The catalogue: a file of 12 products, key and JSON on each line" \
    "Each becomes a record of the topic shop.products."
show produce --data-dir "$data" -K '\t' shop.products shop/products.txt
head -2 shop/products.txt

say "2. A morning's orders: 48 lines of JSON" \
    "As in life, not all are clean: two order nothing, one SKU is unknown, one" \
    "is spelt ' sku-2002 ', one line is cut off."
show produce --data-dir "$data" shop.orders shop/orders.jsonl
sed -n 26p shop/orders.jsonl

say "3. Visitors and 500 page views, made up (seed 7: the same each time)"
show datagen --data-dir "$data" quickstart=users topic=shop.users \
    iterations=60 seed=7 printRows=false
show datagen --data-dir "$data" quickstart=pageviews topic=shop.pageviews \
    key=userid iterations=500 msgRate=500 seed=7 printRows=false

say "4. SQL: topics become streams and tables, five queries start" \
    "clean the orders, join them with the catalogue, count sales per minute," \
    "join page views with their users, count views per region. One of them:" ""
sed -n '/^CREATE STREAM orders_priced/,/;/p' shop/queries.sql
show --data-dir "$data" -f shop/sources.sql -f shop/queries.sql |
    grep -iE '^ [a-z ]*created'

echo "The warning is the cut-off order: reported, and the query goes on."

say "5. Results: priced orders, sales per minute, views per region"
show --data-dir "$data" -f shop/watch.sql

say "6. Live: page views arrive 25 a second, counted every two seconds" \
    "Millrace as a Unix filter; EMIT FINAL writes a line when a window is over."
printf '%s$ millrace datagen ... msgRate=25 | millrace run --input pageviews=- --output views=- live.sql%s\n' \
    "$dim" "$off"
"$millrace" datagen quickstart=pageviews topic=- msgRate=25 iterations=170 seed=3 |
    timeout 15 "$millrace" run --input pageviews=- --output views=- \
        --until-idle 300 filter/live.sql

say "That was it. The shop is still there: open the shell on it" \
    "  ${millrace#"$OLDPWD"/} --data-dir ${data#"$OLDPWD"/}" \
    "and try" \
    "  SHOW STREAMS;" \
    "  DESCRIBE sales_per_minute EXTENDED;" \
    "  SET 'auto.offset.reset' = 'earliest';" \
    "  SELECT * FROM orders_priced EMIT CHANGES LIMIT 5;" \
    "  PRINT 'shop.orders' FROM BEGINNING LIMIT 3;" \
    "The queries are in examples/shop/, examples/README.md tells more."
