#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is not as it should be around the program: permissions, a directory in
# use or damaged, a full disk, a broker that is away. Parts that this machine
# does not allow are skipped, and say so.
. "$(dirname "$0")/lib.bash"
skip() { echo "bad_input.sh: skipped: $*"; }
cat >app.sql <<'SQL'
CREATE STREAM events ("id" INT, "text" STRING)
    WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM copies WITH (KAFKA_TOPIC='copies') AS SELECT * FROM events;
SQL

# ---- permissions ----
# Root may do anything: then as nobody.
as_other=()
if [ "$(id -u)" -eq 0 ]; then
    if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
        as_other=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        cp "$millrace" millrace
        chmod 755 . millrace
        if ! "${as_other[@]}" ./millrace --version >/dev/null 2>&1; then
            as_other=()
        fi
    fi
    if [ ${#as_other[@]} -eq 0 ]; then skip "permissions, as root"; fi
else
    as_other=(env)
    cp "$millrace" millrace
fi
if [ ${#as_other[@]} -gt 0 ]; then
    mkdir -m 555 locked
    status 255 "a data directory that cannot be made" "${as_other[@]}" ./millrace \
        --data-dir locked/d -e 'SHOW STREAMS;'
    has "it is named" "locked/d" err
    has "with the reason" "Permission denied" err
    status 255 "one that cannot be written" "${as_other[@]}" ./millrace \
        --data-dir locked -e 'SHOW STREAMS;'
    has "it is named" "'locked'" err
    has "with the reason" "permission" <(tr P p <err)
    echo "SHOW STREAMS;" >secret.sql
    chmod 000 secret.sql
    mkdir -m 777 open
    status 1 "a script that cannot be read" "${as_other[@]}" ./millrace \
        --data-dir open/d -f secret.sql
    has "it is named" "cannot read 'secret.sql': Permission denied" err
    chmod 644 secret.sql
fi
echo "a file" >file
status 255 "a file as data directory" "$millrace" --data-dir file -e 'SHOW STREAMS;'
has "it is named" "'file'" err
status 255 "a data directory within a file" "$millrace" --data-dir file/d \
    -e 'SHOW STREAMS;'
has "with the reason" "Not a directory" err

# ---- in use ----
start "$millrace" server --data-dir d --queries-file app.sql 2>server
owner=$child
await "the server runs" grep -q 'running on' server
for command in "-e SHOW_STREAMS;" "produce events app.sql" "consume events -e" \
    "datagen quickstart=users iterations=1" "run app.sql" \
    "server --queries-file app.sql"; do
    # shellcheck disable=SC2086
    status 255 "in use: $command" "$millrace" $command --data-dir d
    has "the owner is named" "process $owner" err
done
kill -9 "$owner"
wait "$owner" 2>/dev/null
check "after kill -9 it is free" "$millrace" --data-dir d -e 'SHOW STREAMS;'

# ---- damage ----
echo '{"id":1}' | "$millrace" produce -q --data-dir e events
for file in e/topics/CURRENT; do printf 'garbage' >"$file"; done
status 255 "a damaged data directory" "$millrace" --data-dir e -e 'SHOW STREAMS;'
has "it is named" "'e'" err

# ---- a broker that is away ----
# Nobody listens on the port "discard".
port=9
for command in "server --queries-file app.sql" "-e list" "consume events"; do
    # shellcheck disable=SC2086
    start "$millrace" $command --bootstrap-server 127.0.0.1:$port 2>away
    await "$command: it tells that Kafka is away" grep -q "127.0.0.1:$port.*; trying again" away
    kill -0 "$child" 2>/dev/null || fail "$command: it tries again"
    kill -INT "$child"
    before=$SECONDS
    wait "$child"
    is "$command: Ctrl-C ends it" 255 $?
    [ $((SECONDS - before)) -lt 8 ] || fail "$command: Ctrl-C ends it at once"
done

# ---- a full disk ----
mkdir small
if mount -t tmpfs -o size=80m tmpfs small 2>/dev/null; then
    trap 'umount -l "$dir/small" 2>/dev/null; cleanup' EXIT
    head -c 300 /dev/zero | tr '\0' x >filler
    awk 'BEGIN { f = ""; getline f < "filler"
        for (i = 1; i <= 250000; i++) printf "{\"id\":%d,\"text\":\"%s\"}\n", i, f }' \
        >lines
    start "$millrace" run --data-dir small/d --input events=- app.sql \
        < <(cat lines; sleep 60) 2>full
    limit=60
    await "a full disk is told" grep -q "disk of the data directory 'small/d' is full" full
    kill -INT "$child" 2>/dev/null
    wait "$child"
    is "a run that could not write ends with 1" 1 $?
    check "what was written before can be read" "$millrace" consume \
        --data-dir small/d events -e
    [ "$(wc -l <out)" -gt 1000 ] || fail "all that was acknowledged is there"
    umount -l small
else
    skip "a full disk: mounting is not allowed here"
fi
"$millrace" produce -q --data-dir d events app.sql
status 1 "a full disk behind the output" \
    bash -c "'$millrace' consume --data-dir d events -e >/dev/full"
has "says so" "No space left" err
finish
