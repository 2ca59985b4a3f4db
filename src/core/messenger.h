// The messenger: accounts, contacts, conversations, ephemerality and the outbox, as one state
// machine without I/O, clock or randomness. The same code runs in the CLI, the browser and the
// simulator.
//
// How a host drives it:
//   1. Every call that may change something returns Effects (or an Error, and then nothing
//   changed).
//   2. The host applies effects.writes to the store; when that returned ok, and only then, it
//   carries
//      out effects.network and shows effects.events, in order. If apply fails, it must drop this
//      Messenger and open a new one from the store: memory is ahead of the disk.
//   3. Link events and the timer are handed in; next_timer says when.
// After a crash, open() finds the last applied batch and goes on; nothing is sent twice under
// another message id, and no MLS key or nonce is used twice.
//
// Commands that need the network return an OperationId at once and end with one OperationEnded
// event.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/store_port.h"
#include "core/views.h"
#include "util/entropy.h"
#include "util/parallel.h"
#include "util/time.h"
#include "wire/account_record.h"

namespace mayfly::core {

using OperationId = uint64_t;

struct ConversationState;
struct StateChange;

struct AccountOptions {
    std::vector<std::string> relays;  // canonical RelayAddress texts, best first; at least one
    std::string handle_name;          // empty: none
    std::string display_name;         // empty: none
    std::string invite;               // code for relays that want one; empty: none
};

// --- what comes out

// The host keeps one connection to each relay it is told to connect to, and reconnects with backoff
// when it is told again (the core owns the backoff).
struct LinkConnect {
    std::string relay;
};
struct LinkSend {
    std::string relay;
    Bytes frame;  // one wire::ClientFrame
};
// After LinkClose the host hands in nothing more of that connection, not even its end.
struct LinkClose {
    std::string relay;
};
using NetworkEffect = std::variant<LinkConnect, LinkSend, LinkClose>;

struct OperationEnded {
    OperationId operation = 0;
    Status result;
};
struct MessageArrived {  // something new can be taken with take_new_messages
    ConversationId conversation;
};
struct RequestArrived {
    RequestView request;
};
struct MessageGone {  // expired, burnt or recalled, here or on another device of ours
    MessageId id;
    bool given = true;  // a person was given it here: whoever only shows what was need not tell
};
// MessageChanged: edited, reacted to, voted on, received or read by somebody; or opened on another
// device of ours.
struct MessageChanged {
    MessageId id;
};
// MessageSynced: a message is here that is not new to the person, because another device of ours
// sent it, or gave it with its history.
struct MessageSynced {
    MessageId id;
    ConversationId conversation;
};
// ContactChanged: somebody accepted us, or another device of ours added, accepted, removed, blocked
// or verified them, or let this one into the conversation with them. Of our own account: its
// devices are others.
struct ContactChanged {
    AccountId account;
};
struct TypingChanged {
    ConversationId conversation;
    AccountId account;
    bool active = false;
};
// ConversationChanged: a commit changed who is in a group or what it is.
struct ConversationChanged {
    ConversationId conversation;
    AccountId by;
    std::vector<AccountId> added;
    std::vector<AccountId> removed;
    std::vector<AccountId> left;  // those of the removed who wanted to go
    bool state = false;           // name, topic, moderators, limits
    bool removed_us = false;      // it can be read until its messages end, and takes none any more
};
struct OfferArrived {  // somebody asks us into a group
    OfferView offer;
};
struct DeviceMet {  // the two devices of a pairing have met: compare the codes
    uint32_t code = 0;
};
struct DeviceLinked {  // this device is one of the account's now
    AccountId account;
};
struct DeviceRevoked {  // another device of the account shut this one out: nothing works any more
    wire::DeviceId device;
    bool is_this = false;
};
struct LinkChanged {
    std::string relay;
    bool up = false;
    std::optional<Error> why;  // of a failure to connect or authenticate
};
// CaughtUp: every entry that waited at the relay when this connection opened has been taken in.
struct CaughtUp {
    std::string relay;
};
struct TransferProgress {
    MessageId id;
    uint64_t done_bytes = 0;
    uint64_t size_bytes = 0;
    bool upload = false;
};
struct TrustAlarm {  // something about a contact must not go unnoticed
    ContactView contact;
};
using Event =
    std::variant<OperationEnded, MessageArrived, RequestArrived, MessageGone, MessageChanged,
                 TypingChanged, LinkChanged, CaughtUp, ConversationChanged, OfferArrived, DeviceMet,
                 DeviceLinked, DeviceRevoked, TransferProgress, TrustAlarm, MessageSynced,
                 ContactChanged>;

struct Effects {
    WriteBatch writes;
    std::vector<NetworkEffect> network;
    std::vector<Event> events;
};

class Messenger {
  public:
    // open reads what the store holds. A store without an account gives a Messenger with
    // has_account() false. parallel may run parts of what large groups cost; without files,
    // transfers of files rest, and commands that need them fail with file_unreadable. Both must
    // outlive the Messenger. Errors: store_corrupt, store_newer, those of the port.
    static Result<Messenger> open(StorePort& store, Time now, Parallel* parallel = nullptr,
                                  FilePort* files = nullptr);
    Messenger(Messenger&&) noexcept;
    ~Messenger();

