// A group that continues another one: RFC 9420 sections 11.2 (reinitialisation) and 11.3
// (branching). Both sides check what the two groups must have in common.
#include "mls/group_link.h"

#include "mls/mls_message.h"

namespace mayfly::mls {

namespace {

// The resumption secrets of a group, then what the application has.
class LinkedPsks final : public PskSource {
  public:
    LinkedPsks(const Group& origin, const PskSource* others) : origin_(origin), others_(others) {}

    Result<SecretBuffer> external_psk(BytesView psk_id) const override {
        ENSURE(others_ != nullptr, mls_missing_psk);
        return others_->external_psk(psk_id);
    }
    Result<SecretBuffer> resumption_psk(BytesView group_id, Epoch epoch) const override {
        if (equal(group_id, origin_.group_id())) return origin_.resumption_psk(epoch);
        ENSURE(others_ != nullptr, mls_missing_psk);
        return others_->resumption_psk(group_id, epoch);
    }

  private:
    const Group& origin_;
    const PskSource* others_;
};

Environment with_psks(const Environment& env, const PskSource& psks) {
    Environment out = env;
    out.psks = &psks;
    return out;
}

bool has_client(const std::vector<Member>& members, const Credential& credential,
                const CredentialPolicy& policy) {
    return std::any_of(members.begin(), members.end(), [&](const Member& member) {
        return policy.same_client(member.credential, credential);
    });
}

// check 11.3-2: all members of one group are in the other.
Status check_contained(const std::vector<Member>& inside, const std::vector<Member>& outside,
                       const Environment& env) {
    for (const Member& member : inside) {
        ENSURE(has_client(outside, member.credential, env.credentials), mls_unrelated_group);
    }
    return {};
}

// check 11.3-1: a subgroup has the suite and version of the group. (There is one version.)
Status check_branch(const EpochView& next, const Group& origin, const Environment& env) {
    ENSURE(next.cipher_suite() == origin.current().cipher_suite(), mls_unrelated_group);
    return check_contained(next.members(), origin.members(), env);
}

Status check_reinit(const EpochView& next, const Group& origin, const Environment& env) {
    const std::optional<ReInit>& reinit = origin.reinit();
    ENSURE(reinit, mls_unrelated_group);
    // check 11.2-1: the new group is what the ReInit said.
    ENSURE(reinit->version == ProtocolVersion::mls10, mls_unrelated_group);
    ENSURE(next.cipher_suite() == reinit->cipher_suite, mls_unrelated_group);
    ENSURE(equal(next.group_id(), reinit->group_id), mls_unrelated_group);
    ENSURE(next.extensions() == reinit->extensions, mls_unrelated_group);
    // check 11.2-3: its members are those of the old group.
    TRY(check_contained(next.members(), origin.members(), env));
    return check_contained(origin.members(), next.members(), env);
}

// The first commit of a group that continues another one.
Result<Group::Beginning> begin_linked(const Group& origin, const GroupParameters& parameters,
                                      ResumptionPskUsage usage,
                                      const std::vector<KeyPackage>& key_packages,
                                      const Identity& identity, const LeafOptions& leaf,
                                      const Environment& outer) {
    const LinkedPsks psks(origin, outer.psks);
    const Environment env = with_psks(outer, psks);
    TRY_ASSIGN(Group group, Group::create(parameters, identity, leaf, env));
    CommitOptions options;
    for (const KeyPackage& key_package : key_packages) {
        options.proposals.push_back({Add{key_package}});
    }
    options.proposals.push_back(
        group.make_resumption_psk_proposal(origin.group_id(), origin.epoch(), usage, env.entropy));
    TRY_ASSIGN(CommitMessages messages, group.commit(options, env));
    TRY(check_link(*group.pending_epoch(), origin, usage, env));
    return Group::Beginning{std::move(group), std::move(messages)};
}

}  // namespace

Status check_origin(const PreSharedKeyId* psk, const Group* origin) {
    // check 11.3-3: a group that continues another one is compared with it, so it must be at hand.
    ENSURE((psk == nullptr) == (origin == nullptr), mls_unrelated_group);
    if (psk == nullptr) return {};
    // check 11.2-2: the secret is the old group's; of a reinitialised one, of the epoch after the
    // ReInit.
    ENSURE(equal(psk->psk_group_id, origin->group_id()), mls_unrelated_group);
    ENSURE(psk->usage != ResumptionPskUsage::reinit || psk->psk_epoch == origin->epoch(),
           mls_unrelated_group);
    return {};
}

Status check_link(const EpochView& next, const Group& origin, ResumptionPskUsage usage,
                  const Environment& env) {
    return usage == ResumptionPskUsage::branch ? check_branch(next, origin, env)
                                               : check_reinit(next, origin, env);
}

Result<Group::Beginning> Group::branch(const GroupId& group_id, const Extensions& extensions,
                                       const std::vector<KeyPackage>& key_packages,
                                       const Identity& identity, const LeafOptions& leaf,
                                       const Environment& env) const {
    ENSURE(is_active(), mls_inactive);
    const GroupParameters parameters{current().cipher_suite(), group_id, extensions};
    return begin_linked(*this, parameters, ResumptionPskUsage::branch, key_packages, identity, leaf,
                        env);
}

Result<Group::Beginning> Group::reinitialise(const std::vector<KeyPackage>& key_packages,
                                             const Identity& identity, const LeafOptions& leaf,
                                             const Environment& env) const {
    ENSURE(reinit(), invalid_argument);
    const GroupParameters parameters{reinit()->cipher_suite, reinit()->group_id,
                                     reinit()->extensions};
    return begin_linked(*this, parameters, ResumptionPskUsage::reinit, key_packages, identity, leaf,
                        env);
}

Result<std::optional<Group::Origin>> Group::welcome_origin(BytesView welcome_message,
                                                           const KeyPackageSecrets& own) {
    TRY_ASSIGN(const Welcome welcome, decode_message<Welcome>(welcome_message));
    TRY_ASSIGN(const GroupSecrets secrets, open_group_secrets(welcome, own));
    TRY_ASSIGN(const PreSharedKeyId* id, group_origin(secrets.psks));
    if (id == nullptr) return std::optional<Origin>();
    return std::optional<Origin>(Origin{id->usage, id->psk_group_id, id->psk_epoch});
}

Result<Group> Group::join_linked(BytesView welcome, const KeyPackageSecrets& own,
                                 std::optional<BytesView> ratchet_tree, const Group& origin,
                                 const Environment& env) {
    const LinkedPsks psks(origin, env.psks);
    return join_any(welcome, own, ratchet_tree, &origin, with_psks(env, psks));
}

}  // namespace mayfly::mls
