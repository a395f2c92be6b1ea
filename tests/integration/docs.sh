#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the examples of docs/sql.md and of README.md through the shell, as a
# reader would, and holds what they print against what the page says.
#
# In a ```sql block a statement ends with a `;` at the end of a line. The lines
# `--> ...` after it say what it prints: all rows of a SELECT, in order; of any
# other statement some lines, in order; `--> error: ...` that it is refused, and
# how the message begins. A statement without such lines must succeed. Each
# chapter (## ...) starts with an empty engine.
#
# In a ```console block the lines behind `$ ` are commands of a shell in the
# repository's folder, and the lines after one are its whole output.
. "$(dirname "$0")/lib.bash"
limit=60

# Cuts a page: for chapter N, N.in is what the shell is given, and N.want has
# for each statement its line, kind and text, then the lines expected.
cut_page() {
    awk -v out="$2" '
        function end_chapter() { close(input); close(want) }
        function begin_chapter() {
            if (n) end_chapter()
            n++
            input = out "/" n ".in"; want = out "/" n ".want"
            printf "SET CLI COLUMN-WIDTH 150\n" >input
            printf "" >want
        }
        BEGIN { begin_chapter() }
        /^## / { begin_chapter() }
        /^```sql$/ { sql = 1; next }
        /^```/ { if (text != "") print "bad " NR ": no ; at the end" >want
                 sql = 0; text = ""; next }
        !sql { next }
        /^--> / { print "want " substr($0, 5) >want; next }
        /^ *(--.*)?$/ { next }
        text == "" { first = NR }
        { text = text $0 "\n" }
        /;$/ { printf "%sversion\n", text >input
               gsub(/\n/, " ", text)
               print "statement " first " " text >want
               text = "" }
    ' "$1"
}

# What the shell printed, in the form of the page: one line a row, cells
# between bars, no rules, no heads. A line "." ends each statement.
plain_output() {
    awk '
        function cells(line, sep,   i, n, part, all) {
            n = split(line, part, sep)
            for (i = 1; i <= n; i++) {
                gsub(/^[ \t]+|[ \t]+$/, "", part[i])
                all = all (i > 1 ? " | " : "") part[i]
            }
            return all
        }
        function flush_line() { if (kept != "") print kept; kept = "" }
        /^millrace [0-9]/ { flush_line(); print "."; table = grid = 0; next }
        /^\+-+(\+-+)*\+$/ { flush_line(); grid++; next }
        grid == 1 { next }
        grid >= 2 && /^\|/ { print "row " cells(substr($0, 2, length($0) - 2), "|"); next }
        /^-+$/ { if (!table) kept = ""; flush_line(); table = !table; next }
        /^(Limit Reached|Query Completed|Query terminated|Press CTRL-C.*)?$/ { next }
        { flush_line()
          sub(/^([0-9]+:[0-9]+: error|millrace): /, "error: ")
          kept = "line " cells($0, " [|] ") }
        END { flush_line() }'
}

# Compares; prints what is wrong, "line: ...".
compare() {
    awk -v page="$3" '
        function say(text) { print page ":" at ": " text "\n    in " statement }
        function check(   i, k, failed) {
            for (i = 1; i <= got; i++)
                if (output[i] ~ /^line error: /) failed = output[i]
            if (failed && expected[1] !~ /^error: /)
                return say("it failed: " substr(failed, 6))
            if (expected[1] ~ /^error: / && !failed)
                return say("it did not fail, the page says: " expected[1])
            if (failed) {
                if (index(failed, "line " expected[1]) != 1)
                    say("it failed with: " substr(failed, 6))
                return
            }
            if (!wanted) return
            rows = 0
            for (i = 1; i <= got; i++) rows += output[i] ~ /^row /
            if (rows || statement ~ /^SELECT /) {
                k = 0
                for (i = 1; i <= got; i++) {
                    if (output[i] !~ /^row /) continue
                    if (substr(output[i], 5) != expected[++k])
                        return say("row " k " is: " substr(output[i], 5) \
                                   "\n    the page says: " expected[k])
                }
                if (k < wanted) say("there are " k " rows, not " wanted)
                return
            }
            k = 1
            for (i = 1; i <= got && k <= wanted; i++)
                if (substr(output[i], 6) == expected[k]) k++
            if (k <= wanted) {
                say("it does not print: " expected[k])
                for (i = 1; i <= got; i++) print "    | " substr(output[i], 6)
            }
        }
        FNR == NR { if ($1 == "statement") {
                        count++; line[count] = $2
                        sub(/^statement [0-9]+ /, ""); text[count] = $0
                    } else if ($1 == "want") {
                        sub(/^want +/, ""); gsub(/ +/, " ")
                        want[count, ++wants[count]] = $0
                    } else { print page ":" $0 }
                    next }
        $0 != "." { gsub(/ +/, " "); output[++got] = $0; next }
        { done++; at = line[done]; statement = text[done]; wanted = wants[done]
          delete expected
          for (i = 1; i <= wanted; i++) expected[i] = want[done, i]
          check(); got = 0 }
        END { if (done < count)
                  print page ":" line[done + 1] ": the shell ended before\n    " \
                        text[done + 1] }
    ' "$1" "$2"
}