    bool has_account() const;
    // start asks for connections to the home relays; call it once after open (and again never).
    Effects start(Time now);

    // --- commands
    struct Started {
        OperationId operation = 0;
        Effects effects;
    };
    struct AccountCreated {
        OperationId operation =
            0;  // ends when the relay holds queue, record, key packages and vault
        SecretBuffer recovery_kit;  // words, shown once
        Effects effects;
    };
    Result<AccountCreated> create_account(const AccountOptions& options, Time now,
                                          Entropy& entropy);

    // add_contact takes a handle `name@relay` or a "mayfly:" link. The operation ends when the
    // request is durable at the other side's relay.
    Result<Started> add_contact(std::string_view handle_or_link, Time now, Entropy& entropy);
    // The operation ends when our acceptance is durable at the hub.
    Result<Started> accept_request(const AccountId& account, Time now, Entropy& entropy);
    Result<Started> remove_contact(const AccountId& account, Time now, Entropy& entropy);

    // Groups and rooms. We are the moderator of what we create. Operations end when the hub has
    // taken what they do.
    struct GroupCreated {
        OperationId operation = 0;
        ConversationId conversation;
        Effects effects;
    };
    Result<GroupCreated> create_group(ConversationKind kind, const ConversationState& state,
                                      Time now, Entropy& entropy);
    // invite asks a contact, who then joins or not.
    Result<Started> invite(const ConversationId& conversation, const AccountId& account, Time now,
                           Entropy& entropy);
    // create_group_link: whoever has the text may join, so many times, until it ends.
    Result<std::pair<std::string, Effects>> create_group_link(const ConversationId& conversation,
                                                              uint32_t uses, Duration lifetime,
                                                              Time now, Entropy& entropy);
    // accept_offer and join_by_link end when our wish is durable at the inviter's relay; we are in
    // when a ConversationChanged event says that we were added. Again: asks again.
    Result<Started> accept_offer(const ConversationId& conversation, Time now, Entropy& entropy);
    Result<Started> join_by_link(std::string_view link, Time now, Entropy& entropy);
    Result<Effects> decline_offer(const ConversationId& conversation, Time now);
    Result<Started> remove_member(const ConversationId& conversation, const AccountId& account,
                                  Time now, Entropy& entropy);
    Result<Started> change_conversation(const ConversationId& conversation,
                                        const StateChange& change, Time now, Entropy& entropy);
    // leave forgets a group and its messages here at once.
    Result<Started> leave(const ConversationId& conversation, Time now, Entropy& entropy);

