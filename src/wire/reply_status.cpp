#include "wire/protocol.h"

namespace mayfly::wire {

ErrorCode to_error_code(ReplyStatus status) {
    switch (status) {
        case ReplyStatus::ok: break;
        case ReplyStatus::malformed: return ErrorCode::malformed_input;
        case ReplyStatus::unsupported_version: return ErrorCode::unsupported_version;
        case ReplyStatus::not_authenticated: return ErrorCode::not_authenticated;
        case ReplyStatus::not_authorized: return ErrorCode::not_authorized;
        case ReplyStatus::registration_closed: return ErrorCode::registration_closed;
        case ReplyStatus::invite_required: return ErrorCode::invite_required;
        case ReplyStatus::unknown_queue: return ErrorCode::unknown_queue;
        case ReplyStatus::unknown_address: return ErrorCode::unknown_address;
        case ReplyStatus::unknown_channel: return ErrorCode::unknown_channel;
        case ReplyStatus::unknown_record: return ErrorCode::unknown_record;
        case ReplyStatus::no_key_package: return ErrorCode::no_key_package;
        case ReplyStatus::stale_epoch: return ErrorCode::stale_epoch;
        case ReplyStatus::stale_record: return ErrorCode::stale_record;
        case ReplyStatus::handle_taken: return ErrorCode::handle_taken;
        case ReplyStatus::already_exists: return ErrorCode::already_exists;
        case ReplyStatus::quota_exceeded: return ErrorCode::quota_exceeded;
        case ReplyStatus::rate_limited: return ErrorCode::rate_limited;
        case ReplyStatus::expired: return ErrorCode::expired;
        case ReplyStatus::too_large: return ErrorCode::input_too_large;
        case ReplyStatus::storage_full: return ErrorCode::storage_full;
        case ReplyStatus::storage_failed: return ErrorCode::storage_failed;
        case ReplyStatus::forged_record: return ErrorCode::forged_record;
        case ReplyStatus::shutting_down: return ErrorCode::shutting_down;
        case ReplyStatus::other_relay: return ErrorCode::other_relay;
        case ReplyStatus::unknown_blob: return ErrorCode::unknown_blob;
    }
    return ErrorCode::internal;
}

ReplyStatus from_error_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::unsupported_version: return ReplyStatus::unsupported_version;
        case ErrorCode::not_authenticated: return ReplyStatus::not_authenticated;
        case ErrorCode::not_authorized:
        case ErrorCode::invalid_key:
        case ErrorCode::invalid_signature: return ReplyStatus::not_authorized;
        case ErrorCode::registration_closed: return ReplyStatus::registration_closed;
        case ErrorCode::invite_required: return ReplyStatus::invite_required;
        case ErrorCode::unknown_queue: return ReplyStatus::unknown_queue;
        case ErrorCode::unknown_address: return ReplyStatus::unknown_address;
        case ErrorCode::unknown_channel: return ReplyStatus::unknown_channel;
        case ErrorCode::unknown_record: return ReplyStatus::unknown_record;
        case ErrorCode::no_key_package: return ReplyStatus::no_key_package;
        case ErrorCode::stale_epoch: return ReplyStatus::stale_epoch;
        case ErrorCode::stale_record: return ReplyStatus::stale_record;
        case ErrorCode::handle_taken: return ReplyStatus::handle_taken;
        case ErrorCode::already_exists: return ReplyStatus::already_exists;
        case ErrorCode::quota_exceeded: return ReplyStatus::quota_exceeded;
        case ErrorCode::rate_limited: return ReplyStatus::rate_limited;
        case ErrorCode::expired: return ReplyStatus::expired;
        case ErrorCode::input_too_large: return ReplyStatus::too_large;
        case ErrorCode::storage_full: return ReplyStatus::storage_full;
        case ErrorCode::storage_failed:
        case ErrorCode::store_corrupt:
        case ErrorCode::store_newer:
        case ErrorCode::internal: return ReplyStatus::storage_failed;
        case ErrorCode::forged_record: return ReplyStatus::forged_record;
        case ErrorCode::shutting_down: return ReplyStatus::shutting_down;
        case ErrorCode::other_relay: return ReplyStatus::other_relay;
        case ErrorCode::unknown_blob: return ReplyStatus::unknown_blob;
        default: return ReplyStatus::malformed;
    }
}

}  // namespace mayfly::wire
