// Group: one member's state of one MLS group (RFC 9420).
//
// A Group is a state machine without I/O, clock or randomness. Every operation either succeeds or
// leaves the group exactly as it was.
//
// Persistence contract. Each operation that succeeds may change records; take_changes() hands out
// those that changed since it was last called. The caller writes them in ONE atomic, durable batch
// BEFORE it releases what the operation produced (ciphertext, commit, plaintext). A process that
// dies before the batch is durable then restarts from records in which nothing was released yet, so
// no key and no nonce is ever used twice. load() restores a group from all of its records. One
// application message changes one small record (a sender's first message in an epoch: a number of
// small records that grows with log2 of the group's size); the whole state is written only when the
// epoch changes or a commit is pending.
//
// The current epoch stays in use while a commit of ours is pending: merge_pending_commit() moves on
// once the delivery service has accepted it, discard_pending_commit() drops it. The pending commit
// is a record of its own, so a crash between sending and the answer loses nothing.
//
// A commit that the delivery service may still take back (docs/spec/mls.md section 10) is applied
// with PreviousEpoch::keep: revert_epoch() then leads back to the epoch before it, and
// confirm_epoch() erases that one.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "mls/component.h"
#include "mls/environment.h"
#include "mls/framing.h"
#include "mls/key_package_secrets.h"
#include "mls/private_message.h"
#include "mls/proposal.h"

namespace mayfly::mls {

struct EpochState;  // group_state.h
struct GroupState;  // group_state.h

// How many epochs before the current one stay readable for late application messages. Only their
// message secrets and their members' signature keys are kept.
constexpr size_t past_epochs_max = 4;
// How many proposals a group holds between two commits: bounds what a member can make us store.
constexpr size_t cached_proposals_max = 1024;
// How many resumption secrets of earlier epochs a group remembers for PSKs (section 8.6).
constexpr size_t resumption_psks_max = 8;

// How many epochs before the current one are kept whole, to go back to. Each is a whole state, and
// what heals a group is at work only once they are erased.
constexpr size_t previous_epochs_max = 1;
// How many times one epoch can be gone back to: bounds what is remembered of the abandoned epochs.
// Each time takes a takeover by another hub.
constexpr size_t abandoned_epochs_max = 16;

// The longest application message: bounds what one message makes a receiver hold. Larger content
// travels as attachments.
constexpr size_t application_data_max = size_t{16} << 20;

struct Member {
    LeafIndex leaf;
    Credential credential;
    Bytes signature_key;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf, self.credential, self.signature_key);
    }
};

// GroupRecord is one stored row of a group. Keys are unique within the group and sort by kind; the
// caller adds the group to them. No value means: delete the row.
struct GroupRecord {
    Bytes key;
    std::optional<SecretBuffer> value;
};

// EpochView reads one epoch: the current one, the one a pending commit would start, or the one a
// staged commit would start. It must not outlive what it was taken from.
class EpochView {
  public:
    explicit EpochView(const EpochState& state) : state_(&state) {}

    BytesView group_id() const;
    CipherSuiteId cipher_suite() const;
    Epoch epoch() const;
    std::vector<Member> members() const;  // in leaf order
    std::optional<Member> member(LeafIndex leaf) const;
    size_t member_count() const;
    const Extensions& extensions() const;  // of the GroupContext
    // extension_data gives the content of the GroupContext extension of that type.
    std::optional<BytesView> extension_data(ExtensionType type) const;
    // export_secret is MLS-Exporter (section 8.5); at most Secret::capacity_bytes.
    Result<Secret> export_secret(std::string_view label, BytesView context,
                                 size_t length_bytes) const;
    // epoch_authenticator: equal at two members exactly if they agree on the group (section 8.7).
    BytesView epoch_authenticator() const;
    BytesView tree_hash() const;
    Bytes ratchet_tree() const;  // the value of a ratchet_tree extension (section 12.4.3.3)
    // path_seal_count: how many ciphertexts the path of a commit of ours would hold. Where nobody
    // has committed yet there is one for each member.
    size_t path_seal_count() const;
    // subtree_seal_count: how many of others' would be for those who share our leaf's ancestor at
    // this level (RFC 9420 section 4.1.1: the size of its resolution), or the root below it.
    size_t subtree_seal_count(uint32_t level) const;
    // safe_verify and safe_encrypt use a member's keys in the name of a component
    // (draft-ietf-mls-extensions). mls_unknown_sender for a blank leaf.
    Status safe_verify(LeafIndex member, ComponentId component, std::string_view label,
                       BytesView content, BytesView signature) const;
    Result<crypto::HpkeCiphertext> safe_encrypt(LeafIndex member, ComponentId component,
                                                std::string_view label, BytesView context,
                                                BytesView plaintext, Entropy& entropy) const;

