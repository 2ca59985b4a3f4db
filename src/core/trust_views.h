// What the messenger shows of trust: alarms, blocked accounts, safety numbers, what a report
// proves. Specification: docs/spec/trust.md.
#pragma once

#include "util/secret.h"
#include "util/time.h"
#include "wire/protocol.h"

namespace mayfly::core {

using MessageId = wire::MessageId;
using AccountId = wire::AccountId;
using ConversationId = FixedBytes<struct ConversationIdTag, 16>;

// What must not go unnoticed about a contact. The values are in the store: never renumber.
enum class Alarm : uint8_t {
    none = 0,
    handle_moved = 1,   // the contact's handle leads to another account now
    record_forked = 2,  // somebody showed a signed record that contradicts the one we know
    rules_broken = 3,   // a device of theirs made a change that nobody may make
};
constexpr bool is_known(Alarm alarm) { return alarm <= Alarm::rules_broken; }

// alarm_name is for machines; empty for none.
const char* alarm_name(Alarm alarm);

struct BlockedView {
    AccountId account;
    std::string display_name;
    std::string handle;
    Time since;
};

// SafetyNumber is equal on both sides if nobody stands between.
struct SafetyNumber {
    std::string digits;  // in groups of five
    std::string code;    // the text of its QR code
};

// ProvenMessage is what a report proves: this account's device signed this text under this id, in
// this conversation and epoch. The time is what the device claimed.
struct ProvenMessage {
    AccountId account;
    wire::DeviceId device;
    ConversationId conversation;
    uint64_t epoch = 0;
    MessageId id;
    Time sent_at;
    bool is_text = false;  // else of a kind that this version cannot show
    SecretBuffer text;
};
// verify_report needs nothing but the text of a report. The reported message comes first, then what
// the reporter added. Errors: invalid_signature when a proof fails; malformed_input,
// input_too_large, unsupported_version and those of content when it is no report.
Result<std::vector<ProvenMessage>> verify_report(std::string_view report);

}  // namespace mayfly::core
