#include "crypto/tls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/sha1.h"

namespace mayfly::crypto {
namespace {

struct Pair {
    UniqueFd server;
    UniqueFd client;
};

Pair socket_pair() {
    int fds[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

TlsServerContext server_context() {
    return std::move(TlsServerContext::create(*make_self_signed_identity())).value();
}

struct Ends {
    TlsStream server;
    TlsStream client;
    TlsProgress server_progress = TlsProgress::want_read;
    TlsProgress client_progress = TlsProgress::want_read;

    void handshake() {
        for (int i = 0; i < 10; ++i) {
            if (client_progress == TlsProgress::want_read) client_progress = client.handshake();
            if (server_progress == TlsProgress::want_read) server_progress = server.handshake();
        }
    }
};

Ends make_ends(const TlsServerContext& context, std::string_view host,
               const std::optional<KeyFingerprint>& pin) {
    static const TlsClientContext client = std::move(TlsClientContext::create()).value();
    Pair fds = socket_pair();
    Ends ends{std::move(context.accept(std::move(fds.server))).value(),
              std::move(client.connect(std::move(fds.client), host, pin)).value()};
    ends.handshake();
    return ends;
}

TEST(tls, data_and_an_orderly_end_pass_both_ways) {
    const auto context = server_context();
    Ends ends = make_ends(context, "127.0.0.1", context.fingerprint());
    ASSERT_EQ(ends.server_progress, TlsProgress::done);
    ASSERT_EQ(ends.client_progress, TlsProgress::done);
    std::array<uint8_t, 100> buffer{};
    EXPECT_EQ(ends.server.read(buffer).progress, TlsProgress::want_read);
    EXPECT_EQ(ends.client.write(as_bytes("hello")).size_bytes, 5U);
    EXPECT_EQ(ends.client.write(as_bytes(" there")).size_bytes, 6U);
    EXPECT_EQ(ends.server.read(MutableBytesView(buffer).first(2)).size_bytes, 2U);
    EXPECT_TRUE(ends.server.has_buffered_input());
    EXPECT_EQ(ends.server.read(buffer).size_bytes, 3U);
    EXPECT_EQ(ends.server.read(buffer).size_bytes, 6U);
    EXPECT_FALSE(ends.server.has_buffered_input());
    EXPECT_EQ(ends.server.write(as_bytes("back")).size_bytes, 4U);
    EXPECT_EQ(ends.server.shutdown(), TlsProgress::done);
    EXPECT_EQ(ends.client.read(buffer).size_bytes, 4U);
    EXPECT_EQ(ends.client.read(buffer).progress, TlsProgress::closed);
}

TEST(tls, a_full_socket_gives_want_write_and_loses_nothing) {
    const auto context = server_context();
    Ends ends = make_ends(context, "a.example", context.fingerprint());
    const Bytes chunk(50'000, 7);
    size_t written_bytes = 0;
    TlsIo io;
    while ((io = ends.server.write(chunk)).progress == TlsProgress::done) {
        written_bytes += io.size_bytes;
    }
    ASSERT_EQ(io.progress, TlsProgress::want_write);
    Bytes buffer(20'000);
    size_t read_bytes = 0;
    while ((io = ends.client.read(buffer)).progress == TlsProgress::done) {
        read_bytes += io.size_bytes;
    }
    EXPECT_EQ(io.progress, TlsProgress::want_read);
    // The record that did not fit is sent with the next write, which must start with its bytes.
    io = ends.server.write(chunk);
    ASSERT_EQ(io.progress, TlsProgress::done);
    written_bytes += io.size_bytes;
    while ((io = ends.client.read(buffer)).progress == TlsProgress::done) {
        read_bytes += io.size_bytes;
    }
    EXPECT_EQ(read_bytes, written_bytes);
}

TEST(tls, a_relay_with_another_fingerprint_is_untrusted) {
    const auto context = server_context();
    const auto other = server_context();
    ASSERT_NE(context.fingerprint(), other.fingerprint());
    Ends ends = make_ends(context, "127.0.0.1", other.fingerprint());
    ASSERT_EQ(ends.client_progress, TlsProgress::failed);
    EXPECT_EQ(ends.client.error().code, ErrorCode::relay_untrusted);
    EXPECT_EQ(ends.server_progress, TlsProgress::failed);
    EXPECT_EQ(ends.server.error().code, ErrorCode::tls_failed);
}

TEST(tls, a_self_signed_relay_is_untrusted_without_a_fingerprint) {
    const auto context = server_context();
    for (const char* host : {"relay.example", "127.0.0.1", "::1"}) {
        Ends ends = make_ends(context, host, std::nullopt);
        ASSERT_EQ(ends.client_progress, TlsProgress::failed);
        EXPECT_EQ(ends.client.error().code, ErrorCode::relay_untrusted);
    }
}

TEST(tls, other_protocols_fail_cleanly) {
    const auto context = server_context();
    for (std::string_view text : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\xff\xff"}) {
        Pair fds = socket_pair();
        auto server = std::move(context.accept(std::move(fds.server))).value();
        EXPECT_EQ(server.handshake(), TlsProgress::want_read);
        ASSERT_EQ(write(fds.client.get(), text.data(), text.size()),
                  static_cast<ssize_t>(text.size()));
        EXPECT_EQ(server.handshake(), TlsProgress::failed);
        EXPECT_EQ(server.error().code, ErrorCode::tls_failed);
    }
}

TEST(tls, a_vanished_peer_is_a_lost_connection) {
    const auto context = server_context();
    {
        Pair fds = socket_pair();
        auto server = std::move(context.accept(std::move(fds.server))).value();
        fds.client.reset();
        EXPECT_EQ(server.handshake(), TlsProgress::failed);
        EXPECT_EQ(server.error().code, ErrorCode::connection_lost);
    }
    std::optional<Ends> ends = make_ends(context, "a.example", context.fingerprint());
    TlsStream server = std::move(ends->server);
    ends.reset();
    std::array<uint8_t, 10> buffer{};
    EXPECT_EQ(server.read(buffer).progress, TlsProgress::failed);
    EXPECT_EQ(server.error().code, ErrorCode::connection_lost);
    // Writing to it must neither raise SIGPIPE nor succeed for ever.
    EXPECT_EQ(server.write(as_bytes("x")).progress, TlsProgress::failed);
}

TEST(tls, the_fingerprint_names_the_key_and_survives_storage) {
    const auto identity = *make_self_signed_identity();
    const auto context = std::move(TlsServerContext::create(identity)).value();
    EXPECT_EQ(*certificate_fingerprint(identity.certificates_pem), context.fingerprint());
}

TEST(tls, unusable_identities_are_refused) {
    const auto identity = *make_self_signed_identity();
    const auto other = *make_self_signed_identity();
    const auto code_of = [](BytesView certificates, const SecretBuffer& key) {
        TlsIdentity mixed;
        mixed.certificates_pem = to_bytes(certificates);
        mixed.private_key_pem = key.clone();
        return TlsServerContext::create(mixed).code();
    };
    EXPECT_EQ(code_of(identity.certificates_pem, other.private_key_pem), ErrorCode::invalid_key);
    EXPECT_EQ(code_of(identity.certificates_pem, SecretBuffer()), ErrorCode::invalid_key);
    EXPECT_EQ(code_of({}, identity.private_key_pem), ErrorCode::invalid_key);
    EXPECT_EQ(code_of(as_bytes("rubbish"), identity.private_key_pem), ErrorCode::invalid_key);
    EXPECT_EQ(certificate_fingerprint(as_bytes("rubbish")).code(), ErrorCode::invalid_key);
}

TEST(sha1, abc_of_fips_180) {
    EXPECT_EQ(to_hex(sha1_not_for_security(as_bytes("abc"))),
              "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace mayfly::crypto