  private:
    const EpochState* state_;
};

// ApplicationMessage is a decrypted, authenticated message of a member.
struct ApplicationMessage {
    LeafIndex sender;
    Bytes signature_key;      // the sender's: the leaf may have been another's in a past epoch
    Epoch epoch;              // may be one of the past epochs
    uint32_t generation = 0;  // of the sender in that epoch; with both, names the message
    Bytes authenticated_data;
    SecretBuffer plaintext;
    // With these, verify_message_proof shows to others who sent it (message_proof.h).
    Bytes signature;
    Bytes group_context;
};

// ReceivedProposal was checked and is kept until a commit: ours includes it unless forgotten.
struct ReceivedProposal {
    Sender sender;
    ProposalRef reference;
    Proposal proposal;
    Bytes authenticated_data;
};

struct AddedMember {
    Member member;
    KeyPackageRef key_package;  // empty for a member that joins by external commit

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.member, self.key_package);
    }
};
struct RemovedMember {
    Member member;
    Sender proposed_by;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.member, self.proposed_by);
    }
};
struct CommittedCustom {  // a proposal of the application's
    ProposalType type{};
    Bytes body;
    Sender proposed_by;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.type, self.body, self.proposed_by);
    }
};
struct UpdatedMember {
    Member before;
    Member after;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.before, self.after);
    }
};

// CommitSummary is what a commit does, for the caller's own policy.
struct CommitSummary {
    LeafIndex committer;
    bool external = false;  // the committer joins with this commit
    bool has_path = false;
    bool removes_us = false;
    std::vector<AddedMember> added;
    std::vector<RemovedMember> removed;
    std::vector<UpdatedMember> updated;        // by Update proposals and by the commit's path
    std::optional<Extensions> new_extensions;  // replaced GroupContext extensions
    std::vector<PreSharedKeyId> psks;
    std::optional<ReInit> reinit;
    std::vector<CommittedCustom> custom;  // in the order of the commit
    Bytes authenticated_data;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.committer, self.external, self.has_path, self.removes_us, self.added,
                self.removed, self.updated, self.new_extensions, self.psks, self.reinit,
                self.custom, self.authenticated_data);
    }
};

// StagedCommit is another member's commit, wholly verified but not applied. Group::apply() makes it
// the group's state; dropping it keeps the current epoch. It fits only the group and epoch that it
// was staged in.
class StagedCommit {
  public:
    StagedCommit(CommitSummary summary, std::unique_ptr<EpochState> next, Bytes base);
    StagedCommit(StagedCommit&&) noexcept;
    StagedCommit& operator=(StagedCommit&&) noexcept;
    ~StagedCommit();

    const CommitSummary& summary() const { return summary_; }
    // next shows the epoch that the commit starts; nothing if it removes us.
    std::optional<EpochView> next() const;

  private:
    friend class Group;
    CommitSummary summary_;
    std::unique_ptr<EpochState> next_;  // nothing if the commit removes us
    Bytes base_;                        // the interim transcript hash that it builds on
};

using Processed = std::variant<ApplicationMessage, ReceivedProposal, StagedCommit>;

struct GroupParameters {
    CipherSuiteId cipher_suite = default_cipher_suite_id;
    GroupId group_id;       // random, section 11: at least 16 bytes are asked for
    Extensions extensions;  // of the GroupContext
};

struct CommitOptions {
    std::vector<Proposal> proposals = {};  // by value, after those by reference
    // Commit the proposals received and sent in this epoch. SelfRemoves are committed in any case.
    bool include_received = true;
    // A path heals the group from a compromise of the committer. Without it only if no proposal
    // asks for one (section 12.4).
    bool path = true;
    const Identity* new_identity = nullptr;  // replaces our credential and signature key
    bool tree_in_welcome = true;    // else CommitMessages::ratchet_tree reaches joiners another way
    bool external_pub = false;      // also make a group_info that lets its holder join
    Bytes authenticated_data = {};  // readable by the delivery service
    Extensions group_info_extensions = {};
};

// CommitMessages is what a commit of ours sends: MLSMessages, except for the tree.
struct CommitMessages {
    Bytes commit;                       // to the members
    std::optional<Bytes> welcome;       // to those added; one message for all
    std::optional<Bytes> group_info;    // of the next epoch, if external_pub was asked for
    std::optional<Bytes> ratchet_tree;  // for those added, if it is not in the welcome

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.commit, self.welcome, self.group_info, self.ratchet_tree);
    }
};

struct ProtectOptions {
    Bytes authenticated_data;  // readable by the delivery service
    Padding padding = Padding::padme;
};

// PreviousEpoch: what becomes of the current epoch when a commit ends it.
enum class PreviousEpoch : uint8_t {
    erase,
    keep,  // whole, until confirm_epoch() or revert_epoch()
};

