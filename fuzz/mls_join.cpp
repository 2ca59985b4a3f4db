// deps: mls crypto
// max_len: 512
//
// Somebody is invited by a malicious member, which changes any field of the GroupInfo, the secrets
// and the tree, and signs and encrypts the outcome as the rules ask. Joining by Welcome or by
// external commit gives an error or a group that works; so does adding a client whose key package
// was changed and signed again. The first byte says which, then each three are a change.
#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group.h"
#include "mls/mls_message.h"

namespace mayfly::mls {
namespace {

constexpr CipherSuiteId suite_id = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

struct Change {
    uint8_t what;
    uint8_t where;
    uint8_t how;

    void bytes(Bytes& target) const {
        if (how == 0) {
            target.resize(where);
        } else if (!target.empty()) {
            target[where * target.size() / 256] ^= how;
        }
    }
    void extensions(Extensions& list) const {
        if (how % 4 == 0 && !list.empty()) {
            list.erase(list.begin() + where % static_cast<ptrdiff_t>(list.size()));
        } else if (how % 4 == 1 && !list.empty()) {
            bytes(list[where % list.size()].data);
        } else {
            list.push_back({ExtensionType{where}, Bytes(how / 4, how)});
        }
    }
};

class Inn {
  public:
    Inn() : suite_(find_cipher_suite(suite_id).value()) {
        GroupParameters parameters;
        parameters.cipher_suite = suite_id;
        parameters.group_id = {1};
        Identity host = make_identity();
        host_key_ = host.signature_keys.private_key.clone();
        group_ =
            std::make_unique<Group>(Group::create(parameters, host, LeafOptions(), env()).value());
        guest_identity_ = make_identity();
        guest_ = create_key_package(suite_id, guest_identity_, {}, entropy_).value();
        CommitOptions options;
        for (int i = 0; i < 3; ++i) {
            options.proposals.push_back({Add{
                create_key_package(suite_id, make_identity(), {}, entropy_).value().key_package}});
        }
        options.proposals.push_back({Add{guest_.key_package}});
        const CommitMessages sent = group_->commit(options, env()).value();
        group_->merge_pending_commit().value();
        welcome_ = decode_message<Welcome>(*sent.welcome).value();
        reference_ = key_package_ref(suite_, guest_.key_package);
        const GroupSecrets secrets = read_secrets();
        info_ =
            decrypt_group_info(suite_, welcome_key(secrets), welcome_.encrypted_group_info).value();
        outside_info_ =
            decode_message<GroupInfo>(group_->group_info(true, true, env()).value()).value();
        MAYFLY_ASSERT(by_welcome({}));
        MAYFLY_ASSERT(by_external_commit({}));
        MAYFLY_ASSERT(be_added({}));
    }

    bool by_welcome(BytesView changes) {
        GroupInfo info = info_;
        GroupSecrets secrets = read_secrets();
        bool sign = true;
        for (; changes.size() >= 3; changes = changes.subspan(3)) {
            const Change change{changes[0], changes[1], changes[2]};
            if (change.what >= 128) {
                change_secrets(change, secrets);
            } else {
                sign = change_info(change, info) && sign;
            }
        }
        if (sign && !sign_group_info(suite_, info, host_key_).ok()) return false;
        Welcome welcome;
        welcome.cipher_suite = suite_id;
        welcome.encrypted_group_info = encrypt_group_info(suite_, welcome_key(secrets), info);
        auto sealed = encrypt_group_secrets(suite_, guest_.key_package,
                                            welcome.encrypted_group_info, secrets, entropy_);
        if (!sealed.ok()) return false;
        welcome.secrets.push_back(*std::move(sealed));
        auto joined = Group::join(encode_message(std::move(welcome)), guest_, std::nullopt, env());
        return joined.ok() && works(*joined);
    }

    bool by_external_commit(BytesView changes) {
        GroupInfo info = outside_info_;
        bool sign = true;
        for (; changes.size() >= 3; changes = changes.subspan(3)) {
            sign = change_info({changes[0], changes[1], changes[2]}, info) && sign;
        }
        if (sign && !sign_group_info(suite_, info, host_key_).ok()) return false;
        auto joined = Group::join_external(encode_message(std::move(info)), stranger(),
                                           LeafOptions(), {}, env());
        return joined.ok() && works(joined->group);
    }

