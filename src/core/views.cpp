// How accounts, contacts and requests look from outside, and finding them by what people type.
#include "core/machine.h"

namespace mayfly::core {

bool is_called(std::string_view handle, std::string_view display_name, std::string_view text) {
    return !text.empty() &&
           (folded(handle) == text || folded(handle.substr(0, handle.find('@'))) == text ||
            folded(display_name) == text);
}

std::string folded(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
}

std::string text_of(const MessageId& id) { return to_base32(id.view()); }
std::string text_of(const AccountId& id) { return to_base32(id.view()); }
std::string text_of(const ConversationId& id) { return to_base32(id.view()); }

ContactView contact_view(const Machine& machine, const ContactRow& row) {
    ContactView view;
    view.account = row.account;
    view.display_name = row.display_name;
    view.handle = row.handle;
    const std::vector<ConversationId> all = conversations_of(machine, row.account);
    if (const auto sending = sending_conversation(machine, row.account)) {
        view.conversation = *sending;
    } else if (!all.empty()) {
        view.conversation = all.front();
    }
    if (const TrustRow* trust = trust_of(machine, row.account)) {
        view.verified = trust->verified;
        view.blocked = trust->blocked;
        view.alarm = trust->alarm;
    }
    view.established = std::any_of(all.begin(), all.end(), [&](const ConversationId& id) {
        return machine.tables.conversations.at(id).peer_joined;
    });
    return view;
}

RequestView request_view(const Machine& machine, const ContactRow& row) {
    const ContactView contact = contact_view(machine, row);
    RequestView view;
    view.account = row.account;
    view.conversation = contact.conversation;
    view.display_name = row.display_name;
    view.handle = row.handle;
    view.received_at = from_ms(row.since_ms);
    view.handle_is_anothers = handle_is_anothers(machine, row);
    return view;
}

Result<AccountId> find_account(const Machine& machine, std::string_view who, bool accepted) {
    ENSURE(!machine.tables.deletion, account_deleting);
    const ErrorCode missing = accepted ? ErrorCode::unknown_contact : ErrorCode::unknown_request;
    const std::string text = folded(who);
    std::vector<AccountId> by_id;
    std::vector<AccountId> by_name;
    for (const auto& [account, row] : machine.tables.contacts) {
        if (row.accepted != accepted) continue;
        const bool long_enough = text.size() >= account_prefix_size_min;
        if (long_enough && text_of(account).starts_with(text)) by_id.push_back(account);
        if (is_called(row.handle, row.display_name, text)) by_name.push_back(account);
    }
    // An id names one account for good; a name could be chosen to look like one.
    const std::vector<AccountId>& found = by_id.empty() ? by_name : by_id;
    if (found.empty()) return Error{missing, MAYFLY_HERE};
    ENSURE(found.size() == 1, ambiguous_name);
    return found.front();
}

Result<AccountId> find_anybody(const Machine& machine, std::string_view who) {
    const auto contact = find_account(machine, who, true);
    if (contact.ok() || contact.code() != ErrorCode::unknown_contact) return contact;
    const auto request = find_account(machine, who, false);
    if (request.ok() || request.code() != ErrorCode::unknown_request) return request;
    const std::string text = folded(who);
    std::vector<AccountId> found;
    for (const auto& [account, row] : machine.tables.people) {
        const Person& person = row.person;
        const bool by_id =
            text.size() >= account_prefix_size_min && text_of(account).starts_with(text);
        if (by_id || is_called(person.handle, person.display_name, text)) {
            found.push_back(account);
        }
    }
    ENSURE(!found.empty(), unknown_contact);
    ENSURE(found.size() == 1, ambiguous_name);
    return found.front();
}

}  // namespace mayfly::core
