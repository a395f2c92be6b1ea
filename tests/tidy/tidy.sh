#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The house rules as a test: floors, package doors, heads, lengths, widths,
# banned calls. Prints file:line: rule, and ends with "tidy: N problems".
# tests/tidy/ALLOWED lists old offenders (file rule); it may only shrink.
cd "$(dirname "$0")/../.." || exit 1
here=tests/tidy
folders=$(awk -F: '!/^#/ && NF { print $1 }' $here/LAYERS)
found=$(mktemp)
trap 'rm -f "$found"' EXIT
report() { echo "$1:$2: $3"; }

# Lines of "file:line:text" on standard input, one rule name.
flag() { while IFS=: read -r f l _; do report "$f" "$l" "$1"; done; }

check_floors() {
    local folder allowed f l header ok item
    for folder in $folders; do
        allowed=$(awk -F: -v d="$folder" '$1 == d { print $2 }' $here/LAYERS)
        grep -nHE '^#include "' "$folder"/* 2>/dev/null |
            sed -E 's/^([^:]+):([0-9]+):#include "([^"]+)".*/\1 \2 \3/' |
            while read -r f l header; do
                case $header in "$folder"/*) continue ;; grammar.h) continue ;; esac
                ok=
                for item in $allowed; do
                    case $header in "$item" | "$item"/*) ok=1 ;; esac
                done
                [ -n "$ok" ] || report "$f" "$l" \
                    "floor: $folder may not include $header"
            done
    done
}

check_doors() {
    local header where f l got ok pattern
    grep -v '^#' $here/DOORS | while read -r header where; do
        grep -nE '^#include [<"]' -r $folders 2>/dev/null |
            sed -E 's/^([^:]+):([0-9]+):#include [<"]([^>"]+)[>"].*/\1 \2 \3/' |
            while read -r f l got; do
                # shellcheck disable=SC2254
                case $got in $header) ;; *) continue ;; esac
                ok=
                IFS='|' read -ra patterns <<<"$where"
                for pattern in "${patterns[@]}"; do
                    # shellcheck disable=SC2254
                    case $f in $pattern) ok=1 ;; esac
                done
                [ -n "$ok" ] || report "$f" "$l" \
                    "door: $got is included only in $where"
            done
    done
}

# Function lengths: from a line that opens a body at column 0 to its brace.
check_lengths() {
    local f
    for f in $(find $folders tests bench -name '*.c' -o -name '*.cc' 2>/dev/null); do
        awk -v f="$f" -v max=70 '
            /^[A-Za-z_].*\(/ { name = $0; start = NR }
            /^\{/ { open = NR }
            /^\}/ { if (open && NR - open - 1 > max)
                        print f ":" start ": function: " NR - open - 1 \
                              " lines, at most " max
                    open = 0 }
            length($0) > 100 { print f ":" NR ": width: " length($0) \
                               " columns, at most 100" }
            END { if (NR > 800 && f !~ /\/(fn_|agg_|test_)/)
                      print f ":" NR ": file: " NR " lines, at most 800"
                  else if (NR > 1000)
                      print f ":" NR ": file: " NR " lines, at most 1000" }
        ' "$f"
    done
    for f in $(find $folders -name '*.h'); do
        awk -v f="$f" 'END { if (NR > 400) print f ":" NR ": header: " NR \
                             " lines, at most 400" }' "$f"
    done
}

check_heads() {
    local f
    for f in $(git ls-files -co --exclude-standard -- '*.c' '*.h' '*.cc' \
        '*.y' '*.sh' Makefile .ci/run '*.sql' '*.py'); do
        [ -f "$f" ] || continue
        head -3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
            report "$f" 1 "head: no SPDX line"
    done
    for f in $(find $folders -name '*.c'); do
        sed -n 2,8p "$f" | grep -qE '^ \* .{20,}' ||
            report "$f" 1 "head: the file does not say what it is"
    done
    for f in $(find $folders -name '*.h'); do
        guard=$(echo "$f" | tr 'a-z/.' 'A-Z__')
        grep -q "#define $guard" "$f" || report "$f" 1 "guard: $guard expected"
    done
}

check_banned() {
    local calls='strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|localtime|gmtime'
    grep -nE "(^|[^A-Za-z0-9_])($calls)\(" -r $folders tests bench \
        --include='*.c' --include='*.h' | flag "banned call"
    grep -nE '(^|[^A-Za-z0-9_])(malloc|calloc|realloc|free)\(' \
        -r $(echo "$folders" | grep -v '^base$') --include='*.c' |
        flag "banned: the heap is base/alloc.h"
    grep -nEi '(^|[^a-z_])(todo|fixme|xxx)([^a-z_]|$)' -r $folders tests bench \
        --include='*.c' --include='*.h' --include='*.y' --include='*.cc' |
        flag "unfinished mark"
}

{ check_floors; check_doors; check_lengths; check_heads; check_banned; } >"$found"
if [ -s $here/ALLOWED ]; then
    grep -v '^#' $here/ALLOWED | while read -r file rule; do
        [ -n "$file" ] && sed -i "\\|^$file:[0-9]*: $rule|d" "$found"
    done
fi
cat "$found"
count=$(wc -l <"$found")
echo "tidy: $count problems"
[ "$count" -eq 0 ]
