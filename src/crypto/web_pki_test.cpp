// The trust of a relay address without a fingerprint: the system's authorities and the host's name.
// The system here is one authority made for the test, named by OpenSSL's SSL_CERT_FILE.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "crypto/tls.h"
#include "crypto/tls_openssl.h"

namespace mayfly::crypto {
namespace {

using Key = OpensslPtr<EVP_PKEY, EVP_PKEY_free>;
using Certificate = OpensslPtr<X509, X509_free>;
using MemoryBio = OpensslPtr<BIO, BIO_free>;

constexpr long day_s = 86'400;

struct Authority {
    Key key;
    Certificate certificate;
};

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    OpensslPtr<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value));
    ASSERT_TRUE(extension);
    X509_add_ext(certificate, extension.get(), -1);
}

Certificate make_certificate(EVP_PKEY* key, const char* name, const Authority* issuer,
                             long ends_in_s, const char* alternative_names) {
    Certificate out(X509_new());
    X509_set_version(out.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -2 * day_s);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), ends_in_s);
    X509_NAME* subject = X509_get_subject_name(out.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509* signer = issuer == nullptr ? out.get() : issuer->certificate.get();
    X509_set_issuer_name(out.get(), X509_get_subject_name(signer));
    X509_set_pubkey(out.get(), key);
    add_extension(out.get(), signer, NID_basic_constraints,
                  issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (alternative_names != nullptr) {
        add_extension(out.get(), signer, NID_subject_alt_name, alternative_names);
    }
    X509_sign(out.get(), issuer == nullptr ? key : issuer->key.get(), EVP_sha256());
    return out;
}

Bytes text_of(BIO* bio) {
    char* data = nullptr;
    const long size_bytes = BIO_get_mem_data(bio, &data);
    return to_bytes({reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size_bytes)});
}

class WebPki : public testing::Test {
  protected:
    WebPki() {
        authority.key.reset(EVP_EC_gen("P-256"));
        authority.certificate =
            make_certificate(authority.key.get(), "Test authority", nullptr, 30 * day_s, nullptr);
        path = testing::TempDir() + "mayfly-authority-" + std::to_string(getpid()) + ".pem";
        std::FILE* file = std::fopen(path.c_str(), "w");
        PEM_write_X509(file, authority.certificate.get());
        std::fclose(file);
        setenv("SSL_CERT_FILE", path.c_str(), 1);
        client = std::move(TlsClientContext::create()).value();
    }
    ~WebPki() override {
        unsetenv("SSL_CERT_FILE");
        std::remove(path.c_str());
    }

    TlsServerContext server(const char* alternative_names, long ends_in_s = 30 * day_s) {
        Key key(EVP_EC_gen("P-256"));
        const Certificate certificate =
            make_certificate(key.get(), "relay.example", &authority, ends_in_s, alternative_names);
        MemoryBio certificate_bio(BIO_new(BIO_s_mem()));
        MemoryBio key_bio(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(certificate_bio.get(), certificate.get());
        PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr);
        TlsIdentity identity;
        identity.certificates_pem = text_of(certificate_bio.get());
        identity.private_key_pem = SecretBuffer(text_of(key_bio.get()));
        return std::move(TlsServerContext::create(identity)).value();
    }

    // What the client makes of the server: no value is trust.
    std::optional<ErrorCode> connect(const TlsServerContext& context, const char* host) {
        int fds[2] = {-1, -1};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
        auto at_server = std::move(context.accept(UniqueFd(fds[0]))).value();
        auto at_client = std::move(client->connect(UniqueFd(fds[1]), host, {})).value();
        for (int i = 0; i < 10; ++i) {
            const TlsProgress progress = at_client.handshake();
            if (progress == TlsProgress::done) return std::nullopt;
            if (progress == TlsProgress::failed) return at_client.error().code;
            at_server.handshake();
        }
        return ErrorCode::timed_out;
    }

    Authority authority;
    std::string path;
    std::optional<TlsClientContext> client;
};

TEST_F(WebPki, a_certificate_for_the_host_is_trusted) {
    const auto relay = server("DNS:relay.example,IP:192.0.2.1,IP:2001:db8::1");
    for (const char* host : {"relay.example", "192.0.2.1", "2001:db8::1"}) {
        EXPECT_EQ(connect(relay, host), std::nullopt) << host;
    }
}

TEST_F(WebPki, a_certificate_for_another_host_is_not) {
    const auto relay = server("DNS:relay.example,IP:192.0.2.1,DNS:r*.wild.example");
    for (const char* host : {"other.example", "sub.relay.example", "192.0.2.2", "::1",
                             "relay.wild.example", "example"}) {
        EXPECT_EQ(connect(relay, host), ErrorCode::relay_untrusted) << host;
    }
}

TEST_F(WebPki, an_expired_certificate_is_not_trusted) {
    EXPECT_EQ(connect(server("DNS:relay.example", -day_s), "relay.example"),
              ErrorCode::relay_untrusted);
}

TEST_F(WebPki, another_authority_is_not_trusted) {
    const auto relay = server("DNS:relay.example");
    unsetenv("SSL_CERT_FILE");
    client = std::move(TlsClientContext::create()).value();
    EXPECT_EQ(connect(relay, "relay.example"), ErrorCode::relay_untrusted);
}

}  // namespace
}  // namespace mayfly::crypto
