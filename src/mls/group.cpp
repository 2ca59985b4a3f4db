// A group's beginning, its current epoch and application messages.
#include "mls/group.h"

#include "mls/epoch_step.h"
#include "mls/handshake.h"
#include "mls/tree_validation.h"

namespace mayfly::mls {

Group::Group(std::unique_ptr<GroupState> state) : state_(std::move(state)) {}
Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;
Group::~Group() = default;

// Section 11.
Result<Group> Group::create(const GroupParameters& parameters, const Identity& identity,
                            const LeafOptions& options, const Environment& env) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(parameters.cipher_suite));
    TRY(check_extensions(parameters.extensions));

    KeyPackageOptions package_options;
    package_options.leaf = options;
    TRY_ASSIGN(KeyPackageSecrets own,
               create_key_package(parameters.cipher_suite, identity, package_options, env.entropy));
    TRY(validate_key_package(suite, own.key_package, env.now));

    auto epoch = std::make_unique<EpochState>(suite);
    const LeafIndex leaf = epoch->tree.add_leaf(own.key_package.leaf_node);
    TRY(check_members(epoch->tree, parameters.extensions));
    epoch->keys = TreeKemPrivate(leaf, std::move(own.leaf_private_key));
    epoch->signature_key = std::move(own.signature_private_key);
    epoch->context.cipher_suite = parameters.cipher_suite;
    epoch->context.group_id = parameters.group_id;
    epoch->context.tree_hash = epoch->tree.tree_hash();
    epoch->context.extensions = parameters.extensions;
    TRY(check_external_senders(epoch->context, parameters.extensions, env));

    Secret epoch_secret(suite.hash_size_bytes());
    env.entropy.fill(epoch_secret.expose_mutable());
    epoch->start(derive_epoch_from(suite, epoch_secret));

    auto state = std::make_unique<GroupState>();
    state->begin(std::move(epoch));
    return Group(std::move(state));
}

EpochView Group::current() const { return EpochView(*state_->epoch); }
LeafIndex Group::own_leaf() const { return state_->epoch->own_leaf(); }
bool Group::is_active() const { return state_->status == GroupStatus::active; }
const std::optional<ReInit>& Group::reinit() const { return state_->reinit; }

Result<SecretBuffer> Group::resumption_psk(Epoch epoch) const {
    if (epoch == state_->epoch->context.epoch && state_->status != GroupStatus::removed) {
        return SecretBuffer(state_->epoch->secrets.resumption_psk.expose());
    }
    for (const ResumptionPsk& past : state_->resumption_psks) {
        if (past.epoch == epoch) return SecretBuffer(past.psk.expose());
    }
    return MAYFLY_ERROR(mls_missing_psk);
}

Result<Secret> Group::safe_export_secret(ComponentId component) {
    ENSURE(state_->status != GroupStatus::removed, mls_inactive);
    return state_->epoch->exports.take(component);
}

Result<Bytes> Group::safe_sign(ComponentId component, std::string_view label,
                               BytesView content) const {
    const EpochState& epoch = *state_->epoch;
    ENSURE(!epoch.signature_key.empty(), mls_inactive);
    return sign_with_label(epoch.suite, epoch.signature_key, component_label(component, label),
                           content);
}

Result<SecretBuffer> Group::safe_decrypt(ComponentId component, std::string_view label,
                                         BytesView context,
                                         const crypto::HpkeCiphertext& sealed) const {
    const EpochState& epoch = *state_->epoch;
    ENSURE(state_->status != GroupStatus::removed, mls_inactive);
    return decrypt_with_label(epoch.suite, *epoch.keys.private_key(epoch.own_leaf().node()),
                              component_label(component, label), context, sealed);
}

Result<Bytes> Group::group_info(bool external_pub, bool with_tree, const Environment& env) const {
    ENSURE(is_active(), mls_inactive);
    TRY_ASSIGN(GroupInfo info, make_group_info(*state_->epoch, {external_pub, with_tree, {}}, env));
    return encode_message(std::move(info));
}

Bytes Group::ratchet_tree() const { return current().ratchet_tree(); }

Status Group::use_handshake_format(WireFormat format) {
    ENSURE(format == WireFormat::private_message || format == WireFormat::public_message,
           invalid_argument);
    state_->handshake_format = format;
    state_->changes.insert(epoch_record());
    return {};
}

Result<Bytes> Group::protect(BytesView plaintext, const ProtectOptions& options, Entropy& entropy) {
    ENSURE(is_active(), mls_inactive);
    // check 12.4-1: who was proposed to be removed must be, before anything more is said.
    ENSURE(state_->wanted_proposals() == 0, mls_pending_proposals);

    ENSURE(plaintext.size() <= application_data_max, input_too_large);
    EpochState& epoch = *state_->epoch;
    FramedContent content;
    content.group_id = epoch.context.group_id;
    content.epoch = epoch.context.epoch;
    content.sender = Sender::member(epoch.own_leaf());
    content.authenticated_data = options.authenticated_data;
    content.content.emplace<ApplicationData>(ApplicationData{SecretBuffer(plaintext)});
    TRY_ASSIGN(const AuthenticatedContent message,
               sign_content(epoch.suite, WireFormat::private_message, std::move(content),
                            epoch.context_bytes, epoch.signature_key));
    TRY_ASSIGN(const SecretTree::KeyLease key,
               epoch.messages.next_key(epoch.own_leaf(), RatchetType::application));
    return encode_message(protect_private(
        epoch.suite, message, key, epoch.secrets.sender_data_secret, options.padding, entropy));
}

void Group::erase_past_epochs() { state_->forget_past({UINT64_MAX}); }

}  // namespace mayfly::mls
