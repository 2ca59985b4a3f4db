// Words for people: times, sizes, names, what was agreed on.
#pragma once

#include <string>

#include "core/messenger.h"
#include "i18n/tr.h"

namespace mayfly::tui {

// timer_text is what is left of a message: "5d 23h", "4m 9s", "12s".
std::string timer_text(Duration left);
// off_or_timer says "off" for nothing.
std::string off_or_timer(Duration span);
std::string size_text(uint64_t size_bytes);
std::string clock_text(Time at);  // "21:49"
std::string date_text(Time at);   // "2026-11-23 21:49"
std::string on_off(bool on);

std::string name_of(const std::string& display_name, const std::string& handle,
                    const core::AccountId& account);
// short_address leaves out the fingerprint of a relay, which is for programs.
std::string short_address(const std::string& address);

// What is agreed on about the messages of a conversation.
std::string agreed_text(const core::ConversationSettings& settings);
// alarm_text says what is the matter with a contact, and what to do.
std::string alarm_text(core::Alarm alarm, const std::string& name);

}  // namespace mayfly::tui
