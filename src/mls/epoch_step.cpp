#include "mls/epoch_step.h"

#include "mls/grease.h"
#include "mls/transcript_hash.h"

namespace mayfly::mls {

namespace {

Result<SecretBuffer> find_psk(const PreSharedKeyId& id, const GroupState* group,
                              const Environment& env) {
    if (id.type == PskType::resumption && group != nullptr &&
        equal(id.psk_group_id, group->epoch->context.group_id)) {
        const EpochState& epoch = *group->epoch;
        if (id.psk_epoch == epoch.context.epoch) {
            return SecretBuffer(epoch.secrets.resumption_psk.expose());
        }
        for (const ResumptionPsk& past : group->resumption_psks) {
            if (past.epoch == id.psk_epoch) return SecretBuffer(past.psk.expose());
        }
    }
    ENSURE(env.psks != nullptr, mls_missing_psk);
    if (id.type == PskType::external) return env.psks->external_psk(id.psk_id);
    return env.psks->resumption_psk(id.psk_group_id, id.psk_epoch);
}

}  // namespace

GroupContext provisional_context(const EpochState& before, const RatchetTree& tree,
                                 const Extensions& extensions) {
    GroupContext out = before.context;
    out.epoch = before.context.epoch.next();
    out.tree_hash = tree.tree_hash();
    out.extensions = extensions;
    return out;
}

Result<std::vector<ResolvedPsk>> resolve_psks(const std::vector<PreSharedKeyId>& ids,
                                              const GroupState* group, const Environment& env) {
    std::vector<ResolvedPsk> out;
    out.reserve(ids.size());
    for (const PreSharedKeyId& id : ids) {
        TRY_ASSIGN(SecretBuffer psk, find_psk(id, group, env));
        out.push_back({id, std::move(psk)});
    }
    return out;
}

NextEpoch advance_epoch(const EpochState& before, EpochStep step,
                        const AuthenticatedContent& commit) {
    NextEpoch out;
    out.state = std::make_unique<EpochState>(before.suite);
    EpochState& next = *out.state;
    next.context = provisional_context(before, step.tree, step.extensions);
    next.context.confirmed_transcript_hash =
        confirmed_transcript_hash(before.suite, before.interim_transcript_hash, commit);
    next.tree = std::move(step.tree);
    next.keys = std::move(step.keys);
    next.signature_key = std::move(step.signature_key);

    out.joiner_secret =
        derive_joiner_secret(next.suite, step.init_secret, step.commit_secret, next.context);
    out.welcome_secret = derive_welcome_secret(next.suite, out.joiner_secret, step.psk_secret);
    next.start(derive_epoch(next.suite, out.joiner_secret, step.psk_secret, next.context));
    return out;
}

Result<GroupInfo> make_group_info(const EpochState& epoch, GroupInfoParts parts,
                                  const Environment& env) {
    GroupInfo info;
    info.group_context = epoch.context;
    info.extensions = std::move(parts.extensions);
    if (parts.external_pub) {
        TRY_ASSIGN(crypto::KemKeyPair external,
                   external_key_pair(epoch.suite, epoch.secrets.external_secret));
        set_extension(info.extensions, ExternalPub{std::move(external.public_key)});
    }
    if (parts.tree) {
        set_extension(info.extensions, Extension{ExtensionType::ratchet_tree, epoch.tree.encode()});
    }
    if (env.grease) add_grease(info.extensions, env.entropy);
    TRY(check_extensions(info.extensions));
    info.confirmation_tag = epoch.confirmation_tag;
    info.signer = epoch.own_leaf();
    TRY(sign_group_info(epoch.suite, info, epoch.signature_key));
    return info;
}

}  // namespace mayfly::mls
