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

// size_text: "64.0 MB", in powers of 1000.
std::string size_text(uint64_t size_bytes);
// span_text rounds to two units at most: "1 h 20 min".
std::string span_text(Duration span);

}  // namespace mayfly::cli
