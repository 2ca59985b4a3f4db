#include "failure.h"

#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

struct Advice {
    ExitCode exit_code;
    const char* hint;
};

constexpr const char* report_it =
    MAYFLY_N("this is a fault in Mayfly; please report it with what you did");
constexpr const char* peer_is_off =
    MAYFLY_N("the other side or its relay sent something wrong; is its Mayfly up to date?");
constexpr const char* update_both =
    MAYFLY_N("one side has an older Mayfly: update it here and there");
constexpr const char* try_again = MAYFLY_N("try again in a moment; nothing was changed");

Advice trust_advice(ErrorCode code) {
    switch (code) {
        case ErrorCode::contact_blocked:
            return {ExitCode::failed,
                    MAYFLY_N("mayfly unblock WHO takes it back; mayfly blocked lists them")};
        case ErrorCode::safety_number_differs:
            return {
                ExitCode::not_trusted,
                MAYFLY_N(
                    "compare once more, with the right person; if it stays so, somebody may stand "
                    "between you: trust nothing that came this way")};
        case ErrorCode::no_proof:
            return {
                ExitCode::failed,
                MAYFLY_N("only messages of others, as they came, can be proven to a third person")};
        case ErrorCode::device_revoked:
            return {ExitCode::failed,
                    MAYFLY_N("what is here can still be read and burnt; mayfly wipe, then mayfly "
                             "device link, make it a device again")};
        case ErrorCode::account_deleting:
            return {
                ExitCode::failed,
                MAYFLY_N(
                    "mayfly account delete goes on with it; mayfly wipe gives up on the relays")};
        default: return {ExitCode::failed, nullptr};
    }
}

Advice file_advice(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_a_file:
            return {ExitCode::failed,
                    MAYFLY_N("mayfly messages WHO shows which messages are files")};
        case ErrorCode::file_unreadable:
            return {ExitCode::failed, MAYFLY_N("is it there, a plain file, and may you read it?")};
        case ErrorCode::file_changed:
            return {ExitCode::failed,
                    MAYFLY_N("send it again, and leave it as it is until it is sent")};
        case ErrorCode::file_exists:
            return {ExitCode::failed,
                    MAYFLY_N("name another place with --to; nothing is replaced")};
        case ErrorCode::file_corrupt:
            return {ExitCode::failed, MAYFLY_N("nothing was kept; ask for it to be sent again")};
        default: return {ExitCode::failed, nullptr};
    }
}

Advice local_advice(ErrorCode code) {
    switch (code) {
        case ErrorCode::no_account:
            return {ExitCode::failed,
                    MAYFLY_N("mayfly init --relay ADDRESS makes one; or name another --home")};
        case ErrorCode::account_exists:
            return {ExitCode::failed, MAYFLY_N("use it (mayfly whoami), or name another --home")};
        case ErrorCode::unknown_contact:
            return {ExitCode::failed, MAYFLY_N("mayfly contact list shows whom you can write to")};
        case ErrorCode::unknown_message:
            return {
                ExitCode::failed,
                MAYFLY_N(
                    "it may have expired or burnt; mayfly messages WHO shows what is still alive")};
        case ErrorCode::unknown_device:
            return {ExitCode::failed, MAYFLY_N("mayfly device list shows your devices")};
        case ErrorCode::unknown_conversation:
            return {ExitCode::failed, MAYFLY_N("mayfly conversations shows whom you can write to")};
        case ErrorCode::unknown_request:
            return {ExitCode::failed, MAYFLY_N("mayfly contact requests shows who asks")};
        case ErrorCode::ambiguous_name:
            return {ExitCode::failed, MAYFLY_N("use the whole handle or an id")};
        case ErrorCode::text_too_large:
            return {ExitCode::failed, MAYFLY_N("a text may have 65,536 bytes; send it in parts")};
        case ErrorCode::not_ours:
            return {ExitCode::failed, MAYFLY_N("burn removes it from this device")};
        case ErrorCode::not_enabled:
            return {ExitCode::failed,
                    MAYFLY_N("mayfly settings WHO --typing on turns it on for both")};
        case ErrorCode::wrong_passphrase:
            return {ExitCode::failed,
                    MAYFLY_N("try again; without the passphrase this home cannot be opened")};
        case ErrorCode::passphrase_required:
            return {ExitCode::failed,
                    MAYFLY_N("give --passphrase-file FILE, with it in the first line, or set "
                             "MAYFLY_PASSPHRASE_FILE")};
        case ErrorCode::store_corrupt:
            return {ExitCode::failed, MAYFLY_N("nothing was changed; put the home back from a "
                                               "backup, or make a new account in "
                                               "another --home")};
        case ErrorCode::store_locked:
            return {ExitCode::failed, MAYFLY_N("wait until it ends, or stop it")};
        case ErrorCode::store_newer: return {ExitCode::failed, MAYFLY_N("use the newer mayfly")};
        case ErrorCode::other_relay:
            return {ExitCode::failed,
                    MAYFLY_N("ask for an address on a relay that you use as well")};
        case ErrorCode::storage_full:
            return {ExitCode::failed,
                    MAYFLY_N("free some space, then try again; nothing was changed")};
        case ErrorCode::storage_failed:
            return {ExitCode::failed, MAYFLY_N("look at the disk and at the rights of the home")};
        case ErrorCode::bad_handle:
            return {ExitCode::usage,
                    MAYFLY_N("a handle is NAME@RELAY, a name 3 to 32 of a-z 0-9 . _ -")};
        case ErrorCode::bad_address:
            return {ExitCode::usage,
                    MAYFLY_N("a relay is HOST, HOST:PORT or HOST:PORT#FINGERPRINT")};
        case ErrorCode::bad_link:
            return {ExitCode::usage, MAYFLY_N("copy the whole link, from mayfly on")};
        case ErrorCode::bad_duration:
            return {ExitCode::usage, MAYFLY_N("durations are written 3s, 10m, 6h, 6d, 1y")};
        case ErrorCode::invalid_argument: return {ExitCode::usage, MAYFLY_N("mayfly --help")};
        default: return {ExitCode::failed, nullptr};
    }
}

