// Rows about trust and leaving: docs/spec/trust.md, docs/spec/store.md.
#pragma once

#include "core/rows.h"
#include "mls/message_proof.h"

namespace mayfly::core {

// TrustRow is what we hold of an account besides its being a contact; it may outlive the contact.
struct TrustRow {
    uint16_t version = store_version;
    AccountId account;
    bool verified = false;
    bool blocked = false;
    Alarm alarm = Alarm::none;
    uint64_t changed_at_ms = 0;
    std::string display_name;  // as they were called when they were blocked
    std::string handle;
    MAYFLY_FIELDS(self.version, self.account, self.verified, self.blocked, self.alarm,
                  self.changed_at_ms, self.display_name, self.handle)
};

// ProofRow shows who signed a received message. With the body it gives the signed bytes; it is
// sealed under the body's own key, so that it ends with the message.
struct ProofRow {
    uint16_t version = store_version;
    wire::DeviceCertificate sender;
    mls::MessageProof proof;
    uint64_t sent_at_ms = 0;  // by the sender's clock, as it was signed
    uint64_t expires_after_ms = 0;
    uint32_t burn_seconds = 0;
    MAYFLY_FIELDS(self.version, self.sender, self.proof, self.sent_at_ms, self.expires_after_ms,
                  self.burn_seconds)
};

// DeletionRow: the account is being deleted; the relays that are left have a RelayRow.
struct DeletionRow {
    uint16_t version = store_version;
    OperationId operation = 0;
    uint64_t tell_until_ms = 0;  // our other devices; 0: there are none
    MAYFLY_FIELDS(self.version, self.operation, self.tell_until_ms)
};

}  // namespace mayfly::core
