#include "wire/protocol.h"

#include "crypto/hash.h"

namespace mayfly::wire {
namespace {

// --- limits: each check refuses what types.h does not allow

Status within(size_t size, size_t size_max) {
    ENSURE(size <= size_max, input_too_large);
    return {};
}
Status check(const Address& address) {
    return within(address.relay.size(), relay_address_size_max);
}
template <class Elements>
Status check_addresses(const Elements& elements) {
    TRY(within(elements.size(), fan_out_size_max));
    for (const auto& element : elements) {
        if constexpr (requires { element.address.has_value(); }) {
            if (element.address) TRY(check(*element.address));
        } else {
            TRY(check(element.address));
        }
    }
    return {};
}
// Structures of fixed size need no check.
template <class Body>
Status check(const Body&) {
    return {};
}
Status check(const Hello& body) { return within(body.versions.size(), versions_per_hello_max); }
Status check(const QueueOpen& body) {
    return within(body.invite.size(), invite_code_size_bytes_max);
}
Status check(const Put& body) { return within(body.payload.size(), payload_size_bytes_max); }
Status check(const ChannelCreate& body) { return check_addresses(body.fan_out); }
Status check(const ChannelCommit& body) {
    TRY(within(body.payload.size(), payload_size_bytes_max));
    TRY(within(body.welcome.size(), payload_size_bytes_max));
    TRY(within(body.welcome_tokens.size(), welcome_tokens_max));
    return check_addresses(body.changes);
}
Status check(const ChannelSend& body) {
    return within(body.payload.size(), payload_size_bytes_max);
}
Status check(const RecordPut& body) {
    return within(body.record.size(), account_record_size_bytes_max);
}
Status check(const HandleGet& body) { return within(body.name.size(), handle_name_size_max); }
Status check(const KeyPackagesPut& body) {
    TRY(within(body.key_packages.size(), key_packages_per_put_max));
    for (const Bytes& key_package : body.key_packages) {
        TRY(within(key_package.size(), key_package_size_bytes_max));
    }
    return within(body.last_resort.size(), key_package_size_bytes_max);
}
Status check(const VaultPut& body) { return within(body.ciphertext.size(), vault_size_bytes_max); }

Status check(const BlobBegin& body) {
    ENSURE(body.size_bytes > 0, malformed_input);
    ENSURE(body.size_bytes <= blob_size_bytes_max, input_too_large);
    return {};
}
Status check(const BlobPut& body) {
    ENSURE(!body.bytes.empty(), malformed_input);
    return within(body.bytes.size(), blob_part_size_bytes_max);
}
Status check(const BlobGet& body) {
    ENSURE(body.size_bytes_max > 0, malformed_input);
    return within(body.size_bytes_max, blob_part_size_bytes_max);
}
Status check(const PushSet& body) { return within(body.endpoint.size(), push_endpoint_size_max); }

Status check(const RecordList& body) {
    TRY(within(body.records.size(), account_records_per_reply_max));
    for (const Bytes& record : body.records) {
        TRY(within(record.size(), account_record_size_bytes_max));
    }
    return {};
}
Status check(const KeyPackageReply& body) {
    return within(body.key_package.size(), key_package_size_bytes_max);
}
Status check(const VaultReply& body) {
    return within(body.ciphertext.size(), vault_size_bytes_max);
}
Status check(const BlobPart& body) { return within(body.bytes.size(), blob_part_size_bytes_max); }
Status check(const PushState& body) { return within(body.server_key.size(), PushKey::size_bytes); }
Status check(const Delivery& body) { return within(body.payload.size(), payload_size_bytes_max); }

// --- frames: request_id, tag, body

template <class Frame>
Bytes encode_any(const Frame& frame) {
    codec::Writer writer;
    writer(frame.request_id, static_cast<uint16_t>(frame.body.index()));
    std::visit([&](const auto& body) { writer(body); }, frame.body);
    return writer.take();
}

template <size_t Index, class Variant>
Status decode_alternative(codec::Reader& reader, Variant& out) {
    auto& body = out.template emplace<Index>();
    reader(body);
    TRY(reader.finish());
    return check(body);
}

template <class Frame>
Result<Frame> decode_any(BytesView bytes) {
    using Variant = decltype(Frame::body);
    TRY(within(bytes.size(), frame_size_bytes_max));
    codec::Reader reader(bytes);
    Frame frame;
    uint16_t tag = 0;
    reader(frame.request_id, tag);
    TRY(reader.status());
    const Status status = [&]<size_t... Index>(std::index_sequence<Index...>) {
        Status out = MAYFLY_ERROR(malformed_input);
        (void)((tag == Index ? (out = decode_alternative<Index>(reader, frame.body), true)
                             : false) ||
               ...);
        return out;
    }
    (std::make_index_sequence<std::variant_size_v<Variant>>());
    TRY(status);
    return frame;
}

template <class Id, class Input>
Id hash_id(const Input& input) {
    Id id;
    id.bytes = crypto::sha256(input.view());
    return id;
}

}  // namespace

Bytes encode_frame(const ClientFrame& frame) { return encode_any(frame); }
Bytes encode_frame(const RelayFrame& frame) { return encode_any(frame); }
Result<ClientFrame> decode_client_frame(BytesView bytes) { return decode_any<ClientFrame>(bytes); }
Result<RelayFrame> decode_relay_frame(BytesView bytes) { return decode_any<RelayFrame>(bytes); }

std::optional<uint32_t> peek_request_id(BytesView bytes) {
    codec::Reader reader(bytes);
    const uint32_t request_id = reader.u32();
    if (!reader.ok()) return std::nullopt;
    return request_id;
}

// Each signature has a label of its own, so that none can be taken for another.
Bytes queue_proof_to_sign(BytesView nonce, const PublicKey& queue_key) {
    codec::Writer writer;
    writer.opaque(as_bytes("Mayfly 1 queue proof"));
    writer.opaque(nonce);
    writer(queue_key);
    return writer.take();
}

Bytes vault_proof_to_sign(const PublicKey& vault_key, uint64_t version, BytesView ciphertext) {
    codec::Writer writer;
    writer.opaque(as_bytes("Mayfly 1 vault proof"));
    writer(vault_key, version);
    writer.opaque(ciphertext);
    return writer.take();
}

Bytes record_delete_to_sign(const PublicKey& account_key) {
    codec::Writer writer;
    writer.opaque(as_bytes("Mayfly 1 record delete"));
    writer(account_key);
    return writer.take();
}

QueueId queue_id_of(const PublicKey& queue_key) { return hash_id<QueueId>(queue_key); }
VaultId vault_id_of(const PublicKey& vault_key) { return hash_id<VaultId>(vault_key); }
TokenHash token_hash_of(const Token& token) { return hash_id<TokenHash>(token); }
BlobId blob_id_of(const Token& write_token) { return hash_id<BlobId>(write_token); }

}  // namespace mayfly::wire
