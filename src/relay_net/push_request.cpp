#include "relay_net/push_request.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace mayfly::relay_net {
namespace {

using Steady = std::chrono::steady_clock;
using crypto::TlsProgress;

// Of a host with very many addresses, the first ones are tried.
constexpr int addresses_max = 4;
// Only the status line is of interest.
constexpr size_t answer_size_bytes_max = 512;
// How often a wait looks up whether the relay stops.
constexpr int wait_ms_max = 100;

struct Prefix {
    std::array<uint8_t, 16> bytes;
    unsigned bits;
};

bool is_within(BytesView address, BytesView prefix, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i) {
        const unsigned mask = 0x80U >> (i % 8);
        if (((address[i / 8] ^ prefix[i / 8]) & mask) != 0) return false;
    }
    return true;
}

// What the IANA registry of special-purpose addresses (RFC 6890) does not call globally reachable,
// and multicast.
constexpr Prefix special_ipv4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
};
// Of IPv6 only 2000::/3 is handed out; in it, tunnels lead to IPv4 addresses.
constexpr Prefix global_ipv6{{0x20}, 3};
constexpr Prefix special_ipv6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4
    {{0x3f, 0xff}, 20},              // documentation
};

bool is_public_ipv4(BytesView address) {
    return std::none_of(std::begin(special_ipv4), std::end(special_ipv4),
                        [&](const Prefix& one) { return is_within(address, one.bytes, one.bits); });
}

bool is_public_ipv6(BytesView address) {
    constexpr size_t mapped_size_bytes = 12;
    constexpr std::array<uint8_t, mapped_size_bytes> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
    if (equal(address.first(mapped_size_bytes), mapped)) {
        return is_public_ipv4(address.subspan(mapped_size_bytes));
    }
    return is_within(address, global_ipv6.bytes, global_ipv6.bits) &&
           std::none_of(std::begin(special_ipv6), std::end(special_ipv6),
                        [&](const Prefix& one) { return is_within(address, one.bytes, one.bits); });
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const relay::PushEndpoint& endpoint) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* raw = nullptr;
    const int failed =
        getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &raw);
    ENSURE(failed == 0, relay_unreachable);
    return Addresses(raw);
}

class Exchange {
  public:
    explicit Exchange(const PushRequestLimits& limits) : limits_(limits) {}

    Result<crypto::UniqueFd> connect(const addrinfo* addresses) const;
    Result<PushOutcome> talk(crypto::TlsStream& stream, BytesView request) const;

  private:
    Status wait(int fd, short events) const;
    Status wait(crypto::TlsStream& stream, TlsProgress progress) const;
    Result<crypto::UniqueFd> connect_one(const addrinfo& address) const;

    const PushRequestLimits& limits_;
};

Status Exchange::wait(int fd, short events) const {
    while (true) {
        ENSURE(!limits_.stopping, shutting_down);
        ENSURE(Steady::now() < limits_.deadline, timed_out);
        pollfd ready{fd, events, 0};
        const int count = poll(&ready, 1, wait_ms_max);
        if (count > 0) return {};
        ENSURE(count == 0 || errno == EINTR, internal);
    }
}

Status Exchange::wait(crypto::TlsStream& stream, TlsProgress progress) const {
    switch (progress) {
        case TlsProgress::done: return {};
        case TlsProgress::want_read: return wait(stream.fd(), POLLIN);
        case TlsProgress::want_write: return wait(stream.fd(), POLLOUT);
        case TlsProgress::closed: return MAYFLY_ERROR(connection_lost);
        case TlsProgress::failed: return stream.error();
    }
    return MAYFLY_ERROR(internal);
}

Result<crypto::UniqueFd> Exchange::connect_one(const addrinfo& address) const {
    crypto::UniqueFd socket(
        ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ENSURE(socket.is_open(), internal);
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
        ENSURE(errno == EINPROGRESS, relay_unreachable);
        TRY(wait(socket.get(), POLLOUT));
        int failure = 0;
        socklen_t size_bytes = sizeof failure;
        ENSURE(getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size_bytes) == 0 &&
                   failure == 0,
               relay_unreachable);
    }
    return socket;
}

// The addresses that are looked at are those that are connected to: a name cannot change in
// between.
Result<crypto::UniqueFd> Exchange::connect(const addrinfo* addresses) const {
    int tries = 0;
    for (const addrinfo* one = addresses; one != nullptr && tries < addresses_max;
         one = one->ai_next) {
        if (!limits_.may_be_private && !is_public_address(one->ai_addr)) continue;
        ++tries;
        auto socket = connect_one(*one);
        if (socket.ok() || socket.code() != ErrorCode::relay_unreachable) return socket;
    }
    return MAYFLY_ERROR(relay_unreachable);
}

Result<PushOutcome> Exchange::talk(crypto::TlsStream& stream, BytesView request) const {
    for (TlsProgress progress = TlsProgress::want_write; progress != TlsProgress::done;) {
        progress = stream.handshake();
        TRY(wait(stream, progress));
    }
    while (!request.empty()) {
        const crypto::TlsIo io = stream.write(request);
        TRY(wait(stream, io.progress));
        request = request.subspan(io.size_bytes);
    }
    Bytes answer;
    std::array<uint8_t, answer_size_bytes_max> buffer{};
    while (answer.size() < answer_size_bytes_max) {
        TRY_ASSIGN(const auto outcome, parse_push_status(answer));
        if (outcome) return *outcome;
        const crypto::TlsIo io = stream.read(buffer);
        TRY(wait(stream, io.progress));
        append(answer, BytesView(buffer).first(io.size_bytes));
    }
    return MAYFLY_ERROR(malformed_input);
}

}  // namespace

bool is_public_address(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(address);
        return is_public_ipv4({reinterpret_cast<const uint8_t*>(&in->sin_addr), sizeof(in_addr)});
    }
    if (address->sa_family == AF_INET6) {
        const auto* in6 = reinterpret_cast<const sockaddr_in6*>(address);
        return is_public_ipv6({in6->sin6_addr.s6_addr, sizeof(in6_addr)});
    }
    return false;
}

Result<PushOutcome> send_push_request(const crypto::TlsClientContext& tls,
                                      const relay::PushEndpoint& endpoint, BytesView request,
                                      const PushRequestLimits& limits) {
    TRY_ASSIGN(const Addresses addresses, resolve(endpoint));
    const Exchange exchange(limits);
    TRY_ASSIGN(crypto::UniqueFd socket, exchange.connect(addresses.get()));
    TRY_ASSIGN(auto stream, tls.connect(std::move(socket), endpoint.host, std::nullopt));
    return exchange.talk(stream, request);
}

}  // namespace mayfly::relay_net
