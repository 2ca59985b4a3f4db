// What a Group holds. Private to src/mls: the interface is mls/group.h.
#pragma once

#include <map>

#include "mls/exporter_tree.h"
#include "mls/group.h"
#include "mls/key_schedule.h"
#include "mls/ratchet_tree.h"
#include "mls/secret_tree.h"
#include "mls/tree_kem.h"

namespace mayfly::mls {

// EpochState: everything that a commit replaces.
struct EpochState {
    explicit EpochState(const CipherSuite& cipher_suite) : suite(cipher_suite), tree(suite) {}

    CipherSuite suite;
    GroupContext context;
    Bytes context_bytes;  // the context encoded, as signatures cover it
    RatchetTree tree;
    TreeKemPrivate keys;
    Secret signature_key;
    EpochSecrets secrets;
    SecretTree messages;
    ExporterTree exports;
    Bytes confirmation_tag;
    Bytes interim_transcript_hash;

    LeafIndex own_leaf() const { return keys.leaf(); }
    // own_leaf_node: there until a commit has removed us.
    LeafNode own_leaf_node() const { return *tree.leaf(own_leaf()); }
    std::optional<Member> member(LeafIndex leaf) const;
    // start sets what follows from context, tree and these keys: the secrets, both trees of
    // secrets, the confirmation tag and the interim transcript hash.
    void start(EpochKeys epoch_keys);
};

// Signature keys of the members of a past epoch, from its tree or from the store.
class PastMembers {
  public:
    PastMembers() = default;
    explicit PastMembers(RatchetTree tree) : tree_(std::move(tree)) { tree_->forget_keys(); }

    // signature_key: empty if the leaf was blank.
    BytesView signature_key(LeafIndex leaf) const;

    struct LeafKey {
        LeafIndex leaf;
        SignaturePublicKey key;
        template <class Self, class Archive>
        static void fields(Self& self, Archive& archive) {
            archive(self.leaf, self.key);
        }
    };
    std::vector<LeafKey> leaf_keys() const;  // in leaf order
    static PastMembers from(std::vector<LeafKey> keys);

  private:
    std::optional<RatchetTree> tree_;  // shares its nodes with the tree of the next epoch
    std::vector<LeafKey> keys_;
};

// PastEpoch: what late application messages need, and nothing that helps with anything else.
struct PastEpoch {
    CipherSuite suite;
    LeafIndex own_leaf;
    Bytes context_bytes;
    Secret sender_data_secret;
    LeafCount leaves;
    PastMembers members;
    SecretTree messages;
};

struct OwnUpdate {
    Secret leaf_key;
    Secret signature_key;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf_key, self.signature_key);
    }
};

struct CachedProposal {
    uint32_t position = 0;  // in the order of arrival
    ReceivedProposal received;
    std::optional<OwnUpdate> own_update;  // the private keys of an Update of ours
    bool forgotten = false;               // not for our commits, but another's may refer to it
};

struct PendingCommit {
    CommitMessages messages;
    CommitSummary summary;
    std::unique_ptr<EpochState> next;
};

// KeptEpoch: the epoch before the current one, whole, to go back to.
struct KeptEpoch {
    std::unique_ptr<EpochState> epoch;
    std::vector<CachedProposal> proposals;
    std::optional<PendingCommit> pending;  // ours, if another's commit came first
};

enum class GroupStatus : uint8_t { active = 1, removed = 2, reinitialised = 3 };
constexpr bool is_known(GroupStatus status) {
    return status >= GroupStatus::active && status <= GroupStatus::reinitialised;
}

struct ResumptionPsk {
    Epoch epoch;
    Secret psk;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.epoch, self.psk);
    }
};

struct GroupState {
    WireFormat handshake_format = WireFormat::private_message;
    GroupStatus status = GroupStatus::active;
    std::optional<ReInit> reinit;
    std::vector<ResumptionPsk> resumption_psks;  // of earlier epochs, the oldest first
    std::unique_ptr<EpochState> epoch;
    std::map<Epoch, PastEpoch> past;
    std::optional<KeptEpoch> previous;
    // Epochs that were gone back from, by their interim transcript hashes. All of them follow the
    // kept epoch or, if none is kept, the current one.
    std::vector<Bytes> abandoned;
    std::vector<CachedProposal> proposals;  // in the order of arrival
    std::optional<PendingCommit> pending;
    RecordKeys changes;  // besides those that the secret trees keep

    // begin marks the records of a new group.
    void begin(std::unique_ptr<EpochState> first);
    // may_enter: there is room for one more epoch, and it is none that was gone back from.
    Status may_enter(const EpochState* next) const;
    // enter makes next the current epoch. close ends the group: a commit removed us.
    void enter(std::unique_ptr<EpochState> next, PreviousEpoch old);
    void close(PreviousEpoch old);
    void confirm();                // there is a kept epoch
    void revert();                 // there is a kept epoch
    void forget_past(Epoch from);  // every past epoch before it
    void forget_proposals();
    void forget_pending();
    void add_proposal(ReceivedProposal received, std::optional<OwnUpdate> own_update);
    const CachedProposal* find_proposal(BytesView reference) const;
    size_t wanted_proposals() const;  // those that are not forgotten
    // messages_of gives the secret tree of an epoch that can be read, or nullptr.
    SecretTree* messages_of(Epoch wanted);
    // exports_of gives the exporter tree of the current or the kept epoch, or nullptr.
    ExporterTree* exports_of(Epoch wanted);

  private:
    void leave_epoch(PreviousEpoch old);
    void retire(EpochState& old);
    void forget_unneeded_past();
    void forget_abandoned();
};

RecordKey epoch_record();
RecordKey pending_record();
RecordKey proposal_record(uint32_t position);
RecordKey past_record(Epoch epoch);
RecordKey previous_record();
RecordKey abandoned_record();

}  // namespace mayfly::mls
