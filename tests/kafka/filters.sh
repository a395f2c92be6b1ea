# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For tests of filters that share a reader; sourced after lib.sh. Query Q of
# $QUERIES, which writes the topic ${id}_fQ, keeps each number n of $topic with
# n % QUERIES = Q. `options` are those of the servers, `total` is how many
# numbers there are in the end.

# filters COUNT [PROPERTY]: a script of the first so many.
filters() {
    local q
    echo "CREATE STREAM numbers (k STRING KEY, n INT)"
    echo "  WITH (kafka_topic='$topic', value_format='JSON');"
    for ((q = 0; q < $1; q++)); do
        echo "CREATE STREAM f$q WITH (kafka_topic='${id}_f$q'${2:+, $2}) AS"
        echo "  SELECT k, n FROM numbers WHERE n % $QUERIES = $q;"
    done
}

numbers_of() { # QUERY: what came out of it
    consume "${id}_f$1" -f '%s\n' | grep -o '[0-9]*'
}

# all_came_out QUERY MOST: nothing is missing or foreign, and at most so many
# came twice.
all_came_out() {
    local twice
    numbers_of "$1" >"$tmp/numbers"
    sort -n -u "$tmp/numbers" >"$tmp/distinct"
    seq "$1" "$QUERIES" $((total - 1)) | cmp -s - "$tmp/distinct" ||
        fail "query $1: lost or foreign numbers: $(
            seq "$1" "$QUERIES" $((total - 1)) | diff - "$tmp/distinct" |
                head -3)"
    twice=$(($(wc -l <"$tmp/numbers") - total / QUERIES))
    [ $twice -le "$2" ] || fail "query $1: $twice twice, more than $2"
}

# all_is_committed SCRIPT: read alone, no query has anything left to do.
all_is_committed() {
    timeout 60 "$millrace" run --bootstrap-server "$KAFKA" \
        --data-dir "$tmp/alone.state" "${options[@]}" \
        --set millrace.shared.readers=false --until-idle 500 "$1" \
        2>"$tmp/alone" || fail "cannot read alone: $(cat "$tmp/alone")"
    [ "$(grep -c '^CSAS_F.* in=0 out=0 ' "$tmp/alone")" -eq "$QUERIES" ] ||
        fail "offsets were not committed: $(grep ' in=' "$tmp/alone" | head -3)"
}
