// GroupInfo, GroupSecrets and Welcome: RFC 9420 section 12.4.3.
#pragma once

#include "mls/group_context.h"
#include "mls/key_package.h"
#include "mls/key_schedule.h"
#include "mls/pre_shared_key.h"
#include "util/parallel.h"

namespace mayfly::mls {

struct GroupInfo {
    GroupContext group_context;
    Extensions extensions;
    Bytes confirmation_tag;
    LeafIndex signer;
    Bytes signature;

    template <class Self, class Archive>
    static void signed_fields(Self& self, Archive& archive) {
        archive(self.group_context, self.extensions, self.confirmation_tag, self.signer);
    }
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        signed_fields(self, archive);
        archive(self.signature);
    }
    bool operator==(const GroupInfo&) const = default;
};

Status sign_group_info(const CipherSuite& suite, GroupInfo& info, const Secret& signature_key);
Status verify_group_info(const CipherSuite& suite, const GroupInfo& info, BytesView signature_key);

struct GroupSecrets {
    Secret joiner_secret;
    std::optional<Secret> path_secret;  // the structure PathSecret holds nothing else
    std::vector<PreSharedKeyId> psks;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.joiner_secret, self.path_secret, self.psks);
    }
};

struct EncryptedGroupSecrets {
    KeyPackageRef new_member;
    crypto::HpkeCiphertext encrypted_group_secrets;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.new_member, self.encrypted_group_secrets);
    }
    bool operator==(const EncryptedGroupSecrets&) const = default;
};

struct Welcome {
    CipherSuiteId cipher_suite{};
    std::vector<EncryptedGroupSecrets> secrets;
    Bytes encrypted_group_info;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.cipher_suite, self.secrets, self.encrypted_group_info);
    }
    bool operator==(const Welcome&) const = default;
};

// The two halves of a Welcome: the group info under a key from the welcome_secret, and the secrets
// of one new member under its init key.
Bytes encrypt_group_info(const CipherSuite& suite, const Secret& welcome_secret,
                         const GroupInfo& info);
Result<GroupInfo> decrypt_group_info(const CipherSuite& suite, const Secret& welcome_secret,
                                     BytesView encrypted);
Result<EncryptedGroupSecrets> encrypt_group_secrets(const CipherSuite& suite,
                                                    const KeyPackage& recipient,
                                                    BytesView encrypted_group_info,
                                                    const GroupSecrets& secrets, Entropy& entropy);
// encrypt_all_group_secrets: the same for many. secrets: of each recipient.
struct WelcomeRecipient {
    const KeyPackage& key_package;
    KeyPackageRef reference;
    GroupSecrets secrets;
};
Result<std::vector<EncryptedGroupSecrets>> encrypt_all_group_secrets(
    const CipherSuite& suite, const std::vector<WelcomeRecipient>& recipients,
    BytesView encrypted_group_info, Entropy& entropy, Parallel* parallel);
// decrypt_group_secrets: mls_not_for_us if the Welcome has no entry for that key package.
Result<GroupSecrets> decrypt_group_secrets(const CipherSuite& suite, const Welcome& welcome,
                                           const KeyPackageRef& recipient,
                                           const Secret& init_private_key);

}  // namespace mayfly::mls
