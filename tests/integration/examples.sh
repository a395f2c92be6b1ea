#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs every file of examples/ and holds the results against figures worked
# out from the data by other means. A new file there must be run here.
. "$(dirname "$0")/lib.bash"
cp -r "$root/examples" examples
limit=40

# The demo, whole. Its results from the data by awk.
export MILLRACE_DEMO_DIR=$dir/demo
started=$(date +%s)
check "demo.sh" bash examples/demo.sh "$millrace"
[ $(($(date +%s) - started)) -lt 30 ] || fail "the demo takes under 30 s"
has "it shows the join" "|7001 " out
has "it shows minutes" "|9:00 " out
has "it shows live counts" '"views":' out
has "it says where the data is" "--data-dir $dir/demo" out
has "the broken order is reported" "shop.orders" err
MILLRACE_DEMO_DIR=$dir/examples
status 1 "it removes no folder of others" bash examples/demo.sh "$millrace"
has "and says so" "no data directory of Millrace" err
[ -e examples/demo.sh ] || fail "the folder of others is gone"

consume() { bounded "$millrace" consume --data-dir demo "$@"; }
# Good orders: whole lines with a quantity and a SKU of the catalogue.
awk 'NR == FNR { split($0, a, "\t"); known[a[1]] = 1
                 match($0, /"category":"[a-z]*/)
                 category[a[1]] = substr($0, RSTART + 12, RLENGTH - 12)
                 match($0, /"price":[0-9.]*/)
                 price[a[1]] = substr($0, RSTART + 8, RLENGTH - 8); next }
     !/}$/ { next }
     { match($0, /"sku":"[^"]*/); sku = substr($0, RSTART + 7, RLENGTH - 7)
       gsub(/ /, "", sku); sku = toupper(sku)
       match($0, /"quantity":[0-9]*/); n = substr($0, RSTART + 11, RLENGTH - 11)
       match($0, /T[0-9:]*/); minute = substr($0, RSTART + 4, 2)
       if (n > 0) clean++
       if (n > 0 && sku in known) {
           priced++; total += n * price[sku]
           orders[category[sku] minute]++; pieces[category[sku] minute] += n } }
     END { printf "%d %d %.2f\n", clean, priced, total
           for (k in orders) print k, orders[k], pieces[k] | "sort"
     }' examples/shop/products.txt examples/shop/orders.jsonl >want
number() { grep -oE "\"$1\":[0-9.]+" | cut -d: -f2; }
consume shop.orders_clean -e >clean
consume shop.orders_priced -e >priced
is "clean and priced orders, their sum" "$(head -1 want)" \
    "$(wc -l <clean) $(wc -l <priced) $(number AMOUNT <priced |
        awk '{ s += $1 } END { printf "%.2f", s }')"
# The last row of each category and minute.
bounded "$millrace" --data-dir demo --output JSON --query-timeout 1500 \
    --set auto.offset.reset=earliest -e 'SELECT category, windowstart, orders,
        pieces FROM sales_per_minute EMIT CHANGES' >rows
sed -nE 's/.*"columns":\["([a-z]+)",([0-9]+),([0-9]+),([0-9]+)\].*/\1 \2 \3 \4/p' \
    rows | awk '{ last[$1 $2] = $3 " " $4 } END { for (k in last) print last[k] }' |
    sort >windows
is "sales per minute" "$(tail -n +2 want | cut -d' ' -f2- | sort)" "$(cat windows)"
consume shop.views_by_user -e >views
is "each view is joined" 500 "$(grep -c '"REGIONID":"Region_' views)"
is "views per region" "$(grep -oE 'Region_[0-9]' views | sort | uniq -c |
    awk '{ print $2, $1 }')" \
    "$(consume shop.views_per_region -e -f '%k %s\n' |
        sed -E 's/\{"VIEWS":([0-9]+)\}/\1/' |
        awk '{ n[$1] = $2 } END { for (k in n) print k, n[k] }' | sort)"

