#!/bin/bash
# Builds the engine of the web client, mayfly.wasm, and puts it where its page is built:
#   tools/web_engine.sh            web/public/mayfly.wasm
# Fails when it is larger than a phone should have to load.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
raw_size_max=1600000
brotli_size_max=600000

tools/build_wasm_deps.sh
tools/build.sh web mayfly_web
mkdir -p web/public
wasm-opt -Oz --enable-simd --enable-bulk-memory --enable-sign-ext --enable-mutable-globals \
    --enable-nontrapping-float-to-int build/web/bin/mayfly.wasm -o build/web/mayfly.wasm
cp build/web/mayfly.wasm web/public/mayfly.wasm
read -r raw brotli < <(node -e '
    const { brotliCompressSync } = require("zlib")
    const bytes = require("fs").readFileSync("web/public/mayfly.wasm")
    console.log(bytes.length, brotliCompressSync(bytes).length)')
echo "web_engine: mayfly.wasm has $raw bytes, $brotli with Brotli"
if [ "$raw" -gt "$raw_size_max" ] || [ "$brotli" -gt "$brotli_size_max" ]; then
    printf 'web_engine: error: the engine is larger than %s bytes, %s with Brotli\n' \
        "$raw_size_max" "$brotli_size_max" >&2
    printf 'web_engine: hint: llvm-nm-19 --print-size --size-sort on its parts\n' >&2
    exit 1
fi