    // Devices. A new device calls link_this_device on an empty store; when that has ended its
    // pairing() has the link that a device of the account takes with add_device. Both then tell
    // DeviceMet, show the code, and call confirm_device once a person has compared them.
    Result<Started> link_this_device(std::string_view relay, Time now, Entropy& entropy);
    Result<Started> add_device(std::string_view link, Time now, Entropy& entropy);
    Result<Effects> confirm_device(Time now, Entropy& entropy);
    Result<Effects> cancel_device(Time now, Entropy& entropy);
    std::optional<PairingView> pairing() const;
    // is_reuniting: after a recovery, until all contacts have been met again.
    bool is_reuniting() const;
    Result<std::vector<DeviceView>> devices() const;
    // find_device takes a name, or an id or a unique prefix of 8 characters or more. Errors:
    // unknown_device, ambiguous_name.
    Result<DeviceView> find_device(std::string_view what) const;
    // revoke_device takes a device out of the record and of every conversation.
    Result<Started> revoke_device(const wire::DeviceId& device, Time now, Entropy& entropy);
    Result<Effects> name_device(const wire::DeviceId& device, std::string_view name, Time now,
                                Entropy& entropy);
    // How the relays wake this device (docs/spec/push.md). Nothing of it is kept here: query_pushes
    // ends when every relay that is connected has answered, and push_relays() then says what. The
    // other two fail with relay_unreachable unless that relay is connected, and end when it has
    // answered, or with connection_lost.
    Result<Started> query_pushes(Time now, Entropy& entropy);
    Result<Started> set_push(std::string_view relay, const PushSubscription& subscription, Time now,
                             Entropy& entropy);
    Result<Started> remove_push(std::string_view relay, Time now, Entropy& entropy);
    std::vector<PushRelayView> push_relays() const;
    // recover_account makes this device, on an empty store, the account's only one. The operation
    // ends when its relays know that; contacts and groups come back one by one.
    Result<Started> recover_account(BytesView kit, std::string_view relay, Time now,
                                    Entropy& entropy);

    struct SendStarted {
        OperationId operation = 0;  // ends when the relay holds the message durably
        MessageId id;
        Effects effects;
    };
    Result<SendStarted> send_text(const ConversationId& conversation, BytesView text,
                                  const SendOptions& options, Time now, Entropy& entropy);
    Result<SendStarted> send_body(const ConversationId& conversation, const OutgoingBody& body,
                                  const SendOptions& options, Time now, Entropy& entropy);
    // change_settings changes what a conversation has agreed on: a direct one by a message, a group
    // by its state.
    Result<Started> change_settings(const ConversationId& conversation,
                                    const ConversationSettings& settings, Time now,
                                    Entropy& entropy);
    // What is said about a message counts here at once; the operation ends when the relay holds it.
    Result<Started> react(const MessageId& id, std::string_view emoji, bool add, Time now,
                          Entropy& entropy);
    Result<Started> edit(const MessageId& id, BytesView text, const std::vector<Mention>& mentions,
                         Time now, Entropy& entropy);
    // vote replaces our choice; none takes it back.
    Result<Started> vote(const MessageId& id, const Bytes& choices, Time now, Entropy& entropy);
    // send_typing tells that the person types, or no longer does. It does nothing when it was just
    // told or cannot leave now. Errors: not_enabled.
    Result<Effects> send_typing(const ConversationId& conversation, bool active, Time now,
                                Entropy& entropy);
    // send_file sends a file or voice memo: the upload goes on in every process that has the
    // FilePort, and the message leaves when the relay has the file.
    Result<SendStarted> send_file(const ConversationId& conversation, const FileOffer& offer,
                                  const SendOptions& options, Time now, Entropy& entropy);
    // download brings the file of a message to `target`. The operation ends when the target is
    // there, whole and verified. Repeated after a crash it goes on where it was. A message that
    // burns on read counts as opened then.
    Result<Started> download(const MessageId& id, const std::string& target, Time now,
                             Entropy& entropy);
    // withdraw takes back a queued message of which no byte has left; false when that is too late
    // (it stays in the outbox and will arrive at most once).
    Result<std::pair<bool, Effects>> withdraw(const MessageId& id, Time now);
    Result<Started> recall(const MessageId& id, Time now, Entropy& entropy);
    // open_message starts the burn timer, once; what was opened is not given as new any more. A
    // read receipt, where the conversation wants one, leaves with the next input: next_timer is
    // due.
    Result<Effects> open_message(const MessageId& id, Time now);
    Result<Effects> burn(const MessageId& id, Time now);
    // take_new_messages gives messages never given before, oldest first, and the effects that mark
    // them as given: apply these first, then show.
    Result<std::pair<std::vector<MessageView>, Effects>> take_new_messages(size_t limit, Time now);
    // new_messages gives the same without marking; mark_given marks, once somebody has them for
    // sure. What is not new any more is left as it is.
    Result<std::vector<MessageView>> new_messages(size_t limit, Time now) const;
    Result<Effects> mark_given(std::span<const MessageId> ids, Time now);

