#!/bin/bash
# Installs what Mayfly needs from Debian 12's packages: only what is missing, without questions.
#   tools/setup.sh GROUP...      groups: build test interop grpc fuzz wasm web format bench
# Silent and instant when everything is there.
set -euo pipefail

# What a group is for, and every package of it that its lane calls by name.
packages_of() {
    case "$1" in
        # The programs themselves: `make run`.
        build) echo "g++ cmake ninja-build pkg-config ccache gettext libssl-dev libsodium-dev" \
            "librocksdb-dev libsqlite3-dev nlohmann-json3-dev libjpeg-dev libpng-dev" \
            "python3 brotli" ;;
        # Unit, vector, simulator and functional tests.
        test) echo "libgtest-dev libbenchmark-dev python3 openssl tmux valgrind zlib1g-dev" ;;
        # Other MLS implementations run in Node. A nodejs from elsewhere than Debian brings npm
        # along, and Debian's npm would replace it.
        interop) echo "nodejs$(command -v npm >/dev/null || echo " npm")" ;;
        # The client for the MLS working group's interop harness, and our driver for it.
        grpc) echo "libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc" \
            "pkg-config python3 python3-grpcio python3-protobuf" ;;
        # libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer.
        fuzz) echo "clang-14 libclang-rt-14-dev" ;;
        # The core for WebAssembly, its tests, and libcrypto from Debian's source package.
        wasm) echo "clang-19 lld-19 llvm-19 wasi-libc libc++-19-dev-wasm32" \
            "libclang-rt-19-dev-wasm32 googletest nodejs dpkg-dev perl make patch" \
            "tcl gcc libc6-dev binaryen" ;;
        # The web client's pages come from npm; Debian's Chromium tests them.
        web) echo "chromium fonts-dejavu-core fonts-noto-color-emoji" \
            "nodejs$(command -v npm >/dev/null || echo " npm")" ;;
        format) echo "clang-format-14" ;;
        bench) echo "libbenchmark-dev" ;;
        *) return 1 ;;
    esac
}

fail() {
    printf 'setup: error: %s\n' "$1" >&2
    printf 'setup: hint: %s\n' "$2" >&2
    exit 1
}

wanted=()
for group in "$@"; do
    names=$(packages_of "$group") ||
        fail "no such group: $group" "groups are build test interop grpc fuzz wasm web format bench"
    read -r -a list <<<"$names"
    wanted+=("${list[@]}")
done
[ ${#wanted[@]} -gt 0 ] || fail "no group given" "tools/setup.sh build test"

command -v dpkg-query >/dev/null || fail "this is not a Debian system" \
    "Mayfly is built on Debian 12; elsewhere install the equivalents of: ${wanted[*]}"

missing_of() {
    local present
    # dpkg-query fails when it knows none or not all of them, and still prints the others.
    present=$( (dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null || true) |
        sed -n 's/^ii *//p' | cut -d: -f1)
    comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$present" | sort -u)
}

mapfile -t missing < <(missing_of "${wanted[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0

by_hand="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "packages are missing and this user may not install them" \
        "run as root: $by_hand"
    as_root=(sudo)
    # A prompt nobody can answer would hang a build.
    [ -t 0 ] || as_root+=(-n)
fi

echo "setup: installing ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 "$@" \
        </dev/null >>"$log" 2>&1
}
if ! apt update || ! apt install --no-install-recommends "${missing[@]}"; then
    tail -n 20 "$log" >&2
    fail "apt-get could not install: ${missing[*]}" "see what it says above, then: $by_hand"
fi
mapfile -t missing < <(missing_of "${wanted[@]}")
[ ${#missing[@]} -eq 0 ] || fail "still missing after installing: ${missing[*]}" \
    "is this Debian 12 (bookworm) with its main archive enabled?"
