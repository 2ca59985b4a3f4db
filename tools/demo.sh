#!/bin/bash
# Plays three people, each in processes of their own, over TLS: they meet, write, one of them is
# killed in the middle, the relay as well, and a message burns. Ends with 0 only if all was checked.
#   tools/demo.sh BIN_DIR          (make demo)
set -euo pipefail
export LC_ALL=C.UTF-8  # what is checked is English
bin=$1
scratch=$(mktemp -d)
relay_pid=
carol_pid=
checks=0

finish() {
    for pid in $relay_pid $carol_pid; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM

tell() { printf '\n%s\n' "$*"; }

fail() {
    printf 'demo: error: %s\n' "$1" >&2
    exit 1
}

# check WHAT COMMAND...: the command must succeed, and what it shows is said.
check() {
    local what=$1
    shift
    "$@" || fail "not true: $what"
    checks=$((checks + 1))
    printf '  [ok] %s\n' "$what"
}

# mayfly WHO VERB...: as the person would type it, shown with its output.
mayfly() {
    local who=$1
    shift
    "$bin/mayfly" --home "$scratch/$who" --passphrase-file "$scratch/passphrase" "$@"
}

show() {
    local who=$1
    shift
    printf '  %s$ mayfly' "$who"
    printf ' %s' "${@@Q}" |
        sed "s/'\([a-z0-9-]*\)'/\1/g; s/\(#[a-z0-9]\{6\}\)[a-z0-9]\{46\}/\1.../g"
    printf '\n'
    mayfly "$who" "$@" >"$scratch/output" 2>"$scratch/errors" || {
        cat "$scratch/errors" >&2
        fail "mayfly $1 of $who did not work"
    }
    sed -e 's/^/    /; s/\(#[a-z0-9]\{6\}\)[a-z0-9]\{46\}/\1.../g' \
        -e 's/\(mayfly:[A-Za-z0-9_-]\{6\}\)[A-Za-z0-9_-]*/\1.../' "$scratch/output"
}

start_relay() {
    "$bin/mayfly-relay" serve --data "$scratch/relay" --listen "127.0.0.1:${port:-0}" \
        --tls-self-signed >"$scratch/ready" 2>"$scratch/relay.log" &
    relay_pid=$!
    address=
    for ((tries = 0; tries < 300; tries++)); do
        address=$(sed -n 's/^listening .* address //p' "$scratch/ready")
        [ -z "$address" ] || break
        kill -0 "$relay_pid" 2>/dev/null ||
            fail "the relay did not start: $(cat "$scratch/relay.log")"
        sleep 0.1
    done
    [ -n "$address" ] || fail "the relay did not get ready within 30 s"
    port=${address%%#*}
    port=${port##*:}
}

end_with_sigkill() {
    # In braces: the shell itself reports a killed child while it waits.
    { kill -KILL "$1" && wait "$1"; } 2>/dev/null || true
}

meet() {
    local other=$1 request
    show alice contact add "$other@$address"
    request=$(mayfly "$other" --json contact requests |
        sed -n 's/.*"type":"request","id":"\([a-z0-9]*\)".*/\1/p')
    [ -n "$request" ] || fail "$other does not see alice's request"
    show "$other" contact accept "${request:0:10}"
}

# shown TEXT FILE: how often a follower printed a message.
shown() { grep -c "\"text\":\"$1\"" "$2" || true; }
is_shown_once() { [ "$(shown "$1" "$2")" = 1 ]; }

wait_until_shown() {
    for ((tries = 0; tries < 100; tries++)); do
        [ "$(shown "$1" "$2")" = 0 ] || return 0
        sleep 0.1
    done
    return 1
}

carol_follows() {
    "$bin/mayfly" --home "$scratch/carol" --passphrase-file "$scratch/passphrase" --json \
        receive --follow >>"$scratch/carol.log" 2>>"$scratch/carol.errors" &
    carol_pid=$!
}

is_dead() { ! kill -0 "$1" 2>/dev/null; }
is_nowhere() {
    ! grep -rqF -- "$1" "$scratch/alice" "$scratch/bob" "$scratch/carol" "$scratch/relay"
}
has_nothing_of() { ! mayfly "$1" --json messages "$2" | grep -qF -- "$3"; }

echo 'three people, one passphrase each' >"$scratch/passphrase"
began=$SECONDS

tell "A relay starts. Its address pins its TLS key."
start_relay
printf '  listening on %s\n' "${address:0:30}..."

tell "Three people make accounts: no phone number, no e-mail."
show alice init --relay "$address" --handle alice --name Alice
for who in bob carol; do
    mayfly "$who" init --relay "$address" --handle "$who" >"$scratch/output" 2>"$scratch/errors"
done
printf '  bob and carol do the same.\n'

tell "Alice asks both to be her contacts; they accept."
meet bob
meet carol

tell "Carol's program waits for messages, in a process of its own. Alice writes."
carol_follows
show alice send carol 'the boat leaves at six'
check "carol's program shows it" wait_until_shown 'the boat leaves at six' "$scratch/carol.log"

tell "Carol's program is killed (SIGKILL). Alice writes on; the relay keeps the ciphertext."
end_with_sigkill "$carol_pid"
check "carol's program is dead" is_dead "$carol_pid"
carol_pid=
show alice send carol 'bring the lantern'

tell "The relay is killed as well, and comes back with what it had promised to keep."
end_with_sigkill "$relay_pid"
start_relay
carol_follows
check "carol gets what was sent while she was dead" \
    wait_until_shown 'bring the lantern' "$scratch/carol.log"
kill -TERM "$carol_pid"
wait "$carol_pid" || fail "carol's program did not end well"
carol_pid=
check "each message was shown exactly once" is_shown_once 'bring the lantern' "$scratch/carol.log"
check "and none was shown again" is_shown_once 'the boat leaves at six' "$scratch/carol.log"
show carol send alice 'lantern packed'
show alice receive

tell "Alice sends Bob a message that burns 3 seconds after it is opened."
secret="the key is under the third stone"
show alice send bob "$secret" --expire 10m --burn 3s
show bob receive
id=$(sed -n 's/^ *id \([a-z0-9]*\),.*/\1/p' "$scratch/output")
[ -n "$id" ] || fail "bob did not get the message"
show bob open "$id"
check "while it lives, no file of anybody holds the text in the clear" is_nowhere "$secret"
printf '  ... 3 seconds pass ...\n'
sleep 3.2
check "it is gone from bob's device" has_nothing_of bob alice "$secret"
show alice recall "$id"
check "recalled, it is gone from alice's as well" has_nothing_of alice bob "$secret"
check "no file of anybody, nor of the relay, contains it" is_nowhere "$secret"

tell "$checks things checked, $((SECONDS - began)) s."
