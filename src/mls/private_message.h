// PrivateMessage: signed and encrypted messages of members (RFC 9420 section 6.3).
#pragma once

#include "mls/framing.h"
#include "mls/secret_tree.h"

namespace mayfly::mls {

// Padding of the encrypted content (section 6.3.1).
enum class Padding : uint8_t {
    none,
    padme,  // Padmé: the size keeps only its leading bits; at most 12 % longer
};

// padded_size gives the size that a content of so many bytes is padded to.
size_t padded_size(Padding padding, size_t size_bytes);

struct SenderData {  // section 6.3.2
    LeafIndex leaf;
    uint32_t generation = 0;
    std::array<uint8_t, 4> reuse_guard{};

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf, self.generation, self.reuse_guard);
    }
};

constexpr RatchetType ratchet_of(ContentType type) {
    return type == ContentType::application ? RatchetType::application : RatchetType::handshake;
}

// protect_private encrypts a message whose sender is a member, under a key from next_key.
PrivateMessage protect_private(const CipherSuite& suite, const AuthenticatedContent& message,
                               const SecretTree::KeyLease& key, const Secret& sender_data_secret,
                               Padding padding, Entropy& entropy);

// sender_data_key: the key and nonce that the sender data is encrypted with.
MessageKey sender_data_key(const CipherSuite& suite, const Secret& sender_data_secret,
                           BytesView ciphertext);
Result<SenderData> open_sender_data(const CipherSuite& suite, const PrivateMessage& message,
                                    const Secret& sender_data_secret);
// unprotect_private decrypts the content. The signature is still to be verified.
Result<AuthenticatedContent> unprotect_private(const CipherSuite& suite,
                                               const PrivateMessage& message,
                                               const SenderData& sender, const MessageKey& key);

}  // namespace mayfly::mls
