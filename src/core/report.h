// Reports: messages with the proof of who signed them, for somebody who holds nothing else.
// Specification: docs/spec/trust.md section 5.
#pragma once

#include "core/trust_rows.h"

namespace mayfly::core {

// A report may hold a conversation's worth of context, and a moderator's program bounds its work.
constexpr size_t report_messages_max = 100;
constexpr size_t report_size_bytes_max = size_t{8} << 20;

struct ReportItem {
    wire::DeviceCertificate sender;
    mls::MessageProof proof;
    SecretBuffer content;  // an encoded Content, as it was signed
    MAYFLY_FIELDS(self.sender, self.proof, self.content)
};
struct Report {
    uint16_t version = 1;
    std::vector<ReportItem> items;  // the reported message first, then its context
    MAYFLY_FIELDS(self.version, self.items)
};

// The text form: one line that survives mail and forms.
std::string format_report(const Report& report);

// seal_proof and open_proof: at rest, under the body's own key.
SecretBuffer seal_proof(BytesView body_key, const MessageId& id, const ProofRow& row);
Result<ProofRow> open_proof(BytesView body_key, const MessageId& id, BytesView sealed);

}  // namespace mayfly::core
