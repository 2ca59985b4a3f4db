// Machine: everything behind the Messenger. Tables mirror the store and change only together with
// a Step's writes; links, requests under way and look-ups live in memory alone and are begun again
// after a crash, because what is to be done follows from the tables (see pump in sync.cpp).
//
// The functions are grouped by concern; each group is one source file.
#pragma once

#include <map>
#include <set>

#include "core/contact_link.h"
#include "core/content_rows.h"
#include "core/device_content.h"
#include "core/identity.h"
#include "core/links.h"
#include "core/roles.h"
#include "core/roster.h"
#include "core/step.h"
#include "core/transfers.h"
#include "core/trust.h"
#include "core/welcome_tree.h"
#include "mls/group.h"

namespace mayfly::core {

// --- limits and times, with their reasons
constexpr Duration request_timeout = Duration::seconds(30);  // a slow phone network, twice
constexpr Duration connect_timeout = Duration::seconds(30);
// Backoff doubles from the first to the second value and waits 50 to 100 % of it.
constexpr Duration reconnect_delay_min = Duration::milliseconds(500);
constexpr Duration reconnect_delay_max = Duration::seconds(120);
// After a refusal that will pass (rate limit, full disk) the relay is left alone for this long.
constexpr Duration refusal_delay = Duration::seconds(10);
constexpr Duration lookup_timeout = Duration::seconds(60);
constexpr size_t key_packages_target = 50;  // 50 people may write first while we are offline
constexpr size_t key_packages_low = 20;
constexpr Duration key_package_lifetime = Duration::days(84);
// Nobody makes one for longer: what a stolen init key can open ends with it. A day for clocks.
constexpr Duration key_package_lifetime_max = Duration::days(85);
// The last-resort one is replaced long before it ends, so that it never ends while offline.
constexpr Duration last_resort_renewal = Duration::days(28);
constexpr size_t outbox_window = 16;  // messages under way in one conversation
// Old key packages of a device that was away for long have ended; behind them is a fresh one.
constexpr size_t key_packages_tried_max = 2 * key_packages_target;
constexpr uint32_t messages_per_commit = 50;
constexpr Duration time_per_commit = Duration::days(1);
constexpr uint32_t hidden_messages_max = 100;        // kept of a request before it is accepted
constexpr size_t requests_max = 500;                 // unanswered requests; more are dropped
constexpr size_t conversations_per_contact_max = 8;  // the oldest superseded ones are forgotten
constexpr size_t meetings_max = 100;                 // of people who want in; the oldest goes
constexpr size_t offers_max = 500;                   // groups we were asked into; more are dropped
constexpr size_t invites_per_conversation_max = 2'000;  // twice the members of the largest group
// An offer outlives its stay at a relay: what was delivered late is still good.
constexpr Duration offer_lifetime = Duration::days(30);
// A welcome for so many devices fits a payload while the tree is small; else fewer are tried.
constexpr size_t tickets_per_commit_max = 64;
// What a path costs where nobody has committed yet: a seal of 1.2 kB for each device, and everybody
// gets all of them. While a path of ours would hold more than the first number, we let people in
// without one; while more than the second, tickets wait until members have filled the tree. So
// there is always room for a path in a payload, which takes 850 seals.
constexpr size_t path_seals_for_adding_max = 256;
constexpr size_t path_seals_max = 512;
// Members of large groups fill the tree, each in its part of 64 leaves, as soon as the others would
// need more seals for that part than this.
constexpr uint32_t filled_part_level = 6;
constexpr size_t filled_part_seals_max = 16;
constexpr size_t tickets_max = 4'000;  // that wait, over all conversations
// Whoever may commit a removal waits a random part of this, so that not all do at once.
constexpr Duration proposal_commit_delay_max = Duration::seconds(20);
constexpr Duration proposal_retry_delay = Duration::seconds(2);
constexpr Duration pairing_lifetime = Duration::hours(1);  // for one who walks between devices
constexpr size_t reunions_max = 4;  // contacts that are looked up at a time after a recovery
constexpr Duration reunion_delay = Duration::minutes(2);  // between attempts that failed
// A direct conversation that a commit of a modified client ended is begun anew; who does it again
// is given no more than one an hour.
constexpr Duration fresh_start_interval = Duration::hours(1);
constexpr size_t vault_peers_max = 8;  // members of a group who could take us in again
// Contents between devices live as long as relays keep them.
constexpr Duration control_lifetime = wire::message_ttl_default;
constexpr size_t outbox_size_max = 10'000;
// Longer than a relay keeps anything, so that a copy cannot come back after its row is gone.
constexpr Duration seen_retention = Duration::days(15);

// Tables: what the store holds, without messages, bodies and groups, which are read when needed.
struct Tables {
    std::optional<AccountRow> account;
    CountersRow counters;
    std::map<std::string, RelayRow> relays;
    std::map<AccountId, ContactRow> contacts;
    std::map<ConversationId, ConversationRow> conversations;
    std::map<ConversationId, CreationRow> creations;
    std::map<uint64_t, OutboxRow> outbox;
    std::map<uint64_t, RemovalRow> removals;
    std::map<ConversationId, RosterRow> rosters;
    std::map<ConversationId, DepartingRow> departing;
    std::map<ConversationId, PlanRow> plans;
    std::map<ConversationId, TreeUploadRow> tree_uploads;
    std::map<ConversationId, RepairRow> repairs;
    std::map<ConversationId, std::map<wire::DeviceId, TicketRow>> tickets;
    std::map<ConversationId, OwedHistoryRow> owed_histories;
    std::map<ConversationId, OfferRow> offers;
    std::map<AccountId, PersonRow> people;
    std::optional<PairingRow> pairing;
    std::optional<RecoveryRow> recovery;
    std::map<wire::DeviceId, DeviceNameRow> device_names;
    std::map<uint64_t, SyncRow> syncs;
    std::map<ConversationId, SettingsRow> settings;
    std::map<ConversationId, LocalRow> local_settings;
    Transfers transfers;
    std::map<AccountId, TrustRow> trust;
    std::optional<DeletionRow> deletion;
    std::optional<Time> next_expiry;
};

struct Machine {
    explicit Machine(StorePort& port, FilePort* file_port = nullptr)
        : store(port), files(file_port) {}

