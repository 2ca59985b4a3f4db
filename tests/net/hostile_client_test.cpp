// Clients that a Listener must survive.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/net/echo_relay.h"
#include "tests/net/raw_client.h"
#include "wire/http_upgrade.h"
#include "wire/types.h"
#include "wire/websocket.h"

namespace mayfly::test {
namespace {

const wire::WebSocketMask mask{1, 2, 3, 4};

Bytes frame_of(wire::WebSocketOpcode opcode, BytesView payload) {
    Bytes out;
    wire::append_websocket_frame(out, opcode, payload, mask);
    return out;
}

relay_net::ListenerConfig impatient() {
    relay_net::ListenerConfig config;
    config.handshake_timeout = Duration::milliseconds(300);
    config.idle_timeout = Duration::milliseconds(300);
    config.pong_timeout = Duration::milliseconds(300);
    config.closing_timeout = Duration::milliseconds(300);
    return config;
}

bool still_serves(EchoRelay& relay) {
    Client link;
    return link.bring_up(relay.address());
}

TEST(listener, loopback_needs_no_tls) {
    EchoRelay relay;
    TcpClient page(relay.address().port);
    page.write(as_bytes("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(as_text(page.read_to_end().value_or(Bytes())).ends_with("\r\n\r\nok\n"));

    relay.on_frame_instead = [&](relay::ConnectionId id, Bytes frame) {
        std::vector<relay::Send> sends;
        sends.push_back({id, std::move(frame), true});
        relay.listener().send(std::move(sends));
    };
    TcpClient client(relay.address().port);
    Bytes input = to_bytes(as_bytes(wire::format_upgrade_request("a", "dGhlIHNhbXBsZSBub25jZQ==")));
    append(input, frame_of(wire::WebSocketOpcode::binary, as_bytes("echo")));
    client.write(input);
    const Bytes output = client.read_to_end().value_or(Bytes());
    EXPECT_TRUE(as_text(output).starts_with("HTTP/1.1 101 "));
    EXPECT_NE(as_text(output).find("\r\n\r\n\x82\x04"
                                   "echo\x88\x02"),
              std::string_view::npos);
    EXPECT_TRUE(relay.wait_for_sessions(0));
}

TEST(listener, what_is_neither_tls_nor_http_is_dropped) {
    EchoRelay relay;
    TcpClient client(relay.address().port);
    client.write(as_bytes("nonsense\r\n"));
    EXPECT_TRUE(as_text(client.read_to_end().value_or(Bytes())).starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(still_serves(relay));
}

TEST(listener, connections_to_come_show_the_renewed_certificate) {
    EchoRelay relay;
    const wire::RelayAddress before = relay.address();
    TlsClient early(before);
    ASSERT_TRUE(early.upgrade());
    auto renewed = crypto::TlsServerContext::create(*crypto::make_self_signed_identity());
    ASSERT_TRUE(renewed.ok());
    wire::RelayAddress after = before;
    after.fingerprint = renewed->fingerprint();
    relay.listener().renew_tls(std::move(*renewed));
    EXPECT_FALSE(TlsClient(before).ok());
    EXPECT_TRUE(TlsClient(after).ok());
    ASSERT_TRUE(early.write(frame_of(wire::WebSocketOpcode::ping, {})));
    EXPECT_EQ(early.read_some(), (Bytes{0x8a, 0x00}));
}

TEST(listener, a_client_that_says_nothing_is_dropped_in_time) {
    EchoRelay relay(impatient());
    TcpClient silent(relay.address().port);
    TlsClient no_request(relay.address());
    ASSERT_TRUE(no_request.ok());
    TlsClient half_request(relay.address());
    ASSERT_TRUE(half_request.write(as_bytes("GET /mayfly/v1 HTTP/1.1\r\n")));
    EXPECT_TRUE(silent.read_to_end().has_value());
    EXPECT_TRUE(no_request.read_some().empty());
    EXPECT_TRUE(half_request.read_some().empty());
    EXPECT_TRUE(still_serves(relay));
}

TEST(listener, a_silent_websocket_is_pinged_and_then_dropped) {
    EchoRelay relay(impatient());
    TlsClient client(relay.address());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(relay.wait_for_sessions(1));
    EXPECT_EQ(client.read_some(), (Bytes{0x89, 0x00}));
    EXPECT_TRUE(client.read_some().empty());
    EXPECT_TRUE(relay.wait_for_sessions(0));
}

TEST(listener, an_answer_to_the_ping_keeps_the_connection) {
    EchoRelay relay(impatient());
    TlsClient client(relay.address());
    ASSERT_TRUE(client.upgrade());
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(client.read_some(), (Bytes{0x89, 0x00}));
        ASSERT_TRUE(client.write(frame_of(wire::WebSocketOpcode::pong, {})));
    }
    EXPECT_EQ(relay.sessions(), 1U);
}

TEST(listener, pings_are_answered_with_their_payload) {
    EchoRelay relay;
    TlsClient client(relay.address());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.write(frame_of(wire::WebSocketOpcode::ping, as_bytes("hi"))));
    EXPECT_EQ(client.read_some(), (Bytes{0x8a, 0x02, 'h', 'i'}));
}

TEST(listener, a_fragmented_message_is_one_frame) {
    EchoRelay relay;
    TlsClient client(relay.address());
    ASSERT_TRUE(client.upgrade());
    Bytes first = frame_of(wire::WebSocketOpcode::binary, as_bytes("ab"));
    first[0] = 0x02;
    ASSERT_TRUE(client.write(first));
    ASSERT_TRUE(client.write(frame_of(wire::WebSocketOpcode::continuation, as_bytes("cd"))));
    EXPECT_EQ(client.read_some(), (Bytes{0x82, 0x04, 'a', 'b', 'c', 'd'}));
}

TEST(listener, bytes_may_come_one_at_a_time) {
    EchoRelay relay;
    TlsClient client(relay.address());
    ASSERT_TRUE(client.upgrade());
    for (uint8_t byte : frame_of(wire::WebSocketOpcode::binary, pattern(200))) {
        ASSERT_TRUE(client.write({&byte, 1}));
    }
    Bytes got;
    while (got.size() < 204) append(got, client.read_some());
    EXPECT_TRUE(equal(BytesView(got).subspan(4), pattern(200)));
}

TEST(listener, broken_frames_are_answered_with_their_close_code) {
    EchoRelay relay;
    struct Case {
        Bytes input;
        uint16_t code;
    };
    Bytes unmasked;
    wire::append_websocket_frame(unmasked, wire::WebSocketOpcode::binary, as_bytes("x"), {});
    const Bytes huge{0x82, 0xff, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0};
    for (const Case& one :
         {Case{unmasked, 1002}, Case{frame_of(wire::WebSocketOpcode::text, as_bytes("x")), 1002},
          Case{huge, 1009}}) {
        TlsClient client(relay.address());
        ASSERT_TRUE(client.upgrade());
        ASSERT_TRUE(client.write(one.input));
        EXPECT_EQ(client.read_to_end(), (Bytes{0x88, 0x02, static_cast<uint8_t>(one.code >> 8),
                                               static_cast<uint8_t>(one.code)}));
    }
    EXPECT_TRUE(relay.wait_for_sessions(0));
}

TEST(listener, a_slow_reader_is_cut_off) {
    relay_net::ListenerConfig config;
    config.send_buffer_size_bytes_max = 1U << 20;
    EchoRelay relay(config);
    TlsClient client(relay.address(), 4096);
    ASSERT_TRUE(client.upgrade());
    const Bytes frame = frame_of(wire::WebSocketOpcode::binary, pattern(400'000));
    bool writing = true;
    for (int i = 0; i < 200 && writing && relay.sessions() == 1; ++i) {
        writing = client.write(frame);
    }
    EXPECT_TRUE(relay.wait_for_sessions(0));
    EXPECT_TRUE(still_serves(relay));
}

TEST(listener, a_ping_flood_without_reading_costs_bounded_memory) {
    EchoRelay relay;
    TlsClient client(relay.address(), 4096);
    ASSERT_TRUE(client.upgrade());
    Bytes pings;
    for (int i = 0; i < 1000; ++i) {
        append(pings, frame_of(wire::WebSocketOpcode::ping, pattern(125)));
    }
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(client.write(pings));
    EXPECT_EQ(relay.sessions(), 1U);
    EXPECT_TRUE(still_serves(relay));
}

TEST(listener, many_half_sent_messages_do_not_add_up_to_all_memory) {
    relay_net::ListenerConfig config;
    config.held_size_bytes_max = 1U << 20;
    config.held_share_size_bytes = 64U << 10;
    EchoRelay relay(config);
    const Bytes frame = frame_of(wire::WebSocketOpcode::binary, pattern(1'000'000));
    std::vector<std::unique_ptr<TlsClient>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<TlsClient>(relay.address()));
        ASSERT_TRUE(clients.back()->upgrade());
        clients.back()->write(BytesView(frame).first(400'000));
    }
    // Two fit; one more is over the sum and goes, again and again.
    EXPECT_TRUE(relay.wait_for_sessions(2));
    Client link;
    EXPECT_TRUE(link.bring_up(relay.address()));
    for (int i = 0; i < 2; ++i) {
        TlsClient& client = *clients[static_cast<size_t>(i)];
        ASSERT_TRUE(client.write(BytesView(frame).subspan(400'000, 100'000)));
    }
    EXPECT_EQ(relay.sessions(), 2U + 1U);
}

TEST(listener, abrupt_ends_at_every_stage_are_noticed) {
    EchoRelay relay;
    { TcpClient(relay.address().port).abort(); }
    { TlsClient(relay.address()).abort(); }
    {
        TlsClient client(relay.address());
        ASSERT_TRUE(client.upgrade());
        ASSERT_TRUE(relay.wait_for_sessions(1));
        client.abort();
    }
    {
        TlsClient client(relay.address());
        ASSERT_TRUE(client.upgrade());
        const Bytes frame = frame_of(wire::WebSocketOpcode::binary, pattern(100'000));
        ASSERT_TRUE(client.write(BytesView(frame).first(50'000)));
        client.abort();
    }
    EXPECT_TRUE(relay.wait_for_sessions(0));
    for (int i = 0; i < 1000 && relay.listener().connection_count() > 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(relay.listener().connection_count(), 0U);
    EXPECT_TRUE(still_serves(relay));
}

TEST(listener, connections_over_the_limit_are_refused_before_a_handshake) {
    relay_net::ListenerConfig config;
    config.connections_max = 2;
    EchoRelay relay(config);
    TlsClient one(relay.address());
    TlsClient two(relay.address());
    ASSERT_TRUE(one.upgrade() && two.upgrade());
    EXPECT_FALSE(TlsClient(relay.address()).ok());
    one.abort();
    ASSERT_TRUE(relay.wait_for_sessions(1));
    EXPECT_TRUE(still_serves(relay));
}

std::string page(EchoRelay& relay, std::string_view request) {
    TlsClient client(relay.address());
    if (!client.ok() || !client.write(as_bytes(request))) return {};
    return std::string(as_text(client.read_to_end()));
}

TEST(listener, browsers_get_a_page_and_monitors_the_health) {
    EchoRelay relay;
    const auto get = [&](const std::string& path) {
        return page(relay, "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    };
    EXPECT_TRUE(get("/").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(get("/").find("Mayfly relay"), std::string::npos);
    EXPECT_TRUE(get("/health").ends_with("\r\n\r\nok\n"));
    relay.healthy = false;
    EXPECT_TRUE(get("/health").starts_with("HTTP/1.1 503 "));
    EXPECT_TRUE(get("/mayfly/v1").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(page(relay, "POST / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 405 "));
    EXPECT_TRUE(page(relay, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(
        page(relay, "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x')).starts_with("HTTP/1.1 431 "));
    EXPECT_EQ(relay.sessions(), 0U);
}

}  // namespace
}  // namespace mayfly::test
