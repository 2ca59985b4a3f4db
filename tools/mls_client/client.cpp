// Becoming and being a member, and what all calls share.
#include "client.h"

#include <chrono>

#include "mls/mls_message.h"
#include "mls/ratchet_tree.h"

namespace mayfly::mls_client {

BytesView view_of(const std::string& text) { return as_bytes(text); }
std::string text_of(BytesView bytes) { return std::string(as_text(bytes)); }

void must(Status status) {
    if (status.ok()) return;
    throw Refusal{RefusalKind::failed,
                  std::string(error_name(status.error().code)) + " at " + status.error().where};
}

mls::CipherSuiteId suite_from(uint32_t number) {
    const auto id = static_cast<mls::CipherSuiteId>(number);
    if (number <= UINT16_MAX && mls::find_cipher_suite(id).ok()) return id;
    throw Refusal{RefusalKind::not_implemented, "this cipher suite is not implemented"};
}

mls::Extensions extensions_from(const google::protobuf::RepeatedPtrField<rpc::Extension>& list) {
    mls::Extensions out;
    for (const rpc::Extension& extension : list) {
        out.push_back({static_cast<mls::ExtensionType>(extension.extension_type()),
                       to_bytes(view_of(extension.extension_data()))});
    }
    return out;
}

mls::WireFormat format_from(bool encrypt_handshake) {
    return encrypt_handshake ? mls::WireFormat::private_message : mls::WireFormat::public_message;
}

mls::Identity clone(const mls::Identity& identity) {
    return {identity.credential,
            {identity.signature_keys.private_key.clone(), identity.signature_keys.public_key}};
}

Result<SecretBuffer> Client::Keys::external_psk(BytesView psk_id) const {
    const auto found = external.find(to_bytes(psk_id));
    ENSURE(found != external.end(), mls_missing_psk);
    return found->second.clone();
}

Result<SecretBuffer> Client::Keys::resumption_psk(BytesView group_id, mls::Epoch epoch) const {
    const auto found = resumption.find({to_bytes(group_id), epoch});
    ENSURE(found != resumption.end(), mls_missing_psk);
    return found->second.clone();
}

Client::Keys Client::Keys::clone() const {
    Keys out;
    for (const auto& [id, psk] : external) out.external.emplace(id, psk.clone());
    for (const auto& [id, psk] : resumption) out.resumption.emplace(id, psk.clone());
    return out;
}

mls::Environment Client::environment(const Keys& psks) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()},
            entropy_,
            policy_,
            &psks};
}

mls::LeafOptions Client::leaf_options() {
    mls::LeafOptions out;
    out.lifetime = mls::key_package_lifetime(environment({}).now, Duration::days(30));
    return out;
}

mls::Identity Client::make_identity(mls::CipherSuiteId suite, BytesView name) {
    mls::Identity out;
    out.credential.identity = to_bytes(name);
    out.signature_keys =
        must(crypto::signature_generate(must(mls::find_cipher_suite(suite)).signature, entropy_));
    return out;
}

Client::Joiner Client::make_joiner(mls::CipherSuiteId suite, BytesView name) {
    mls::Identity identity = make_identity(suite, name);
    mls::KeyPackageOptions options;
    options.leaf = leaf_options();
    mls::KeyPackageSecrets package =
        must(mls::create_key_package(suite, identity, options, entropy_));
    return {std::move(identity), std::move(package), {}};
}

uint32_t Client::add_state(State state) {
    must(state.group.use_handshake_format(state.format));
    states_.emplace(next_id_, std::move(state));
    return next_id_++;
}

Client::State Client::join(const Joiner& joiner, BytesView welcome, BytesView tree,
                           mls::WireFormat format, const mls::Group* origin) {
    const auto beside = tree.empty() ? std::nullopt : std::optional(tree);
    const mls::Environment env = environment(joiner.psks);
    mls::Group group =
        must(origin == nullptr
                 ? mls::Group::join(welcome, joiner.key_package, beside, env)
                 : mls::Group::join_linked(welcome, joiner.key_package, beside, *origin, env));
    return {std::move(group), clone(joiner.identity), format, joiner.psks.clone(), {}};
}

void Client::Name(const rpc::NameRequest&, rpc::NameResponse& out) { out.set_name("Mayfly"); }

void Client::SupportedCiphersuites(const rpc::SupportedCiphersuitesRequest&,
                                   rpc::SupportedCiphersuitesResponse& out) {
    for (const mls::CipherSuite& suite : mls::all_cipher_suites()) {
        out.add_ciphersuites(static_cast<uint32_t>(suite.id));
    }
}

void Client::CreateGroup(const rpc::CreateGroupRequest& in, rpc::CreateGroupResponse& out) {
    mls::GroupParameters parameters;
    parameters.cipher_suite = suite_from(in.cipher_suite());
    parameters.group_id = to_bytes(view_of(in.group_id()));
    mls::Identity identity = make_identity(parameters.cipher_suite, view_of(in.identity()));
    mls::Group group =
        must(mls::Group::create(parameters, identity, leaf_options(), environment({})));
    out.set_state_id(add_state(
        {std::move(group), std::move(identity), format_from(in.encrypt_handshake()), {}, {}}));
}

void Client::CreateKeyPackage(const rpc::CreateKeyPackageRequest& in,
                              rpc::CreateKeyPackageResponse& out) {
    Joiner joiner = make_joiner(suite_from(in.cipher_suite()), view_of(in.identity()));
    const mls::KeyPackageSecrets& made = joiner.key_package;
    out.set_key_package(text_of(mls::encode_key_package_message(made.key_package)));
    out.set_init_priv(text_of(made.init_private_key.expose()));
    out.set_encryption_priv(text_of(made.leaf_private_key.expose()));
    out.set_signature_priv(text_of(made.signature_private_key.expose()));
    out.set_transaction_id(next_id_);
    joiners_.emplace(next_id_++, std::move(joiner));
}