class Group {
  public:
    Group(Group&&) noexcept;
    Group& operator=(Group&&) noexcept;
    ~Group();

    // Beginnings.

    // create makes a group of one member in epoch 0 (section 11).
    static Result<Group> create(const GroupParameters& parameters, const Identity& identity,
                                const LeafOptions& leaf, const Environment& env);

    // join reads a Welcome that was made for this key package (section 12.4.3.1). ratchet_tree is
    // needed if the Welcome holds none. Which group it is, and that we are not in it yet, the
    // caller checks on the result: group_id(). mls_unrelated_group if the group continues another
    // one: join_linked.
    static Result<Group> join(BytesView welcome, const KeyPackageSecrets& key_package,
                              std::optional<BytesView> ratchet_tree, const Environment& env);
    // welcome_recipients lists the key package references that a Welcome is for.
    static Result<std::vector<KeyPackageRef>> welcome_recipients(BytesView welcome);
    // read_welcome opens a Welcome without joining: where its tree is to be had, the application
    // may say in an extension. Nothing of it is verified before join: the signer is in the tree.
    struct WelcomeInfo {
        GroupId group_id;
        Extensions extensions;  // of the GroupInfo
    };
    static Result<WelcomeInfo> read_welcome(BytesView welcome, const KeyPackageSecrets& key_package,
                                            const Environment& env);

    // A group that continues another one: a subgroup (section 11.3), or what a group becomes by
    // ReInit (section 11.2). The new group's first commit, which adds the owners of the key
    // packages, is pending; its messages are to be sent.
    struct Beginning;
    Result<Beginning> branch(const GroupId& group_id, const Extensions& extensions,
                             const std::vector<KeyPackage>& key_packages, const Identity& identity,
                             const LeafOptions& leaf, const Environment& env) const;
    // reinitialise: once a ReInit has closed this group; with key packages of all other members.
    Result<Beginning> reinitialise(const std::vector<KeyPackage>& key_packages,
                                   const Identity& identity, const LeafOptions& leaf,
                                   const Environment& env) const;
    // welcome_origin: which group the Welcome's group continues, if any.
    struct Origin {
        ResumptionPskUsage usage{};
        GroupId group_id;
        Epoch epoch;
    };
    static Result<std::optional<Origin>> welcome_origin(BytesView welcome,
                                                        const KeyPackageSecrets& key_package);
    // join_linked is join for such a group, given the group that it continues. Who is a member of
    // both the policy says (same_client). mls_unrelated_group if they do not belong together.
    static Result<Group> join_linked(BytesView welcome, const KeyPackageSecrets& key_package,
                                     std::optional<BytesView> ratchet_tree, const Group& origin,
                                     const Environment& env);

    struct ExternalJoin;
    struct ExternalJoinOptions {
        std::optional<Bytes> ratchet_tree;  // needed if the GroupInfo holds none
        std::optional<LeafIndex> replaces;  // our own old leaf, removed by the same commit
        std::vector<PreSharedKeyId> psks;
        // SelfRemove messages of this epoch: all that wait must be among them (MLSMessages).
        std::vector<Bytes> self_removes;
        Bytes authenticated_data;
    };
    // join_external adds us by an external commit (section 12.4.3.2). The group is real once the
    // delivery service has accepted the commit; drop it otherwise.
    static Result<ExternalJoin> join_external(BytesView group_info, const Identity& identity,
                                              const LeafOptions& leaf,
                                              const ExternalJoinOptions& options,
                                              const Environment& env);

    // The current epoch.

    EpochView current() const;
    BytesView group_id() const { return current().group_id(); }
    Epoch epoch() const { return current().epoch(); }
    std::vector<Member> members() const { return current().members(); }
    Result<Secret> export_secret(std::string_view label, BytesView context,
                                 size_t length_bytes) const {
        return current().export_secret(label, context, length_bytes);
    }
    // safe_export_secret is SafeExportSecret of draft-ietf-mls-extensions: a component's secret of
    // this epoch, given once. mls_already_exported after that.
    Result<Secret> safe_export_secret(ComponentId component);
    // safe_sign and safe_decrypt use our keys in the name of a component: our signature key, and
    // the key of our leaf. What others need for it is in EpochView.
    Result<Bytes> safe_sign(ComponentId component, std::string_view label, BytesView content) const;
    Result<SecretBuffer> safe_decrypt(ComponentId component, std::string_view label,
                                      BytesView context,
                                      const crypto::HpkeCiphertext& sealed) const;
    LeafIndex own_leaf() const;
    // is_active is false once a commit has removed us or reinitialised the group: only reading
    // messages of the epochs that are left works then.
    bool is_active() const;
    // reinit is what the group was closed for, if a ReInit was committed.
    const std::optional<ReInit>& reinit() const;
    // resumption_psk of the current or a remembered epoch, for a PSK in another group.
    Result<SecretBuffer> resumption_psk(Epoch epoch) const;
    // group_info of the current epoch, signed, as an MLSMessage; with external_pub it lets anyone
    // who has it join.
    Result<Bytes> group_info(bool external_pub, bool with_tree, const Environment& env) const;
    Bytes ratchet_tree() const;
    // use_handshake_format: public_message or private_message (a new group's default), for the
    // proposals and commits that we send from now on.
    Status use_handshake_format(WireFormat format);

