#!/bin/bash
# Starts a relay for this machine and shows how to use it; serves until Ctrl-C.
#   tools/run.sh BIN_DIR          (make run)
# MAYFLY_DATA: where the relay keeps its data; MAYFLY_PORT: another port than 7333.
# MAYFLY_RUN_ONCE=1, or CI=true without a terminal: two people exchange a message, then it ends.
set -euo pipefail
bin=$1
run_once=${MAYFLY_RUN_ONCE:-}
if [ ! -t 0 ] && [ "${CI:-}" = true ]; then run_once=1; fi

fail() {
    printf 'run: error: %s\n' "$1" >&2
    printf 'run: hint: %s\n' "$2" >&2
    exit 1
}

scratch=$(mktemp -d)
relay_pid=
finish() {
    if [ -n "$relay_pid" ]; then
        kill -TERM "$relay_pid" 2>/dev/null || true
        wait "$relay_pid" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 0' INT TERM

if [ -n "$run_once" ]; then
    # A proof must leave nothing behind: its own data, and a port that is free.
    data=$scratch/relay
    port=${MAYFLY_PORT:-0}
else
    data=${MAYFLY_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/mayfly-relay}
    port=${MAYFLY_PORT:-7333}
fi
mkdir -p "$data"

"$bin/mayfly-relay" serve --data "$data" --listen "127.0.0.1:$port" --tls-self-signed \
    >"$scratch/ready" &
relay_pid=$!

address=
for ((tries = 0; tries < 300; tries++)); do
    address=$(sed -n 's/^listening .* address //p' "$scratch/ready")
    [ -z "$address" ] || break
    kill -0 "$relay_pid" 2>/dev/null ||
        fail "the relay did not start" "see above; is port $port taken? MAYFLY_PORT=7334 make run"
    sleep 0.1
done
[ -n "$address" ] || fail "the relay did not get ready within 30 s" "look at its data in $data"

mayfly() {
    local who=$1
    shift
    "$bin/mayfly" --home "$scratch/$who" --passphrase-file "$scratch/passphrase" "$@" \
        2>>"$scratch/said"
}

# What the two people of the proof see, end to end, over TLS and the disk.
exchange() {
    local text="hello from $$-$RANDOM" request="" received=""
    echo "a passphrase for this proof only" >"$scratch/passphrase"
    if ! { mayfly alice init --relay "$address" --handle alice &&
        mayfly bob init --relay "$address" --handle bob &&
        mayfly alice contact add "bob@$address"; } >/dev/null; then
        tail -n 20 "$scratch/said" >&2
        fail "the two accounts could not be made" "this is a bug; please report it"
    fi
    for ((tries = 0; tries < 10 && ${#request} == 0; tries++)); do
        mayfly bob receive --timeout 2s >/dev/null || true
        request=$(mayfly bob --json contact requests |
            sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
    done
    [ -n "$request" ] || tail -n 20 "$scratch/said" >&2
    [ -n "$request" ] || fail "bob never saw alice's request" "this is a bug; please report it"
    mayfly bob contact accept "$request" >/dev/null
    for ((tries = 0; tries < 10; tries++)); do
        mayfly alice receive --timeout 2s >/dev/null || true
        if mayfly alice send bob "$text" --expire 10m >/dev/null; then break; fi
    done
    for ((tries = 0; tries < 10; tries++)); do
        received+=$(mayfly bob --json receive --timeout 2s || true)
        if [[ $received == *"$text"* ]]; then
            echo "run: alice wrote and bob read, over $address"
            return
        fi
    done
    tail -n 20 "$scratch/said" >&2
    fail "bob never got alice's message" "this is a bug; please report it"
}

if [ -n "$run_once" ]; then
    exchange
    exit 0
fi

cat <<TEXT
A relay serves here. Its address, which also pins its key:

    $address

An account for you, in another terminal (it asks for a passphrase, and shows the recovery kit once):

    $bin/mayfly init --relay '$address' --handle YOUR_NAME

and for a friend on this machine, with a home of its own:

    $bin/mayfly --home ~/.mayfly-friend init --relay '$address' --handle FRIEND

Then write:

    $bin/mayfly contact add 'FRIEND@$address'
    $bin/mayfly --home ~/.mayfly-friend receive --timeout 5s
    $bin/mayfly --home ~/.mayfly-friend contact requests
    $bin/mayfly --home ~/.mayfly-friend contact accept ID
    $bin/mayfly send FRIEND 'this message burns' --expire 10m --burn 30s
    $bin/mayfly --home ~/.mayfly-friend receive

The relay keeps its data in $data. Ctrl-C stops it.
TEXT
# "listening HOST:PORT address ADDRESS": a browser on this machine needs no certificate there.
listening=$(sed -n 's/^listening \([^ ]*\) .*/\1/p' "$scratch/ready")
if "$bin/mayfly-relay" version | grep -q '^web client '; then
    # By its name: browsers have no passkeys for an address in numbers.
    printf '\nOpen in a browser on this machine:\n\n    http://localhost:%s/\n' "${listening##*:}"
fi
wait "$relay_pid"
