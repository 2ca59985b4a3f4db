// Pages that the main page opens. Each is a function that puts a menu or a form on the desk.
#pragma once

#include "tui/menu_page.h"

namespace mayfly::tui {

// --- bindings.cpp's table for people; what counts in `where` stands first
void open_help(Desk& desk, Where where);

// --- this account
void open_account(Desk& desk);
void open_devices(Desk& desk);
void open_blocked(Desk& desk);
void open_link(Desk& desk, const std::string& title, const std::string& words,
               const std::string& link);

// --- people and conversations
void open_add_contact(Desk& desk, std::string_view target = {});
void open_create(Desk& desk);
void open_about(Desk& desk, const core::ConversationId& conversation,
                const core::AccountId& contact);
void open_verify(Desk& desk, const core::AccountId& account);
void open_members(Desk& desk, const core::ConversationId& conversation);
void open_invite(Desk& desk, const core::ConversationId& conversation);
void open_group_link(Desk& desk, const core::ConversationId& conversation);
// group_rows are the lines of a group's or room's page that a contact's has not.
void add_group_rows(Desk& desk, const core::ConversationView& view, Rows& rows);
// Both ask first.
void ask_block(Desk& desk, const core::AccountId& account);
void ask_remove(Desk& desk, const core::ConversationId& conversation,
                const core::AccountId& contact);
// toggled_mute is until when a conversation is muted once that was asked for or taken back.
Time toggled_mute(const core::LocalSettings& local, Time now);
// open_duration lets a span be chosen or typed; `none` is what zero is called, empty: not offered.
void open_duration(Desk& desk, const std::string& title, const std::string& none, Duration limit,
                   std::function<void(Duration)> done);

// --- messages
void open_react(Desk& desk, const core::MessageId& id);
void open_vote(Desk& desk, const core::MessageId& id);
void open_details(Desk& desk, const core::MessageId& id);
void open_save(Desk& desk, const core::MessageId& id);
using GoTo = std::function<void(const core::ConversationId&, const core::MessageId&)>;
void open_search(Desk& desk, GoTo go_to);
void open_attach(Desk& desk, const core::ConversationId& conversation, core::SendOptions options);

// message_of finds a message that is alive, by its id.
Result<core::MessageView> message_of(const Desk& desk, const core::MessageId& id);

}  // namespace mayfly::tui
