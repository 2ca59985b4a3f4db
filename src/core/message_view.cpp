// How a message looks from outside: its text or other body, what it replies to, and what others
// said about it. Specification: docs/spec/content.md.
#include "core/annex.h"
#include "core/attachment.h"

namespace mayfly::core {
namespace {

// The first characters of a text, as a reply shows them.
SecretBuffer beginning_of(BytesView text) {
    size_t size = std::min(text.size(), quote_size_bytes_max);
    while (!is_character_boundary(text, size)) --size;
    return SecretBuffer(text.first(size));
}

// What a reply shows of the content that it answers; empty if that has no words.
SecretBuffer words_of(ContentType type, BytesView body) {
    if (type == ContentType::text) {
        const auto text = decode_text(body);
        return text.ok() ? beginning_of(text->text.expose()) : SecretBuffer();
    }
    if (type == ContentType::poll) {
        const auto poll = decode_body<Poll>(body);
        return poll.ok() ? beginning_of(as_bytes(poll->question)) : SecretBuffer();
    }
    if (is_file(type)) {
        const auto file = decode_file(type, body);
        return file.ok() ? beginning_of(as_bytes(file->name)) : SecretBuffer();
    }
    return {};
}

// A target that is gone takes its quote with it: nothing of it was copied into the reply.
Result<Quote> quote_of(const Machine& machine, Step& step, const MessageRow& reply,
                       const MessageId& id) {
    Quote quote;
    quote.id = id;
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
    if (!row || from_ms(row->expires_at_ms) <= step.now()) return quote;
    if (!are_siblings(machine, row->conversation, reply.conversation)) return quote;
    quote.alive = true;
    quote.sender = row->sender;
    quote.type = row->type;
    TRY_ASSIGN(const SecretBuffer body, load_body(step, *row));
    quote.text = words_of(row->type, body.expose());
    return quote;
}

Status show_text(const Machine& machine, Step& step, const MessageRow& row, BytesView body,
                 MessageView& view) {
    TRY_ASSIGN(Text text, decode_text(body));
    view.text = std::move(text.text);
    view.mentions = std::move(text.mentions);
    if (text.reply_to) {
        TRY_ASSIGN(view.reply_to, quote_of(machine, step, row, *text.reply_to));
    }
    return {};
}

Status show_file(ContentType type, BytesView body, MessageView& view) {
    TRY_ASSIGN(FileContent file, decode_file(type, body));
    FileView& shown = view.file.emplace();
    shown.name = std::move(file.name);
    shown.type = std::move(file.type);
    shown.size_bytes = file.size_bytes;
    shown.duration_ms = file.duration_ms;
    shown.thumbnail = std::move(file.thumbnail);
    return {};
}

template <class Body>
Status show_body(BytesView bytes, MessageView& view) {
    TRY_ASSIGN(Body body, decode_body<Body>(bytes));
    view.body = std::move(body);
    return {};
}

Status show_poll(const Machine& machine, BytesView bytes, const std::vector<AnnexRow>& annexes,
                 Time now, MessageView& view) {
    PollView shown;
    TRY_ASSIGN(shown.poll, decode_body<Poll>(bytes));
    shown.counts.resize(shown.poll.options.size());
    shown.closed = shown.poll.closes_at_ms != 0 && from_ms(shown.poll.closes_at_ms) < now;
    for (const AnnexRow& annex : annexes) {
        if (annex.type != ContentType::vote) continue;
        const auto vote = decode_body<Vote>(annex.body.expose());
        if (!vote.ok() || vote->choices.empty()) continue;
        ++shown.voters;
        for (const uint8_t choice : vote->choices) {
            if (choice < shown.counts.size()) ++shown.counts[choice];
        }
        if (annex.sender == machine.own_account()) shown.own_choices = vote->choices;
    }
    view.body = std::move(shown);
    return {};
}

void show_reaction(const AnnexRow& annex, MessageView& view) {
    const auto reaction = decode_body<Reaction>(annex.body.expose());
    if (!reaction.ok() || !reaction->add) return;
    for (ReactionView& shown : view.reactions) {
        if (shown.emoji != reaction->emoji) continue;
        shown.by.push_back(annex.sender);
        return;
    }
    view.reactions.push_back({reaction->emoji, {annex.sender}});
}

void show_receipt(const AnnexRow& annex, MessageView& view) {
    const auto receipt = decode_body<Receipt>(annex.body.expose());
    if (!receipt.ok()) return;
    if (view.receipts.empty() || view.receipts.back().account != annex.sender) {
        view.receipts.push_back({annex.sender, std::nullopt, std::nullopt});
    }
    ReceiptView& shown = view.receipts.back();
    const Time at = from_ms(annex.sent_at_ms);
    // Who read it has it.
    if (receipt->kind == ReceiptKind::read) shown.read_at = at;
    if (!shown.delivered_at) shown.delivered_at = at;
}

Status show_content(const Machine& machine, Step& step, const MessageRow& row,
                    const std::vector<AnnexRow>& annexes, MessageView& view) {
    TRY_ASSIGN(const SecretBuffer body, load_body(step, row));
    const BytesView bytes = body.expose();
    switch (row.type) {
        case ContentType::text: return show_text(machine, step, row, bytes, view);
        case ContentType::location: return show_body<Location>(bytes, view);
        case ContentType::poll: return show_poll(machine, bytes, annexes, step.now(), view);
        case ContentType::contact_card: return show_body<ContactCard>(bytes, view);
        case ContentType::settings: return show_body<ConversationSettings>(bytes, view);
        case ContentType::screenshot: return show_body<Screenshot>(bytes, view);
        case ContentType::file:
        case ContentType::voice: return show_file(row.type, bytes, view);
        default: return MAYFLY_ERROR(unsupported_version);
    }
}

bool is_name_byte(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

// The one whom people in a conversation call so; else a contact.
std::optional<AccountId> account_called(const Machine& machine, const RosterRow* roster,
                                        std::string_view name) {
    if (name.empty()) return std::nullopt;
    const std::string text = folded(name);
    const auto is_meant = [&](const Person& person) {
        return is_called(person.handle, person.display_name, text);
    };
    std::vector<AccountId> found;
    for (const RosterMember& member :
         roster == nullptr ? std::vector<RosterMember>{} : roster->members) {
        if (is_meant(person_of(machine, member.account))) found.push_back(member.account);
    }
    if (found.size() == 1) return found.front();
    if (!found.empty()) return std::nullopt;
    if (is_meant(own_profile(machine))) return machine.own_account();
    const auto contact = find_account(machine, name, true);
    if (!contact.ok()) return std::nullopt;
    return *contact;
}

}  // namespace

Status complete_view(const Machine& machine, Step& step, const MessageRow& row, MessageView& view) {
    TRY_ASSIGN(const std::vector<AnnexRow> annexes, annexes_of(step, row.id));
    view.type = row.type;
    const Status shown = show_content(machine, step, row, annexes, view);
    if (!shown.ok() && shown.code() != ErrorCode::unsupported_version) {
        // What was checked when it came is only read wrong from a damaged store.
        return is_store_error(shown.code()) ? shown : MAYFLY_ERROR(store_corrupt);
    }
    view.needs_newer = !shown.ok();
    for (const AnnexRow& annex : annexes) {
        if (annex.type == ContentType::edit) view.edited = true;
        if (annex.type == ContentType::reaction) show_reaction(annex, view);
        if (annex.type == ContentType::receipt) show_receipt(annex, view);
    }
    return {};
}

std::string account_name(const Machine& machine, const AccountId& account) {
    const Person person = person_of(machine, account);
    const size_t at = person.handle.find('@');
    if (at != std::string::npos && at > 0) return person.handle.substr(0, at);
    if (!person.display_name.empty()) return person.display_name;
    return text_of(account).substr(0, account_prefix_size_min);
}

std::vector<Mention> find_mentions(const Machine& machine, const ConversationId& conversation,
                                   BytesView text) {
    std::vector<Mention> out;
    const auto found = machine.tables.rosters.find(conversation);
    const RosterRow* roster = found == machine.tables.rosters.end() ? nullptr : &found->second;
    for (size_t at = 0; at < text.size() && out.size() < mentions_max; ++at) {
        if (text[at] != '@' || (at > 0 && is_name_byte(text[at - 1]))) continue;
        size_t end = at + 1;
        while (end < text.size() && is_name_byte(text[end])) ++end;
        // A full stop behind a name is no part of it.
        for (; end > at + 1; --end) {
            const auto name = as_text(text.subspan(at + 1, end - at - 1));
            if (const auto account = account_called(machine, roster, name)) {
                out.push_back(
                    {static_cast<uint32_t>(at), static_cast<uint32_t>(end - at), *account});
                at = end - 1;
                break;
            }
            if (is_name_byte(text[end - 1]) && text[end - 1] != '.') break;
        }
    }
    return out;
}

}  // namespace mayfly::core
