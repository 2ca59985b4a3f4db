// Messages between a client and a relay: what is asked, what is answered, what is delivered.
// Specification, with the checks in order and the errors: docs/spec/relay.md.
//
// Each WebSocket message is one ClientFrame or one RelayFrame. A client may have many requests
// under way; each is answered exactly once, in any order, after its effect is durable. Requests
// that change state carry a MessageId or are idempotent by content, so that a client may repeat
// them after a lost connection. A repeated MessageId is answered `ok` before any other check, the
// epoch's among them: the first attempt was done.
//
// Hello is enough for RecordGet, HandleGet, KeyPackageTake, Put, VaultGet and BlobGet; all others
// need a QueueOpen on the same connection.
#pragma once

#include <variant>

#include "wire/types.h"

namespace mayfly::wire {

// What a relay says of a request. The values are on the wire: never renumber.
enum class ReplyStatus : uint16_t {
    ok = 0,
    malformed = 1,
    unsupported_version = 2,
    not_authenticated = 3,
    not_authorized = 4,
    registration_closed = 5,
    invite_required = 6,
    unknown_queue = 7,
    unknown_address = 8,
    unknown_channel = 9,
    unknown_record = 10,
    no_key_package = 11,
    stale_epoch = 12,
    stale_record = 13,
    handle_taken = 14,
    already_exists = 15,
    quota_exceeded = 16,
    rate_limited = 17,
    expired = 18,
    too_large = 19,
    storage_full = 20,
    storage_failed = 21,
    forged_record = 22,
    shutting_down = 23,
    other_relay = 24,
    unknown_blob = 25,
};
// to_error_code gives the ErrorCode a client reports for a status other than ok; from_error_code
// the status a relay answers.
ErrorCode to_error_code(ReplyStatus status);
ReplyStatus from_error_code(ErrorCode code);
constexpr bool is_known(ReplyStatus status) { return status <= ReplyStatus::unknown_blob; }

enum class Registration : uint8_t { open = 0, invite = 1, closed = 2 };
constexpr bool is_known(Registration registration) { return registration <= Registration::closed; }

// MAYFLY_FIELDS lists a structure's members in wire order.
#define MAYFLY_FIELDS(...) \
    template <class Self, class Archive> \
    static void fields([[maybe_unused]] Self& self, [[maybe_unused]] Archive& archive) { \
        __VA_OPT__(archive(__VA_ARGS__)); \
    }

// --- requests
// -------------------------------------------------------------------------------------

// Hello comes first on every connection and is answered with HelloReply.
struct Hello {
    std::vector<uint16_t> versions;  // that the client speaks, best first
    MAYFLY_FIELDS(self.versions)
};
// QueueOpen proves the queue key (signature over QueueProof), creates the queue if it is new and
// policy allows, and starts its deliveries on this connection; an older connection loses them.
// Done answers it; QueueCaughtUp follows when all that waited has been delivered. A client uses
// another queue key at each relay, so that no relay can pass a proof on to another.
struct QueueOpen {
    PublicKey queue_key;
    Signature proof;
    Bytes invite;  // empty unless the relay wants one
    MAYFLY_FIELDS(self.queue_key, self.proof, self.invite)
};
// QueueAck erases every entry up to and including `up_to`.
struct QueueAck {
    QueueId queue;
    Sequence up_to;
    MAYFLY_FIELDS(self.queue, self.up_to)
};
struct QueueDelete {
    QueueId queue;
    MAYFLY_FIELDS(self.queue)
};
struct AddressAdd {
    QueueId queue;
    TokenHash token_hash;
    MAYFLY_FIELDS(self.queue, self.token_hash)
};
struct AddressRemove {
    QueueId queue;
    TokenHash token_hash;
    MAYFLY_FIELDS(self.queue, self.token_hash)
};
// Put writes one payload to one address of this relay: welcomes, contact requests.
struct Put {
    MessageId message_id;
    Token token;
    uint64_t expires_at_ms = 0;  // 0: the relay's default
    Bytes payload;
    MAYFLY_FIELDS(self.message_id, self.token, self.expires_at_ms, self.payload)
};
struct FanOutEntry {
    uint32_t leaf_index = 0;
    Address address;
    bool operator==(const FanOutEntry&) const = default;
    MAYFLY_FIELDS(self.leaf_index, self.address)
};
struct FanOutChange {
    uint32_t leaf_index = 0;
    std::optional<Address> address;  // none: the leaf leaves the list
    MAYFLY_FIELDS(self.leaf_index, self.address)
};
struct ChannelCreate {
    ChannelId channel;
    ChannelEpoch epoch;
    TokenHash write_token_hash;
    std::vector<FanOutEntry> fan_out;
    MAYFLY_FIELDS(self.channel, self.epoch, self.write_token_hash, self.fan_out)
};
// ChannelCommit moves the channel from `epoch` to `epoch` + 1, once (compare and set). The payload
// goes to the fan-out list as it was before `changes`. A welcome goes to the addresses of those who
// join, in the same effect: so nothing of the new epoch can reach them before it.
struct ChannelCommit {
    ChannelId channel;
    ChannelEpoch epoch;
    Token write_token;
    MessageId message_id;
    TokenHash next_write_token_hash;
    std::vector<FanOutChange> changes;
    uint64_t expires_at_ms = 0;
    Bytes payload;
    Bytes welcome;                      // one for all who join
    std::vector<Token> welcome_tokens;  // their addresses at this relay
    MAYFLY_FIELDS(self.channel, self.epoch, self.write_token, self.message_id,
                  self.next_write_token_hash, self.changes, self.expires_at_ms, self.payload,
                  self.welcome, self.welcome_tokens)
};
struct ChannelSend {
    ChannelId channel;
    ChannelEpoch epoch;
    Token write_token;
    MessageId message_id;
    uint64_t expires_at_ms = 0;
    Bytes payload;
    MAYFLY_FIELDS(self.channel, self.epoch, self.write_token, self.message_id, self.expires_at_ms,
                  self.payload)
};
// ChannelQuery is answered with ChannelState.
struct ChannelQuery {
    ChannelId channel;
    MAYFLY_FIELDS(self.channel)
};
struct ChannelDelete {
    ChannelId channel;
    ChannelEpoch epoch;
    Token write_token;
    MAYFLY_FIELDS(self.channel, self.epoch, self.write_token)
};
// RecordPut stores a signed account record (wire/account_record.h) and claims its handles here.
struct RecordPut {
    Bytes record;
    MAYFLY_FIELDS(self.record)
};
// RecordGet and HandleGet are answered with RecordList, oldest first; RecordGet of an account that
// was deleted with RecordDeleted.
struct RecordGet {
    AccountId account;
    uint64_t after_number = 0;  // records with a higher number are wanted
    MAYFLY_FIELDS(self.account, self.after_number)
};
struct HandleGet {
    std::string name;
    MAYFLY_FIELDS(self.name)
};
// KeyPackagesPut adds single-use key packages to a queue and replaces its last-resort one.
struct KeyPackagesPut {
    QueueId queue;
    std::vector<Bytes> key_packages;
    Bytes last_resort;  // empty: keep the one there is
    MAYFLY_FIELDS(self.queue, self.key_packages, self.last_resort)
};
// KeyPackageTake hands out (and erases) one key package of the queue that the token writes to; the
// last-resort one when no other is left. Answered with KeyPackageReply.
struct KeyPackageTake {
    Token token;
    MAYFLY_FIELDS(self.token)
};
// KeyPackageQuery is answered with KeyPackageCount.
struct KeyPackageQuery {
    QueueId queue;
    MAYFLY_FIELDS(self.queue)
};
// VaultPut stores an account vault; the signature covers VaultProof; versions only grow.
struct VaultPut {
    PublicKey vault_key;
    uint64_t version = 0;
    Bytes ciphertext;
    Signature proof;
    MAYFLY_FIELDS(self.vault_key, self.version, self.ciphertext, self.proof)
};
// VaultGet is answered with VaultReply.
struct VaultGet {
    VaultId vault;
    MAYFLY_FIELDS(self.vault)
};

// BlobBegin makes a blob, or tells how far it is; answered with BlobState.
struct BlobBegin {
    Token write_token;
    uint64_t size_bytes = 0;
    uint64_t expires_at_ms = 0;  // 0: the relay's default
    MAYFLY_FIELDS(self.write_token, self.size_bytes, self.expires_at_ms)
};
// BlobPut adds bytes at `offset` if the blob ends there. Answered with BlobState in any case: what
// was there already or does not follow changes nothing.
struct BlobPut {
    Token write_token;
    uint64_t offset = 0;
    Bytes bytes;
    MAYFLY_FIELDS(self.write_token, self.offset, self.bytes)
};
// BlobGet reads a part of a blob that is whole; answered with BlobPart.
struct BlobGet {
    BlobId blob;
    uint64_t offset = 0;
    uint32_t size_bytes_max = 0;
    MAYFLY_FIELDS(self.blob, self.offset, self.size_bytes_max)
};
struct BlobDelete {
    Token write_token;
    MAYFLY_FIELDS(self.write_token)
};

// RecordDelete ends an account at this relay for good: records and handles go, and none is taken
// again. The signature covers record_delete_to_sign, so it says the same to every relay.
struct RecordDelete {
    PublicKey account_key;
    Signature proof;
    MAYFLY_FIELDS(self.account_key, self.proof)
};

// PushSet has the relay ask a push service to wake the queue's device when something arrives and
// the device is not connected (docs/spec/push.md). One a queue; a new one replaces it.
struct PushSet {
    QueueId queue;
    std::string endpoint;  // https URL of the subscription
    PushKey p256dh;
    PushAuth auth;
    MAYFLY_FIELDS(self.queue, self.endpoint, self.p256dh, self.auth)
};
struct PushRemove {
    QueueId queue;
    MAYFLY_FIELDS(self.queue)
};
// PushQuery is answered with PushState.
struct PushQuery {
    QueueId queue;
    MAYFLY_FIELDS(self.queue)
};

// The position in this list is the request's tag on the wire: append only.
using RequestBody =
    std::variant<Hello, QueueOpen, QueueAck, QueueDelete, AddressAdd, AddressRemove, Put,
                 ChannelCreate, ChannelCommit, ChannelSend, ChannelQuery, ChannelDelete, RecordPut,
                 RecordGet, HandleGet, KeyPackagesPut, KeyPackageTake, KeyPackageQuery, VaultPut,
                 VaultGet, BlobBegin, BlobPut, BlobGet, BlobDelete, RecordDelete, PushSet,
                 PushRemove, PushQuery>;

struct ClientFrame {
    uint32_t request_id = 0;  // chosen by the client, unique among those under way
    RequestBody body;
};

// --- replies and deliveries
// ------------------------------------------------------------------------

struct HelloReply {
    uint16_t version = 0;
    std::array<uint8_t, 32> nonce{};  // what QueueProof of this connection must hold
    uint64_t relay_time_ms = 0;
    uint64_t ttl_ms_max = 0;
    Registration registration = Registration::open;
    MAYFLY_FIELDS(self.version, self.nonce, self.relay_time_ms, self.ttl_ms_max, self.registration)
};
struct Done {
    MAYFLY_FIELDS()
};
// Failed: the status is not ok; nothing was changed. `epoch` is the channel's when it is
// stale_epoch.
struct Failed {
    ReplyStatus status = ReplyStatus::malformed;
    ChannelEpoch epoch;
    MAYFLY_FIELDS(self.status, self.epoch)
};
struct ChannelState {
    ChannelEpoch epoch;
    MAYFLY_FIELDS(self.epoch)
};
struct RecordList {
    std::vector<Bytes> records;
    MAYFLY_FIELDS(self.records)
};
// RecordDeleted answers RecordGet for an account that was deleted: what RecordDelete had, so that
// nobody needs to take the relay's word for it.
struct RecordDeleted {
    PublicKey account_key;
    Signature proof;
    MAYFLY_FIELDS(self.account_key, self.proof)
};
struct KeyPackageReply {
    Bytes key_package;
    MAYFLY_FIELDS(self.key_package)
};
struct KeyPackageCount {
    uint32_t count = 0;  // single-use ones left
    bool has_last_resort = false;
    MAYFLY_FIELDS(self.count, self.has_last_resort)
};
struct VaultReply {
    uint64_t version = 0;
    Bytes ciphertext;
    MAYFLY_FIELDS(self.version, self.ciphertext)
};

struct BlobState {
    uint64_t received_bytes = 0;  // durable; the blob is whole when they are as many as declared
    uint64_t expires_at_ms = 0;
    MAYFLY_FIELDS(self.received_bytes, self.expires_at_ms)
};
struct BlobPart {
    uint64_t size_bytes = 0;  // of the whole blob
    Bytes bytes;
    MAYFLY_FIELDS(self.size_bytes, self.bytes)
};

struct PushState {
    Bytes server_key;  // for the subscription (RFC 8292 section 4.1); empty: this relay sends none
    bool is_set = false;
    MAYFLY_FIELDS(self.server_key, self.is_set)
};

enum class Source : uint8_t { direct = 0, channel_commit = 1, channel_message = 2 };
constexpr bool is_known(Source source) { return source <= Source::channel_message; }

// Delivery is pushed, in order of sequence, at least once, until acknowledged; request_id is 0.
struct Delivery {
    QueueId queue;
    Sequence sequence;
    TokenHash address;  // the address of the queue that it came through
    Source source = Source::direct;
    ChannelId channel;   // zero when direct
    ChannelEpoch epoch;  // zero when direct
    MessageId message_id;
    uint64_t expires_at_ms = 0;
    Bytes payload;
    MAYFLY_FIELDS(self.queue, self.sequence, self.address, self.source, self.channel, self.epoch,
                  self.message_id, self.expires_at_ms, self.payload)
};
// QueueLost tells a connection that another one opened its queue; request_id is 0.
struct QueueLost {
    QueueId queue;
    MAYFLY_FIELDS(self.queue)
};
// QueueCaughtUp comes once after each QueueOpen, behind the last entry that waited in the queue
// then (at once when none did); request_id is 0.
struct QueueCaughtUp {
    QueueId queue;
    MAYFLY_FIELDS(self.queue)
};

// The position in this list is the reply's tag on the wire: append only.
using ReplyBody = std::variant<Done, Failed, HelloReply, ChannelState, RecordList, KeyPackageReply,
                               KeyPackageCount, VaultReply, Delivery, QueueLost, QueueCaughtUp,
                               BlobState, BlobPart, PushState, RecordDeleted>;

struct RelayFrame {
    uint32_t request_id = 0;
    ReplyBody body;
};

// A frame is request_id (u32), tag (u16), body. Decoding enforces the limits of types.h. Errors:
// those of codec, input_too_large, malformed_input for an unknown tag.
Bytes encode_frame(const ClientFrame& frame);
Bytes encode_frame(const RelayFrame& frame);
Result<ClientFrame> decode_client_frame(BytesView bytes);
Result<RelayFrame> decode_relay_frame(BytesView bytes);
// peek_request_id reads the request id of a frame that need not be well-formed behind it.
std::optional<uint32_t> peek_request_id(BytesView bytes);

// What the signatures in QueueOpen, VaultPut and RecordDelete cover.
Bytes queue_proof_to_sign(BytesView nonce, const PublicKey& queue_key);
Bytes vault_proof_to_sign(const PublicKey& vault_key, uint64_t version, BytesView ciphertext);

Bytes record_delete_to_sign(const PublicKey& account_key);
// VaultPut of this version with no ciphertext ends a vault for good.
constexpr uint64_t vault_version_end = UINT64_MAX;

QueueId queue_id_of(const PublicKey& queue_key);
VaultId vault_id_of(const PublicKey& vault_key);
TokenHash token_hash_of(const Token& token);
BlobId blob_id_of(const Token& write_token);

}  // namespace mayfly::wire