    bool be_added(BytesView changes) {
        const Identity identity = stranger();
        KeyPackage package = create_key_package(suite_id, identity, {}, entropy_)->key_package;
        bool sign = true;
        for (; changes.size() >= 3; changes = changes.subspan(3)) {
            sign = change_package({changes[0], changes[1], changes[2]}, package) && sign;
        }
        const Secret& key = identity.signature_keys.private_key;
        if (sign && !(sign_leaf_node(suite_, package.leaf_node, key, {}).ok() &&
                      sign_key_package(suite_, package, key).ok())) {
            return false;
        }
        CommitOptions options;
        options.proposals.push_back({Add{std::move(package)}});
        const bool taken = group_->commit(options, env()).ok();
        group_->discard_pending_commit();
        return taken;
    }

  private:
    // Both give false if the signature is to stay as it was.
    static bool change_info(const Change& change, GroupInfo& info) {
        GroupContext& context = info.group_context;
        switch (change.what % 12) {
            case 0: context.epoch.value ^= change.how; break;
            case 1: change.bytes(context.group_id); break;
            case 2: change.bytes(context.tree_hash); break;
            case 3: change.bytes(context.confirmed_transcript_hash); break;
            case 4: change.extensions(context.extensions); break;
            case 5: change.extensions(info.extensions); break;
            case 6: change.bytes(info.confirmation_tag); break;
            case 7: info.signer.value ^= change.how; break;
            case 8: context.cipher_suite = CipherSuiteId{change.how}; break;
            case 9: context.version = ProtocolVersion{change.how}; break;
            case 10: return false;
            default:  // the tree
                for (Extension& extension : info.extensions) change.bytes(extension.data);
        }
        return true;
    }

    static bool change_package(const Change& change, KeyPackage& package) {
        LeafNode& leaf = package.leaf_node;
        switch (change.what % 11) {
            case 0: change.bytes(package.init_key); break;
            case 1: change.extensions(package.extensions); break;
            case 2: package.cipher_suite = CipherSuiteId{change.how}; break;
            case 3: package.version = ProtocolVersion{change.how}; break;
            case 4: change.bytes(leaf.encryption_key); break;
            case 5: change.bytes(leaf.signature_key); break;
            case 6: change.bytes(leaf.credential.identity); break;
            case 7: change.extensions(leaf.extensions); break;
            case 8: leaf.capabilities.cipher_suites.resize(change.how % 4); break;
            case 9: leaf.lifetime.not_before ^= change.how; break;
            default: return false;
        }
        return true;
    }

    void change_secrets(const Change& change, GroupSecrets& secrets) {
        Bytes random(change.where % 65, change.how);
        switch (change.what % 4) {
            case 0: secrets.joiner_secret = Secret(random); break;
            case 1: secrets.path_secret.reset(); break;
            case 2: secrets.path_secret = Secret(random); break;
            default: {
                PreSharedKeyId id;
                id.type = change.how % 2 == 0 ? PskType::external : PskType::resumption;
                id.usage = ResumptionPskUsage(1 + change.how % 3);
                id.psk_nonce = std::move(random);
                secrets.psks.push_back(std::move(id));
            }
        }
    }

    // What was joined goes on after a restart.
    bool works(Group& group) {
        std::vector<GroupRecord> records = group.take_changes();
        group = Group::load(records).value();
        static_cast<void>(group.protect(Bytes{1}, {}, entropy_).value());
        if (group.commit({}, env()).ok()) group.merge_pending_commit().value();
        return true;
    }

    GroupSecrets read_secrets() const {
        return decrypt_group_secrets(suite_, welcome_, reference_, guest_.init_private_key).value();
    }
    Secret welcome_key(const GroupSecrets& secrets) const {
        const Secret no_psk(suite_.hash_size_bytes());
        return derive_welcome_secret(suite_, secrets.joiner_secret, no_psk);
    }

    Environment env() { return {{0}, entropy_, policy_}; }

    Identity make_identity() {
        Identity out;
        out.credential.identity = {next_identity_++};
        out.signature_keys =
            crypto::signature_generate(crypto::SignatureId::ed25519, entropy_).value();
        return out;
    }
    Identity stranger() {
        next_identity_ = 99;
        return make_identity();
    }

    crypto::SeededEntropy entropy_{1};
    AcceptAll policy_;
    CipherSuite suite_;
    uint8_t next_identity_ = 0;
    Secret host_key_;
    std::unique_ptr<Group> group_;
    Identity guest_identity_;
    KeyPackageSecrets guest_;
    KeyPackageRef reference_;
    Welcome welcome_;
    GroupInfo info_;
    GroupInfo outside_info_;
};

}  // namespace
}  // namespace mayfly::mls

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly;
    static mls::Inn inn;
    if (size_bytes == 0) return 0;
    const BytesView changes = BytesView(data, size_bytes).subspan(1);
    switch (data[0] % 3) {
        case 0: inn.by_welcome(changes); break;
        case 1: inn.by_external_commit(changes); break;
        default: inn.be_added(changes); break;
    }
    return 0;
}
