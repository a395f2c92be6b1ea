#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo's kind of queries on Kafka, end to end: page views are cleaned,
# joined to a table of users and counted per minute and region. SQLite computes
# the same from the raw topics; every stage must agree row for row.
. "$(dirname "$0")/lib.sh"
set -o pipefail

views=${id}_views users=${id}_users
make_topic "$views" 4
make_topic "$users" 4

# Users come several times: the last one counts.
timeout 60 "$millrace" datagen --bootstrap-server "$KAFKA" quickstart=users \
    topic="$users" iterations=200 seed=5 printRows=false 2>"$tmp/datagen" ||
    fail "no users: $(cat "$tmp/datagen")"
timeout 60 "$millrace" datagen --bootstrap-server "$KAFKA" \
    quickstart=pageviews topic="${id}_raw" iterations=20000 seed=11 \
    printRows=false 2>"$tmp/datagen" || fail "no views: $(cat "$tmp/datagen")"

# Views of the last 40 minutes, some of them spoilt: torn, without a page, with
# blanks around it, of a user that nobody knows.
consume "${id}_raw" | awk -v start="$(($(date +%s) - 2400))000" '
    {
        match($0, /"viewtime":[0-9]+/)
        if (!base) base = substr($0, RSTART + 11, RLENGTH - 11)
        time = substr($0, RSTART + 11, RLENGTH - 11) - base + start
        sub(/"viewtime":[0-9]+/, sprintf("\"viewtime\":%.0f", time))
        if (NR % 50 == 7) $0 = substr($0, 1, 20 + NR % 30)
        if (NR % 41 == 3) sub(/,"pageid":"[^"]*"/, "")
        if (NR % 37 == 5) sub(/"pageid":"/, "&  ")
        if (NR % 29 == 1) sub(/User_[0-9]+/, "Stranger")
        print
    }' >"$tmp/views" || exit 1
split -n l/4 "$tmp/views" "$tmp/part." # In order of time in each partition.
partition=0
for file in "$tmp"/part.a?; do
    produce "$views" -p $((partition++)) "$file" || exit 1
done

cat >"$tmp/demo.sql" <<END
CREATE STREAM views (viewtime BIGINT, userid STRING, pageid STRING)
  WITH (kafka_topic='$views', value_format='JSON', timestamp='viewtime');
CREATE TABLE users (userid STRING PRIMARY KEY, registertime BIGINT,
                    regionid STRING, gender STRING)
  WITH (kafka_topic='$users', value_format='JSON', timestamp='registertime');
CREATE STREAM clean WITH (kafka_topic='${id}_clean') AS
  SELECT userid, viewtime, UCASE(TRIM(pageid)) AS page FROM views
  WHERE pageid IS NOT NULL AND pageid NOT LIKE 'Page_1%'
  PARTITION BY userid;
CREATE STREAM rich WITH (kafka_topic='${id}_rich') AS
  SELECT c.userid AS userid, AS_VALUE(c.userid) AS who, viewtime, page,
         regionid, gender
  FROM clean c JOIN users u ON c.userid = u.userid;
CREATE TABLE per_minute WITH (kafka_topic='${id}_per_minute') AS
  SELECT regionid, AS_VALUE(regionid) AS region, WINDOWSTART AS minute,
         COUNT(*) AS n, MAX(viewtime) AS last
  FROM rich WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY regionid;
END
timeout 120 "$millrace" run --bootstrap-server "$KAFKA" --data-dir "$tmp/data" \
    --set ksql.service.id="$id" --until-idle 500 "$tmp/demo.sql" \
    2>"$tmp/run.log" || fail "the run ended with status $?"
say "queries done"

consume "$views" >"$tmp/views.txt"
consume "$users" -f '%p\t%o\t%k\t%s\n' >"$tmp/users.txt"
consume "${id}_clean" -f '%k\t%s\n' >"$tmp/clean.txt"
consume "${id}_rich" -f '%k\t%s\n' >"$tmp/rich.txt"
consume "${id}_per_minute" -f '%p\t%o\t%s\n' >"$tmp/per_minute.txt"

# Prints a line for each stage that differs.
sqlite3 -batch "$tmp/check.db" >"$tmp/differences" <<END || fail "sqlite3"
CREATE TABLE views_raw (line TEXT);
CREATE TABLE users_raw (part INT, at INT, id TEXT, line TEXT);
CREATE TABLE clean_got (id TEXT, line TEXT);
CREATE TABLE rich_got (id TEXT, line TEXT);
CREATE TABLE minute_got (part INT, at INT, line TEXT);
.mode ascii
.separator "\t" "\n"
.import $tmp/views.txt views_raw
.import $tmp/users.txt users_raw
.import $tmp/clean.txt clean_got
.import $tmp/rich.txt rich_got
.import $tmp/per_minute.txt minute_got
.mode list
CREATE VIEW views AS SELECT line ->> 'viewtime' AS time,
    line ->> 'userid' AS id, line ->> 'pageid' AS page
  FROM (SELECT line FROM views_raw WHERE json_valid(line));
CREATE VIEW users AS SELECT id, line ->> 'regionid' AS region,
    line ->> 'gender' AS gender, max(at) FROM users_raw GROUP BY id;
CREATE TABLE clean AS SELECT id, time, upper(trim(page)) AS page FROM views
  WHERE page IS NOT NULL AND NOT page GLOB 'Page[_]1*';
CREATE TABLE rich AS SELECT c.id, time, page, region, gender
  FROM clean c JOIN users u ON c.id = u.id;
CREATE TABLE minute AS SELECT region, time / 60000 * 60000 AS minute,
    count(*) AS n, max(time) AS last FROM rich GROUP BY 1, 2;
CREATE TABLE clean2 AS SELECT id, line ->> 'VIEWTIME' AS time,
    line ->> 'PAGE' AS page FROM clean_got;
CREATE TABLE rich2 AS SELECT id, line ->> 'VIEWTIME' AS time,
    line ->> 'PAGE' AS page, line ->> 'REGIONID' AS region,
    line ->> 'GENDER' AS gender FROM rich_got WHERE id = line ->> 'WHO';
CREATE TABLE minute2 AS SELECT region, minute, n, last FROM (
  SELECT part, line ->> 'REGION' AS region, line ->> 'MINUTE' AS minute,
    line ->> 'N' AS n, line ->> 'LAST' AS last, max(at)
  FROM minute_got GROUP BY 1, 2, 3);
$(for stage in clean rich minute; do
    echo "SELECT '$stage: ' || (SELECT count(*) FROM ${stage}) ||
        ' rows expected, ' || (SELECT count(*) FROM ${stage}2)
        WHERE (SELECT count(*) FROM ${stage}) <>
              (SELECT count(*) FROM ${stage}2);
      SELECT '$stage lacks: ' || count(*) FROM (SELECT * FROM $stage
        EXCEPT SELECT * FROM ${stage}2) HAVING count(*) > 0;
      SELECT '$stage has too many: ' || count(*) FROM (SELECT * FROM ${stage}2
        EXCEPT SELECT * FROM $stage) HAVING count(*) > 0;"
done)
.output $tmp/counts
SELECT (SELECT count(*) FROM views_raw) || ' ' ||
       (SELECT count(*) FROM views_raw WHERE NOT json_valid(line)) || ' ' ||
       (SELECT count(*) FROM clean) || ' ' || (SELECT count(*) FROM rich) ||
       ' ' || (SELECT count(*) FROM minute);
END
[ -s "$tmp/differences" ] && fail "$(cat "$tmp/differences")"
read -r raw torn clean rich minutes <"$tmp/counts"
[ "$raw" -eq 20000 ] && [ "$torn" -gt 300 ] && [ "$clean" -gt 10000 ] &&
    [ "$rich" -gt 10000 ] && [ "$rich" -lt "$clean" ] &&
    [ "$minutes" -gt 100 ] || fail "the data shows little: $(cat "$tmp/counts")"

# The summary of the run must tell the same.
grep -Eq "^CSAS_CLEAN_[0-9]+: in=$raw out=$clean errors=$torn " \
    "$tmp/run.log" || fail "summary of CLEAN: not in=$raw out=$clean errors=$torn"
grep -Eq "^CSAS_RICH_[0-9]+: in=[0-9]+ out=$rich errors=0 " \
    "$tmp/run.log" || fail "summary of RICH: not out=$rich errors=0"
say "$raw views: $torn torn, $clean clean, $rich joined, $minutes minutes"
