// Errors: what went wrong and where in our code, and nothing else.
//
// An Error holds a code and a static location, never user data, so it is always safe to log. Bad
// input, a peer or a disk gives an Error; our own bug is MAYFLY_ASSERT, which is always on.
#pragma once

#include <cstdint>

namespace mayfly {

// Every error code with the sentence a person sees. Sections follow the folders; append to yours.
// clang-format off
#define MAYFLY_ERROR_CODES(X) \
    /* util, codec */ \
    X(internal, "internal error") \
    X(truncated_input, "input ends too early") \
    X(trailing_input, "input has bytes after its end") \
    X(malformed_input, "input is malformed") \
    X(input_too_large, "input is larger than allowed") \
    X(unsupported_version, "version is not supported") \
    X(invalid_argument, "argument is not valid") \
    /* crypto */ \
    X(crypto_failure, "a cryptographic operation failed") \
    X(invalid_key, "key is not valid") \
    X(invalid_signature, "signature does not verify") \
    X(decryption_failed, "decryption failed") \
    X(unsupported_suite, "cipher suite is not supported") \
    /* mls */ \
    X(mls_unknown_group, "message is for another group") \
    X(mls_wrong_epoch, "message is for another epoch") \
    X(mls_unknown_sender, "sender is not a member") \
    X(mls_bad_membership_tag, "membership tag does not verify") \
    X(mls_bad_confirmation_tag, "confirmation tag does not verify") \
    X(mls_bad_leaf_node, "leaf node is not valid") \
    X(mls_bad_key_package, "key package is not valid") \
    X(mls_bad_tree, "ratchet tree is not valid") \
    X(mls_bad_parent_hash, "parent hash does not verify") \
    X(mls_bad_proposal, "proposal is not valid") \
    X(mls_bad_proposal_list, "proposal list is not valid") \
    X(mls_unknown_proposal, "commit refers to an unknown proposal") \
    X(mls_bad_update_path, "update path is not valid") \
    X(mls_bad_group_info, "group info is not valid") \
    X(mls_bad_welcome, "welcome is not valid") \
    X(mls_not_for_us, "welcome holds no key package of ours") \
    X(mls_missing_psk, "pre-shared key is not known") \
    X(mls_generation_used, "message key was used already") \
    X(mls_generation_too_far, "message is too far ahead") \
    X(mls_unsupported_extension, "required extension is not supported") \
    X(mls_removed, "this device was removed from the group") \
    X(mls_own_message, "message is our own") \
    X(mls_pending_proposals, "proposals must be committed first") \
    X(mls_state_corrupt, "stored group state is damaged") \
    X(mls_commit_pending, "a commit of ours waits for its answer") \
    X(mls_no_pending_commit, "no commit of ours is pending") \
    X(mls_inactive, "the group is closed") \
    X(mls_too_many_proposals, "too many proposals wait for a commit") \
    X(mls_unconfirmed_epoch, "the previous epoch is still kept") \
    X(mls_no_previous_epoch, "no previous epoch is kept") \
    X(mls_abandoned_epoch, "this epoch was abandoned by going back") \
    X(mls_too_many_reverts, "an epoch was gone back to too often") \
    X(mls_unsupported_proposal, "proposal type is not supported") \
    X(mls_already_exported, "secret was exported already") \
    X(mls_unrelated_group, "group does not continue the other one") \
    /* wire, relay */ \
    X(not_authenticated, "relay wants proof of the queue key first") \
    X(not_authorized, "not allowed to do this") \
    X(registration_closed, "relay takes no new accounts") \
    X(invite_required, "relay wants an invite code") \
    X(unknown_queue, "relay does not know the queue") \
    X(unknown_address, "relay does not know the address") \
    X(unknown_channel, "relay does not know the channel") \
    X(unknown_record, "relay does not know the account or handle") \
    X(no_key_package, "relay holds no key package for the device") \
    X(stale_epoch, "the channel has moved on to another epoch") \
    X(stale_record, "a newer account record is known") \
    X(handle_taken, "handle is taken by another account") \
    X(already_exists, "it exists already with other content") \
    X(quota_exceeded, "relay's limit is reached") \
    X(rate_limited, "too many requests; try again later") \
    X(expired, "it has expired") \
    X(storage_full, "no space left on the disk") \
    X(storage_failed, "the disk refused a read or write") \
    X(unexpected_message, "peer sent a message that does not belong here") \
    X(shutting_down, "relay is shutting down") \
    X(unknown_blob, "relay does not hold the file any more") \
    /* core, store */ \
    X(no_account, "there is no account in this home yet") \
    X(account_exists, "there is an account in this home already") \
    X(unknown_contact, "no such contact") \
    X(unknown_conversation, "no such conversation") \
    X(unknown_device, "no such device") \
    X(device_revoked, "this device was shut out by another device of the account") \
    X(unknown_message, "no such message") \
    X(unknown_request, "no such request") \
    X(ambiguous_name, "more than one match") \
    X(bad_handle, "handle is not valid") \
    X(bad_address, "relay address is not valid") \
    X(bad_link, "link is not valid") \
    X(bad_duration, "duration is not valid") \
    X(text_too_large, "text is too large") \
    X(forged_record, "account record is forged or damaged") \
    X(key_changed, "the account key has changed") \
    X(not_ours, "only the sender may do this") \
    X(not_enabled, "the conversation has not turned this on") \
    X(wrong_passphrase, "passphrase is wrong") \
    X(passphrase_required, "a passphrase is needed") \
    X(store_corrupt, "the store is damaged") \
    X(store_locked, "another mayfly uses this home") \
    X(store_newer, "the store was written by a newer mayfly") \
    X(not_a_file, "the message is not a file") \
    X(file_unreadable, "the file cannot be read") \
    X(file_changed, "the file has changed while it was under way") \
    X(file_exists, "there is a file of this name already") \
    X(file_corrupt, "the file is not the one that was sent") \
    X(contact_blocked, "you have blocked this account") \
    X(safety_number_differs, "the safety numbers differ") \
    X(no_proof, "there is no proof of this message") \
    X(account_deleting, "this account is being deleted") \
    X(other_relay, "the contact lives on another relay, which this version cannot reach yet") \
    /* link */ \
    X(relay_unreachable, "relay cannot be reached") \
    X(relay_untrusted, "relay could not prove to be the one in its address") \
    X(connection_lost, "connection to the relay was lost") \
    X(tls_failed, "peer does not speak TLS 1.3 as it should") \
    X(timed_out, "it took too long") \
    /* end */
// clang-format on

enum class ErrorCode : uint16_t {
#define MAYFLY_ERROR_ENUM(name, text) name,
    MAYFLY_ERROR_CODES(MAYFLY_ERROR_ENUM)
#undef MAYFLY_ERROR_ENUM
};

struct [[nodiscard]] Error {
    ErrorCode code;
    const char* where;  // static: "src/mls/group.cpp:120"
};

// error_name returns the code's identifier, error_text its sentence. Both are static strings.
const char* error_name(ErrorCode code);
const char* error_text(ErrorCode code);

[[noreturn]] void assertion_failed(const char* what, const char* where);

#define MAYFLY_STR2(x) #x
#define MAYFLY_STR(x) MAYFLY_STR2(x)
#define MAYFLY_HERE (__FILE__ ":" MAYFLY_STR(__LINE__))
#define MAYFLY_ERROR(name) (::mayfly::Error{::mayfly::ErrorCode::name, MAYFLY_HERE})
#define MAYFLY_ASSERT(condition) \
    do { \
        if (!(condition)) ::mayfly::assertion_failed(#condition, MAYFLY_HERE); \
    } while (false)

}  // namespace mayfly