Advice remote_advice(ErrorCode code) {
    switch (code) {
        case ErrorCode::relay_unreachable:
            return {ExitCode::network,
                    MAYFLY_N("is the relay running, and the address right? then try again")};
        case ErrorCode::connection_lost:
        case ErrorCode::shutting_down:
            return {ExitCode::network, MAYFLY_N("try again in a moment")};
        case ErrorCode::timed_out:
            return {ExitCode::network, MAYFLY_N("try again, or allow more time with --timeout")};
        case ErrorCode::rate_limited:
            return {ExitCode::network, MAYFLY_N("wait a minute, then try again")};
        case ErrorCode::tls_failed:
        case ErrorCode::unexpected_message:
            return {ExitCode::network,
                    MAYFLY_N("is there a mayfly relay of this version at that address?")};
        case ErrorCode::relay_untrusted:
            return {ExitCode::not_trusted, MAYFLY_N("nothing was sent; ask the host for the "
                                                    "relay's address, it may have a new key")};
        case ErrorCode::forged_record:
            return {
                ExitCode::not_trusted,
                MAYFLY_N(
                    "do not trust this relay's answer; get the contact's link from them directly")};
        case ErrorCode::stale_record:
            return {ExitCode::not_trusted,
                    MAYFLY_N("the relay shows an older state than it showed before; ask its host")};
        case ErrorCode::key_changed:
            return {ExitCode::not_trusted,
                    MAYFLY_N("ask your contact in person; then contact remove and contact add")};
        case ErrorCode::invalid_signature: return {ExitCode::not_trusted, peer_is_off};
        case ErrorCode::registration_closed:
            return {ExitCode::failed,
                    MAYFLY_N("ask its host for an account, or use another relay")};
        case ErrorCode::invite_required:
            return {ExitCode::failed,
                    MAYFLY_N("ask its host for a code and give it with --invite CODE")};
        case ErrorCode::handle_taken:
            return {ExitCode::failed, MAYFLY_N("choose another --handle; no account was made")};
        case ErrorCode::unknown_record:
            return {ExitCode::failed,
                    MAYFLY_N("check the spelling with your contact, or ask for their link")};
        case ErrorCode::no_key_package:
            return {ExitCode::failed,
                    MAYFLY_N("their device must come online first; try again later")};
        case ErrorCode::unknown_address:
        case ErrorCode::not_authorized:
            return {ExitCode::failed, MAYFLY_N("the other side may have left or removed you")};
        case ErrorCode::unknown_queue:
        case ErrorCode::unknown_channel:
            return {ExitCode::failed, MAYFLY_N("the relay may have lost its data; ask its host")};
        case ErrorCode::quota_exceeded:
            return {ExitCode::failed, MAYFLY_N("try again later, or ask the relay's host")};
        case ErrorCode::not_authenticated:
        case ErrorCode::stale_epoch:
        case ErrorCode::already_exists: return {ExitCode::failed, try_again};
        case ErrorCode::unknown_blob:
            return {ExitCode::failed,
                    MAYFLY_N("it has expired or was taken back; ask for it again")};
        case ErrorCode::expired:
            return {ExitCode::failed, MAYFLY_N("send it again with a longer --expire")};
        default: return {ExitCode::failed, nullptr};
    }
}

