// Rows of the store: what the core keeps on disk, under which keys. docs/spec/store.md says the
// same in words. Every value begins with a version, so that a later core can tell.
#pragma once

#include "core/group_content.h"
#include "core/recovery_kit.h"
#include "core/store_port.h"
#include "wire/account_record.h"

namespace mayfly::core {

constexpr uint16_t store_version = 1;

// Times in rows are milliseconds since 1970; what lies before counts as 1970.
inline uint64_t to_ms(Time time) { return static_cast<uint64_t>(std::max<int64_t>(time.ms, 0)); }
inline Time from_ms(uint64_t ms) {
    return Time{static_cast<int64_t>(std::min<uint64_t>(ms, INT64_MAX / 2))};
}

// --- keys: one letter, then fields of fixed size, so that rows sort as they are scanned
namespace row_key {
Bytes account();
Bytes counters();
Bytes relay(std::string_view relay);
Bytes own_record(uint64_t number);
Bytes key_package(BytesView reference);
Bytes contact(const AccountId& account);
Bytes conversation(const ConversationId& conversation);
Bytes creation(const ConversationId& conversation);
Bytes group(const ConversationId& conversation, BytesView record_key);
Bytes group_prefix(const ConversationId& conversation);
Bytes message(const MessageId& id);
Bytes body(const MessageId& id);
Bytes body_key(const MessageId& id);
Bytes listing(const ConversationId& conversation, uint64_t order, const MessageId& id);
Bytes listing_prefix(const ConversationId& conversation);
Bytes untaken(uint64_t order, const MessageId& id);
Bytes seen(const AccountId& sender, const MessageId& id);
Bytes expiry(Time at, uint8_t kind, BytesView subject);
Bytes outbox(uint64_t order);
Bytes sealed(uint64_t order);
Bytes removal(uint64_t number);
Bytes control(uint64_t order);
Bytes repair(const ConversationId& conversation);
Bytes departure(const ConversationId& conversation);
Bytes departing(const ConversationId& conversation);
Bytes invite(const ConversationId& conversation, BytesView whom);
Bytes offer(const ConversationId& conversation);
Bytes owed_history(const ConversationId& conversation);
Bytes person(const AccountId& account);
Bytes pairing();
Bytes sync(uint64_t order);
Bytes device_name(const wire::DeviceId& device);
Bytes recovery();
Bytes plan(const ConversationId& conversation);
Bytes roster(const ConversationId& conversation);
Bytes ticket(const ConversationId& conversation, const wire::DeviceId& device);
Bytes ticket_prefix(const ConversationId& conversation);
Bytes welcome(const ConversationId& conversation);
Bytes vault();
Bytes trust(const AccountId& account);
Bytes proof(const MessageId& id);
Bytes deletion();
Bytes prefix(char kind);
}  // namespace row_key

namespace row_kind {
constexpr char trust = 'A';
constexpr char account = 'a';
constexpr char body = 'b';
constexpr char contact = 'c';
constexpr char seen = 'd';
constexpr char expiry = 'e';
constexpr char creation = 'f';
constexpr char group = 'g';
constexpr char listing = 'i';
constexpr char key_package = 'k';
constexpr char deletion = 'l';
constexpr char message = 'm';
constexpr char untaken = 'n';
constexpr char counters = 'o';
constexpr char own_record = 'p';
constexpr char outbox = 'q';
constexpr char relay = 'r';
constexpr char removal = 't';
constexpr char conversation = 'v';
constexpr char vault = 'w';
constexpr char body_key = 'y';
constexpr char sealed = 'z';
constexpr char control = 'X';
constexpr char departure = 'D';
constexpr char departing = 'E';
constexpr char invite = 'I';
constexpr char offer = 'O';
constexpr char owed_history = 'M';
constexpr char person = 'H';
constexpr char pairing = 'K';
constexpr char sync = 'Y';
constexpr char device_name = 'N';
constexpr char recovery = 'Q';
constexpr char plan = 'P';
constexpr char roster = 'R';
constexpr char repair = 'V';
constexpr char proof = 'S';
constexpr char ticket = 'T';
constexpr char welcome = 'W';
}  // namespace row_kind

// The kinds of subject in an expiry row.
constexpr uint8_t expiry_of_message = 1;      // subject: message id
constexpr uint8_t expiry_of_seen = 2;         // subject: sender, message id
constexpr uint8_t expiry_of_key_package = 3;  // subject: reference
constexpr uint8_t expiry_of_invite = 20;      // subject: conversation, whom
constexpr uint8_t expiry_of_offer = 21;       // subject: conversation
struct ExpiryKey {
    Time at;
    uint8_t kind = 0;
    Bytes subject;
};
Result<ExpiryKey> parse_expiry_key(BytesView key);

// What stands behind an AccountRow.
enum class AccountStage : uint8_t {
    normal = 0,
    linking = 1,     // keys of the moment, until another device hands the account over
    recovering = 2,  // keys of the moment, until the vault gives the account back
    revoked = 3,     // another device of the account has shut this one out
};
constexpr bool is_known(AccountStage stage) { return stage <= AccountStage::revoked; }

// The account and this device.
struct AccountRow {
    uint16_t version = store_version;
    wire::PublicKey account_key;
    SecretArray<32> account_seed;
    wire::DeviceId device;
    SecretArray<32> device_seed;
    wire::DeviceCertificate certificate;
    VaultKeys vault;
    uint64_t vault_version = 0;
    std::string display_name;
    std::vector<wire::HandleEntry> handles;
    std::vector<std::string> relays;  // home relays, best first
    uint64_t record_number = 0;
    wire::Hash record_hash;
    OperationId setup_operation = 0;  // of create_account while the relays do not have all yet
    AccountStage stage = AccountStage::normal;
    std::vector<wire::DeviceId> revoking;  // until the relays hold a record that says so
    bool reuniting = false;                // recovered: contacts are to be met again
    MAYFLY_FIELDS(self.version, self.account_key, self.account_seed, self.device, self.device_seed,
                  self.certificate, self.vault, self.vault_version, self.display_name, self.handles,
                  self.relays, self.record_number, self.record_hash, self.setup_operation,
                  self.stage, self.revoking, self.reuniting)
};

struct CountersRow {
    uint16_t version = store_version;
    uint64_t next_operation = 1;
    uint64_t next_order = 1;  // of messages, in the order in which they came to this device
    MAYFLY_FIELDS(self.version, self.next_operation, self.next_order)
};

// A relay at which this device has a queue.
struct RelayRow {
    uint16_t version = store_version;
    std::string relay;
    bool home = false;  // named in the account record; else only the hub of some conversation
    SecretArray<32> queue_seed;
    wire::PublicKey queue_key;
    wire::Token intro_token;
    bool intro_added = false;
    uint64_t record_put = 0;  // highest number of our record that the relay holds
    uint64_t vault_put = 0;   // version of the vault that the relay holds
    bool key_packages_put = false;
    uint64_t last_resort_at_ms = 0;
    wire::Sequence processed;  // entries up to here have had their effect
    MAYFLY_FIELDS(self.version, self.relay, self.home, self.queue_seed, self.queue_key,
                  self.intro_token, self.intro_added, self.record_put, self.vault_put,
                  self.key_packages_put, self.last_resort_at_ms, self.processed)
};

// Somebody we know: we added them, they asked us, or both.
struct ContactRow {
    uint16_t version = store_version;
    AccountId account;
    wire::PublicKey account_key;
    bool accepted = false;  // by us: we added them or accepted their request
    std::string display_name;
    std::string handle;  // name@relay as we added it, else as their record claims
    std::vector<std::string> relays;
    uint64_t record_number = 0;  // highest seen: lower ones are refused
    wire::Hash record_hash;
    Bytes record;  // signed, of that number
    uint64_t since_ms = 0;
    MAYFLY_FIELDS(self.version, self.account, self.account_key, self.accepted, self.display_name,
                  self.handle, self.relays, self.record_number, self.record_hash, self.record,
                  self.since_ms)
};

// A commit of ours that the hub has not confirmed.
struct PendingCommit {
    wire::MessageId message_id;
    std::vector<wire::FanOutChange> changes;
    std::vector<wire::Token> welcome_tokens;  // of those who join; the welcome is a row of its own
    bool overtaken = false;  // the hub answered stale_epoch: the winner is in our queue
    MAYFLY_FIELDS(self.message_id, self.changes, self.welcome_tokens, self.overtaken)
};

struct ConversationRow {
    uint16_t version = store_version;
    ConversationInfo info;
    AccountId contact;  // direct: the other one; joining: who asked us in; else zero
    ConversationId
        via;  // joining: where our ticket goes; zero: the direct conversation with contact
    wire::Token own_token;
    bool ours = false;           // this device made the group
    bool token_added = false;    // the relay knows own_token
    bool accepted = false;       // by us; else its messages are hidden
    bool joined = false;         // our own address is in the hub's fan-out list
    bool peer_joined = false;    // a member of the contact has committed
    bool closed = false;         // the hub takes no writes any more, or we were removed
    bool superseded = false;     // received from, never sent to
    bool joining = false;        // we asked to be added and have no group yet
    bool ticket_sent = false;    // joining: our ticket is in the outbox or further
    bool leaving = false;        // we left: nothing is shown, and the others are to remove us
    bool has_proposals = false;  // removals wait for somebody's commit
    SecretBuffer link_secret;    // joining by an invitation link
    OperationId accept_operation = 0;
    std::optional<PendingCommit> commit;
    uint32_t sent_since_commit = 0;
    uint64_t last_commit_at_ms = 0;
    uint64_t received_at_ms = 0;
    uint64_t invited_at_ms = 0;  // by the inviter's clock; zero if we invited
    uint32_t hidden = 0;         // messages kept before the request was accepted
    uint64_t dropped = 0;        // entries that did not decrypt or did not fit
    MAYFLY_FIELDS(self.version, self.info, self.contact, self.via, self.own_token, self.ours,
                  self.token_added, self.accepted, self.joined, self.peer_joined, self.closed,
                  self.superseded, self.joining, self.ticket_sent, self.leaving, self.has_proposals,
                  self.link_secret, self.accept_operation, self.commit, self.sent_since_commit,
                  self.last_commit_at_ms, self.received_at_ms, self.invited_at_ms, self.hidden,
                  self.dropped)
};

// The rest of the way of a group that we made: channel and invitations.
struct Invitation {
    wire::MessageId message_id;
    wire::Token token;
    bool done = false;
    MAYFLY_FIELDS(self.message_id, self.token, self.done)
};
struct CreationRow {
    uint16_t version = store_version;
    OperationId operation = 0;
    bool channel_created = false;
    wire::ChannelEpoch epoch;
    wire::TokenHash write_token_hash;
    std::vector<wire::FanOutEntry> fan_out;
    std::vector<Invitation> invitations;
    Bytes payload;
    MAYFLY_FIELDS(self.version, self.operation, self.channel_created, self.epoch,
                  self.write_token_hash, self.fan_out, self.invitations, self.payload)
};

struct KeyPackageRow {
    uint16_t version = store_version;
    bool last_resort = false;
    uint64_t expires_at_ms = 0;
    SecretBuffer secrets;  // an encoded mls::KeyPackageSecrets
    MAYFLY_FIELDS(self.version, self.last_resort, self.expires_at_ms, self.secrets)
};

// What is known of a message besides its body. The body lies under its own key in two other rows.
struct MessageRow {
    uint16_t version = store_version;
    MessageId id;
    ConversationId conversation;
    AccountId sender;
    bool outgoing = false;
    uint64_t order = 0;
    uint64_t sent_at_ms = 0;
    uint64_t expires_at_ms = 0;   // the burn time, once opened
    uint64_t sent_expiry_ms = 0;  // as it was sent
    uint32_t burn_seconds = 0;
    ContentType type = ContentType::text;
    MessageState state = MessageState::received;
    MAYFLY_FIELDS(self.version, self.id, self.conversation, self.sender, self.outgoing, self.order,
                  self.sent_at_ms, self.expires_at_ms, self.sent_expiry_ms, self.burn_seconds,
                  self.type, self.state)
};

// A message of ours on its way to the hub.
struct OutboxRow {
    uint16_t version = store_version;
    uint64_t order = 0;
    MessageId id;
    ConversationId conversation;
    OperationId operation = 0;
    ContentType type = ContentType::text;
    std::optional<MessageId> target;  // recall: the message that is taken back
    uint64_t sent_at_ms = 0;
    uint64_t expires_at_ms = 0;
    bool is_sealed = false;  // its ciphertext is in the sealed row
    bool overtaken = false;  // the hub answered stale_epoch for sealed_epoch
    uint64_t sealed_epoch = 0;
    MAYFLY_FIELDS(self.version, self.order, self.id, self.conversation, self.operation, self.type,
                  self.target, self.sent_at_ms, self.expires_at_ms, self.is_sealed, self.overtaken,
                  self.sealed_epoch)
};

// An address that we gave up and that the relay must forget.
struct RemovalRow {
    uint16_t version = store_version;
    std::string relay;
    wire::TokenHash token_hash;
    OperationId operation = 0;
    MAYFLY_FIELDS(self.version, self.relay, self.token_hash, self.operation)
};

// What everybody in a conversation agrees on, so that lists need not load the group; written when
// the epoch changes.
struct RosterMember {
    AccountId account;
    uint32_t device_count = 0;
    bool operator==(const RosterMember&) const = default;
    MAYFLY_FIELDS(self.account, self.device_count)
};
struct RosterRow {
    uint16_t version = store_version;
    std::optional<ConversationState> state;
    std::vector<RosterMember> members;  // ascending
    std::vector<AccountId> moderators;  // that are members now
    MAYFLY_FIELDS(self.version, self.state, self.members, self.moderators)
};

// Members who left: nobody's commit has removed them yet.
struct DepartingRow {
    uint16_t version = store_version;
    std::vector<AccountId> accounts;  // ascending
    MAYFLY_FIELDS(self.version, self.accounts)
};

// What we want of a conversation's next commit.
struct PlanRow {
    uint16_t version = store_version;
    std::vector<AccountId> removals;
    std::vector<wire::DeviceId> own_removals;  // devices of ours
    StateChange change;
    std::vector<OperationId> operations;  // that end with it
    bool empty() const {
        return removals.empty() && own_removals.empty() && change == StateChange{};
    }
    MAYFLY_FIELDS(self.version, self.removals, self.own_removals, self.change, self.operations)
};

// Leaving a group: the proposals to remove our devices, one epoch's at a time.
struct Departure {
    wire::MessageId message_id;
    Bytes payload;
    bool done = false;      // the hub has answered
    bool accepted = false;  // the hub has it
    MAYFLY_FIELDS(self.message_id, self.payload, self.done, self.accepted)
};
struct DepartureRow {
    uint16_t version = store_version;
    uint64_t epoch = 0;
    std::vector<Departure> proposals;
    MAYFLY_FIELDS(self.version, self.epoch, self.proposals)
};

// A device that waits to be added by us.
struct TicketRow {
    uint16_t version = store_version;
    ConversationId conversation;
    AccountId account;
    wire::DeviceId device;
    Bytes key_package;  // MLSMessage
    wire::Token token;
    MAYFLY_FIELDS(self.version, self.conversation, self.account, self.device, self.key_package,
                  self.token)
};

// Devices of our account that we let into a conversation before they were in our own group: what is
// alive there goes to them once they are.
struct OwedHistoryRow {
    uint16_t version = store_version;
    std::vector<wire::DeviceId> devices;
    MAYFLY_FIELDS(self.version, self.devices)
};

// A group whose members applied a commit that its rules forbid, to put it right with the next one.
// What counts meanwhile is in its RosterRow.
struct RepairRow {
    uint16_t version = store_version;
    std::vector<AccountId> offenders;  // who are to go; ascending
    MAYFLY_FIELDS(self.version, self.offenders)
};

// Whom we asked into a group: an account, or whoever shows the secret of a link.
struct InviteRow {
    uint16_t version = store_version;
    uint64_t expires_at_ms = 0;
    uint32_t uses_left = 1;
    bool is_link = false;
    MAYFLY_FIELDS(self.version, self.expires_at_ms, self.uses_left, self.is_link)
};

// A device that we bring into our account, or that we are.
struct PairingRow {
    uint16_t version = store_version;
    bool is_new_device = false;  // we are the one that comes
    std::string relay;           // where the two meet
    wire::Token token;           // of the new device's queue there
    Bytes key_package;           // of the new device, as it travels; the old one has its hash first
    wire::Hash key_package_hash;
    ConversationId conversation;  // once they have met
    uint32_t code = 0;            // that both show; 0 until they have met
    bool confirmed = false;       // by the person here
    bool ready = false;           // the other side confirmed
    bool granted = false;         // old device: the grant is in the outbox
    uint64_t ends_at_ms = 0;
    OperationId operation = 0;
    MAYFLY_FIELDS(self.version, self.is_new_device, self.relay, self.token, self.key_package,
                  self.key_package_hash, self.conversation, self.code, self.confirmed, self.ready,
                  self.granted, self.ends_at_ms, self.operation)
};

// Something that other devices of ours should know and that is not in the outbox yet.
struct SyncRow {
    uint16_t version = store_version;
    SecretBuffer body;  // an encoded Sync
    MAYFLY_FIELDS(self.version, self.body)
};

struct DeviceNameRow {
    uint16_t version = store_version;
    std::string name;
    MAYFLY_FIELDS(self.version, self.name)
};

// Recovery under way: what opens the vault.
struct RecoveryRow {
    uint16_t version = store_version;
    VaultKeys vault;
    uint64_t vault_version = 0;  // once read
    SecretBuffer content;        // an encoded VaultContent, once read
    OperationId operation = 0;
    MAYFLY_FIELDS(self.version, self.vault, self.vault_version, self.content, self.operation)
};

// A group that we were asked into.
struct OfferRow {
    uint16_t version = store_version;
    GroupOffer offer;
    AccountId from;
    uint64_t received_at_ms = 0;
    uint64_t expires_at_ms = 0;
    MAYFLY_FIELDS(self.version, self.offer, self.from, self.received_at_ms, self.expires_at_ms)
};

// Somebody in a group of ours who is no contact.
struct PersonRow {
    uint16_t version = store_version;
    Person person;
    MAYFLY_FIELDS(self.version, self.person)
};

struct VaultRow {
    uint16_t version = store_version;
    uint64_t vault_version = 0;
    Bytes ciphertext;
    MAYFLY_FIELDS(self.version, self.vault_version, self.ciphertext)
};

// decode_row gives store_newer for a row of a later version and store_corrupt for what does not
// decode.
template <class Row>
Result<Row> decode_row(BytesView value) {
    codec::Reader version_reader(value);
    const uint16_t version = version_reader.u16();
    ENSURE(version_reader.ok() && version >= 1, store_corrupt);
    ENSURE(version <= store_version, store_newer);
    auto row = codec::decode<Row>(value);
    if (!row.ok()) return MAYFLY_ERROR(store_corrupt);
    return row;
}

}  // namespace mayfly::core