    // --- of this device alone
    Result<Effects> set_local_settings(const ConversationId& conversation,
                                       const LocalSettings& settings, Time now);
    Result<LocalSettings> local_settings(const ConversationId& conversation) const;
    // set_draft keeps a text that was not sent yet; empty, or sending it, destroys it.
    Result<Effects> set_draft(const ConversationId& conversation, BytesView text, Time now);
    Result<SecretBuffer> draft(const ConversationId& conversation) const;
    // verify_contact compares what the other side shows (digits or a code) with our safety number
    // and marks the contact as verified. Errors: unknown_contact, invalid_argument (neither digits
    // nor a code), safety_number_differs. set_verified takes a person's word, or takes it back.
    Result<Effects> verify_contact(const AccountId& account, std::string_view shown, Time now,
                                   Entropy& entropy);
    Result<Effects> set_verified(const AccountId& account, bool verified, Time now,
                                 Entropy& entropy);
    // check_contact asks the relays whether handle and record are still the contact's; the
    // operation ends with key_changed or forged_record, and an alarm, when they are not.
    Result<Started> check_contact(const AccountId& account, Time now, Entropy& entropy);
    // block takes a contact, a request or somebody in a group of ours. The operation ends when the
    // relays have forgotten the addresses. `remove` also forgets the contact with all messages.
    // Marks and blocks reach our other devices. Errors: unknown_contact.
    Result<Started> block(const AccountId& account, bool remove, Time now, Entropy& entropy);
    Result<Effects> unblock(const AccountId& account, Time now, Entropy& entropy);
    // report gives the text of a report on the first message with the others as its context.
    // Errors: unknown_message, no_proof (our own, or changed since), invalid_argument.
    Result<std::string> report(const std::vector<MessageId>& ids, Time now) const;
    // delete_account forgets all at once, tells our other devices to do the same, and every relay;
    // the operation ends when all have deleted what they held. Called again it goes on. All other
    // commands then give account_deleting; the host wipes the store at the end.
    Result<Started> delete_account(Time now, Entropy& entropy);

