#!/bin/bash
# Builds for wasm32-wasi, from Debian's source packages, what the core and its tests link:
#   build/wasm-deps/current/{include,lib}: libcrypto, libsodium, SQLite, and for vector tests zlib
#   and nlohmann/json
# Built once for each change of this script or of the compiler; after that, instant and offline.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD/build/wasm-deps
jobs=${JOBS:-$(nproc)}
key=$({ cat "${BASH_SOURCE[0]}"; clang-19 --version; } | sha256sum | cut -c1-12)

fail() {
    printf 'build_wasm_deps: error: %s\n' "$1" >&2
    printf 'build_wasm_deps: hint: %s\n' "$2" >&2
    exit 1
}

for existing in "$root"/openssl-*-"$key"; do
    if [ -e "$existing/complete" ]; then
        ln -sfn "$(basename "$existing")" "$root/current"
        exit 0
    fi
done
command -v clang-19 wasm-ld-19 llvm-ar-19 >/dev/null ||
    fail "the WebAssembly tools are not installed" "tools/setup.sh wasm"

mkdir -p "$root"
work=$(mktemp -d "$root/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The machine's own package sources, read as source packages, in a configuration of our own: the
# machine's stays as it is. The signed index pins the upstream archive's hash.
fetch_sources() {
    mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
    chmod -R a+rX "$work"
    local list
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" \
            >"$work/apt/parts/$(basename "$list" .list)_src.list"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" \
            >"$work/apt/parts/$(basename "$list" .sources)_src.sources"
    done
    local options=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/apt/parts"
        -o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
        -o APT::Sandbox::User=root -o Acquire::Retries=3)
    # A third party's list without sources makes update complain; what counts is the next step.
    apt-get "${options[@]}" update >"$work/apt.log" 2>&1 || true
    # --tar-only: upstream's archive; Debian's packaging and its patches are for native builds.
    (cd "$work" && apt-get "${options[@]}" source --download-only --tar-only \
        openssl libsodium sqlite3 zlib) \
        >>"$work/apt.log" 2>&1 || {
        tail -n 20 "$work/apt.log" >&2
        fail "apt-get could not fetch the source packages openssl, libsodium, sqlite3 and zlib" \
            "is Debian 12's main archive reachable?"
    }
}

# Only wasi-libc's headers: a header of the host must never leak in.
target_flags="--target=wasm32-wasi -nostdlibinc -isystem /usr/include/wasm32-wasi"
common_flags="$target_flags -O3 -msimd128 -mbulk-memory -ffunction-sections -fdata-sections"

