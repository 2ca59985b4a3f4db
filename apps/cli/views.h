// How accounts, contacts, requests and messages are shown: a block for people, or a JSON object.
// The JSON fields are a contract: docs/using.md.
#pragma once

#include "core/messenger.h"
#include "output.h"

namespace mayfly::cli {

// recovery_kit: only when the account has just been made; else empty.
void show_account(OutputText& out, bool json, const core::AccountView& account,
                  BytesView recovery_kit);
void show_contact(OutputText& out, bool json, const core::ContactView& contact);
void show_request(OutputText& out, bool json, const core::RequestView& request);
// show_message needs the messenger for names of accounts and groups.
void show_message(OutputText& out, bool json, const core::Messenger& messenger,
                  const core::MessageView& message, Time now);
void show_typing(OutputText& out, bool json, const core::Messenger& messenger,
                 const core::TypingChanged& typing);
void show_settings(OutputText& out, bool json, const core::ConversationId& conversation,
                   const core::ConversationSettings& agreed, const core::LocalSettings& local,
                   Time now);

// show_conversation with a state shows also its rules: what `group show` does.
void show_conversation(OutputText& out, bool json, const core::ConversationView& view,
                       const core::ConversationState* state = nullptr);
void show_member(OutputText& out, bool json, const core::ConversationId& conversation,
                 const core::MemberView& member);
void show_offer(OutputText& out, bool json, const core::OfferView& offer);
void show_change(OutputText& out, bool json, const core::Messenger& messenger,
                 const core::ConversationChanged& change);

// size_text: "64.0 MB", in powers of 1000.
std::string size_text(uint64_t size_bytes);

// show_qr draws the text's QR code, or nothing if it is too long for one.
void show_qr(OutputText& out, std::string_view text);
void show_blocked(OutputText& out, bool json, const core::BlockedView& blocked);

// alarm_text says what is the matter with a contact.
const char* alarm_text(core::Alarm alarm);
// span_text rounds to two units at most: "1 h 20 min".
std::string span_text(Duration span);
std::string local_time(Time at);
// short_name is a handle's name, which is what people call each other by; else the id's beginning.
std::string short_name(const std::string& handle, const core::AccountId& account);
// labelled_line shows one property; detail_line one of what stands above it, indented.
void labelled_line(OutputText& out, std::string_view label, std::string_view value);
void detail_line(OutputText& out, std::string_view label, std::string_view value);
// append_item adds to what is listed after a comma, if it is so.
void append_item(OutputText& out, bool is_so, std::string_view item);
// person_text is a short name, with the name that the person chose: "bob (Bob)".
std::string person_text(const std::string& handle, const core::AccountId& account,
                        const std::string& display_name);
// group_title is the name of a group or room; empty for direct conversations.
std::string group_title(const core::Messenger& messenger, const core::ConversationId& conversation);

}  // namespace mayfly::cli