# The shell on the demo's directory afterwards.
check "the shell on it" "$millrace" --data-dir demo -e 'SHOW STREAMS; SHOW QUERIES;'
has "knows the streams" "ORDERS_PRICED" out
has "runs the queries" "CTAS_SALES_PER_MINUTE" out
check "new orders go on into the queries" bash -c "
    echo '{\"order_id\":1,\"sku\":\"SKU-1001\",\"quantity\":1,\"customer\":\"zoe\",
        \"placed_at\":\"2024-05-17T09:30:00Z\"}' | tr -d '\n' |
        '$millrace' produce -q --data-dir demo shop.orders
    '$millrace' --data-dir demo -e \"SELECT customer, amount FROM orders_priced
        WHERE customer = 'zoe' EMIT CHANGES LIMIT 1\" \
        --set auto.offset.reset=earliest"
has "the new order is priced" "18.90" out

# The filters.
check "hot.sql" "$millrace" run --input clicks=examples/filter/clicks.jsonl \
    --output hot=- --until-idle 300 examples/filter/hot.sql
is "it keeps the slow ones" \
    "$(sed -E 's/.*"ms":([0-9]+).*/\1/' examples/filter/clicks.jsonl |
        awk '$1 >= 250' | wc -l)" "$(wc -l <out)"
lacks "it has no failures" "errors=1" err
"$millrace" datagen quickstart=pageviews topic=- msgRate=100 iterations=450 \
    seed=1 | bounded "$millrace" run --input pageviews=- --output views=- \
    --until-idle 300 examples/filter/live.sql >out 2>err
is "live.sql ends well" "0 0" "${PIPESTATUS[*]}"
[ "$(wc -l <out)" -ge 3 ] || fail "live.sql writes a line a user and window"
has "live.sql lists pages" '"pages":["Page_' out
is "live.sql has only its users" "" "$(grep -vE '"User_[123]"' out)"

# The headless server.
"$millrace" datagen --data-dir h quickstart=ratings topic=ratings iterations=200 \
    seed=5 printRows=false 2>err
start "$millrace" server --data-dir h examples/headless/ratings.properties \
    --queries-file examples/headless/ratings.sql 2>server
await "it starts" grep -q running server
sleep 1.5
kill -TERM "$child"
wait "$child"
is "SIGTERM stops it" 0 $?
"$millrace" consume --data-dir h ratings -e >ratings
is "poor ratings" "$(grep -E '"stars":[12],' ratings | grep -cv 'test"')" \
    "$("$millrace" consume --data-dir h poor_ratings -e | wc -l)"
is "ratings of a channel" "$(grep -c '"channel":"web"' ratings)" \
    "$("$millrace" consume --data-dir h channel_stars -e -f '%k %s\n' |
        sed -nE 's/^web .*"RATINGS":([0-9]+).*/\1/p' | tail -1)"

# The tests, in every way, and one that must fail.
check "tests" "$millrace" test --strict --permute examples/testing
has "all of them" "7 passed, 0 failed" out
check "three files" "$millrace" test -s examples/testing/spending.sql \
    -i examples/testing/input.json -o examples/testing/output.json
has "they pass" "Test passed!" out
sed -i 's/total >= 100/total > 100/' examples/testing/spending.sql
status 1 "tests of another script" "$millrace" test examples/testing
has "the one that is wrong" "FAILED examples/testing/spending_test.sql:" out
has "is the one" "a customer is a big spender from 100 on" out

# Nothing in examples/ is left out.
known="README.md demo.sh shop/products.txt shop/orders.jsonl shop/sources.sql
    shop/queries.sql shop/watch.sql filter/hot.sql filter/clicks.jsonl
    filter/live.sql headless/ratings.sql headless/ratings.properties
    testing/spending.sql testing/spending_test.sql testing/input.json
    testing/output.json"
is "every file of examples/ is run here" "$(echo $known | tr ' ' '\n' | sort)" \
    "$(cd "$root/examples" && git ls-files -co --exclude-standard 2>/dev/null |
        sort | grep . || (find . -type f | sed 's|^\./||' | sort))"
finish
