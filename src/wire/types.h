// Names and sizes that the wire protocol, the relay and the messenger core share.
// Specification: docs/spec/relay.md.
#pragma once

#include <string>
#include <vector>

#include "codec/codec.h"
#include "util/bytes.h"
#include "util/time.h"

namespace mayfly::wire {

constexpr uint16_t protocol_version = 1;

// A payload is one padded ciphertext. 1 MiB holds, in the hybrid suite, a Welcome with the tree of
// some hundred devices, or a commit with a path of 850 seals; larger things travel as blobs.
constexpr size_t payload_size_bytes_max = 1U << 20;
// A frame is a request or a reply: one payload, a fan-out list or a batch of key packages.
constexpr size_t frame_size_bytes_max = payload_size_bytes_max + (1U << 20);
constexpr size_t versions_per_hello_max = 16;  // more than will ever be in use at one time
constexpr size_t fan_out_size_max = 16'384;    // 1,000 members with 16 devices, rounded up
constexpr size_t welcome_tokens_max = 256;     // devices that one commit lets in
constexpr size_t key_packages_per_put_max = 100;
constexpr size_t key_package_size_bytes_max = 16'384;
constexpr size_t account_record_size_bytes_max = 65'536;
constexpr size_t account_records_per_reply_max = 16;
constexpr size_t vault_size_bytes_max = 262'144;
// A blob is one encrypted, padded attachment: 5 GiB and what sealing it in chunks adds.
constexpr uint64_t blob_size_bytes_max = (uint64_t{5} << 30) + (uint64_t{1} << 20);
// What one BlobPut or BlobPart carries.
constexpr size_t blob_part_size_bytes_max = payload_size_bytes_max;
constexpr size_t addresses_per_queue_max = 4'096;
constexpr size_t invite_code_size_bytes_max = 64;
constexpr size_t handle_name_size_min = 3;
constexpr size_t handle_name_size_max = 32;
// Of today's push services the longest has about 500; RFC 8030 sets no bound.
constexpr size_t push_endpoint_size_max = 1'024;
constexpr size_t relay_address_size_max = 320;  // DNS name, port and fingerprint
constexpr Duration message_ttl_default = Duration::days(14);

using QueueId = FixedBytes<struct QueueIdTag, 32>;      // SHA-256 of the queue's public key
using Token = FixedBytes<struct TokenTag, 32>;          // a capability: whoever has it may write
using TokenHash = FixedBytes<struct TokenHashTag, 32>;  // SHA-256 of a Token: what relays store
using ChannelId = FixedBytes<struct ChannelIdTag, 32>;
using MessageId = FixedBytes<struct MessageIdTag, 16>;  // random; makes retries idempotent
using AccountId = FixedBytes<struct AccountIdTag, 32>;  // SHA-256 of the account's public key
using DeviceId = FixedBytes<struct DeviceIdTag, 16>;
using VaultId = FixedBytes<struct VaultIdTag, 32>;      // SHA-256 of the vault's public key
using PublicKey = FixedBytes<struct PublicKeyTag, 32>;  // Ed25519
using Signature = FixedBytes<struct SignatureTag, 64>;  // Ed25519
// A blob's id is SHA-256 of its write token: who has the token writes and deletes, who has the id
// reads. A relay keeps SHA-256 of the id, so its disk gives neither.
using BlobId = FixedBytes<struct BlobIdTag, 32>;
using Hash = FixedBytes<struct HashTag, 32>;  // SHA-256
// What a push subscription gives (RFC 8291 section 2): an uncompressed P-256 point and a secret
// that authenticates, both only of the subscription.
using PushKey = FixedBytes<struct PushKeyTag, 65>;
using PushAuth = FixedBytes<struct PushAuthTag, 16>;

// Epoch of a channel: the MLS epoch of its conversation.
struct ChannelEpoch {
    uint64_t value = 0;
    auto operator<=>(const ChannelEpoch&) const = default;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.value);
    }
};

// Sequence of an entry in a queue: strictly increasing, never reused.
struct Sequence {
    uint64_t value = 0;
    auto operator<=>(const Sequence&) const = default;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.value);
    }
};

// Where ciphertext for somebody goes: a relay and a capability there.
struct Address {
    std::string relay;  // canonical text of a RelayAddress; empty: the relay this is said to
    Token token;
    bool operator==(const Address&) const = default;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.relay, self.token);
    }
};

}  // namespace mayfly::wire