    StorePort& store;
    FilePort* files;  // none: transfers rest
    Tables tables;
    std::map<std::string, Link> links;
    std::map<OperationId, Lookup> lookups;
    std::map<ConversationId, mls::Group> groups;
    std::map<ConversationId, Time> proposal_commits;  // when we would commit what others proposed
    std::map<ConversationId, Time> fillings;          // when we would fill our part of the tree
    std::map<ConversationId, TreeUploadProgress> tree_uploads;
    std::map<std::string, TreeFetch> tree_fetches;  // by relay
    std::optional<VerifiedRecord> recovered;        // as far as it was read
    Time reunions_at;  // when to look for contacts again that a recovery has not met yet
    std::map<AccountId, FreshStart> fresh_starts;  // with contacts, by repair.h
    MemberPolicy policy;
    Parallel* parallel = nullptr;
    std::string invite;                // for relays that want one, while the account is made
    bool lawless_for_testing = false;  // a member that misbehaves on purpose
    bool reload = false;               // the tables may be ahead of the store: read it again first
    Time reload_at;                    // when to try that, should no command come before
    bool close_links = false;          // and the relays wait for requests that were never sent
    bool pump_due = false;             // something was queued in a step that could not encrypt it
    struct OwnTyping {
        Time at;
        bool active = false;
    };
    std::map<ConversationId, OwnTyping> own_typing;               // what we told last
    std::map<std::pair<ConversationId, AccountId>, Time> typing;  // who types, until when
    uint64_t jitter = 0x9e3779b97f4a7c15;

