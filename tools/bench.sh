#!/bin/bash
# Runs every benchmark program of a build:  tools/bench.sh BUILD_DIR [GOOGLE_BENCHMARK_ARGUMENT...]
# Compare ratios within one run; absolute figures differ between machines and hours.
set -euo pipefail
build=${1:?usage: tools/bench.sh BUILD_DIR}
shift
found=0
for program in "$build"/bench/*_bench; do
    [ -x "$program" ] || continue
    found=1
    echo "=== $(basename "$program")"
    "$program" "$@"
done
if [ "$found" -eq 0 ]; then
    echo "bench: error: no benchmark program in $build/bench" >&2
    echo "bench: hint: tools/build.sh bench" >&2
    exit 1
fi
