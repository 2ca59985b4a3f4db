#!/bin/bash
# Fuzzes each target for some seconds, two at a time; fails when any of them finds something.
#   tools/fuzz.sh SECONDS [TARGET...]       after: tools/build.sh fuzz
# Seeds are in fuzz/corpus/TARGET; what a run learns stays in build/fuzz/corpus/TARGET.
# What breaks a target is kept as build/fuzz/found/TARGET-*; a fix moves it to fuzz/corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:?usage: tools/fuzz.sh SECONDS [TARGET...]}
shift
build=build/fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for source in fuzz/*.cpp; do
        name=$(basename "$source" .cpp)
        [ "$name" = replay_main ] || targets+=("$name")
    done
fi
mkdir -p "$build/found" "$build/logs"

# Prints one line: the target, what it did, and whether it held.
fuzz_one() {
    local name=$1 log=$build/logs/$1.log corpus=$build/corpus/$1 max_len seeds=() status=0
    if [ ! -x "$build/fuzz/fuzz_$name" ]; then
        echo "fuzz: $name: FAILED: there is no such program (tools/build.sh fuzz)"
        return 1
    fi
    mkdir -p "$corpus"
    [ ! -d "fuzz/corpus/$name" ] || seeds=("fuzz/corpus/$name")
    max_len=$(sed -n 's,^// max_len: *,,p' "fuzz/$name.cpp" | head -n 1)
    "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len="${max_len:-16384}" \
        -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$build/found/$name-" "$corpus" "${seeds[@]}" >"$log" 2>&1 || status=$?
    local execs covered
    execs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$log"
        echo "fuzz: $name: FAILED after ${execs:-?} runs, see $log and $build/found"
        return 1
    fi
    echo "fuzz: $name: ${execs:-0} runs in $seconds s, ${covered:-0} edges covered"
}

failed=0
running=()
reap() {
    local pid=$1
    wait "$pid" || failed=$((failed + 1))
}
for name in "${targets[@]}"; do
    if [ ${#running[@]} -ge "${JOBS:-$(nproc)}" ]; then
        reap "${running[0]}"
        running=("${running[@]:1}")
    fi
    fuzz_one "$name" &
    running+=($!)
done
for pid in "${running[@]}"; do reap "$pid"; done
echo "$((${#targets[@]} - failed)) passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
