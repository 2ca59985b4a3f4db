// deps: core wire mls
// max_len: 4096
//
// Whatever decodes as a content, a conversation's extension or an invitation encodes to the same
// bytes again and keeps the promises of docs/spec/content.md.
#include "core/content.h"
#include "core/attachment.h"
#include "core/case_fold.h"
#include "core/emoji.h"
#include "core/group_content.h"
#include "core/markdown.h"
#include "core/welcome_tree.h"

namespace mayfly::core {
namespace {

template <class Body>
void check_round_trip(BytesView input) {
    const auto body = decode_body<Body>(input);
    if (body.ok()) MAYFLY_ASSERT(equal(codec::encode(*body), input));
}

void check_spans(BytesView text) {
    const std::vector<Span> spans = parse_markdown(text);
    MAYFLY_ASSERT(spans.size() <= markdown_spans_max);
    std::vector<Span> open;
    size_t last = 0;
    for (const Span& span : spans) {
        MAYFLY_ASSERT(span.begin >= last && span.begin < span.end && span.end <= text.size());
        MAYFLY_ASSERT(span.begin <= span.content_begin && span.content_end <= span.end);
        MAYFLY_ASSERT(span.content_begin <= span.content_end);
        MAYFLY_ASSERT(span.target_begin <= span.target_end && span.target_end <= text.size());
        last = span.begin;
        while (!open.empty() && open.back().content_end <= span.begin) open.pop_back();
        // Inside the content of the one around it, or behind it.
        if (!open.empty()) MAYFLY_ASSERT(span.end <= open.back().content_end);
        open.push_back(span);
    }
}

void check_text(BytesView body) {
    const auto text = decode_text(body);
    if (!text.ok()) {
        // A later version's text.
        MAYFLY_ASSERT(text.code() == ErrorCode::unsupported_version);
        return;
    }
    MAYFLY_ASSERT(is_utf8(text->text.expose()));
    for (const Mention& mention : text->mentions) {
        MAYFLY_ASSERT(size_t{mention.start} + mention.length <= text->text.size());
    }
    check_spans(text->text.expose());
    const SecretBuffer folded = fold_case(text->text.expose());
    MAYFLY_ASSERT(is_utf8(folded.expose()));
    MAYFLY_ASSERT(equal(fold_case(folded.expose()).expose(), folded.expose()));
    MAYFLY_ASSERT(decode_text(encode_text(*text).expose()).ok());
}

void check_bodies(BytesView input) {
    check_round_trip<Reaction>(input);
    check_round_trip<Edit>(input);
    check_round_trip<Receipt>(input);
    check_round_trip<Typing>(input);
    check_round_trip<Location>(input);
    check_round_trip<Poll>(input);
    check_round_trip<Vote>(input);
    check_round_trip<ContactCard>(input);
    check_round_trip<ConversationSettings>(input);
    check_round_trip<Screenshot>(input);
    const auto text = decode_text(input);
    if (text.ok()) check_text(input);
    if (is_utf8(input)) check_spans(input);
    if (is_emoji(input)) MAYFLY_ASSERT(!input.empty());
}

void check_content(BytesView input) {
    const auto content = decode_content(input);
    if (!content.ok()) return;
    MAYFLY_ASSERT(equal(encode_content(*content).expose(), input));
    MAYFLY_ASSERT(content->body.size() <= body_size_bytes_max);
    MAYFLY_ASSERT(content->expires_after_ms >= static_cast<uint64_t>(expiration_min.ms));
    MAYFLY_ASSERT(content->expires_after_ms <= static_cast<uint64_t>(expiration_max.ms));
    if (content->type == ContentType::text) check_text(content->body.expose());
    if (is_file(content->type)) {
        const auto file = decode_file(content->type, content->body.expose());
        MAYFLY_ASSERT(file.ok() && file->size_bytes <= file_size_bytes_max);
        MAYFLY_ASSERT(file_blob_size(file->size_bytes) <= wire::blob_size_bytes_max);
    }
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

void check_welcome_tree(BytesView input) {
    check_same(decode_tree_location(input), input);
    const auto tree = decode_welcome_tree(input);
    if (!tree.ok()) return;
    const Bytes again = encode_welcome_tree(*tree);
    MAYFLY_ASSERT(again.size() <= input.size() && equal(input.first(again.size()), again));
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
    mayfly::core::check_bodies(input);
    mayfly::core::check_welcome_tree(input);
    mayfly::core::check_direct_payload(input);
    return 0;
}
