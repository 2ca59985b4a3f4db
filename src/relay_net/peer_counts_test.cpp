#include "relay_net/peer_counts.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "relay_net/deadline_list.h"

namespace mayfly::relay_net {
namespace {

PeerAddress ipv4(const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text, &address.sin_addr), 1);
    return peer_address_of(reinterpret_cast<const sockaddr*>(&address));
}

PeerAddress ipv6(const char* text) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
    return peer_address_of(reinterpret_cast<const sockaddr*>(&address));
}

TEST(peer_counts, networks_are_addresses_or_64_bit_prefixes) {
    EXPECT_EQ(to_hex(ipv4("192.0.2.7").network), "c0000207");
    EXPECT_EQ(to_hex(ipv4("192.0.2.7").ip_prefix), "c00002");
    EXPECT_EQ(ipv6("2001:db8:1:2:3::4").network, ipv6("2001:db8:1:2::5").network);
    EXPECT_NE(ipv6("2001:db8:1:2::").network, ipv6("2001:db8:1:3::").network);
    EXPECT_EQ(to_hex(ipv6("2001:db8:1:2::").ip_prefix), "20010db80001");
    EXPECT_EQ(ipv6("::ffff:192.0.2.7").network, ipv4("192.0.2.7").network);
}

TEST(peer_counts, loopback_is_told_from_everything_else) {
    for (const char* yes : {"127.0.0.1", "127.255.255.254"}) EXPECT_TRUE(ipv4(yes).is_loopback);
    for (const char* no : {"0.0.0.0", "126.255.255.255", "128.0.0.1", "192.0.2.7"}) {
        EXPECT_FALSE(ipv4(no).is_loopback) << no;
    }
    for (const char* yes : {"::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(ipv6(yes).is_loopback);
    for (const char* no : {"::", "::2", "::127.0.0.1", "::ffff:192.0.2.7", "fe80::1", "2001::1"}) {
        EXPECT_FALSE(ipv6(no).is_loopback) << no;
    }
    sockaddr_storage other{};
    other.ss_family = AF_UNIX;
    EXPECT_FALSE(peer_address_of(reinterpret_cast<const sockaddr*>(&other)).is_loopback);
}

TEST(peer_counts, the_limit_is_per_network_and_spares_loopback) {
    PeerCounts counts(2);
    EXPECT_TRUE(counts.add(ipv4("192.0.2.7")));
    EXPECT_TRUE(counts.add(ipv4("192.0.2.7")));
    EXPECT_FALSE(counts.add(ipv4("192.0.2.7")));
    EXPECT_TRUE(counts.add(ipv4("192.0.2.8")));
    counts.remove(ipv4("192.0.2.7"));
    EXPECT_TRUE(counts.add(ipv4("192.0.2.7")));
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(counts.add(ipv4("127.0.0.1")));
        EXPECT_TRUE(counts.add(ipv6("::1")));
    }
}

TEST(deadline_list, the_longest_waiting_is_late_first) {
    DeadlineList list(10);
    DeadlineNode one;
    DeadlineNode two;
    list.enter(one, 100);
    {
        DeadlineNode gone;
        list.enter(gone, 101);
        list.enter(two, 102);
    }
    EXPECT_EQ(list.late(109), nullptr);
    EXPECT_EQ(list.late(110), &one);
    list.enter(one, 110);
    EXPECT_EQ(list.late(111), nullptr);
    EXPECT_EQ(list.late(112), &two);
    two.leave();
    EXPECT_EQ(list.late(119), nullptr);
    EXPECT_EQ(list.late(120), &one);
}

}  // namespace
}  // namespace mayfly::relay_net