    // Application messages.

    // protect encrypts to the members. mls_pending_proposals while proposals wait for a commit
    // (section 12.4).
    Result<Bytes> protect(BytesView plaintext, const ProtectOptions& options, Entropy& entropy);

    // Proposals by reference.

    // Each gives the MLSMessage to send; the proposal also waits here for a commit. A SelfRemove is
    // always sent in the clear, once an epoch, and only where all members support it.
    Result<Bytes> propose(const Proposal& proposal, const Environment& env);
    // propose_update replaces our leaf's encryption key, and our identity if one is given.
    Result<Bytes> propose_update(const Identity* new_identity, const Environment& env);
    // make_psk_proposal: external or resumption PSK with a fresh nonce, for propose() or a commit.
    Proposal make_external_psk_proposal(BytesView psk_id, Entropy& entropy) const;
    Proposal make_resumption_psk_proposal(BytesView group_id, Epoch epoch, ResumptionPskUsage usage,
                                          Entropy& entropy) const;
    std::vector<ReceivedProposal> pending_proposals() const;
    // forget_proposal keeps a proposal out of our commits and out of the way of protect(); true if
    // it was there and is no SelfRemove, which may not be left out. Another member may still commit
    // it: StagedCommit shows that.
    bool forget_proposal(BytesView reference);

    // Commits.

    // commit stages a commit; mls_commit_pending while another one is staged.
    Result<CommitMessages> commit(const CommitOptions& options, const Environment& env);
    bool has_pending_commit() const;
    // pending_commit is what commit() returned, also after a restart, but for the ratchet_tree,
    // which pending_epoch() has.
    const CommitMessages* pending_commit() const;
    const CommitSummary* pending_summary() const;
    // pending_epoch shows the epoch that the pending commit would start.
    std::optional<EpochView> pending_epoch() const;
    // mls_unconfirmed_epoch while a previous epoch is kept; so does apply().
    Status merge_pending_commit(PreviousEpoch previous = PreviousEpoch::erase);
    void discard_pending_commit();

    // process verifies and decrypts an MLSMessage from the group. mls_own_message for our own: a
    // pending commit that comes back is merged with merge_pending_commit() instead. An application
    // message or proposal takes effect at once; a commit is only staged.
    Result<Processed> process(BytesView message, const Environment& env);
    // apply moves to the epoch of a staged commit. A pending commit of ours has lost and is
    // dropped, and so are the proposals of the old epoch, unless that is kept.
    // mls_abandoned_epoch: the epoch that it leads to was gone back from.
    Status apply(StagedCommit staged, PreviousEpoch previous = PreviousEpoch::erase);

    // Going back before a commit.

    // previous_epoch is there while it is kept.
    std::optional<EpochView> previous_epoch() const;
    // confirm_epoch erases the kept epoch, except for what late messages need: the commit that
    // ended it is there to stay.
    Status confirm_epoch();
    // revert_epoch abandons the current epoch, which is erased whole, and goes on in the kept one
    // where it was left: with its proposals, its pending commit and its ratchets as far as they
    // have moved. Another commit of that epoch can then be processed.
    Status revert_epoch();

    // erase_past_epochs forgets what late messages would need, at once. A kept epoch stays.
    void erase_past_epochs();

    // Persistence.

    // take_changes: see the contract above. Records are to be written in one batch.
    std::vector<GroupRecord> take_changes();
    // load restores a group from all of its records, in any order. mls_state_corrupt if anything
    // is damaged, missing or not understood.
    static Result<Group> load(const std::vector<GroupRecord>& records);

  private:
    friend struct GroupForTesting;  // a member that misbehaves on purpose
    explicit Group(std::unique_ptr<GroupState> state);
    static Result<Group> join_any(BytesView welcome, const KeyPackageSecrets& key_package,
                                  std::optional<BytesView> ratchet_tree, const Group* origin,
                                  const Environment& env);
    std::unique_ptr<GroupState> state_;
};

struct Group::Beginning {
    Group group;
    CommitMessages messages;
};

struct Group::ExternalJoin {
    Group group;
    Bytes commit;  // MLSMessage, to the members
};

}  // namespace mayfly::mls
