#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Filters of one topic, each alone and all together: what comes out, what is
# reported and how often must be the same, whatever their WHERE compares, in
# which order, and with what rows: nulls, bad records, failing expressions, ends
# of ranges, equal constants, text beyond the basic plane.
. "$(dirname "$0")/lib.bash"

wheres=(
    "n = 3" "n = 4" "n = 4" "5 = n" "n = -2147483648" "n = 2147483647"
    "n >= 2 AND n < 6" "n > 2 AND n <= 6" "6 > n AND 2 <= n" "n > 6 AND n < 2"
    "n >= 4 AND n <= 4" "n > 4 AND n < 4" "n < 0" "n > 100" "n <> 4"
    "n = 3 AND s = 'a'" "s = 'a' AND n = 3" "n > 2 AND s > 'a' AND n < 9"
    "n = 3 OR n = 5" "n IN (1, 3)" "n BETWEEN 2 AND 5" "NOT n = 3" "n IS NULL"
    "n = 3.0" "n < 2.5" "n = CAST(NULL AS INT)"
    "n % 4 = 1" "n % 4 = 2" "n % 4 = 3 AND m = 0" "n % 4 > 1"
    "n / m = 2" "n / m > 2 AND n / m < 5" "n / m = 2 AND n > 4"
    "n > 4 AND n / m = 2" "n / m = 1 / m"
    "x = 0.0" "x = -0.0" "x > 0.5" "x >= 0.5" "x < 1e300" "x = 1e308"
    "x * 1e308 > 5" "x * 1e308 - x * 1e308 = 0" "x * 1e308 - x * 1e308 < 1"
    "s = 'a'" "s = 'b'" "s > 'a' AND s <= 'é'" "s < 'ﬀ'" "s >= '𝄞'" "s = ''"
    "LCASE(s) = 'a'" "LCASE(s) = 'b'" "LCASE(s) > 'b'"
    "CAST(s AS INT) = 7" "CAST(s AS INT) > 6" "SUBSTRING(s, 1, 1) = '7'"
    "t->u = 1" "t->u > 1" "l[1] = 1" "l[1] >= 2"
    "RANDOM() < 2 AND n = 3" "RANDOM() >= 0" "RANDOM() >= 0 AND n = 4"
    "ROWOFFSET < 10" "ROWOFFSET >= 10" "k = 'k1'" "k = 'k2'"
)
{
    echo "CREATE STREAM all_of (k STRING KEY, n INT, m INT, x DOUBLE, s STRING,"
    echo "    t STRUCT<u INT>, l ARRAY<INT>)"
    echo "  WITH (kafka_topic='in', value_format='JSON', partitions=1);"
    for q in "${!wheres[@]}"; do
        echo "CREATE STREAM q$q WITH (kafka_topic='q$q') AS"
        echo "  SELECT k, n, m, x, s, ROWOFFSET AS o FROM all_of"
        echo "  WHERE ${wheres[q]};"
    done
} >all.sql
values=('null' '0' '1' '2' '3' '4' '5' '6' '-1' '2147483647' '-2147483648')
texts=('null' '""' '"a"' '"A"' '"b"' '"7"' '"71"' '"é"' '"ﬀ"' '"𝄞"' '"￿"')
reals=('null' '0.0' '-0.0' '0.5' '1e308' '-1e308' '3')
for ((i = 0; i < 700; i++)); do
    n=${values[i % 11]} s=${texts[i / 7 % 11]} x=${reals[i % 7]}
    case $((i % 41)) in
    17) v='{"n":no json' ;;
    23) v="{\"s\":$s}" ;;
    29) v="{\"n\":$n,\"t\":{\"u\":$n},\"l\":[]}" ;;
    *) v="{\"n\":$n,\"m\":$((i % 3)),\"x\":$x,\"s\":$s,\"t\":{\"u\":$n}" 
        v+=",\"l\":[$n,2]}" ;;
    esac
    echo "k$((i % 5))|$v"
done >in.txt

outputs=()
for q in "${!wheres[@]}"; do outputs+=(--output "q$q=FOLDER/q$q.txt"); done
go() { # folder, settings
    local folder=$1
    shift
    mkdir "$folder"
    check "$folder" "$millrace" run -K '|' --input in=in.txt \
        "${outputs[@]/FOLDER/$folder}" --until-idle 500 "$@" all.sql
    sed -n 's/^\(CSAS[^:]*: in=.* errors=[0-9]*\).*/\1/p' err >"$folder/figures"
}
limit=60
go alone --set millrace.shared.readers=false
go together
go by_3_rows --set millrace.batch.rows.max=3
[ "$failures" -eq 0 ] || finish
is "every query is there" "${#wheres[@]}" "$(wc -l <alone/figures)"
is "some rows fail" yes \
    "$(grep -q 'errors=[0-9][0-9][0-9]' alone/figures && echo yes)"
for q in "${!wheres[@]}"; do
    for folder in together by_3_rows; do
        is "$folder: WHERE ${wheres[q]}" "$(cksum <"alone/q$q.txt")" \
            "$(cksum <"$folder/q$q.txt")"
        is "$folder: figures of WHERE ${wheres[q]}" \
            "$(grep "^CSAS_Q${q}_" alone/figures)" \
            "$(grep "^CSAS_Q${q}_" $folder/figures)"
    done
done
finish
