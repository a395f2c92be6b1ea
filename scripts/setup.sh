#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages of the groups named as arguments that are
# missing, as scripts/packages.txt lists them:
#   setup.sh build test
# Does nothing, and asks nobody, when all are there.
set -u
list=$(dirname "$0")/packages.txt
missing=
for group in "$@"; do
    for package in $(awk -v g="$group" '$1 == g { print $2 }' "$list"); do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
            grep -q 'ok installed' || missing="$missing $package"
    done
done
# Any Java 17 or newer and any Maven serve as well as Debian's own.
if command -v java >/dev/null; then
    missing=$(echo "$missing" | sed 's/ default-jre-headless//')
fi
if command -v mvn >/dev/null; then
    missing=$(echo "$missing" | sed 's/ maven//')
fi
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
    echo "setup: these packages are missing, and there is no apt-get here" \
        "(Millrace builds on Debian 12):$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: missing packages; run as root:" \
            "apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "setup: installing$missing"
$as_root apt-get update -q >/dev/null || true
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends $missing >/dev/null || {
    echo "setup: apt-get could not install:$missing" >&2
    exit 1
}
