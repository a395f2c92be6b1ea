#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No function of ours has the name of one in a library we are linked with:
#   tests/tidy/symbols.sh build/millrace
# The linker exports such a function, and the library then calls ours in place
# of its own. Ends with "symbols: N problems".
bin=${1:?usage: symbols.sh BINARY}
names=$(nm -D --defined-only "$bin" | awk '$2 == "T" { print $3 }')
for name in $names; do
    echo "$bin: '$name' is also a library's: give it another name"
done
echo "symbols: $(wc -w <<<"$names") problems"
[ -z "$names" ]
