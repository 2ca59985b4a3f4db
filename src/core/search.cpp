// Searching what is alive. There is no index: every message is read, so that nothing about a
// message is kept outside it and a burnt one leaves nothing to forget. Measured in
// bench/store_bench.cpp. Specification: docs/spec/content.md section 10.
#include "core/annex.h"
#include "core/attachment.h"
#include "core/case_fold.h"

namespace mayfly::core {
namespace {

// What of a message can be found. Parts are apart from each other, so that no word spans two.
Result<SecretBuffer> searchable(Step& step, const MessageRow& row) {
    TRY_ASSIGN(const SecretBuffer body, load_body(step, row));
    codec::Writer out;
    const auto add = [&](BytesView part) {
        out.raw(part);
        out.u8('\n');
    };
    if (row.type == ContentType::text) {
        const auto text = decode_text(body.expose());
        if (text.ok()) add(text->text.expose());
    } else if (row.type == ContentType::poll) {
        const auto poll = decode_body<Poll>(body.expose());
        if (poll.ok()) {
            add(as_bytes(poll->question));
            for (const std::string& option : poll->options) add(as_bytes(option));
        }
    } else if (row.type == ContentType::location) {
        const auto location = decode_body<Location>(body.expose());
        if (location.ok()) add(as_bytes(location->label));
    } else if (row.type == ContentType::contact_card) {
        const auto card = decode_body<ContactCard>(body.expose());
        if (card.ok()) add(as_bytes(card->name));
    } else if (is_file(row.type)) {
        const auto file = decode_file(row.type, body.expose());
        if (file.ok()) add(as_bytes(file->name));
    }
    return out.take_secret();
}

std::vector<SecretBuffer> words_of(BytesView text) {
    const SecretBuffer folded = fold_case(text);
    std::vector<SecretBuffer> words;
    const BytesView bytes = folded.expose();
    size_t begin = 0;
    for (size_t at = 0; at <= bytes.size(); ++at) {
        if (at < bytes.size() && bytes[at] > ' ') continue;
        if (at > begin) words.emplace_back(bytes.subspan(begin, at - begin));
        begin = at + 1;
    }
    return words;
}

bool holds(BytesView text, BytesView word) {
    return as_text(text).find(as_text(word)) != std::string_view::npos;
}

}  // namespace

Result<std::vector<MessageView>> search_messages(const Machine& machine, Step& step,
                                                 const SearchQuery& query) {
    ENSURE(is_utf8(as_bytes(query.words)) && query.words.size() <= search_size_bytes_max,
           invalid_argument);
    const std::vector<SecretBuffer> words = words_of(as_bytes(query.words));
    ENSURE(!words.empty(), invalid_argument);
    std::vector<MessageRow> found;
    std::optional<Error> failed;
    const auto consider = [&](const MessageRow& row) -> Status {
        if (from_ms(row.expires_at_ms) <= step.now()) return {};
        const auto conversation = machine.tables.conversations.find(row.conversation);
        if (conversation == machine.tables.conversations.end()) return {};
        if (!conversation->second.accepted) return {};
        if (query.conversation && !are_siblings(machine, *query.conversation, row.conversation)) {
            return {};
        }
        TRY_ASSIGN(const SecretBuffer text, searchable(step, row));
        const SecretBuffer folded = fold_case(text.expose());
        for (const SecretBuffer& word : words) {
            if (!holds(folded.expose(), word.expose())) return {};
        }
        found.push_back(row);
        return {};
    };
    TRY(step.store().scan(row_key::prefix(row_kind::message), [&](BytesView, SecretBuffer value) {
        const auto row = decode_row<MessageRow>(value.expose());
        const Status status = row.ok() ? consider(*row) : Status(row.error());
        if (!status.ok()) failed = status.error();
        return status.ok();
    }));
    if (failed) return *failed;
    std::sort(found.begin(), found.end(),
              [](const MessageRow& a, const MessageRow& b) { return a.order > b.order; });
    std::vector<MessageView> out;
    for (const MessageRow& row : found) {
        if (out.size() == query.limit) break;
        TRY_ASSIGN(MessageView view, view_of(machine, step, row));
        out.push_back(std::move(view));
    }
    return out;
}

}  // namespace mayfly::core
