#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One real Kafka broker (KRaft, one node, loopback) for tests and benchmarks:
#
#   kafka.sh start DIR     starts it with all its files in DIR, prints host:port
#   kafka.sh stop DIR      stops it in an orderly way
#   kafka.sh kill DIR      SIGKILL: a crash
#   kafka.sh restart DIR   starts a stopped or killed one again, same address
#   kafka.sh address DIR   prints host:port
#   kafka.sh running DIR   exits 0 if it runs
#   kafka.sh logs DIR      prints the end of its log
#
# KAFKA_VERSION     release fetched from Maven Central, default 4.1.0
# KAFKA_HOME_DIR    where its jars are kept, default build/kafka/<version>/libs
# KAFKA_SECONDS     it ends by itself after this time, default 3000
# KAFKA_JAVA        options of the Java machine, default "-Xmx512m -Xms128m"
# KAFKA_PROPERTIES  more lines for server.properties
set -u
here=$(cd "$(dirname "$0")" && pwd)
version=${KAFKA_VERSION:-4.1.0}
libs=${KAFKA_HOME_DIR:-$here/../../build/kafka/$version/libs}
# Maven takes relative paths from the pom's folder, not from ours.
case $libs in /*) ;; *) libs=$PWD/$libs ;; esac

fail() {
    echo "kafka.sh: $*" >&2
    exit 1
}

# Downloads into a folder of its own and renames, so that a broken download or
# two at once leave nothing half done.
fetch() {
    [ -f "$libs/.complete" ] && return
    command -v mvn >/dev/null || fail "'mvn' is missing: install maven"
    mkdir -p "$(dirname "$libs")"
    local part
    part=$(mktemp -d "$(dirname "$libs")/part.XXXXXX") || fail "no directory"
    echo "kafka.sh: fetching Kafka $version" >&2
    mvn -q -B -f "$here/pom.xml" -Dkafka.version="$version" \
        dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$part" >"$part.log" 2>&1 || {
        tail -20 "$part.log" >&2
        rm -rf "$part" "$part.log"
        fail "Maven could not fetch Kafka $version"
    }
    ls "$part"/kafka_*.jar >/dev/null 2>&1 ||
        fail "Maven fetched no Kafka $version"
    touch "$part/.complete"
    rm -f "$part.log"
    mv -T "$part" "$libs" 2>/dev/null || rm -rf "$part"
    [ -f "$libs/.complete" ] || fail "'$libs' is in the way: remove it"
}

# A port below the ephemeral ones on which nobody listens.
free_port() {
    local port
    while :; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

write_properties() { # DIR, client port, controller port
    cat >"$1/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$1/data
num.partitions=1
num.network.threads=2
num.io.threads=4
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
log.retention.check.interval.ms=5000
log.cleaner.dedupe.buffer.size=16777216
offsets.topic.num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
controlled.shutdown.retry.backoff.ms=500
${KAFKA_PROPERTIES:-}
END
    echo "127.0.0.1:$2" >"$1/address"
}

java_of() { # class and arguments; becomes the Java machine
    # shellcheck disable=SC2086
    exec java ${KAFKA_JAVA:--Xmx512m -Xms128m} -XX:+UseSerialGC \
        -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
        -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        -Dorg.slf4j.simpleLogger.log.kafka.server=info \
        -Dorg.slf4j.simpleLogger.showDateTime=true \
        -cp "$libs/*" "$@"
}

format() { # DIR
    local id
    id=$( (java_of kafka.tools.StorageTool random-uuid) 2>>"$1/log") ||
        fail "no cluster id; see $1/log"
    (java_of kafka.tools.StorageTool format -t "$id" \
        -c "$1/server.properties") >>"$1/log" 2>&1 ||
        fail "cannot format the storage; see $1/log"
}

is_running() { # DIR
    [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

# The watchdog is `timeout`: whatever happens to the tests, nothing stays.
launch() { # DIR; 0: ready, 1: it ended
    local dir=$1 line
    : >"$dir/out"
    export -f java_of
    export libs KAFKA_JAVA=${KAFKA_JAVA:--Xmx512m -Xms128m}
    setsid timeout -k 10 "${KAFKA_SECONDS:-3000}" bash -c \
        'echo $$ >"$0/pid"; java_of kafka.Kafka "$0/server.properties"' \
        "$dir" </dev/null >"$dir/out" 2>&1 &
    disown
    for ((line = 0; line < 1200; line++)); do
        grep -q 'Kafka Server started' "$dir/out" && return 0
        sleep 0.1
        [ $line -gt 20 ] && ! is_running "$dir" && return 1
    done
    return 1
}

start() { # DIR
    local try
    mkdir -p "$1" || fail "cannot make '$1'"
    local dir
    dir=$(cd "$1" && pwd)
    is_running "$dir" && fail "one is running in '$dir'"
    fetch
    for try in 1 2 3 4 5; do
        rm -rf "$dir/data"
        write_properties "$dir" "$(free_port)" "$(free_port)"
        format "$dir"
        launch "$dir" && cat "$dir/address" && return
        halt "$dir" KILL
        # Somebody else took the port first: try others.
        grep -qi 'address already in use\|BindException' "$dir/out" || break
    done
    tail -20 "$dir/out" >&2
    fail "Kafka did not start"
}

halt() { # DIR, signal
    local pid i
    [ -s "$1/pid" ] || return 0
    pid=$(cat "$1/pid")
    kill "-$2" "$pid" 2>/dev/null
    for ((i = 0; i < 300; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
    cat "$1/out" >>"$1/log" 2>/dev/null
    rm -f "$1/pid"
}

[ $# -eq 2 ] || fail "usage: kafka.sh start|stop|kill|restart|address|running|logs DIR"
case $1 in
start) start "$2" ;;
stop) halt "$2" TERM ;;
kill) halt "$2" KILL ;;
restart)
    is_running "$2" && halt "$2" TERM
    [ -s "$2/server.properties" ] || fail "none was started in '$2'"
    fetch
    launch "$(cd "$2" && pwd)" || {
        tail -20 "$2/out" >&2
        fail "Kafka did not start again"
    }
    cat "$2/address"
    ;;
address) cat "$2/address" ;;
running) is_running "$2" ;;
logs) tail -60 "$2/log" "$2/out" 2>/dev/null ;;
*) fail "'$1' is no command" ;;
esac