    mls::Environment environment(Step& step) {
        mls::Environment out{step.now(), step.entropy(), policy, nullptr, parallel};
        out.lifetime_max = key_package_lifetime_max;
        return out;
    }
    AccountId own_account() const { return wire::account_id_of(tables.account->account_key); }
};

// load.cpp
Status load_tables(StorePort& store, Tables& tables);
Result<std::optional<Time>> first_expiry(StorePort& store);

// tables.cpp: change a row in memory and in the step
// random_delay: less than the longest.
Duration random_delay(Step& step, Duration longest);
OperationId next_operation(Machine& machine, Step& step);
uint64_t next_order(Machine& machine, Step& step);
void save_account(Machine& machine, Step& step);
void save_relay(Machine& machine, Step& step, const RelayRow& row);
void save_contact(Machine& machine, Step& step, const ContactRow& row);
void save_conversation(Machine& machine, Step& step, const ConversationRow& row);
void save_outbox(Machine& machine, Step& step, const OutboxRow& row);
void note_expiry(Machine& machine, Step& step, Time at, uint8_t kind, BytesView subject);
ConversationRow* find_conversation(Machine& machine, const ConversationId& id);
ConversationRow* find_channel(Machine& machine, const wire::ChannelId& channel);
std::vector<ConversationId> conversations_of(const Machine& machine, const AccountId& contact);
// sending_conversation: the one of a contact's conversations that we write to.
std::optional<ConversationId> sending_conversation(const Machine& machine,
                                                   const AccountId& contact);
// sending_target: where a message for this conversation goes; none if it takes none any more.
std::optional<ConversationId> sending_target(const Machine& machine, const ConversationRow& row);

// sync.cpp: links, requests and what to do next
bool wants_link(const Machine& machine, const std::string& relay);
void connect_wanted(Machine& machine, Step& step);
void request(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
             wire::RequestBody body);
void drop_link(Machine& machine, Step& step, const std::string& relay, Error why, bool close);
Status pump(Machine& machine, Step& step);
Status link_up(Machine& machine, Step& step, const std::string& relay);
void link_down(Machine& machine, Step& step, const std::string& relay, Error why);
Status frame_arrived(Machine& machine, Step& step, const std::string& relay, BytesView frame);
Status timer_fired(Machine& machine, Step& step);
std::optional<Time> next_due(const Machine& machine);

// replies.cpp
// is_store_error: what our own disk refused must be tried again; what a peer sent wrong is dropped.
bool is_store_error(ErrorCode code);
Status reply_arrived(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
                     wire::ReplyBody& body);
// is_passing: refusals after which the same request may succeed later.
bool is_passing(wire::ReplyStatus status);

// setup.cpp: what every home relay must hold of us
Result<Messenger::AccountCreated> create_account(Machine& machine, Step& step,
                                                 const AccountOptions& options);
Status pump_setup(Machine& machine, Step& step, const std::string& relay);
// make_key_package stores the private half and gives the public half as it travels.
Result<Bytes> make_key_package(Machine& machine, Step& step, bool last_resort);
Status setup_replied(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
                     wire::ReplyBody& body);
Status renew_vault(Machine& machine, Step& step);
void finish_setup(Machine& machine, Step& step);

// pushes.cpp: how relays wake this device
Result<OperationId> query_pushes(Machine& machine, Step& step);
Result<OperationId> set_push(Machine& machine, Step& step, std::string_view relay,
                             const PushSubscription& subscription);
Result<OperationId> remove_push(Machine& machine, Step& step, std::string_view relay);
void push_replied(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
                  const wire::ReplyBody& body);
// drop_pending: no request is under way any more on a connection that has gone. What asks for
// pushes ends with it; everything else follows from the tables and is asked again.
void drop_pending(Machine& machine, Step& step, const std::string& relay);

// lookup.cpp
Result<OperationId> begin_lookup(Machine& machine, Step& step, std::string_view target);
// begin_check looks a contact up as if to add it, so that what changed is noticed.
Result<OperationId> begin_check(Machine& machine, Step& step, const AccountId& account);
Status pump_lookups(Machine& machine, Step& step, const std::string& relay);
Status lookup_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body);
void end_lookup(Machine& machine, Step& step, OperationId operation, Status result);
// lookups_lost_relay: the relay cannot be used; look-ups try their next one or give up.
void lookups_lost_relay(Machine& machine, Step& step, const std::string& relay, Error why);

