#include "core/report.h"

#include "core/content_types.h"
#include "core/identity.h"
#include "core/machine.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace mayfly::core {
namespace {

constexpr std::string_view text_prefix = "mayfly-report:";
constexpr size_t check_size_bytes = 4;
// The body's own nonce is zero; this is the only other use of its key.
constexpr std::array<uint8_t, crypto::aead_nonce_size_bytes> proof_nonce{1};

Result<Report> parse_report(std::string_view text) {
    ENSURE(text.size() <= 2 * report_size_bytes_max, input_too_large);
    std::string packed;
    for (const char c : text) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') packed += c;
    }
    ENSURE(packed.starts_with(text_prefix), malformed_input);
    const auto bytes = from_base64url(std::string_view(packed).substr(text_prefix.size()));
    ENSURE(bytes && bytes->size() > check_size_bytes, malformed_input);
    ENSURE(bytes->size() <= report_size_bytes_max, input_too_large);
    const BytesView body = BytesView(*bytes).first(bytes->size() - check_size_bytes);
    const auto check = crypto::sha256(body);
    ENSURE(
        equal(BytesView(*bytes).last(check_size_bytes), BytesView(check).first(check_size_bytes)),
        malformed_input);
    TRY_ASSIGN(Report report, codec::decode<Report>(body));
    ENSURE(report.version == 1, unsupported_version);
    ENSURE(!report.items.empty() && report.items.size() <= report_messages_max, malformed_input);
    return report;
}

// Checks in the order of docs/spec/trust.md section 5.
Result<ProvenMessage> verify_item(const ReportItem& item) {
    ENSURE(wire::verify_device_certificate(item.sender).ok(), invalid_signature);
    TRY_ASSIGN(const mls::GroupContext context,
               mls::verify_message_proof(item.proof, item.content.expose(),
                                         item.sender.device_key.view()));
    const auto conversation = ConversationId::from(context.group_id);
    ENSURE(conversation.has_value(), malformed_input);
    TRY_ASSIGN(Content content, decode_content(item.content.expose()));
    ProvenMessage out;
    out.account = wire::account_id_of(item.sender.account_key);
    out.device = item.sender.device;
    out.conversation = *conversation;
    out.epoch = context.epoch.value;
    out.id = content.id;
    out.sent_at = from_ms(content.sent_at_ms);
    out.is_text = content.type == ContentType::text;
    if (out.is_text) {
        TRY_ASSIGN(Text text, decode_text(content.body.expose()));
        out.text = std::move(text.text);
    }
    return out;
}

Result<ReportItem> make_item(Machine& machine, Step& step, const MessageId& id) {
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
    ENSURE(row && from_ms(row->expires_at_ms) > step.now(), unknown_message);
    const auto conversation = machine.tables.conversations.find(row->conversation);
    ENSURE(conversation != machine.tables.conversations.end() && conversation->second.accepted,
           unknown_message);
    TRY_ASSIGN(const auto key, step.get(row_key::body_key(id)));
    TRY_ASSIGN(const auto sealed, step.get(row_key::proof(id)));
    ENSURE(key && sealed, no_proof);
    // An edited body has another key: what is said now is not what was signed.
    auto opened = open_proof(key->expose(), id, sealed->expose());
    ENSURE(opened.ok(), no_proof);
    ProofRow proof = std::move(opened).value();
    Content content;
    content.id = id;
    content.sent_at_ms = proof.sent_at_ms;
    content.expires_after_ms = proof.expires_after_ms;
    content.burn_seconds = proof.burn_seconds;
    content.type = row->type;
    TRY_ASSIGN(content.body, load_body(step, *row));
    ReportItem item{proof.sender, std::move(proof.proof), encode_content(content)};
    ENSURE(verify_item(item).ok(), no_proof);
    return item;
}

}  // namespace

SecretBuffer seal_proof(BytesView body_key, const MessageId& id, const ProofRow& row) {
    const Bytes sealed = crypto::aead_seal(crypto::AeadId::chacha20_poly1305, body_key, proof_nonce,
                                           id.view(), codec::encode_secret(row).expose());
    return SecretBuffer(sealed);
}

Result<ProofRow> open_proof(BytesView body_key, const MessageId& id, BytesView sealed) {
    auto plain = crypto::aead_open(crypto::AeadId::chacha20_poly1305, body_key, proof_nonce,
                                   id.view(), sealed);
    ENSURE(plain.ok(), store_corrupt);
    return decode_row<ProofRow>(plain->expose());
}

std::string format_report(const Report& report) {
    Bytes body = codec::encode(report);
    const auto check = crypto::sha256(body);
    append(body, BytesView(check).first(check_size_bytes));
    return std::string(text_prefix) + to_base64url(body);
}

ProofRow proof_of(const wire::DeviceCertificate& sender, mls::ApplicationMessage& message,
                  const Content& content) {
    ProofRow row;
    row.sender = sender;
    row.proof = {message.sender.value, std::move(message.authenticated_data),
                 std::move(message.signature), std::move(message.group_context)};
    row.sent_at_ms = content.sent_at_ms;
    row.expires_after_ms = content.expires_after_ms;
    row.burn_seconds = content.burn_seconds;
    return row;
}

Status store_proof(Step& step, const MessageId& id, const ProofRow& row) {
    const Bytes key = row_key::proof(id);
    TRY_ASSIGN(const auto body_key, step.get(row_key::body_key(id)));
    if (!body_key) return {};  // nothing of it was kept
    // One body key seals one proof: what comes a second time has its proof already.
    TRY_ASSIGN(const auto before, step.get(key));
    if (before) return {};
    step.put(key, seal_proof(body_key->expose(), id, row));
    return {};
}

Result<std::string> make_report(Machine& machine, Step& step, const std::vector<MessageId>& ids) {
    ENSURE(!ids.empty() && ids.size() <= report_messages_max, invalid_argument);
    Report report;
    for (const MessageId& id : ids) {
        TRY_ASSIGN(ReportItem item, make_item(machine, step, id));
        report.items.push_back(std::move(item));
    }
    std::string text = format_report(report);
    ENSURE(verify_report(text).ok(), no_proof);
    return text;
}

Result<std::vector<ProvenMessage>> verify_report(std::string_view text) {
    TRY_ASSIGN(const Report report, parse_report(text));
    std::vector<ProvenMessage> out;
    for (const ReportItem& item : report.items) {
        TRY_ASSIGN(ProvenMessage message, verify_item(item));
        ENSURE(out.empty() || message.conversation == out.front().conversation, malformed_input);
        const bool twice = std::any_of(out.begin(), out.end(), [&](const ProvenMessage& other) {
            return other.id == message.id && other.account == message.account;
        });
        ENSURE(!twice, malformed_input);
        out.push_back(std::move(message));
    }
    return out;
}

}  // namespace mayfly::core
