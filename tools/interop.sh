#!/bin/bash
# Runs tests/interop: Mayfly's MLS in mixed groups with other implementations from npm.
#   tools/interop.sh MLS_PEER [ARGUMENT...]      SEED=N chooses other random steps
#   tools/interop.sh --install-only              only installs the packages, for tools/bench_mls.py
# Installs the packages that tests/interop/package-lock.json names into build/interop first. Exits
# 77, with one test skipped, where the npm registry cannot be reached.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=build/interop

skip() {
    printf 'interop: skipped: %s\n0 passed, 0 failed, 1 skipped\n' "$1"
    exit 77
}

fail() {
    printf 'interop: error: %s\ninterop: hint: %s\n0 passed, 1 failed, 0 skipped\n' "$1" "$2"
    exit 1
}

for program in node npm; do
    command -v $program >/dev/null ||
        skip "$program is not installed (tools/setup.sh interop installs it)"
done

# The copy of the lock that was installed is written last, so that half an installation is none.
if ! cmp -s tests/interop/package-lock.json "$packages/installed.json"; then
    mkdir -p "$packages"
    rm -f "$packages/installed.json"
    cp tests/interop/package.json tests/interop/package-lock.json "$packages"
    log=$packages/npm.log
    if ! npm ci --prefix "$packages" --ignore-scripts --no-audit --no-fund \
        --fetch-retries=1 --fetch-timeout=60000 >"$log" 2>&1 </dev/null; then
        unreachable='ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH'
        unreachable+='|ETIMEDOUT|ERR_SOCKET_TIMEOUT|FETCH_ERROR|E50[234]'
        if grep -Eq "code ($unreachable)" "$log"; then
            skip "the npm registry cannot be reached: $(grep -Eom1 "($unreachable)" "$log")"
        fi
        tail -n 20 "$log"
        fail "npm could not install the packages" "see above, and $log"
    fi
    cp tests/interop/package-lock.json "$packages/installed.json"
fi

if [ "${1:-}" = --install-only ]; then exit 0; fi

# Node 18 warns that its X25519 and Ed25519 are new.
export MAYFLY_INTEROP_PACKAGES=$packages/node_modules
exec node --no-warnings tests/interop/interop.mjs "$@" ${SEED:+--seed "$SEED"}
