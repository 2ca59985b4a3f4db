#!/bin/bash
# Builds the web client into web/dist, and tests it:
#   tools/web.sh          the engine (tools/web_engine.sh), then the interface
#   tools/web.sh page     the interface alone, around the engine that is there
#   tools/web.sh test     unit tests, every screen, and a conversation over a real relay
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'web: error: %s\n' "$1" >&2
    printf 'web: hint: %s\n' "$2" >&2
    exit 1
}

command -v node >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number)
process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node 20.19 or later is needed, and Debian 12 has an older one" \
        "install a newer nodejs from nodejs.org or its Debian repository"

# npm is asked only when the list of packages is another than the one installed.
packages() {
    cmp -s web/package-lock.json web/node_modules/.installed && return
    (cd web && npm ci --no-audit --no-fund --loglevel=error) ||
        fail "npm could not install the packages of web/package-lock.json" \
            "npm 9 or later and a registry are needed"
    cp web/package-lock.json web/node_modules/.installed
}

page() {
    [ -f web/public/mayfly.wasm ] || fail "there is no engine" "tools/web_engine.sh"
    (cd web && npm run --silent check && npm run --silent build -- --logLevel warn)
}

case "${1:-all}" in
    all)
        tools/web_engine.sh
        packages
        page
        ;;
    page)
        packages
        page
        ;;
    test)
        packages
        [ -f web/dist/bundle.json ] || fail "there is no web/dist" "make web"
        exec node web/tests/run.mjs "${@:2}"
        ;;
    *) fail "no such word: $1" "tools/web.sh [page | test]" ;;
esac
