#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Millrace against plain librdkafka loops on one real Kafka:
#
#   bench/run.sh BUILD          called by `make bench`
#
# RECORDS   in each topic, default 3000000
# RUNS      repetitions, in turns; medians are shown; default 5
# QUERIES   default "w1 w2 w3 w3s w4 w5 w6 w7 w8 w14one w14"; w14 is compared
#           with w14one
#           "w2@a100 w2@e100" is W15: the same at least and exactly once (a, e)
#           with a commit interval of 100 ms; name the a-form first
# ADDRESS   a Kafka that runs already; default: one is started and stopped
#
# CPU time is that of the whole process. The median of what a run over an empty
# topic takes (the start, for W5 the table too, and the end) is taken off. One
# table goes to standard output, one JSON object a
# run to BUILD/bench.jsonl.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
records=${RECORDS:-3000000}
runs=${RUNS:-5}
queries=${QUERIES:-w1 w2 w3 w3s w4 w5 w6 w7 w8 w14one w14}
tool=$build/bench/bench_kafka
millrace=$build/millrace
lines=$build/bench.jsonl
temp=$(mktemp -d "${TMPDIR:-/tmp}/millrace-bench.XXXXXX") || exit 1

# shellcheck disable=SC2329
cleanup() {
    [ -n "${ADDRESS:-}" ] || tests/kafka/kafka.sh stop "$temp/kafka"
    rm -rf "$temp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() {
    echo "bench/run.sh: $*" >&2
    [ -s "$temp/error" ] && tail -5 "$temp/error" >&2
    exit 1
}

if [ -n "${ADDRESS:-}" ]; then
    address=$ADDRESS
else
    address=$(tests/kafka/kafka.sh start "$temp/kafka") || fail "no Kafka"
fi

# One run of a query with a group and a topic of its own, which keeps records of
# any age; prints `records=... cpu_s=...`.
run_query() { # query, full | none, run
    local out=bench_${1/@/_}_$2_$3 topics=() topic how=()
    case $1 in
    *@[ae]*)
        how=(--set "ksql.streams.commit.interval.ms=${1#*@?}")
        [[ $1 == *@e* ]] &&
            how+=(--set ksql.streams.processing.guarantee=exactly_once_v2)
        ;;
    esac
    for topic in views visits many orders payments; do
        [ "$2" = none ] && topics+=(-d "$topic=bench_none")
        [ "$2" = full ] && topics+=(-d "$topic=bench_$topic")
    done
    "$tool" topic "$address" "$out" 2>"$temp/error" || fail "no topic"
    "$tool" time "$millrace" run --bootstrap-server "$address" \
        --data-dir "$temp/$out" --set ksql.service.id="$out" "${how[@]}" \
        "${topics[@]}" -d out="$out" --until-idle 1000 \
        bench/sql/sources.sql "bench/sql/${1%@*}.sql" 2>"$temp/error" \
        >"$temp/line" || fail "$1 failed"
    grep -q ' errors=0 ' "$temp/error" || fail "$1 had errors"
    if [ "$1" = w14 ]; then # Its queries have a topic each.
        awk 'match($0, / out=[0-9]+/) { n += substr($0, RSTART + 5, RLENGTH - 5) }
            END { print n + 0 }' "$temp/error" >"$temp/out"
        "$tool" drop "$address" "$out" "${out}"_{0..99} 2>/dev/null
    else
        "$tool" count "$address" "$out" >"$temp/out"
        "$tool" drop "$address" "$out" 2>/dev/null
    fi
    rm -rf "$temp/$out"
    sed "s/^records=0/records=$(sed -n 's/.* in=\([0-9]*\) .*/\1/p' \
        "$temp/error" | head -1)/; s/$/ out=$(cat "$temp/out")/" "$temp/line"
}

run_loop() { # consume | copy
    if [ "$1" = consume ]; then
        "$tool" consume "$address" "$records" 2>"$temp/error"
    else
        "$tool" topic "$address" bench_copy 2>"$temp/error"
        "$tool" copy "$address" "$records" bench_copy 2>"$temp/error"
        "$tool" drop "$address" bench_copy 2>/dev/null
    fi || fail "$1 failed"
}

# `name=value ...` to a JSON object.
note() { # run, what, line
    echo "$3" | awk -v run="$1" -v what="$2" '{
        printf "{\"what\":\"%s\",\"run\":%d", what, run
        for (i = 1; i <= NF; i++) {
            split($i, f, "="); printf ",\"%s\":%s", f[1], f[2]
        }
        print "}"
    }' >>"$lines"
    echo "$2 $3" >>"$temp/all"
}

