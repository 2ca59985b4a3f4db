// Link and Listener with each other, over loopback.
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "tests/net/echo_relay.h"
#include "tests/net/raw_client.h"
#include "wire/types.h"

namespace mayfly::test {
namespace {

using Kind = link::LinkEvent::Kind;

TEST(link, frames_of_every_size_come_back_in_order) {
    EchoRelay relay;
    Client link;
    ASSERT_TRUE(link.bring_up(relay.address()));
    std::vector<Bytes> frames;
    for (size_t size : {1UL, 125UL, 126UL, 1000UL, 65'536UL, wire::frame_size_bytes_max}) {
        frames.push_back(pattern(size, static_cast<uint8_t>(size)));
    }
    for (const Bytes& frame : frames) ASSERT_TRUE(link->send(relay.address(), frame).ok());
    for (const Bytes& frame : frames) {
        const auto event = link.next_event();
        ASSERT_TRUE(event && event->kind == Kind::frame);
        EXPECT_EQ(event->frame, frame);
    }
}

TEST(link, several_relays_are_kept_apart) {
    EchoRelay one;
    EchoRelay two;
    Client link;
    ASSERT_TRUE(link.bring_up(one.address()));
    ASSERT_TRUE(link.bring_up(two.address()));
    ASSERT_TRUE(link->send(two.address(), as_bytes("two")).ok());
    auto event = link.next_event();
    ASSERT_TRUE(event && event->kind == Kind::frame);
    EXPECT_EQ(event->relay, two.address());
    ASSERT_TRUE(link->connect(two.address()).ok());  // is there already: nothing happens
    link->close(two.address());
    EXPECT_FALSE(link->is_up(two.address()));
    EXPECT_EQ(link->send(two.address(), as_bytes("x")).code(), ErrorCode::connection_lost);
    link->flush(Duration::seconds(5));
    EXPECT_TRUE(two.wait_for_sessions(0));
    EXPECT_TRUE(link->is_up(one.address()));
    ASSERT_TRUE(link.bring_up(two.address()));
}

TEST(link, close_sends_what_was_queued) {
    std::atomic<size_t> frames = 0;
    EchoRelay relay;
    relay.on_frame_instead = [&](relay::ConnectionId, Bytes) { ++frames; };
    Client link;
    ASSERT_TRUE(link.bring_up(relay.address()));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(link->send(relay.address(), pattern(1'000'000)).ok());
    link->close(relay.address());
    link->flush(Duration::seconds(10));
    EXPECT_TRUE(relay.wait_for_sessions(0));
    EXPECT_EQ(frames, 5U);
}

TEST(link, another_fingerprint_is_untrusted) {
    EchoRelay relay;
    EchoRelay other;
    wire::RelayAddress address = relay.address();
    address.fingerprint = other.address().fingerprint;
    Client link;
    ASSERT_TRUE(link->connect(address).ok());
    const auto event = link.next_event();
    ASSERT_TRUE(event && event->kind == Kind::down);
    EXPECT_EQ(event->error->code, ErrorCode::relay_untrusted);
    EXPECT_EQ(relay.sessions(), 0U);
}

TEST(link, a_self_signed_relay_needs_its_fingerprint) {
    EchoRelay relay;
    wire::RelayAddress address = relay.address();
    address.fingerprint.reset();
    Client link;
    ASSERT_TRUE(link->connect(address).ok());
    const auto event = link.next_event();
    ASSERT_TRUE(event && event->kind == Kind::down);
    EXPECT_EQ(event->error->code, ErrorCode::relay_untrusted);
}

TEST(link, an_absent_relay_is_unreachable) {
    uint16_t free_port = 0;
    { free_port = EchoRelay().address().port; }
    Client link;
    for (const char* host : {"127.0.0.1", "::1", "localhost", "no-such-host.invalid"}) {
        const wire::RelayAddress address{host, free_port, std::nullopt};
        ASSERT_TRUE(link->connect(address).ok());
        const auto event = link.next_event();
        ASSERT_TRUE(event && event->kind == Kind::down) << host;
        EXPECT_EQ(event->error->code, ErrorCode::relay_unreachable) << host;
    }
}

link::LinkTimes impatient() {
    link::LinkTimes times;
    times.connect = Duration::milliseconds(300);
    times.ping_interval = Duration::milliseconds(200);
    times.ping_timeout = Duration::milliseconds(300);
    return times;
}

TEST(link, a_host_that_accepts_and_says_nothing_times_out) {
    SilentServer server;
    Client link(impatient());
    const wire::RelayAddress address{"127.0.0.1", server.port(), std::nullopt};
    ASSERT_TRUE(link->connect(address).ok());
    const auto event = link.next_event();
    ASSERT_TRUE(event && event->kind == Kind::down);
    EXPECT_EQ(event->error->code, ErrorCode::timed_out);
}

TEST(link, a_quiet_connection_is_kept_alive_by_pings) {
    EchoRelay relay;
    Client link(impatient());
    ASSERT_TRUE(link.bring_up(relay.address()));
    EXPECT_TRUE(link->poll(Duration::milliseconds(1500)).empty());
    EXPECT_TRUE(link->is_up(relay.address()));
}

TEST(link, a_relay_that_falls_silent_is_noticed) {
    EchoRelay relay;
    std::atomic<bool> blocked = true;
    relay.on_frame_instead = [&](relay::ConnectionId, Bytes) {
        while (blocked) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    Client link(impatient());
    ASSERT_TRUE(link.bring_up(relay.address()));
    ASSERT_TRUE(link->send(relay.address(), as_bytes("stop")).ok());
    const auto event = link.next_event();
    blocked = false;
    ASSERT_TRUE(event && event->kind == Kind::down);
    EXPECT_EQ(event->error->code, ErrorCode::timed_out);
}

TEST(link, a_server_of_another_kind_is_told_from_a_relay) {
    SilentServer mail("220 mail.example ESMTP\r\n");
    Client link;
    ASSERT_TRUE(link->connect({"127.0.0.1", mail.port(), std::nullopt}).ok());
    const auto event = link.next_event();
    ASSERT_TRUE(event && event->kind == Kind::down);
    EXPECT_EQ(event->error->code, ErrorCode::tls_failed);
}

TEST(link, names_are_resolved_without_blocking) {
    EchoRelay relay;
    wire::RelayAddress address = relay.address();
    address.host = "localhost";
    Client link;
    EXPECT_TRUE(link.bring_up(address));
}

TEST(link, the_end_of_a_relay_is_reported) {
    auto relay = std::make_unique<EchoRelay>();
    Client link;
    ASSERT_TRUE(link.bring_up(relay->address()));
    std::thread stopping([&] { relay->listener().stop(Duration::seconds(10)); });
    const auto event = link.next_event();
    stopping.join();
    ASSERT_TRUE(event && event->kind == Kind::down);
    EXPECT_EQ(event->error->code, ErrorCode::shutting_down);
}

TEST(link, what_was_sent_before_a_relay_stops_arrives) {
    EchoRelay relay;
    std::atomic<uint64_t> id = 0;
    relay.on_frame_instead = [&](relay::ConnectionId from, Bytes) { id = from.value; };
    Client link;
    ASSERT_TRUE(link.bring_up(relay.address()));
    ASSERT_TRUE(link->send(relay.address(), as_bytes("hello")).ok());
    while (id == 0) (void)link->poll(Duration::milliseconds(5));
    relay.listener().stop_input();
    relay.listener().send({{relay::ConnectionId{id}, pattern(2'000'000), false}});
    std::thread stopping([&] { relay.listener().stop(Duration::seconds(10)); });
    const auto frame = link.next_event();
    const auto end = link.next_event();
    stopping.join();
    ASSERT_TRUE(frame.has_value());
    ASSERT_EQ(frame->kind, Kind::frame) << error_name(frame->error->code) << frame->error->where;
    EXPECT_EQ(frame->frame, pattern(2'000'000));
    ASSERT_TRUE(end && end->kind == Kind::down);
}

TEST(link, a_relay_that_does_not_read_cannot_fill_our_memory) {
    EchoRelay relay;
    std::atomic<bool> blocked = true;
    relay.on_frame_instead = [&](relay::ConnectionId, Bytes) {
        while (blocked) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    Client link;
    ASSERT_TRUE(link.bring_up(relay.address()));
    Status status;
    for (int i = 0; i < 100 && status.ok(); ++i) {
        status = link->send(relay.address(), pattern(1'000'000));
    }
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.code(), ErrorCode::quota_exceeded);
    EXPECT_TRUE(link->is_up(relay.address()));
    blocked = false;
    EXPECT_EQ(link->send(relay.address(), Bytes(wire::frame_size_bytes_max + 1)).code(),
              ErrorCode::input_too_large);
}

TEST(link, poll_returns_when_another_file_can_be_read) {
    Client link;
    int fds[2] = {-1, -1};
    ASSERT_EQ(pipe(fds), 0);
    ASSERT_EQ(write(fds[1], "x", 1), 1);
    EXPECT_TRUE(link->poll(Duration::seconds(20), fds[0]).empty());
    close(fds[0]);
    close(fds[1]);
    EXPECT_TRUE(link->poll(Duration::milliseconds(1)).empty());
}

TEST(listener, many_clients_are_served_at_once) {
    EchoRelay relay;
    constexpr int threads = 4;
    constexpr int links_each = 10;
    std::atomic<int> good = 0;
    std::vector<std::thread> clients;
    for (int t = 0; t < threads; ++t) {
        clients.emplace_back([&] {
            for (int i = 0; i < links_each; ++i) {
                Client link;
                if (!link->connect(relay.address()).ok()) continue;
                for (int got = 0, tries = 0; got < 20 && tries < 100; ++tries) {
                    for (const auto& event : link->poll(Duration::seconds(5))) {
                        if (event.kind == Kind::frame && ++got == 20) ++good;
                        if (event.kind != Kind::up) continue;
                        for (int n = 0; n < 20; ++n) {
                            (void)link->send(relay.address(), pattern(500));
                        }
                    }
                }
                link->close(relay.address());
                link->flush(Duration::seconds(5));
            }
        });
    }
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(good, threads * links_each);
    EXPECT_TRUE(relay.wait_for_sessions(0));
}

}  // namespace
}  // namespace mayfly::test
