#include "mls/welcome.h"

#include "mls/labelled.h"

namespace mayfly::mls {

namespace {

Bytes group_info_tbs(const GroupInfo& info) {
    codec::Writer tbs;
    GroupInfo::signed_fields(info, tbs);
    return tbs.take();
}

}  // namespace

Status sign_group_info(const CipherSuite& suite, GroupInfo& info, const Secret& signature_key) {
    TRY_ASSIGN(info.signature,
               sign_with_label(suite, signature_key, "GroupInfoTBS", group_info_tbs(info)));
    return {};
}

Status verify_group_info(const CipherSuite& suite, const GroupInfo& info, BytesView signature_key) {
    return verify_with_label(suite, signature_key, "GroupInfoTBS", group_info_tbs(info),
                             info.signature);
}

Bytes encrypt_group_info(const CipherSuite& suite, const Secret& welcome_secret,
                         const GroupInfo& info) {
    const WelcomeKeys keys = derive_welcome_keys(suite, welcome_secret);
    return crypto::aead_seal(suite.hpke.aead, keys.key.expose(), keys.nonce.expose(), {},
                             codec::encode(info));
}

Result<GroupInfo> decrypt_group_info(const CipherSuite& suite, const Secret& welcome_secret,
                                     BytesView encrypted) {
    const WelcomeKeys keys = derive_welcome_keys(suite, welcome_secret);
    TRY_ASSIGN(const SecretBuffer plain, crypto::aead_open(suite.hpke.aead, keys.key.expose(),
                                                           keys.nonce.expose(), {}, encrypted));
    return codec::decode<GroupInfo>(plain.expose());
}

Result<EncryptedGroupSecrets> encrypt_group_secrets(const CipherSuite& suite,
                                                    const KeyPackage& recipient,
                                                    BytesView encrypted_group_info,
                                                    const GroupSecrets& secrets, Entropy& entropy) {
    const SecretBuffer plain = codec::encode_secret(secrets);
    EncryptedGroupSecrets out;
    out.new_member = key_package_ref(suite, recipient);
    TRY_ASSIGN(out.encrypted_group_secrets,
               encrypt_with_label(suite, recipient.init_key, "Welcome", encrypted_group_info,
                                  plain.expose(), entropy));
    return out;
}

Result<std::vector<EncryptedGroupSecrets>> encrypt_all_group_secrets(
    const CipherSuite& suite, const std::vector<WelcomeRecipient>& recipients,
    BytesView encrypted_group_info, Entropy& entropy, Parallel* parallel) {
    std::vector<SecretBuffer> plaintexts;
    std::vector<SealTo> seals;
    for (const WelcomeRecipient& recipient : recipients) {
        plaintexts.push_back(codec::encode_secret(recipient.secrets));
        seals.push_back({recipient.key_package.init_key, plaintexts.back().expose()});
    }
    TRY_ASSIGN(auto sealed, encrypt_all_with_label(suite, "Welcome", encrypted_group_info, seals,
                                                   entropy, parallel));
    std::vector<EncryptedGroupSecrets> out;
    for (size_t i = 0; i < recipients.size(); ++i) {
        out.push_back({recipients[i].reference, std::move(sealed[i])});
    }
    return out;
}

Result<GroupSecrets> decrypt_group_secrets(const CipherSuite& suite, const Welcome& welcome,
                                           const KeyPackageRef& recipient,
                                           const Secret& init_private_key) {
    for (const EncryptedGroupSecrets& entry : welcome.secrets) {
        if (entry.new_member != recipient) continue;
        TRY_ASSIGN(const SecretBuffer plain,
                   decrypt_with_label(suite, init_private_key, "Welcome",
                                      welcome.encrypted_group_info, entry.encrypted_group_secrets));
        return codec::decode<GroupSecrets>(plain.expose());
    }
    return MAYFLY_ERROR(mls_not_for_us);
}

}  // namespace mayfly::mls
