#include "crypto/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <limits>

#include "crypto/socket_bio.h"
#include "crypto/tls_openssl.h"

namespace mayfly::crypto {
namespace {

using SslContextPtr = OpensslPtr<SSL_CTX, SSL_CTX_free>;
using SslPtr = OpensslPtr<SSL, SSL_free>;

constexpr const char* cipher_suites =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
// From OpenSSL 3.5 on there is a hybrid group against recorded traffic.
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
constexpr const char* key_exchange_groups = "X25519MLKEM768:X25519:P-256";
#else
constexpr const char* key_exchange_groups = "X25519:P-256";
#endif

SslContextPtr make_context(const SSL_METHOD* method) {
    ERR_clear_error();
    SslContextPtr context(SSL_CTX_new(method));
    if (!context) return nullptr;
    SSL_CTX* raw = context.get();
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const bool good = SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1 &&
                      SSL_CTX_set_ciphersuites(raw, cipher_suites) == 1 &&
                      SSL_CTX_set1_groups_list(raw, key_exchange_groups) == 1 &&
                      SSL_CTX_set_num_tickets(raw, 0) == 1;
    if (!good) return nullptr;
    return context;
}

bool is_ip_address(const std::string& host) {
    std::array<uint8_t, sizeof(in6_addr)> ignored{};
    return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

// Replaces OpenSSL's path validation in pinned mode. The handshake itself proves that the server
// holds the key.
int check_pin(X509_STORE_CTX* store, void*) {
    const auto* ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* pin = static_cast<const KeyFingerprint*>(SSL_get_app_data(ssl));
    X509* certificate = X509_STORE_CTX_get0_cert(store);
    if (pin != nullptr && certificate != nullptr && fingerprint_of(certificate) == *pin) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

}  // namespace

struct TlsStream::State {
    UniqueFd socket;
    KeyFingerprint pin;
    SslPtr ssl;
    Error error = MAYFLY_ERROR(connection_lost);

    // Must follow the failed call at once: OpenSSL keeps its errors per thread.
    TlsProgress progress_of(int result) {
        switch (SSL_get_error(ssl.get(), result)) {
            case SSL_ERROR_NONE: return TlsProgress::done;
            case SSL_ERROR_WANT_READ: return TlsProgress::want_read;
            case SSL_ERROR_WANT_WRITE: return TlsProgress::want_write;
            case SSL_ERROR_ZERO_RETURN: return TlsProgress::closed;
            case SSL_ERROR_SSL: error = protocol_error(); break;
            default: error = MAYFLY_ERROR(connection_lost); break;
        }
        ERR_clear_error();
        return TlsProgress::failed;
    }
    static Error protocol_error() {
        switch (ERR_GET_REASON(ERR_peek_error())) {
            case SSL_R_CERTIFICATE_VERIFY_FAILED: return MAYFLY_ERROR(relay_untrusted);
            case SSL_R_UNEXPECTED_EOF_WHILE_READING: return MAYFLY_ERROR(connection_lost);
            default: return MAYFLY_ERROR(tls_failed);
        }
    }
};

namespace {

Result<std::unique_ptr<TlsStream::State>> make_stream(SSL_CTX* context, UniqueFd socket) {
    ERR_clear_error();
    SslPtr ssl(SSL_new(context));
    ENSURE(ssl, crypto_failure);
    BIO* bio = new_socket_bio(socket.get());
    ENSURE(bio != nullptr, crypto_failure);
    SSL_set_bio(ssl.get(), bio, bio);
    std::unique_ptr<TlsStream::State> state(
        new TlsStream::State{std::move(socket), {}, std::move(ssl)});
    return state;
}

}  // namespace

void UniqueFd::reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

TlsStream::TlsStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream& TlsStream::operator=(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() = default;

TlsProgress TlsStream::handshake() {
    ERR_clear_error();
    return state_->progress_of(SSL_do_handshake(state_->ssl.get()));
}

TlsIo TlsStream::read(MutableBytesView out) {
    ERR_clear_error();
    size_t size_bytes = 0;
    const int result = SSL_read_ex(state_->ssl.get(), out.data(), out.size(), &size_bytes);
    return {state_->progress_of(result), size_bytes};
}

TlsIo TlsStream::write(BytesView in) {
    ERR_clear_error();
    size_t size_bytes = 0;
    const int result = SSL_write_ex(state_->ssl.get(), in.data(), in.size(), &size_bytes);
    return {state_->progress_of(result), size_bytes};
}

TlsProgress TlsStream::shutdown() {
    ERR_clear_error();
    const int result = SSL_shutdown(state_->ssl.get());
    return result >= 0 ? TlsProgress::done : state_->progress_of(result);
}

bool TlsStream::has_buffered_input() const { return SSL_has_pending(state_->ssl.get()) == 1; }
int TlsStream::fd() const { return state_->socket.get(); }
Error TlsStream::error() const { return state_->error; }

struct TlsServerContext::State {
    SslContextPtr context;
    KeyFingerprint fingerprint;
};

TlsServerContext::TlsServerContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsServerContext::TlsServerContext(TlsServerContext&&) noexcept = default;
TlsServerContext& TlsServerContext::operator=(TlsServerContext&&) noexcept = default;
TlsServerContext::~TlsServerContext() = default;

Result<TlsServerContext> TlsServerContext::create(const TlsIdentity& identity) {
    auto context = make_context(TLS_server_method());
    ENSURE(context, crypto_failure);
    const auto certificates = read_certificates(identity.certificates_pem);
    ENSURE(!certificates.empty(), invalid_key);
    const BytesView key_pem = identity.private_key_pem.expose();
    ENSURE(!key_pem.empty() && key_pem.size() <= tls_pem_size_bytes_max, invalid_key);
    OpensslPtr<BIO, BIO_free> bio(
        BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
    ENSURE(bio, crypto_failure);
    OpensslPtr<EVP_PKEY, EVP_PKEY_free> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
    ENSURE(key, invalid_key);
    ENSURE(SSL_CTX_use_certificate(context.get(), certificates.front().get()) == 1, invalid_key);
    ENSURE(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, invalid_key);
    for (size_t i = 1; i < certificates.size(); ++i) {
        ENSURE(SSL_CTX_add1_chain_cert(context.get(), certificates[i].get()) == 1, invalid_key);
    }
    const auto fingerprint = fingerprint_of(certificates.front().get());
    ENSURE(fingerprint.has_value(), invalid_key);
    return TlsServerContext(std::make_unique<State>(State{std::move(context), *fingerprint}));
}

Result<TlsStream> TlsServerContext::accept(UniqueFd socket) const {
    TRY_ASSIGN(auto state, make_stream(state_->context.get(), std::move(socket)));
    SSL_set_accept_state(state->ssl.get());
    return TlsStream(std::move(state));
}

const KeyFingerprint& TlsServerContext::fingerprint() const { return state_->fingerprint; }

struct TlsClientContext::State {
    SslContextPtr web_pki;
    SslContextPtr pinned;
};

TlsClientContext::TlsClientContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClientContext::TlsClientContext(TlsClientContext&&) noexcept = default;
TlsClientContext& TlsClientContext::operator=(TlsClientContext&&) noexcept = default;
TlsClientContext::~TlsClientContext() = default;

Result<TlsClientContext> TlsClientContext::create() {
    auto web_pki = make_context(TLS_client_method());
    auto pinned = make_context(TLS_client_method());
    ENSURE(web_pki && pinned, crypto_failure);
    ENSURE(SSL_CTX_set_default_verify_paths(web_pki.get()) == 1, crypto_failure);
    SSL_CTX_set_verify(web_pki.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_verify(pinned.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(pinned.get(), check_pin, nullptr);
    ERR_clear_error();
    return TlsClientContext(std::make_unique<State>(State{std::move(web_pki), std::move(pinned)}));
}

Result<TlsStream> TlsClientContext::connect(UniqueFd socket, std::string_view host,
                                            const std::optional<KeyFingerprint>& pin) const {
    SSL_CTX* context = pin ? state_->pinned.get() : state_->web_pki.get();
    TRY_ASSIGN(auto state, make_stream(context, std::move(socket)));
    SSL* ssl = state->ssl.get();
    std::string name(host);
    const bool is_ip = is_ip_address(name);
    if (!is_ip) {  // SSL_set_tlsext_host_name, spelled out: that macro has a C cast in it
        ENSURE(SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                        name.data()) == 1,
               crypto_failure);
    }
    if (pin) {
        state->pin = *pin;
        ENSURE(SSL_set_app_data(ssl, &state->pin) == 1, crypto_failure);
    } else if (is_ip) {
        ENSURE(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1,
               crypto_failure);
    } else {
        SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        ENSURE(SSL_set1_host(ssl, name.c_str()) == 1, crypto_failure);
    }
    SSL_set_connect_state(ssl);
    return TlsStream(std::move(state));
}

}  // namespace mayfly::crypto