// contacts.cpp
Result<OperationId> accept_contact(Machine& machine, Step& step, const AccountId& account,
                                   OperationId operation);
Result<OperationId> remove_contact(Machine& machine, Step& step, const AccountId& account,
                                   bool tell_siblings);
Status forget_conversation(Machine& machine, Step& step, const ConversationId& id,
                           OperationId operation);
Status erase_groups(Step& step, const ConversationId& id);
Status erase_messages(Machine& machine, Step& step, const ConversationId& id);
// add_removal has the relay forget our address of a conversation; end_if_removed ends an operation
// that waits for no relay.
void add_removal(Machine& machine, Step& step, const ConversationRow& row, OperationId operation);
void end_if_removed(Machine& machine, Step& step, OperationId operation);
void drop_conversation_outbox(Machine& machine, Step& step, const ConversationId& id, Error why);
// release_relay gives up the queue at a relay that is neither home nor hub of anything.
void release_relay(Machine& machine, Step& step, const std::string& relay);

// invitation.cpp: making a group and its channel; being invited
Status create_conversation(Machine& machine, Step& step, const Lookup& lookup);
// create_pairing makes the conversation in which a device is brought in.
Result<ConversationId> create_pairing(Machine& machine, Step& step, const Lookup& lookup);
void pump_creation(Machine& machine, Step& step, ConversationRow& row);
Status creation_replied(Machine& machine, Step& step, const Purpose& purpose,
                        wire::ReplyBody& body);
Status invitation_arrived(Machine& machine, Step& step, const std::string& relay,
                          const wire::Delivery& delivery);

// conversation.cpp: the group of a conversation and its commits
Result<mls::Group*> group_of(Machine& machine, Step& step, const ConversationId& id);
void save_group(Step& step, const ConversationId& id, mls::Group& group);
// keep_conversation takes up one that was not here before, in the store and in memory.
void keep_conversation(Machine& machine, Step& step, ConversationRow row, mls::Group group);
Result<wire::Token> write_token(const mls::EpochView& epoch, const ConversationRow& row);
Result<wire::DeviceCertificate> certificate_of(const mls::Group& group, mls::LeafIndex leaf);
// add_token makes our address of the conversation known at its hub.
void add_token(Machine& machine, Step& step, const ConversationRow& row);
Status pump_conversation(Machine& machine, Step& step, ConversationRow& row);
// abandon_commit drops a commit of ours whose tree the hub does not take, and the tickets that it
// was for. What else it was to do, the next one does.
Status abandon_commit(Machine& machine, Step& step, ConversationRow& row);
Status commit_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body);
Status commit_arrived(Machine& machine, Step& step, ConversationRow& row,
                      const wire::Delivery& delivery);
// proposal_arrived: keeps the removal of a device by its own account, forgets anything else.
Status proposal_arrived(Machine& machine, Step& step, ConversationRow& row, mls::Group& group,
                        const mls::ReceivedProposal& proposal);

// own_record.cpp: the account record, which any device of the account may renew
Result<wire::AccountRecord> own_record(Step& step, const AccountRow& account);
Status amend_record(Machine& machine, Step& step,
                    const std::function<void(wire::AccountRecord&)>& change);
