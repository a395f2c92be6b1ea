#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the documents promise, held against the program:
#   tests/tidy/documents.sh build/millrace
# docs/config.md and docs/functions.md are what the program prints; each
# command has help, a place in the man page and in the completion; each option
# that the help shows is in both; each statement of the list has help.
cd "$(dirname "$0")/../.." || exit 1
bin=$1
case $bin in /*) ;; *) bin=./$bin ;; esac
problems=0
say() {
    echo "$*"
    problems=$((problems + 1))
}
"$bin" --version >/dev/null || { echo "documents: '$1' does not run"; exit 1; }

for name in config functions; do
    "$bin" help --$name-document | cmp -s - docs/$name.md ||
        say "docs/$name.md: differs from the program: run make docs"
done

# Options as words: -K, --input. From the help of a command, or of the man page.
options() { grep -oE '(^|[ ,])--?[A-Za-z][a-z-]*' | tr -d ' ,' | sort -u; }
# Does Tab after `millrace COMMAND [WORD]` offer the last word?
# shellcheck disable=SC1091
. scripts/millrace.bash || say "scripts/millrace.bash: does not parse"
completes() {
    COMP_WORDS=(millrace "$@")
    COMP_CWORD=$#
    _millrace 2>/dev/null
    printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -- "${!#}"
}
man_text=$(sed -e 's/\\-/-/g' -e 's/\\f.//g' docs/millrace.1)
commands=$("$bin" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 7 ] || say "--help lists too few commands"
for command in $commands; do
    text=$("$bin" help "$command") || say "help $command: fails"
    [ "$command" = help ] || [ "$("$bin" "$command" --help)" = "$text" ] ||
        say "$command --help: is not help $command"
    grep -q "^.B millrace $command\|RB \[ $command \]" docs/millrace.1 ||
        say "docs/millrace.1: does not name the command $command"
    completes "$command" || say "scripts/millrace.bash: does not complete the command $command"
    for option in $(echo "$text" | sed -n '/^  -/p' | cut -c1-25 | options); do
        completes "$command" "$option" ||
            say "scripts/millrace.bash: does not complete $option of $command"
        case $option in --*-document) continue ;; esac
        echo "$man_text" | grep -qE -- "(^|[ \"])$option([ \"]|\$)" ||
            say "docs/millrace.1: does not know $option of $command"
    done
done
for argument in $("$bin" help datagen | cut -c1-50 |
    grep -oE '^  [a-zA-Z-]+=' | sort -u); do
    case $argument in *nThreads=) continue ;; esac
    completes datagen "${argument#  }" ||
        say "scripts/millrace.bash: does not complete $argument of datagen"
done

statements=$("$bin" help sql | sed -n '3,/^$/s/^  \([A-Z ]*[A-Z]\)  .*/\1/p')
[ "$(echo "$statements" | wc -l)" -ge 30 ] || say "help sql lists too few"
while read -r statement; do
    # shellcheck disable=SC2086
    "$bin" help $statement | head -1 | grep -q "^$statement - " ||
        say "help $statement: is not there"
    "$bin" help $statement | grep -qx 'Example:' ||
        say "help $statement: has no example"
    # Its chapter in docs/sql.md, with an example that the tests run.
    sed -n "/^### $statement\$/,/^##/p" docs/sql.md | grep -q '^```sql$' ||
        say "docs/sql.md: has no example of $statement"
done <<<"$statements"
# Every statement of the grammar is in that list.
grammar=$(sed -n 's/^ *\[STMT_[A-Z_]*\] = "\(.*\)",$/\1/p' parser/ast.c |
    sed 's/ \.\.\. / /')
[ "$(echo "$grammar" | wc -l)" -ge 40 ] || say "parser/ast.c: too few statements"
while read -r statement; do
    grep -qx "$statement" <<<"$statements" ||
        say "help sql: does not list $statement"
done <<<"$grammar"

if command -v man >/dev/null; then
    warnings=$(LC_ALL=C.UTF-8 man --warnings -l docs/millrace.1 2>&1 >/dev/null)
    [ -z "$warnings" ] || say "docs/millrace.1: $warnings"
fi

echo "documents: $problems problems"
[ "$problems" -eq 0 ]
