// Messenger: what people say besides plain texts, what conversations agree on, and finding it.
#include "core/annex.h"
#include "core/messenger_state.h"

namespace mayfly::core {
namespace {

ContentType type_of(const OutgoingBody& body) {
    if (std::holds_alternative<Location>(body)) return ContentType::location;
    if (std::holds_alternative<Poll>(body)) return ContentType::poll;
    if (std::holds_alternative<ContactCard>(body)) return ContentType::contact_card;
    return ContentType::screenshot;
}

Result<Queued> queue_body(Machine& machine, Step& step, const ConversationId& conversation,
                          const OutgoingBody& body, const SendOptions& options) {
    const ContentType type = type_of(body);
    const SecretBuffer encoded =
        std::visit([](const auto& value) { return codec::encode_secret(value); }, body);
    ENSURE(check_body(type, encoded.expose()).ok(), invalid_argument);
    ENSURE(!options.reply_to && options.mentions.empty(), invalid_argument);
    return queue_message(machine, step, conversation, outgoing(type, encoded.expose(), options));
}

template <class Body>
Result<Messenger::SendStarted> run_send(Machine& machine, Time now, Entropy& entropy,
                                        const Body& body) {
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const Queued queued, run_command<Queued>(machine, step, [&] { return body(step); }));
    return Messenger::SendStarted{queued.operation, queued.id, std::move(step.effects)};
}

}  // namespace

Result<Messenger::SendStarted> Messenger::send_body(const ConversationId& conversation,
                                                    const OutgoingBody& body,
                                                    const SendOptions& options, Time now,
                                                    Entropy& entropy) {
    return run_send(state_->machine, now, entropy, [&](Step& step) {
        return queue_body(state_->machine, step, conversation, body, options);
    });
}

Result<Messenger::Started> Messenger::change_settings(const ConversationId& conversation,
                                                      const ConversationSettings& settings,
                                                      Time now, Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return core::change_settings(machine, step, conversation, settings);
    });
}

Result<Messenger::Started> Messenger::react(const MessageId& id, std::string_view emoji, bool add,
                                            Time now, Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return queue_reaction(machine, step, id, emoji, add);
    });
}

Result<Messenger::Started> Messenger::edit(const MessageId& id, BytesView text,
                                           const std::vector<Mention>& mentions, Time now,
                                           Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return queue_edit(machine, step, id, text, mentions);
    });
}

Result<Messenger::Started> Messenger::vote(const MessageId& id, const Bytes& choices, Time now,
                                           Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return queue_vote(machine, step, id, choices);
    });
}

Result<Effects> Messenger::send_typing(const ConversationId& conversation, bool active, Time now,
                                       Entropy& entropy) {
    return run_change(state_->machine, now, &entropy, [&](Step& step) {
        return core::send_typing(state_->machine, step, conversation, active);
    });
}

Result<Effects> Messenger::set_local_settings(const ConversationId& conversation,
                                              const LocalSettings& settings, Time now) {
    return run_change(state_->machine, now, nullptr, [&](Step& step) {
        return core::set_local_settings(state_->machine, step, conversation, settings);
    });
}

Result<LocalSettings> Messenger::local_settings(const ConversationId& conversation) const {
    ENSURE(state_->machine.tables.conversations.contains(conversation), unknown_contact);
    return local_settings_of(state_->machine, conversation);
}

Result<Effects> Messenger::set_draft(const ConversationId& conversation, BytesView text, Time now) {
    return run_change(state_->machine, now, nullptr, [&](Step& step) {
        return core::set_draft(state_->machine, step, conversation, text);
    });
}

Result<SecretBuffer> Messenger::draft(const ConversationId& conversation) const {
    Step step(state_->machine.store, Time{}, nullptr);
    return draft_of(state_->machine, step, conversation);
}

Result<ConversationSettings> Messenger::settings(const ConversationId& conversation) const {
    ENSURE(state_->machine.tables.conversations.contains(conversation), unknown_contact);
    return settings_of(state_->machine, conversation);
}

std::vector<AccountId> Messenger::typing(const ConversationId& conversation, Time now) const {
    std::vector<AccountId> out;
    for (const auto& [who, until] : state_->machine.typing) {
        if (until <= now) continue;
        if (are_siblings(state_->machine, conversation, who.first)) out.push_back(who.second);
    }
    return out;
}

Result<std::vector<MessageView>> Messenger::search(const SearchQuery& query, Time now) const {
    Step step(state_->machine.store, now, nullptr);
    return search_messages(state_->machine, step, query);
}

std::vector<Mention> Messenger::find_mentions(const ConversationId& conversation,
                                              BytesView text) const {
    if (!has_account()) return {};
    return core::find_mentions(state_->machine, conversation, text);
}

Result<ContactCard> Messenger::card_of(const AccountId& account) const {
    const auto& contacts = state_->machine.tables.contacts;
    const auto contact = contacts.find(account);
    ENSURE(contact != contacts.end() && contact->second.accepted, unknown_contact);
    ContactCard card;
    card.name = contact->second.display_name;
    if (card.name.empty()) card.name = account_name(state_->machine, account);
    card.link = format_contact_link({account, contact->second.relays});
    return card;
}

std::string Messenger::name_of(const AccountId& account) const {
    if (!has_account()) return text_of(account);
    return account_name(state_->machine, account);
}

}  // namespace mayfly::core