build_openssl() {
    cd "$work"/openssl-*/
    # wasi-libc has no users; OPENSSL_issetugid asks for the four, and all equal means no setuid.
    cat >"$work/no_users.h" <<'SHIM'
#pragma once
static inline unsigned getuid(void) { return 0; }
static inline unsigned geteuid(void) { return 0; }
static inline unsigned getgid(void) { return 0; }
static inline unsigned getegid(void) { return 0; }
SHIM
    cat >Configurations/99-mayfly.conf <<CONF
my %targets = (
    "mayfly-wasm32" => {
        inherit_from => [ "BASE_unix" ],
        CC => "clang-19", AR => "llvm-ar-19", RANLIB => "llvm-ranlib-19",
        cflags => "$common_flags -include $work/no_users.h -DNO_SYSLOG"
            . " -DOPENSSL_NO_SECURE_MEMORY -DOPENSSL_AES_CONST_TIME"
            . " -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_GETPID"
            . " -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_MMAN",
        thread_scheme => "(unknown)",
        bn_ops => "SIXTY_FOUR_BIT",
    },
);
CONF
    # OpenSSL blinds the NIST curves with randomness of its own. It looks for getentropy by a weak
    # symbol and in ELF only; wasi-libc has it, and only a strong symbol links it from an archive.
    # Keys and nonces of ours never come from here.
    sed -i -e 's/defined(__ELF__)/(defined(__ELF__) || defined(__wasi__))/' \
        -e '/getentropy(void/s/ __attribute__((weak))//' \
        providers/implementations/rands/seeding/rand_unix.c
    ./Configure mayfly-wasm32 enable-ec_nistp_64_gcc_128 --with-rand-seed=getrandom \
        no-asm no-threads no-sock no-posix-io no-stdio no-shared no-module no-dso no-engine \
        no-tests no-ui-console no-autoload-config no-legacy no-comp no-cms no-cmp \
        no-ct no-ts no-ocsp no-srp no-psk no-dsa no-dh no-ec2m no-sm2 no-sm3 no-sm4 no-gost \
        no-aria no-bf no-blake2 no-camellia no-cast no-des no-idea no-md4 no-mdc2 no-ocb no-rc2 \
        no-rc4 no-rmd160 no-scrypt no-seed no-siphash no-whirlpool
    make -j"$jobs" build_generated
    make -j"$jobs" libcrypto.a
    mkdir -p "$out/include/openssl" "$out/lib"
    cp include/openssl/*.h "$out/include/openssl/"
    cp libcrypto.a "$out/lib/"
}

# Its archive has no configure script; each source file says itself whether it is for this machine.
build_sodium() {
    cd "$work"/libsodium-*/src/libsodium
    sed -e "s/@VERSION@/wasm/" -e "s/@SODIUM_LIBRARY_VERSION_MAJOR@/10/" \
        -e "s/@SODIUM_LIBRARY_VERSION_MINOR@/3/" -e "s/@SODIUM_LIBRARY_MINIMAL_DEF@//" \
        include/sodium/version.h.in >include/sodium/version.h
    # SIGNAL: utils.c includes the header and calls raise where a guard page was hit.
    local flags="$common_flags -DCONFIGURED=1 -DNATIVE_LITTLE_ENDIAN=1 -D_WASI_EMULATED_SIGNAL"
    mkdir objects
    find . -name '*.c' | sort | xargs -P "$jobs" -I{} sh -c \
        'clang-19 '"$flags"' -Iinclude/sodium -Iinclude -c {} -o objects/$(echo {} | tr ./ __).o'
    llvm-ar-19 rcs "$out/lib/libsodium.a" objects/*.o
    cp -r include/sodium include/sodium.h "$out/include/"
}

# The archive is SQLite's own tree: what is left out is left out of its parser, too.
sqlite_options="-DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 -DSQLITE_DQS=0 -DSQLITE_TEMP_STORE=3
    -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_MAX_EXPR_DEPTH=0 -DSQLITE_MAX_MMAP_SIZE=0
    -DSQLITE_OMIT_ALTERTABLE -DSQLITE_OMIT_ANALYZE
    -DSQLITE_OMIT_AUTHORIZATION -DSQLITE_OMIT_AUTOINCREMENT -DSQLITE_OMIT_AUTOVACUUM
    -DSQLITE_OMIT_BETWEEN_OPTIMIZATION -DSQLITE_OMIT_CAST -DSQLITE_OMIT_CHECK
    -DSQLITE_OMIT_COMPILEOPTION_DIAGS -DSQLITE_OMIT_COMPLETE -DSQLITE_OMIT_CTE
    -DSQLITE_OMIT_DATETIME_FUNCS -DSQLITE_OMIT_DECLTYPE -DSQLITE_OMIT_DEPRECATED
    -DSQLITE_OMIT_DESERIALIZE -DSQLITE_OMIT_EXPLAIN -DSQLITE_OMIT_FOREIGN_KEY
    -DSQLITE_OMIT_GENERATED_COLUMNS -DSQLITE_OMIT_GET_TABLE -DSQLITE_OMIT_INCRBLOB
    -DSQLITE_OMIT_JSON -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_PROGRESS_CALLBACK
    -DSQLITE_OMIT_REINDEX -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_TCL_VARIABLE
    -DSQLITE_OMIT_TEMPDB -DSQLITE_OMIT_TRACE -DSQLITE_OMIT_TRIGGER -DSQLITE_OMIT_UTF16
    -DSQLITE_OMIT_VIEW -DSQLITE_OMIT_VIRTUALTABLE -DSQLITE_OMIT_WINDOWFUNC"

build_sqlite() {
    local options
    options=$(echo $sqlite_options)
    mkdir "$work/sqlite-build"
    cd "$work/sqlite-build"
    ../sqlite3-*/configure --disable-tcl --disable-load-extension --disable-threadsafe \
        --disable-readline
    make -j"$jobs" OPTS="$options" sqlite3.c
    # shellcheck disable=SC2086
    clang-19 ${common_flags/-O3/-Oz} $options -c sqlite3.c
    llvm-ar-19 rcs "$out/lib/libsqlite3.a" sqlite3.o
    cp sqlite3.h "$out/include/"
}

build_zlib() {
    cd "$work"/zlib-*/
    local source
    for source in *.c; do
        # shellcheck disable=SC2086
        clang-19 $common_flags -DHAVE_UNISTD_H -c "$source"
    done
    mkdir -p "$out/include" "$out/lib"
    llvm-ar-19 rcs "$out/lib/libz.a" ./*.o
    cp zlib.h zconf.h "$out/include/"
    # Headers only, so the host's serve; but they alone, not the rest of /usr/include.
    ln -sfn /usr/include/nlohmann "$out/include/nlohmann"
}

fetch_sources
for archive in openssl libsodium sqlite3 zlib; do
    tar -xf "$work/$archive"_*.orig.tar.* -C "$work"
done
version=$(cd "$work" && echo openssl-*/ | sed 's,/$,,')
out=$root/$version-$key
rm -rf "$out"
for step in build_openssl build_sodium build_sqlite build_zlib; do
    # Not `if (step)`: in a condition, bash would go on after a failed command of the step.
    set +e
    (set -e; "$step") >"$root/$step.log" 2>&1
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
        grep -nE 'error:|Error' "$root/$step.log" | tail -n 20 >&2 || true
        fail "$step failed" "the whole log is $root/$step.log"
    fi
done
touch "$out/complete"
ln -sfn "$(basename "$out")" "$root/current"
echo "build_wasm_deps: $version is in build/wasm-deps/current"
