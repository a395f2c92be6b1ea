# SPDX-License-Identifier: Apache-2.0
# For the shell tests of this folder; sourced with the build folder as $1.
# Gives $millrace, $root, a temporary $dir that is the working folder, and
#
#   check "what holds" command...      the command succeeds
#   refute "what does not" command...  it fails
#   status N "what" command...         it ends with this status
#   has "what" text file               the file holds the text
#   lacks "what" text file             it does not
#   is "what" wanted got               equal texts
#   finish                             the verdict; the last line of a test
#
# Every command is bounded by a timeout of 20 s, or $limit seconds.
set -u
case $1 in /*) build=$1 ;; *) build=$PWD/$1 ;; esac
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
millrace=$build/millrace
dir=$(mktemp -d)
children=()
cleanup() {
    local child
    for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null; done
    cd /
    rm -rf "$dir"
}
trap cleanup EXIT
cd "$dir" || exit 1
export TMPDIR=$dir/tmp HOME=$dir LC_ALL=C.UTF-8
mkdir tmp
limit=20
checks=0
failures=0

bounded() { timeout -k 2 "$limit" "$@"; }
fail() {
    failures=$((failures + 1))
    echo "failed: $1"
    shift
    for line; do printf '    %s\n' "$line"; done
}
show_outputs() {
    [ -s out ] && { echo "    standard output ends:"; tail -30 out | sed 's/^/      /'; }
    [ -s err ] && { echo "    standard error ends:"; tail -30 err | sed 's/^/      /'; }
}
# Runs a command with outputs to the files out and err.
run() { bounded "$@" >out 2>err; }
status() {
    local want=$1 what=$2 got
    shift 2
    checks=$((checks + 1))
    run "$@"
    got=$?
    [ "$got" -eq "$want" ] && return
    fail "$what" "status $got, wanted $want: $*"
    show_outputs
}
check() { local what=$1; shift; status 0 "$what" "$@"; }
refute() {
    local what=$1
    shift
    checks=$((checks + 1))
    run "$@" && fail "$what" "succeeded: $*"
    return 0
}
has() {
    checks=$((checks + 1))
    grep -qF -- "$2" "$3" && return
    fail "$1" "'$2' is not in $3:"
    head -30 "$3" | sed 's/^/      /'
}
lacks() {
    checks=$((checks + 1))
    grep -qF -- "$2" "$3" || return 0
    fail "$1" "'$2' is in $3:"
    head -30 "$3" | sed 's/^/      /'
}
is() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1" "wanted: $2" "got:    $3"
}
# Waits until a command succeeds, at most $limit seconds.
await() {
    local what=$1 tries=$((limit * 20))
    shift
    checks=$((checks + 1))
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ $tries -le 0 ]; then
            fail "$what" "did not come true in $limit s: $*"
            return 1
        fi
        sleep 0.05
    done
}
# Starts a process that cleanup ends; its id is in $child.
start() {
    "$@" <&0 & # Else bash gives it /dev/null.
    child=$!
    children+=("$child")
}
finish() {
    echo "$(basename "$0"): $checks checks, $failures failed"
    [ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
    exit
}
