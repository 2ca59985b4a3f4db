// One proposal alone: RFC 9420 section 12.1.
#include "mls/proposal_list.h"

namespace mayfly::mls {

namespace {

Status check_update(const EpochState& epoch, const Update& update, const Sender& sender,
                    const Environment& env) {
    const auto before = epoch.tree.leaf(sender.leaf());
    ENSURE(before, mls_unknown_sender);
    // check 12.1.2-1: the leaf node is valid for an Update (section 7.3).
    const LeafNode& leaf = update.leaf_node;
    TRY(check_leaf_node(epoch.suite, leaf, LeafNodeSource::update, std::nullopt));
    TRY(verify_leaf_node(epoch.suite, leaf, {epoch.context.group_id, sender.leaf()}));
    ENSURE(leaf.encryption_key != before->encryption_key, mls_bad_leaf_node);
    if (leaf.credential == before->credential && leaf.signature_key == before->signature_key) {
        return {};
    }
    return env.credentials.check(
        {leaf.credential, leaf.signature_key, &before->credential, epoch.context.group_id});
}

Status check_psk(const EpochState& epoch, const PreSharedKey& proposal) {
    const PreSharedKeyId& psk = proposal.psk;
    // check 12.1.4-1: these usages belong to the first commit of a new group.
    const bool first_commit = epoch.context.epoch.value == 0;
    ENSURE(psk.type == PskType::external || psk.usage == ResumptionPskUsage::application ||
               first_commit,
           mls_bad_proposal);
    // check 12.1.4-2: the nonce has KDF.Nh bytes.
    ENSURE(psk.psk_nonce.size() == epoch.suite.hash_size_bytes(), mls_bad_proposal);
    return {};
}

}  // namespace

bool may_send(const Sender& sender, ProposalType type) {
    switch (sender.type) {
        case SenderType::member: return type != ProposalType::external_init;
        case SenderType::new_member_proposal: return type == ProposalType::add;
        case SenderType::external:
            // check 20.1-2: only a member can leave.
            return type != ProposalType::update && type != ProposalType::external_init &&
                   type != ProposalType::self_remove;
        case SenderType::new_member_commit:
            return type == ProposalType::external_init || type == ProposalType::remove ||
                   type == ProposalType::psk;
    }
    return false;
}

Status check_external_senders(const GroupContext& context, const Extensions& extensions,
                              const Environment& env) {
    TRY_ASSIGN(const auto senders, read_extension<ExternalSenders>(extensions));
    if (!senders) return {};
    for (const ExternalSender& sender : senders->external_senders) {
        TRY(env.credentials.check(
            {sender.credential, sender.signature_key, nullptr, context.group_id}));
    }
    return {};
}

Status check_key_package(const EpochState& epoch, const Add& add, LifetimeCheck lifetime,
                         const Environment& env) {
    // check 7.2-1: the application accepts so long a lifetime.
    ENSURE(accepts_lifetime(env, add.key_package.leaf_node), mls_bad_leaf_node);
    // check 12.1.1-1: the key package is valid (section 10.1), for this group's version and suite.
    return validate_key_package(
        epoch.suite, add.key_package,
        lifetime == LifetimeCheck::now ? std::optional(env.now) : std::nullopt);
}

Status check_proposal(const EpochState& epoch, const Proposal& proposal, const Sender& sender,
                      LifetimeCheck lifetime, const Environment& env, const Status* key_package) {
    ENSURE(may_send(sender, proposal.type()), mls_bad_proposal);
    if (const auto* add = proposal.get_if<Add>()) {
        TRY(key_package ? *key_package : check_key_package(epoch, *add, lifetime, env));
        const LeafNode& leaf = add->key_package.leaf_node;
        // check 7.3-1: the application accepts the credential.
        return env.credentials.check(
            {leaf.credential, leaf.signature_key, nullptr, epoch.context.group_id});
    }
    if (const auto* update = proposal.get_if<Update>()) {
        return check_update(epoch, *update, sender, env);
    }
    if (const auto* remove = proposal.get_if<Remove>()) {
        // check 12.1.3-1: somebody is there to be removed.
        ENSURE(epoch.tree.has_member(remove->removed), mls_bad_proposal);
        return {};
    }
    if (const auto* psk = proposal.get_if<PreSharedKey>()) return check_psk(epoch, *psk);
    if (const auto* reinit = proposal.get_if<ReInit>()) {
        // check 12.1.5-1: the protocol version does not go back.
        ENSURE(reinit->version >= epoch.context.version, mls_bad_proposal);
        // check 12.1.5-2: no extension type twice.
        return check_extensions(reinit->extensions);
    }
    if (const auto* replaced = proposal.get_if<GroupContextExtensions>()) {
        // check 13.4-1: no type twice. What members must support: check_members.
        TRY(check_extensions(replaced->extensions));
        // check 13.4-2: what is required can be read.
        TRY(read_extension<RequiredCapabilities>(replaced->extensions));
        // check 12.1.8.1-1: the application accepts those who may propose from outside.
        return check_external_senders(epoch.context, replaced->extensions, env);
    }
    if (proposal.get_if<SelfRemove>() != nullptr) {
        // check 20.1-3: all members know what it is.
        ENSURE(all_support(epoch.tree, ProposalType::self_remove), mls_unsupported_proposal);
        return {};
    }
    if (const auto* custom = proposal.get_if<CustomProposal>()) {
        // check 13.2-1: the application knows the type and accepts the proposal. That members
        // support it is a matter of the list: a commit may remove those who do not.
        ENSURE(is_custom(custom->proposal_type) && env.proposals != nullptr,
               mls_unsupported_proposal);
        return env.proposals->check(*custom, sender, epoch.context.group_id);
    }
    return {};
}

}  // namespace mayfly::mls
