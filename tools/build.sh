#!/bin/bash
# Configures a preset where that has not been done and builds it, or only the targets given.
#   tools/build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
directory=build/$preset
log=$directory/configure.log
mkdir -p "$directory"
# Configuring again is instant when nothing changed, and picks up packages installed since.
if ! cmake --preset "$preset" ${MAYFLY_CMAKE_ARGS:-} >"$log" 2>&1; then
    cat "$log" >&2
    printf 'build: error: cmake could not configure preset %s\n' "$preset" >&2
    printf 'build: hint: rm -rf %s, then try again\n' "$directory" >&2
    exit 1
fi
# All errors of a build at once, not one a round.
options=(-k 0)
[ -t 1 ] || options+=(--quiet)
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
exec cmake --build "$directory" -j "${JOBS:-$(nproc)}" "${targets[@]}" -- "${options[@]}"