// adopt_record takes over a newer record of ours that another device signed.
Status adopt_record(Machine& machine, Step& step, BytesView signed_record);
// reconcile_record brings this device into the record, and takes out those we revoke.
Status reconcile_record(Machine& machine, Step& step);
Status own_record_found(Machine& machine, Step& step, const std::string& relay, uint64_t number,
                        wire::ReplyBody& body);
// shut_out: another device of the account has revoked this one.
void shut_out(Machine& machine, Step& step);
// plan_stale_leaves has the next commits remove our devices that the record does not list: of all
// conversations, or of one.
Status plan_stale_leaves(Machine& machine, Step& step, OperationId operation,
                         const ConversationId* only = nullptr);

// pairing.cpp: a new device and one that has the account
Result<OperationId> begin_link(Machine& machine, Step& step, std::string_view relay);
Result<OperationId> begin_pairing(Machine& machine, Step& step, std::string_view link);
Status confirm_pairing(Machine& machine, Step& step);
Status cancel_pairing(Machine& machine, Step& step, Status result);
Status pump_meeting(Machine& machine, Step& step, const std::string& relay);
Status pump_pairing(Machine& machine, Step& step, const std::string& relay);
Status pairing_replied(Machine& machine, Step& step, wire::ReplyBody& body);
Status pairing_joined(Machine& machine, Step& step, const std::string& relay, mls::Group group,
                      BytesView sealed_introduction);
Status link_ready_arrived(Machine& machine, Step& step, const ConversationRow& row);

// grant.cpp: what the new device is given
Status send_grant(Machine& machine, Step& step);
Status grant_arrived(Machine& machine, Step& step, const ConversationRow& row,
                     const LinkGrant& grant);
// become_device makes this device one of the account whose keys it was given or recovered.
Status become_device(Machine& machine, Step& step, GrantedAccount account,
                     const wire::AccountRecord& record);

// siblings.cpp: what the devices of an account tell each other
std::optional<ConversationId> own_devices(const Machine& machine);
void note_sync(Machine& machine, Step& step, const Sync& sync);
bool can_flush_syncs(const Machine& machine);
Status flush_syncs(Machine& machine, Step& step);
Status sync_arrived(Machine& machine, Step& step, const Sync& sync);
// owe_history: what is alive in the conversation goes to these devices of ours, which we let into
// it.
Status owe_history(Machine& machine, Step& step, const ConversationId& id,
                   const std::vector<wire::DeviceId>& devices);
// send_owed_histories: to those that are among the leaves of our own group; others are not there
// yet.
Status send_owed_histories(Machine& machine, Step& step, const std::vector<Leaf>& own_leaves);
Status history_arrived(Machine& machine, Step& step, const History& history);
void offer_to_siblings(Machine& machine, Step& step, const ConversationRow& row);
Result<OperationId> revoke_device(Machine& machine, Step& step, const wire::DeviceId& device);
Result<std::vector<DeviceView>> list_devices(const Machine& machine, Step& step);

// recovery.cpp: the account from its kit
Result<OperationId> begin_recovery(Machine& machine, Step& step, BytesView kit,
                                   std::string_view relay);
Status pump_recovery(Machine& machine, Step& step, const std::string& relay);
Status recovery_replied(Machine& machine, Step& step, const std::string& relay,
                        const Purpose& purpose, wire::ReplyBody& body);
Status pump_reunions(Machine& machine, Step& step);

// commit_draft.cpp: what our next commit does
// make_commit stages a commit of the conversation's plan and tickets and fills in what its hub
// must know.
Status make_commit(Machine& machine, Step& step, const ConversationRow& row, mls::Group& group,
                   PendingCommit& pending);
void drop_tickets(Machine& machine, Step& step, const ConversationId& id);
// ticket_room: how many devices may be let in now.
size_t ticket_room(const mls::EpochView& epoch);

