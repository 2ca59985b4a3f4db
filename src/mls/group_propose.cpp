// Proposals by reference: RFC 9420 sections 12.1 and 12.4.
#include "mls/group.h"
#include "mls/handshake.h"
#include "mls/proposal_list.h"

namespace mayfly::mls {

namespace {

// Frames, signs and protects a proposal of ours and keeps it for a commit.
Result<Bytes> send_proposal(GroupState& group, Proposal proposal, std::optional<OwnUpdate> own,
                            Entropy& entropy) {
    ENSURE(group.proposals.size() < cached_proposals_max, mls_too_many_proposals);
    ReceivedProposal kept;
    kept.sender = Sender::member(group.epoch->own_leaf());
    kept.proposal = proposal;
    Content content;
    content.emplace<Proposal>(std::move(proposal));
    const WireFormat format = kept.proposal.get_if<SelfRemove>() != nullptr
                                  ? WireFormat::public_message
                                  : group.handshake_format;
    TRY_ASSIGN(AuthenticatedContent message, sign_handshake(group, std::move(content), {}, format));
    kept.reference = proposal_ref(group.epoch->suite, message);
    TRY_ASSIGN(Bytes sent, protect_handshake(group, std::move(message), entropy));
    group.add_proposal(std::move(kept), std::move(own));
    return sent;
}

}  // namespace

Result<Bytes> Group::propose(const Proposal& proposal, const Environment& env) {
    ENSURE(is_active(), mls_inactive);
    // An Update needs its private key to stay here: propose_update.
    ENSURE(proposal.get_if<Update>() == nullptr, invalid_argument);
    const EpochState& epoch = *state_->epoch;
    const Sender self = Sender::member(epoch.own_leaf());
    TRY(check_proposal(epoch, proposal, self, LifetimeCheck::now, env));
    if (proposal.get_if<SelfRemove>() != nullptr) {
        for (const CachedProposal& cached : state_->proposals) {
            const bool leaves = cached.received.proposal.get_if<SelfRemove>() != nullptr;
            ENSURE(!leaves || cached.received.sender != self, mls_bad_proposal);
        }
    }
    return send_proposal(*state_, proposal, std::nullopt, env.entropy);
}

Result<Bytes> Group::propose_update(const Identity* new_identity, const Environment& env) {
    ENSURE(is_active(), mls_inactive);
    const EpochState& epoch = *state_->epoch;
    if (new_identity != nullptr) TRY(check_identity(epoch.suite, *new_identity));
    TRY_ASSIGN(crypto::KemKeyPair keys, crypto::kem_generate(epoch.suite.hpke.kem, env.entropy));
    OwnUpdate own;
    own.leaf_key = std::move(keys.private_key);

    LeafNode leaf = epoch.own_leaf_node();
    leaf.encryption_key = std::move(keys.public_key);
    leaf.source = LeafNodeSource::update;
    leaf.parent_hash.clear();
    leaf.lifetime = {};
    if (new_identity != nullptr) {
        leaf.credential = new_identity->credential;
        leaf.signature_key = new_identity->signature_keys.public_key;
        own.signature_key = new_identity->signature_keys.private_key.clone();
    }
    TRY(sign_leaf_node(epoch.suite, leaf,
                       new_identity != nullptr ? own.signature_key : epoch.signature_key,
                       {epoch.context.group_id, epoch.own_leaf()}));
    const Proposal proposal{Update{std::move(leaf)}};
    TRY(check_proposal(epoch, proposal, Sender::member(epoch.own_leaf()), LifetimeCheck::now, env));
    return send_proposal(*state_, proposal, std::move(own), env.entropy);
}

Proposal Group::make_external_psk_proposal(BytesView psk_id, Entropy& entropy) const {
    PreSharedKeyId id;
    id.type = PskType::external;
    id.psk_id = to_bytes(psk_id);
    id.psk_nonce.resize(state_->epoch->suite.hash_size_bytes());
    entropy.fill(id.psk_nonce);
    return Proposal{PreSharedKey{std::move(id)}};
}

Proposal Group::make_resumption_psk_proposal(BytesView group_id, Epoch epoch,
                                             ResumptionPskUsage usage, Entropy& entropy) const {
    PreSharedKeyId id;
    id.type = PskType::resumption;
    id.usage = usage;
    id.psk_group_id = to_bytes(group_id);
    id.psk_epoch = epoch;
    id.psk_nonce.resize(state_->epoch->suite.hash_size_bytes());
    entropy.fill(id.psk_nonce);
    return Proposal{PreSharedKey{std::move(id)}};
}

std::vector<ReceivedProposal> Group::pending_proposals() const {
    std::vector<ReceivedProposal> out;
    for (const CachedProposal& cached : state_->proposals) {
        if (!cached.forgotten) out.push_back(cached.received);
    }
    return out;
}

bool Group::forget_proposal(BytesView reference) {
    for (CachedProposal& cached : state_->proposals) {
        if (cached.forgotten || !equal(cached.received.reference, reference)) continue;
        if (cached.received.proposal.get_if<SelfRemove>() != nullptr) return false;
        cached.forgotten = true;
        state_->changes.insert(proposal_record(cached.position));
        return true;
    }
    return false;
}

}  // namespace mayfly::mls