# Runs a page; its failures go to the file `wrong`, its statements are counted.
statements=0
run_page() {
    local page=$1 name=${1##*/} part
    rm -rf parts && mkdir parts
    cut_page "$page" parts
    : >wrong
    for part in $(ls parts | sed -n 's/\.in$//p' | sort -n); do
        rm -rf data
        statements=$((statements + $(grep -c '^statement' "parts/$part.want")))
        [ -s "parts/$part.want" ] || continue
        bounded "$millrace" --data-dir data --set auto.offset.reset=earliest \
            --set cache.max.bytes.buffering=0 --query-timeout 15000 \
            <"parts/$part.in" >"parts/$part.out" 2>&1
        plain_output <"parts/$part.out" >"parts/$part.plain"
        compare "parts/$part.want" "parts/$part.plain" "$name" >>wrong
    done
}
fence='```'
# Runs the commands of a page; what differs goes to the file `wrong`.
run_consoles() {
    local line command='' console='' folder=$dir/folder
    rm -rf "$folder" && mkdir "$folder"
    cp -r "$root/examples" "$folder"
    : >said
    end_command() {
        [ -n "$command" ] || return
        statements=$((statements + 1))
        (cd "$folder" && PATH=$build:$PATH bounded bash -c "$command") \
            >got 2>err </dev/null
        cmp -s said got || { echo "$command"; diff said got; } >>wrong
        command=
        : >said
    }
    while IFS= read -r line; do
        case $line in
        "${fence}console") console=1 ;;
        "$fence"*) end_command; console= ;;
        '$ '*) [ -n "$console" ] && { end_command; command=${line#\$ }; } ;;
        *) [ -n "$console" ] && printf '%s\n' "$line" >>said ;;
        esac
    done <"$1"
}
page_holds() {
    checks=$((checks + 1))
    run_page "$1"
    run_consoles "$1"
    [ -s wrong ] || return 0
    fail "the examples of $1"
    sed 's/^/    /' wrong
}
# A page with a mistake must be found out.
mistake() { # what, text that the complaint holds; the page on standard input
    cat >page.md
    run_page page.md
    run_consoles page.md
    has "$1 is found" "$2" wrong
}

begin="${fence}sql
CREATE STREAM s (k STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES ('a', 1);
INSERT INTO s VALUES ('b', 2);"
printf '%s\nSELECT k, n\n  FROM s;\n--> a | 1\n--> b | 2\nSHOW STREAMS;\n--> S | s | KAFKA | JSON | false\nSELECT m FROM s;\n--> error: column '\''M'\'' does not exist\n%s\n' "$begin" "$fence" >right.md
page_holds right.md
mistake "a wrong row" "row 2 is: b | 2" <<<"$begin
SELECT k, n FROM s;
--> a | 1
--> b | 3
$fence"
mistake "a row too many" "there are 2 rows, not 3" <<<"$begin
SELECT k, n FROM s;
--> a | 1
--> b | 2
--> c | 3
$fence"
mistake "a row left out" "row 2 is: b | 2" <<<"$begin
SELECT k, n FROM s;
--> a | 1
$fence"
mistake "a line that is not printed" "it does not print: T | s" <<<"$begin
SHOW STREAMS;
--> T | s | KAFKA | JSON | false
$fence"
mistake "a statement that fails" "it failed: error: column 'M' does not exist" <<<"$begin
SELECT m FROM s;
$fence"
mistake "an error that does not come" "it did not fail" <<<"$begin
SELECT n FROM s;
--> error: column 'N' does not exist
$fence"
mistake "another error" "it failed with: error: column 'M'" <<<"$begin
SELECT m FROM s;
--> error: no stream
$fence"
mistake "a statement without its end" "no ; at the end" <<<"$begin
SELECT n FROM s
$fence"
mistake "a wrong output" "> 2" <<<"${fence}console
\$ echo 1
1
\$ expr 1 + 1
3
$fence"
statements=0
page_holds "$root/docs/sql.md"
[ "$statements" -ge 100 ] || fail "docs/sql.md has only $statements statements"
statements=0
page_holds "$root/README.md"
[ "$statements" -ge 8 ] || fail "README.md has only $statements examples"

# The examples of HELP, one after the other. Those of test files, of clusters
# that cannot be configured and of a file that is not here are refused.
names=$("$millrace" help sql | sed -n '3,/^$/s/^  \([A-Z ]*[A-Z]\)  .*/\1/p')
while read -r name; do
    echo "${fence}sql"
    "$millrace" help "$name" | sed -n '/^Example:$/,/^See also:$/s/^    //p' |
        sed 's/; \([A-Z]\)/;\n\1/'
    case $name in
    *CONNECTOR* | ASSERT\ [!T]* | ASSERT\ TABLE | 'ALTER SYSTEM' | 'RUN SCRIPT')
        echo '--> error: ' ;;
    esac
    echo "$fence"
done <<<"$names" >help.md
statements=0
page_holds help.md
[ "$statements" -ge "$(wc -l <<<"$names")" ] ||
    fail "a statement's help has no example"
finish
