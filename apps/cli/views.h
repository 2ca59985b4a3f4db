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
void show_message(OutputText& out, bool json, const core::MessageView& message, Time now);

void show_blocked(OutputText& out, bool json, const core::BlockedView& blocked);

// alarm_name is the alarm in JSON, empty for none; alarm_text says what is the matter with a
// contact.
const char* alarm_name(core::Alarm alarm);
const char* alarm_text(core::Alarm alarm);
// local_time: "2026-11-23 21:49".
std::string local_time(Time at);
// span_text rounds to two units at most: "1 h 20 min".
std::string span_text(Duration span);

}  // namespace mayfly::cli
