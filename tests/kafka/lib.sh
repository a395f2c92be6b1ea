# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For the scenario tests tests/kafka/it_*.sh: source it first. It gives each run
# names of its own ($id), a folder ($tmp), and servers that are ended whatever
# happens. A test ends with exit status 0, or by `fail`.
#
# Environment: KAFKA (host:port), KAFKA_DIR (for kafka.sh), BUILD.
set -u
: "${KAFKA:?tests/kafka/run.sh sets it}" "${KAFKA_DIR:?}" "${BUILD:?}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
millrace=$BUILD/millrace
id=it$$x$(date +%s) # Of topics and services of this run.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/millrace-it.XXXXXX") || exit 1
declare -A pid_of=()  # Of servers, by name.
declare -a children=() # Other processes, by `remember`.

fail() {
    echo "FAILED: $*" >&2
    local log
    for log in "$tmp"/*.log; do
        [ -s "$log" ] || continue
        echo "---- ${log##*/}" >&2
        tail -n 25 "$log" >&2
    done
    exit 1
}

say() { echo "$SECONDS s: $*"; }

clean_up() {
    local pid
    for pid in "${pid_of[@]}" "${children[@]}"; do
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

remember() { children+=("$1"); }

# wait_for SECONDS WHAT COMMAND...: until the command succeeds, else a failure.
wait_for() {
    local until=$((SECONDS + $1)) what=$2 name
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || fail "$what: not so in time"
        for name in "${!pid_of[@]}"; do
            is_up "$name" || fail "$what: server $name has ended"
        done
        sleep 0.1
    done
}

# produce TOPIC [OPTION...] <lines
produce() {
    timeout 60 "$millrace" produce --bootstrap-server "$KAFKA" -q "$@" ||
        fail "cannot produce to '$1'"
}

make_topic() { # TOPIC PARTITIONS
    produce "$1" --partitions "$2" </dev/null
}

# consume TOPIC [OPTION...]: all that is in it now.
consume() {
    timeout 60 "$millrace" consume --bootstrap-server "$KAFKA" -e "$@" ||
        fail "cannot consume '$1'"
}

count_of() { consume "$@" | wc -l; }

# has_records TOPIC COUNT: at least so many. Not a failure if it is not there.
has_records() {
    local n
    n=$(timeout 20 "$millrace" consume --bootstrap-server "$KAFKA" -e "$1" \
        -f '.\n' 2>/dev/null | wc -l)
    [ "$n" -ge "$2" ]
}

# sql SERVICE TEXT: statements in an interactive engine of that service.
sql() {
    timeout 60 "$millrace" shell --bootstrap-server "$KAFKA" \
        --data-dir "$tmp/shell-$1" --set ksql.service.id="$1" -e "$2"
}

# start_server NAME SCRIPT [OPTION...]: headless, in the background, with state
# in $tmp/NAME.state and messages in $tmp/NAME.log.
start_server() {
    local name=$1 script=$2
    shift 2
    "$millrace" server --bootstrap-server "$KAFKA" \
        --data-dir "$tmp/$name.state" --queries-file "$script" \
        --log-level info "$@" >>"$tmp/$name.log" 2>&1 &
    pid_of[$name]=$!
}

is_up() { kill -0 "${pid_of[$1]}" 2>/dev/null; }

# Lines of the log since the last `forget_log`.
logged() { # NAME PATTERN
    tail -n +"$((${seen[$1]:-0} + 1))" "$tmp/$1.log" | grep -q -e "$2"
}
declare -A seen=()
forget_log() { seen[$1]=$(wc -l <"$tmp/$1.log"); }

kill_server() { # NAME: a crash
    kill -KILL "${pid_of[$1]}" || fail "server $1 is not running"
    wait "${pid_of[$1]}" 2>/dev/null
    unset "pid_of[$1]"
}

# stop_server NAME [SIGNAL]: an orderly end within 20 s and exit status 0.
stop_server() {
    local pid=${pid_of[$1]} i status
    kill "-${2:-TERM}" "$pid" || fail "server $1 is not running"
    for ((i = 0; i < 200; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -0 "$pid" 2>/dev/null && fail "server $1 does not end"
    wait "$pid"
    status=$?
    unset "pid_of[$1]"
    [ $status -eq 0 ] || fail "server $1 ended with status $status"
}