// The group protocol: what passes by itself, what an update helps, what begins anew; the rest is a
// peer that does not follow it.
Advice group_advice(ErrorCode code) {
    switch (code) {
        case ErrorCode::mls_wrong_epoch:
        case ErrorCode::mls_unknown_proposal:
        case ErrorCode::mls_pending_proposals:
        case ErrorCode::mls_commit_pending:
        case ErrorCode::mls_no_pending_commit:
        case ErrorCode::mls_too_many_proposals:
        case ErrorCode::mls_unconfirmed_epoch:
        case ErrorCode::mls_abandoned_epoch:
        case ErrorCode::mls_generation_used: return {ExitCode::failed, try_again};
        case ErrorCode::mls_unsupported_extension:
        case ErrorCode::mls_unsupported_proposal: return {ExitCode::failed, update_both};
        case ErrorCode::mls_state_corrupt:
        case ErrorCode::mls_too_many_reverts:
            return {ExitCode::failed,
                    MAYFLY_N("contact remove, then contact add begins again with them")};
        case ErrorCode::mls_removed:
        case ErrorCode::mls_missing_psk:
        case ErrorCode::mls_generation_too_far:
            return {ExitCode::failed, MAYFLY_N("ask the other side to add you again")};
        case ErrorCode::mls_inactive:
            return {ExitCode::failed,
                    MAYFLY_N("nobody can write there any more; mayfly group leave forgets it")};
        case ErrorCode::mls_unknown_group:
        case ErrorCode::mls_unknown_sender:
        case ErrorCode::mls_bad_membership_tag:
        case ErrorCode::mls_bad_confirmation_tag:
        case ErrorCode::mls_bad_leaf_node:
        case ErrorCode::mls_bad_key_package:
        case ErrorCode::mls_bad_tree:
        case ErrorCode::mls_bad_parent_hash:
        case ErrorCode::mls_bad_proposal:
        case ErrorCode::mls_bad_proposal_list:
        case ErrorCode::mls_bad_update_path:
        case ErrorCode::mls_bad_group_info:
        case ErrorCode::mls_bad_welcome:
        case ErrorCode::mls_not_for_us:
        case ErrorCode::mls_own_message:
        case ErrorCode::mls_unrelated_group: return {ExitCode::failed, peer_is_off};
        case ErrorCode::mls_no_previous_epoch:
        case ErrorCode::mls_already_exported: return {ExitCode::failed, report_it};
        default: return {ExitCode::failed, nullptr};
    }
}

Advice input_advice(ErrorCode code) {
    switch (code) {
        case ErrorCode::input_too_large:
            return {
                ExitCode::failed,
                MAYFLY_N("take less of it; if it came from somebody else, is their Mayfly up to "
                         "date?")};
        case ErrorCode::unsupported_version:
        case ErrorCode::unsupported_suite: return {ExitCode::failed, update_both};
        case ErrorCode::truncated_input:
        case ErrorCode::trailing_input:
        case ErrorCode::malformed_input:
        case ErrorCode::invalid_key:
        case ErrorCode::decryption_failed: return {ExitCode::failed, peer_is_off};
        case ErrorCode::internal:
        case ErrorCode::crypto_failure: return {ExitCode::failed, report_it};
        default: return {ExitCode::failed, nullptr};
    }
}

// Every code has its advice in one of these: a test says so.
Advice advice_on(ErrorCode code) {
    for (const auto advice_of :
         {trust_advice, local_advice, file_advice, remote_advice, group_advice, input_advice}) {
        if (const Advice advice = advice_of(code); advice.hint != nullptr) return advice;
    }
    return {ExitCode::failed, nullptr};
}

}  // namespace

ExitCode exit_code_of(ErrorCode code) { return advice_on(code).exit_code; }
const char* hint_of(ErrorCode code) {
    const char* hint = advice_on(code).hint;
    return hint == nullptr ? nullptr : tr(hint);
}

}  // namespace mayfly::cli