// membership.cpp: groups, seen by those who are in
struct NewGroup {
    OperationId operation = 0;
    ConversationId conversation;
};
Result<NewGroup> create_group(Machine& machine, Step& step, ConversationKind kind,
                              ConversationState state);
Result<OperationId> invite_contact(Machine& machine, Step& step, const ConversationId& id,
                                   const AccountId& account);
Result<std::string> make_group_link(Machine& machine, Step& step, const ConversationId& id,
                                    uint32_t uses, Duration lifetime);
Status ticket_arrived(Machine& machine, Step& step, const AccountId& from,
                      const JoinTicket& ticket);
// is_good: it has not ended, and has uses left.
bool is_good(const InviteRow& row, Time now);
// good_invite: of an account that was asked, or of a link by the hash of its secret; none, or one
// that is good.
Result<std::optional<InviteRow>> good_invite(Step& step, const ConversationId& id, BytesView whom);
Result<OperationId> plan_removal(Machine& machine, Step& step, const ConversationId& id,
                                 const AccountId& account);
Result<OperationId> plan_change(Machine& machine, Step& step, const ConversationId& id,
                                const StateChange& change);
Result<OperationId> leave_group(Machine& machine, Step& step, const ConversationId& id);
// note_invited lets an account in that asks to be let in.
Status note_invited(Machine& machine, Step& step, const ConversationId& id,
                    const AccountId& account);
// begin_leaving erases what was said in a group that is left, here or by another device of ours.
Status begin_leaving(Machine& machine, Step& step, ConversationRow& row);
Status pump_leaving(Machine& machine, Step& step, ConversationRow& row, mls::Group& group);
Status leave_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body);

// joining.cpp: groups, seen by those who are asked in
Status offer_arrived(Machine& machine, Step& step, const AccountId& from, GroupOffer offer);
Result<OperationId> accept_offer(Machine& machine, Step& step, const ConversationId& id);
Result<OperationId> join_by_link(Machine& machine, Step& step, std::string_view link);
OfferView offer_view(const Machine& machine, const OfferRow& row);
Status decline_offer(Machine& machine, Step& step, const ConversationId& id);
struct JoinVia {
    AccountId contact;         // who lets us in; direct: the other one
    ConversationId via;        // where our ticket goes; zero: the direct conversation with contact
    SecretBuffer link_secret;  // empty: none
};
OperationId begin_joining(Machine& machine, Step& step, const ConversationInfo& info, JoinVia via);
void use_relay(Machine& machine, Step& step, const std::string& relay);
void forget_offer(Machine& machine, Step& step, const ConversationId& id);
Status pump_joining(Machine& machine, Step& step, ConversationRow& row);
// joined: names are of members, from beside the Welcome.
Status joined(Machine& machine, Step& step, const std::string& relay, mls::Group group,
              BytesView sealed_introduction, std::vector<Person> names);

// control.cpp: contents between devices
Result<OperationId> queue_control(Machine& machine, Step& step, const ConversationId& conversation,
                                  ContentType type, SecretBuffer body, OperationId operation = 0);
Status control_arrived(Machine& machine, Step& step, ConversationRow& row, const AccountId& sender,
                       const Content& content);
void learn_person(Machine& machine, Step& step, const Person& person);
Person own_profile(const Machine& machine);
Person person_of(const Machine& machine, const AccountId& account);

// outbox.cpp
struct OutgoingMessage {
    ContentType type = ContentType::text;
    BytesView body;
    std::optional<Duration> expiration;  // none: as the conversation's settings say; so burn
    std::optional<Duration> burn;
    bool no_burn = false;
    uint64_t sent_after_ms = 0;  // it is stamped later than this
};
OutgoingMessage outgoing(ContentType type, BytesView body, const SendOptions& options);
// queue_message queues a message of ours in the conversation.
Result<Queued> queue_message(Machine& machine, Step& step, const ConversationId& conversation,
                             const OutgoingMessage& message);
