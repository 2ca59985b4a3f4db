// deps: core wire mls
// max_len: 4096
//
// Whatever decodes as a content, a conversation's extension or an invitation encodes to the same
// bytes again and keeps the promises of docs/spec/content.md.
#include "core/attachment.h"
#include "core/group_content.h"

namespace mayfly::core {
namespace {

void check_content(BytesView input) {
    const auto content = decode_content(input);
    if (!content.ok()) return;
    MAYFLY_ASSERT(equal(encode_content(*content).expose(), input));
    MAYFLY_ASSERT(content->body.size() <= text_size_bytes_max);
    MAYFLY_ASSERT(content->expires_after_ms >= static_cast<uint64_t>(expiration_min.ms));
    MAYFLY_ASSERT(content->expires_after_ms <= static_cast<uint64_t>(expiration_max.ms));
    if (is_file(content->type)) {
        const auto file = decode_file(content->type, content->body.expose());
        MAYFLY_ASSERT(file.ok() && file->size_bytes <= file_size_bytes_max);
        MAYFLY_ASSERT(file_blob_size(file->size_bytes) <= wire::blob_size_bytes_max);
    }
    if (content->type == ContentType::text) MAYFLY_ASSERT(is_utf8(content->body.expose()));
    const Time now{1'800'000'000'000};
    const Time sent_at = clamp_sent_at(content->sent_at_ms, now);
    MAYFLY_ASSERT(sent_at <= now + clock_skew_max && sent_at >= now - message_age_max);
}

void check_info(BytesView input) {
    const auto info = decode_conversation_info(input);
    if (info.ok()) MAYFLY_ASSERT(equal(codec::encode(*info), input));
}

template <class Decoded>
void check_same(const Decoded& decoded, BytesView input) {
    if (decoded.ok()) MAYFLY_ASSERT(equal(codec::encode_secret(*decoded).expose(), input));
}

void check_group_contents(BytesView input) {
    check_same(decode_conversation_state(input), input);
    check_same(decode_group_offer(input), input);
    check_same(decode_join_ticket(input), input);
    check_same(decode_profile(input), input);
}

void check_direct_payload(BytesView input) {
    const auto payload = decode_direct_payload(input);
    if (!payload.ok()) return;
    MAYFLY_ASSERT(equal(codec::encode(*payload), input));
    const Secret key(Bytes(32, 1));
    static_cast<void>(open_introduction(key, payload->sealed_introduction));
}

}  // namespace
}  // namespace mayfly::core

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    const mayfly::BytesView input(data, size_bytes);
    mayfly::core::check_content(input);
    mayfly::core::check_info(input);
    mayfly::core::check_group_contents(input);
    mayfly::core::check_direct_payload(input);
    return 0;
}