# The table, from $temp/all. Ratios are of medians.
table() {
    awk -v queries="$queries" -v table_rows=100000 '
    function median(key,    n, i, j, t, v) {
        n = count[key]
        for (i = 1; i <= n; i++) v[i] = values[key, i]
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
                t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
            }
        low[key] = v[1]; high[key] = v[n]
        return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    function row(name, key, base, goal,    us, start) {
        start = (("idle-" key), "cpu_s") in known ? median("idle-" key \
            SUBSEP "cpu_s") : 0
        us = (median(key SUBSEP "cpu_s") - start) * 1e6 / read[key]
        cost[key] = us
        printf "%-9s %8.3f %6.3f-%-6.3f", name, us, \
            (low[key SUBSEP "cpu_s"] - start) * 1e6 / read[key], \
            (high[key SUBSEP "cpu_s"] - start) * 1e6 / read[key]
        if (base) printf "  %4.0f %% of %-8s %-13s", 100 * cost[base] / us, \
            base, goal ? "(goal " goal " %)" : ""
        else printf "  %31s", goal ? "(goal " goal " us)" : ""
        printf "  %6.2f s %5.0f MB", median(key SUBSEP "wall_s"), \
            median(key SUBSEP "rss_mb")
        if (known[key, "out"]) printf "  %.3f out", \
            median(key SUBSEP "out") / read[key]
        print ""
    }
    {
        for (i = 2; i <= NF; i++) {
            split($i, f, "=")
            key = $1 SUBSEP f[1]
            known[$1, f[1]] = 1
            values[key, ++count[key]] = f[2]
        }
    }
    END {
        print "          CPU us by record  ratio of CPU time " \
            "                wall     memory"
        nq = split(queries " consume copy", all, " ")
        for (q = 1; q <= nq; q++) {
            read[all[q]] = median(all[q] SUBSEP "records")
            if (all[q] == "w5") read["w5"] -= table_rows
        }
        base["w1"] = base["w3"] = base["w3s"] = "consume"
        base["w2"] = base["w5"] = "copy"
        base["w14"] = "w14one"; goal["w14"] = 40
        for (q = 1; q <= nq; q++)
            if (all[q] ~ /@e/) {
                base[all[q]] = all[q]
                sub(/@e/, "@a", base[all[q]])
            }
        goal["w1"] = goal["w3"] = goal["w5"] = 60; goal["w2"] = 70
        goal["w4"] = 4.5; goal["w6"] = 5; goal["w7"] = 4; goal["w8"] = 1.3
        row("consume", "consume", "", "")
        if (read["copy"]) row("copy", "copy", "", "")
        for (q = 1; q <= nq - 2; q++) {
            k = all[q]
            row(k, k, base[k], goal[k])
        }
    }' "$temp/all"
}

start_time() {
    local i
    for ((i = 0; i < 5; i++)); do
        "$build/bench/bench_start" "$millrace" "$temp/start$i"
    done | sort -t= -k2 -n | sed -n 3p
}

: >"$lines"
echo "loading $records records into each topic" >&2
"$tool" load "$address" "$records" 2>"$temp/error" || fail "loading failed"
"$tool" topic "$address" bench_none 2>"$temp/error" || fail "no topic"
for ((run = 1; run <= runs; run++)); do
    echo "run $run of $runs" >&2
    for query in $queries; do
        note "$run" consume "$(run_loop consume)"
        note "$run" "idle-$query" "$(run_query "$query" none "$run")"
        note "$run" "$query" "$(run_query "$query" full "$run")"
        case $query in w2 | w5) note "$run" copy "$(run_loop copy)" ;; esac
    done
done
echo "$records records of about 200 bytes, $runs runs, $(nproc) cores"
table
echo "expressions, ns of CPU a row and rows a second:"
"$build/bench/bench_functions" | tee -a "$lines" |
    sed 's/.*"expression":"\(.*\)","ns":\(.*\),"rows_per_s":\(.*\)}/\2 \3 \1/' |
    while read -r ns rows expression; do
        printf '%8.1f %12.0f  %s\n' "$ns" "$rows" "${expression//\\/}"
    done
echo "pull queries by key, 1,000,000 keys, embedded broker:"
"$build/bench/bench_pull" 2>"$temp/error" || fail "bench_pull failed"
echo "a table restored from its changelog (goal: 600,000 keys a second):"
for keys in 1000000 10000000; do
    echo "$keys keys, Kafka:"
    "$build/bench/bench_restore" "$keys" "$address" 2>"$temp/error" ||
        fail "bench_restore failed"
done
echo "1000000 keys, embedded broker:"
"$build/bench/bench_restore" 2>"$temp/error" || fail "bench_restore failed"
line=$(start_time)
note 1 start "$line"
echo "shell on the embedded broker: $line (goals 50 ms, 40 MB)"
echo "binary: $(stat -c %s "$millrace") bytes"