Result<Queued> queue_text(Machine& machine, Step& step, const ConversationId& conversation,
                          BytesView text, const SendOptions& options);
// enqueue makes an outbox row, to be completed and saved by the caller.
OutboxRow& enqueue(Machine& machine, Step& step, const ConversationId& conversation,
                   ContentType type);
Result<OperationId> queue_recall(Machine& machine, Step& step, const MessageId& id);
Result<bool> withdraw(Machine& machine, Step& step, const MessageId& id);
Status pump_outbox(Machine& machine, Step& step, ConversationRow& row, mls::Group& group);
Status message_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body);
// move_outbox readdresses what waits in superseded conversations of the contact.
void move_outbox(Machine& machine, Step& step, const AccountId& contact);
void drop_outbox(Machine& machine, Step& step, uint64_t order, Status result);
Status expire_outbox(Machine& machine, Step& step);

// inbox.cpp
Status mark_seen(Machine& machine, Step& step, const AccountId& sender, const MessageId& id,
                 Time until);
Status delivery_arrived(Machine& machine, Step& step, const std::string& relay,
                        const wire::Delivery& delivery);

// messages.cpp: messages at rest, and their end
Status store_message(Machine& machine, Step& step, MessageRow row, BytesView body);
// seal_body stores a body under a new key of its own.
void seal_body(Step& step, const MessageId& id, BytesView body);
Result<SecretBuffer> load_body(Step& step, const MessageRow& row);
// replace_body gives a message another body under another key and destroys the old ones.
void replace_body(Step& step, const MessageRow& row, BytesView body);
// is_shown: whether a person may see messages of the conversation: not before the request is
// accepted.
bool is_shown(const Machine& machine, const MessageRow& row);
Result<std::optional<MessageRow>> load_message(Step& step, const MessageId& id);
Status erase_message(Machine& machine, Step& step, const MessageRow& row);
// mark_opened starts the burn timer of a message that was opened at `at`.
void mark_opened(Machine& machine, Step& step, MessageRow& row, Time at);
Status open_message(Machine& machine, Step& step, const MessageId& id);
Status burn_message(Machine& machine, Step& step, const MessageId& id);
Status sweep_expired(Machine& machine, Step& step);
Result<MessageView> view_of(const Machine& machine, Step& step, const MessageRow& row);
Result<std::vector<MessageView>> list_new(const Machine& machine, Step& step, size_t limit);
Status mark_given(Step& step, const MessageId& id);
Result<std::vector<MessageView>> take_new(Machine& machine, Step& step, size_t limit);
Result<std::vector<MessageView>> list_messages(const Machine& machine, Step& step,
                                               const ConversationId& conversation);
Result<MessageView> find_message(const Machine& machine, Step& step, std::string_view id);

// views.cpp
// folded: ASCII letters in lower case, as names are compared.
std::string folded(std::string_view text);
constexpr size_t id_prefix_size_min = 8;  // of a conversation's or message's id, in characters
// is_called: `text`, folded, is the handle, its name, or the display name.
bool is_called(std::string_view handle, std::string_view display_name, std::string_view text);
ContactView contact_view(const Machine& machine, const ContactRow& row);
RequestView request_view(const Machine& machine, const ContactRow& row);
std::vector<ConversationView> list_conversations(const Machine& machine);
Result<ConversationView> find_conversation_view(const Machine& machine, std::string_view what);
Result<std::vector<MemberView>> list_members(const Machine& machine, const ConversationId& id);
Result<MemberView> find_member_view(const Machine& machine, const ConversationId& id,
                                    std::string_view who);
Result<OfferView> find_offer_view(const Machine& machine, std::string_view what);
Result<AccountId> find_account(const Machine& machine, std::string_view who, bool accepted);
Result<AccountId> find_anybody(const Machine& machine, std::string_view who);

}  // namespace mayfly::core