void Client::JoinGroup(const rpc::JoinGroupRequest& in, rpc::JoinGroupResponse& out) {
    const Joiner& joiner = find(joiners_, in.transaction_id(), "key package");
    State state = join(joiner, view_of(in.welcome()), view_of(in.ratchet_tree()),
                       format_from(in.encrypt_handshake()), nullptr);
    joiners_.erase(in.transaction_id());
    out.set_epoch_authenticator(text_of(state.group.current().epoch_authenticator()));
    out.set_state_id(add_state(std::move(state)));
}

void Client::ExternalJoin(const rpc::ExternalJoinRequest& in, rpc::ExternalJoinResponse& out) {
    const auto info = must(mls::decode_message<mls::GroupInfo>(view_of(in.group_info())));
    const mls::CipherSuite suite = must(mls::find_cipher_suite(info.group_context.cipher_suite));
    mls::Group::ExternalJoinOptions options;
    if (!in.ratchet_tree().empty()) options.ratchet_tree = to_bytes(view_of(in.ratchet_tree()));
    if (in.remove_prior()) {
        const auto* inside = mls::find_extension(info.extensions, mls::ExtensionType::ratchet_tree);
        const BytesView encoded =
            inside != nullptr ? BytesView(inside->data) : view_of(in.ratchet_tree());
        const mls::RatchetTree tree = must(mls::RatchetTree::decode(suite, encoded));
        for (mls::LeafIndex leaf : tree.members()) {
            if (equal(tree.leaf(leaf)->credential.identity, view_of(in.identity()))) {
                options.replaces = leaf;
            }
        }
        if (!options.replaces) throw Refusal{RefusalKind::failed, "nobody to remove"};
    }
    Keys psks;
    for (const rpc::PreSharedKey& psk : in.psks()) {
        psks.external[to_bytes(view_of(psk.psk_id()))] = SecretBuffer(view_of(psk.psk_secret()));
        mls::PreSharedKeyId id;
        id.psk_id = to_bytes(view_of(psk.psk_id()));
        id.psk_nonce.resize(suite.hash_size_bytes());
        entropy_.fill(id.psk_nonce);
        options.psks.push_back(std::move(id));
    }
    mls::Identity identity = make_identity(suite.id, view_of(in.identity()));
    mls::Group::ExternalJoin joined = must(mls::Group::join_external(
        view_of(in.group_info()), identity, leaf_options(), options, environment(psks)));
    out.set_commit(text_of(joined.commit));
    out.set_epoch_authenticator(text_of(joined.group.current().epoch_authenticator()));
    out.set_state_id(add_state({std::move(joined.group),
                                std::move(identity),
                                format_from(in.encrypt_handshake()),
                                std::move(psks),
                                {}}));
}

void Client::GroupInfo(const rpc::GroupInfoRequest& in, rpc::GroupInfoResponse& out) {
    const State& state = find(states_, in.state_id(), "state");
    out.set_group_info(
        text_of(must(state.group.group_info(true, !in.external_tree(), environment(state.psks)))));
    if (in.external_tree()) out.set_ratchet_tree(text_of(state.group.ratchet_tree()));
}

void Client::StateAuth(const rpc::StateAuthRequest& in, rpc::StateAuthResponse& out) {
    const State& state = find(states_, in.state_id(), "state");
    out.set_state_auth_secret(text_of(state.group.current().epoch_authenticator()));
}

void Client::Export(const rpc::ExportRequest& in, rpc::ExportResponse& out) {
    if (in.key_length() > Secret::capacity_bytes) {
        throw Refusal{RefusalKind::not_implemented,
                      "secrets of more than 72 bytes are not exported"};
    }
    const State& state = find(states_, in.state_id(), "state");
    const Secret secret =
        must(state.group.export_secret(in.label(), view_of(in.context()), in.key_length()));
    out.set_exported_secret(text_of(secret.expose()));
}

void Client::Protect(const rpc::ProtectRequest& in, rpc::ProtectResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    mls::ProtectOptions options;
    options.authenticated_data = to_bytes(view_of(in.authenticated_data()));
    out.set_ciphertext(
        text_of(must(state.group.protect(view_of(in.plaintext()), options, entropy_))));
}

void Client::Unprotect(const rpc::UnprotectRequest& in, rpc::UnprotectResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    const auto header = must(mls::read_message_header(view_of(in.ciphertext())));
    if (header.content_type != mls::ContentType::application) {
        throw Refusal{RefusalKind::failed, "not an application message"};
    }
    const mls::Processed done =
        must(state.group.process(view_of(in.ciphertext()), environment(state.psks)));
    const auto& heard = std::get<mls::ApplicationMessage>(done);
    out.set_authenticated_data(text_of(heard.authenticated_data));
    out.set_plaintext(text_of(heard.plaintext.expose()));
}

void Client::StorePSK(const rpc::StorePSKRequest& in, rpc::StorePSKResponse&) {
    const auto state = states_.find(in.state_or_transaction_id());
    Keys& psks = state != states_.end()
                     ? state->second.psks
                     : find(joiners_, in.state_or_transaction_id(), "state or key package").psks;
    psks.external[to_bytes(view_of(in.psk_id()))] = SecretBuffer(view_of(in.psk_secret()));
}

void Client::Free(const rpc::FreeRequest& in, rpc::FreeResponse&) {
    find(states_, in.state_id(), "state");
    states_.erase(in.state_id());
}

}  // namespace mayfly::mls_client
