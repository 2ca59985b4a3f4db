// Connections over a socket pair: what a peer of any address gets, without a network.
#include "relay_net/connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace mayfly::relay_net {
namespace {

const std::string big_body(1'000'000, 'w');
const WebFile files[] = {
    {"/assets/app-1234.js", "text/javascript; charset=utf-8", "aa", as_bytes("plain js"),
     as_bytes("brotli js")},
    {"/big.wasm", "application/wasm", "bb", as_bytes(big_body), {}},
    {"/index.html", "text/html; charset=utf-8", "cc", as_bytes("<!doctype html>"), {}},
};
const WebBundle bundle{"dd", files};
const WebSite site(&bundle, "{\"address\":\"a\"}\n");
const PeerAddress loopback{{}, {}, true};
const PeerAddress elsewhere{{192, 0, 2, 1}, {192, 0, 2}, false};

struct Handler final : ConnectionHandler {
    void on_connected(relay::ConnectionId, Bytes) override { ++connected; }
    void on_frame(relay::ConnectionId, Bytes) override {}
    void on_disconnected(relay::ConnectionId) override {}
    bool is_healthy() override { return true; }
    int connected = 0;
};

// Peer is the other end of a Connection that a loop would serve.
struct Peer {
    explicit Peer(PeerAddress address) {
        int fds[2] = {-1, -1};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
        mine = crypto::UniqueFd(fds[0]);
        static const auto tls = std::make_shared<const crypto::TlsServerContext>(
            std::move(*crypto::TlsServerContext::create(*crypto::make_self_signed_identity())));
        connection.emplace(relay::ConnectionId{1}, Stream(crypto::UniqueFd(fds[1]), tls),
                           std::move(address), site);
    }
    void say(std::string_view text) {
        EXPECT_EQ(send(mine.get(), text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    // hear serves the connection until it has no more to say; `buffer` bounds what we take.
    std::string hear(size_t size_bytes_max = SIZE_MAX) {
        std::string out;
        Bytes scratch(4096);
        Bytes buffer(65'536);
        for (int idle = 0; idle < 2 && out.size() < size_bytes_max;) {
            if (connection && !connection->advance(handler, scratch)) connection.reset();
            const ssize_t got = recv(mine.get(), buffer.data(), buffer.size(), 0);
            idle = got > 0 ? 0 : idle + 1;
            if (got > 0) out += as_text(BytesView(buffer).first(static_cast<size_t>(got)));
        }
        return out;
    }
    std::string ask(const std::string& line, const std::string& headers = {}) {
        say(line + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
        return hear();
    }
    bool is_closing() const {
        return !connection || connection->phase() == Connection::Phase::closing;
    }

    crypto::UniqueFd mine;
    Handler handler;
    std::optional<Connection> connection;
};

TEST(connection, only_loopback_may_speak_without_tls) {
    Peer near(loopback);
    EXPECT_TRUE(near.ask("GET /health").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_FALSE(near.is_closing());
    Peer far(elsewhere);
    const std::string refusal = far.ask("GET /health");
    EXPECT_TRUE(refusal.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_TRUE(refusal.ends_with("use https.\n"));
    EXPECT_TRUE(far.is_closing());
    Peer upgrade(elsewhere);
    upgrade.say(wire::format_upgrade_request("a", "dGhlIHNhbXBsZSBub25jZQ=="));
    EXPECT_TRUE(upgrade.hear().starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(upgrade.handler.connected, 0);
}

TEST(connection, answers_follow_each_other_on_one_connection) {
    Peer peer(loopback);
    EXPECT_TRUE(peer.ask("GET /").ends_with("\r\n\r\n<!doctype html>"));
    EXPECT_TRUE(peer.ask("GET /nothing").starts_with("HTTP/1.1 404 "));
    const std::string two = "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n";
    peer.say(two + two);
    const std::string both = peer.hear();
    EXPECT_NE(both.find("<!doctype html>HTTP/1.1 200 OK\r\n"), std::string::npos);
    EXPECT_FALSE(peer.is_closing());
    EXPECT_TRUE(peer.ask("GET /", "Connection: close\r\n").ends_with("<!doctype html>"));
    EXPECT_TRUE(peer.is_closing());
}

TEST(connection, a_request_with_a_body_is_the_last) {
    Peer peer(loopback);
    peer.say(
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 43\r\n\r\n"
        "GET /health HTTP/1.1\r\nHost: a\r\nX: hidden\r\n\r\n");
    const std::string answer = peer.hear();
    EXPECT_TRUE(answer.ends_with("<!doctype html>"));
    EXPECT_TRUE(peer.is_closing());
}

TEST(connection, a_slow_reader_of_a_large_file_costs_no_memory) {
    Peer peer(loopback);
    peer.say("GET /big.wasm HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string got = peer.hear(1);
    ASSERT_LT(got.size(), big_body.size());
    EXPECT_TRUE(peer.connection->wants_write());
    EXPECT_FALSE(peer.connection->wants_read());
    EXPECT_FALSE(peer.connection->has_more_input());
    EXPECT_LT(peer.connection->held_size_bytes(), wire::http_head_size_bytes_max);
    EXPECT_TRUE(peer.connection->take_progress());
    Bytes scratch(4096);
    ASSERT_TRUE(peer.connection->advance(peer.handler, scratch));  // fills what we emptied
    static_cast<void>(peer.connection->take_progress());
    ASSERT_TRUE(peer.connection->advance(peer.handler, scratch));
    EXPECT_FALSE(peer.connection->take_progress());  // nothing was taken
    got += peer.hear();
    EXPECT_NE(got.find("\r\n\r\n" + big_body + "HTTP/1.1 200 OK\r\n"), std::string::npos);
    EXPECT_TRUE(got.ends_with("\r\n\r\nok\n"));
}

TEST(web_site, files_have_their_headers) {
    Peer peer(loopback);
    const std::string page = peer.ask("GET /?query=1", "Accept-Encoding: br\r\n");
    for (const char* header :
         {"Content-Type: text/html; charset=utf-8", "Content-Length: 15", "Cache-Control: no-cache",
          "ETag: \"cc\"", "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-",
          "Cross-Origin-Opener-Policy: same-origin", "X-Content-Type-Options: nosniff",
          "Referrer-Policy: no-referrer", "Permissions-Policy: camera=(self)"}) {
        EXPECT_NE(page.find("\r\n" + std::string(header)), std::string::npos) << header;
    }
    EXPECT_EQ(page.find("Content-Encoding"), std::string::npos);
    const std::string head = peer.ask("HEAD /");
    EXPECT_NE(head.find("Content-Length: 15\r\n"), std::string::npos);
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(web_site, brotli_is_for_those_who_take_it) {
    Peer peer(loopback);
    const std::string plain = peer.ask("GET /assets/app-1234.js");
    EXPECT_TRUE(plain.ends_with("\r\n\r\nplain js"));
    EXPECT_NE(plain.find("\r\nVary: Accept-Encoding\r\n"), std::string::npos);
    EXPECT_NE(plain.find("immutable"), std::string::npos);
    const std::string packed = peer.ask("GET /assets/app-1234.js", "Accept-Encoding: br\r\n");
    EXPECT_TRUE(packed.ends_with("\r\n\r\nbrotli js"));
    EXPECT_NE(packed.find("\r\nContent-Encoding: br\r\n"), std::string::npos);
    EXPECT_NE(packed.find("\r\nETag: \"aa-br\"\r\n"), std::string::npos);
}

TEST(web_site, what_a_browser_has_is_not_sent_again) {
    Peer peer(loopback);
    const std::string same = peer.ask("GET /", "If-None-Match: \"other\", W/\"cc\"\r\n");
    EXPECT_TRUE(same.starts_with("HTTP/1.1 304 Not Modified\r\n"));
    EXPECT_TRUE(same.ends_with("\r\n\r\n"));
    EXPECT_EQ(same.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(peer.ask("GET /", "If-None-Match: \"other\"\r\n").starts_with("HTTP/1.1 200 "));
}

TEST(web_site, a_path_is_in_the_table_or_nowhere) {
    Peer peer(loopback);
    for (const char* path : {"/../etc/passwd", "//index.html", "/%69ndex.html", "/assets/",
                             "/assets/../index.html", "/index.html/", "/INDEX.HTML"}) {
        EXPECT_TRUE(peer.ask("GET " + std::string(path)).starts_with("HTTP/1.1 404 ")) << path;
    }
}

TEST(web_site, any_page_may_ask_for_the_relays_address) {
    Peer peer(loopback);
    const std::string answer = peer.ask("GET /mayfly/relay.json");
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"address\":\"a\"}\n"));
    EXPECT_NE(answer.find("\r\nAccess-Control-Allow-Origin: *\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
    EXPECT_EQ(peer.ask("GET /").find("Access-Control"), std::string::npos);
}

TEST(web_site, without_a_web_client_a_sentence_says_what_this_is) {
    wire::HttpRequest request;
    request.path = "/";
    const WebSite bare;
    EXPECT_NE(as_text(bare.answer(request, true).body).find("Mayfly relay"),
              std::string_view::npos);
    request.path = "/mayfly/relay.json";
    EXPECT_TRUE(bare.answer(request, true).head.starts_with("HTTP/1.1 404 "));
}

}  // namespace
}  // namespace mayfly::relay_net
