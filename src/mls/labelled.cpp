#include "mls/labelled.h"

#include "codec/codec.h"

namespace mayfly::mls {
namespace {

constexpr std::string_view label_prefix = "MLS 1.0 ";

void write_label(codec::Writer& writer, std::string_view label) {
    writer.varint(label_prefix.size() + label.size());
    writer.raw(as_bytes(label_prefix));
    writer.raw(as_bytes(label));
}

// SignContent of section 5.1.2 and EncryptContext of section 5.1.3 have the same form.
Bytes labelled_content(std::string_view label, BytesView content) {
    codec::Writer writer;
    write_label(writer, label);
    writer.opaque(content);
    return writer.take();
}

// DrawnEntropy gives bytes that were drawn before, once.
class DrawnEntropy final : public Entropy {
  public:
    explicit DrawnEntropy(BytesView drawn) : rest_(drawn) {}
    void fill(MutableBytesView out) override {
        MAYFLY_ASSERT(out.size() <= rest_.size());
        std::copy_n(rest_.begin(), out.size(), out.begin());
        rest_ = rest_.subspan(out.size());
    }

  private:
    BytesView rest_;
};

}  // namespace

Bytes ref_hash(const CipherSuite& suite, std::string_view label, BytesView value) {
    codec::Writer writer;
    writer.opaque(as_bytes(label));
    writer.opaque(value);
    return crypto::hash(suite.hash, writer.view());
}

Result<Bytes> sign_with_label(const CipherSuite& suite, const Secret& signature_key,
                              std::string_view label, BytesView content) {
    return crypto::sign(suite.signature, signature_key, labelled_content(label, content));
}

Status verify_with_label(const CipherSuite& suite, BytesView signature_key, std::string_view label,
                         BytesView content, BytesView signature) {
    return crypto::verify(suite.signature, signature_key, labelled_content(label, content),
                          signature);
}

Result<crypto::HpkeCiphertext> encrypt_with_label(const CipherSuite& suite, BytesView public_key,
                                                  std::string_view label, BytesView context,
                                                  BytesView plaintext, Entropy& entropy) {
    return crypto::hpke_seal(suite.hpke, public_key, labelled_content(label, context), {},
                             plaintext, entropy);
}

Result<std::vector<crypto::HpkeCiphertext>> encrypt_all_with_label(
    const CipherSuite& suite, std::string_view label, BytesView context,
    std::span<const SealTo> recipients, Entropy& entropy, Parallel* parallel) {
    const size_t drawn_bytes = crypto::kem_encapsulation_random_bytes(suite.hpke.kem);
    SecretBuffer drawn(drawn_bytes * recipients.size());
    for (size_t i = 0; i < recipients.size(); ++i) {
        entropy.fill(drawn.expose_mutable().subspan(i * drawn_bytes, drawn_bytes));
    }
    const crypto::HpkeInfo info(suite.hpke, labelled_content(label, context));
    std::vector<crypto::HpkeCiphertext> out(recipients.size());
    TRY(run_until_failure(parallel, recipients.size(), [&](size_t i) -> Status {
        DrawnEntropy own(drawn.expose().subspan(i * drawn_bytes, drawn_bytes));
        TRY_ASSIGN(out[i], crypto::hpke_seal(info, recipients[i].public_key, {},
                                             recipients[i].plaintext, own));
        return {};
    }));
    return out;
}

Result<SecretBuffer> decrypt_with_label(const CipherSuite& suite, const Secret& private_key,
                                        std::string_view label, BytesView context,
                                        const crypto::HpkeCiphertext& sealed) {
    return crypto::hpke_open(suite.hpke, private_key, labelled_content(label, context), {}, sealed);
}

Secret expand_with_label(const CipherSuite& suite, const Secret& secret, std::string_view label,
                         BytesView context, size_t length_bytes) {
    codec::Writer writer;  // KDFLabel
    writer.u16(static_cast<uint16_t>(length_bytes));
    write_label(writer, label);
    writer.opaque(context);
    return crypto::hkdf_expand(suite.hash, secret.expose(), writer.view(), length_bytes);
}

Secret derive_secret(const CipherSuite& suite, const Secret& secret, std::string_view label) {
    return expand_with_label(suite, secret, label, {}, suite.hash_size_bytes());
}

Secret derive_tree_secret(const CipherSuite& suite, const Secret& secret, std::string_view label,
                          uint32_t generation, size_t length_bytes) {
    return expand_with_label(suite, secret, label, codec::encode(generation), length_bytes);
}

Bytes mac(const CipherSuite& suite, const Secret& key, BytesView data) {
    Bytes out(suite.hash_size_bytes());
    crypto::hmac(suite.hash, key.expose(), data, out);
    return out;
}

}  // namespace mayfly::mls