    // --- looking
    Result<AccountView> account() const;
    std::vector<ContactView> contacts() const;  // by name
    std::vector<RequestView> requests() const;
    Result<Bytes> account_record() const;  // signed, the newest
    std::vector<BlockedView> blocked() const;
    Result<SafetyNumber> safety_number(const AccountId& account) const;
    // relays_to_tell: where a deleted account still is; nothing unless it is being deleted.
    std::optional<std::vector<std::string>> relays_to_tell() const;
    // find_contact takes an account id, a unique prefix of one (8 characters or more), a handle, or
    // a unique handle name or display name. Errors: unknown_contact, ambiguous_name.
    Result<ContactView> find_contact(std::string_view who) const;
    // find_anybody also takes requests and people in groups of ours.
    Result<AccountId> find_anybody(std::string_view who) const;
    Result<RequestView> find_request(std::string_view who) const;
    // messages gives what is alive at `now`, oldest first.
    Result<std::vector<MessageView>> messages(const ConversationId& conversation, Time now) const;
    // find_message takes the id's text form (base32) or a unique prefix of 8 characters or more.
    Result<MessageView> find_message(std::string_view id, Time now) const;
    // conversations gives all that a person sees, by name: direct ones, groups, rooms.
    std::vector<ConversationView> conversations() const;
    // find_conversation takes what find_contact takes, the name of a group, its id (base32) or a
    // unique prefix of 8 characters or more. Errors: unknown_conversation, ambiguous_name.
    Result<ConversationView> find_conversation(std::string_view what) const;
    // members: moderators first.
    Result<std::vector<MemberView>> members(const ConversationId& conversation) const;
    // find_member takes what find_contact takes, of somebody in the conversation. Errors:
    // unknown_conversation, unknown_contact, ambiguous_name.
    Result<MemberView> find_member(const ConversationId& conversation, std::string_view who) const;
    // state is what the members of a group or room agree on.
    Result<ConversationState> state(const ConversationId& conversation) const;
    // offers gives those that were neither accepted nor declined.
    std::vector<OfferView> offers() const;
    // find_offer takes the name of the group, its id or a unique prefix, or who asks; also of an
    // offer that was accepted, until we are in.
    Result<OfferView> find_offer(std::string_view what) const;
    Result<ConversationSettings> settings(const ConversationId& conversation) const;
    // typing gives who types in the conversation at `now`.
    std::vector<AccountId> typing(const ConversationId& conversation, Time now) const;
    // search gives what is alive and holds all words, newest first. Errors: invalid_argument (no
    // words).
    Result<std::vector<MessageView>> search(const SearchQuery& query, Time now) const;
    // find_mentions gives the parts of a text that are @ and the name of a contact, or of somebody
    // in the conversation.
    std::vector<Mention> find_mentions(const ConversationId& conversation, BytesView text) const;
    // card_of is a contact's card, to be sent to somebody else. Errors: unknown_contact.
    Result<ContactCard> card_of(const AccountId& account) const;
    // name_of is what people call an account: a handle's name, a display name, or its id's
    // beginning.
    std::string name_of(const AccountId& account) const;
    // outbox_empty: no relay waits for anything of ours, a new account's record included.
    bool outbox_empty() const;
    // transfers_under_way counts uploads and downloads that have not ended.
    size_t transfers_under_way() const;
    // For tests and the simulator: epoch and epoch authenticator of a conversation's group.
    Result<std::pair<uint64_t, Bytes>> epoch_authenticator_for_testing(
        const ConversationId& conversation) const;

    // forget_rules_for_testing makes a client that believes it may write anything there, and that
    // commits whatever it plans.
    void forget_rules_for_testing(const ConversationId& conversation);

    // --- inputs
    Effects on_link_up(std::string_view relay, Time now, Entropy& entropy);
    Effects on_link_down(std::string_view relay, Error why, Time now);
    Effects on_frame(std::string_view relay, BytesView frame, Time now, Entropy& entropy);
    Effects on_timer(Time now, Entropy& entropy);
    // next_timer: when on_timer wants to be called next; none while nothing is due.
    std::optional<Time> next_timer() const;

  private:
    struct State;
    explicit Messenger(std::unique_ptr<State> state);
    template <class Body>
    Result<Started> begin(Time now, Entropy& entropy, const Body& body);
    std::unique_ptr<State> state_;
};

// Text forms. Message ids and account ids are base32 in lower case without padding.
std::string text_of(const MessageId& id);
std::string text_of(const AccountId& id);
std::string text_of(const ConversationId& id);

}  // namespace mayfly::core
