#include "options.h"

#include "util/duration.h"
#include "wire/relay_address.h"

namespace mayfly::relay_app {
namespace {

constexpr const char* see_help = "mayfly-relay --help shows all verbs and options";

// Words one by one; an option's value may stand in the same word after '='.
class Words {
  public:
    explicit Words(const std::vector<std::string_view>& words) : words_(words) {}

    bool next() {
        if (error_ || at_ == words_.size()) return false;
        word_ = words_[at_++];
        value_.reset();
        const size_t equals = word_.find('=');
        if (word_.starts_with("--") && equals != std::string_view::npos) {
            value_ = word_.substr(equals + 1);
            word_ = word_.substr(0, equals);
        }
        return true;
    }
    std::string_view word() const { return word_; }
    bool is_flag(std::string_view name) {
        if (word_ != name) return false;
        if (value_) fail(std::string(name) + " takes no value", see_help);
        return true;
    }
    // Takes the value of option `name`, once; empty values count as missing.
    bool is_option(std::string_view name, std::string& out) {
        if (word_ != name) return false;
        if (!value_ && at_ < words_.size()) value_ = words_[at_++];
        if (!value_ || value_->empty()) {
            fail(std::string(name) + " needs a value", see_help);
        } else if (!out.empty()) {
            fail(std::string(name) + " is given twice", "give it once");
        } else {
            out = std::string(*value_);
        }
        return true;
    }
    void fail(std::string error, std::string hint) {
        if (!error_) error_ = UsageError{std::move(error), std::move(hint)};
    }
    const std::optional<UsageError>& error() const { return error_; }

  private:
    const std::vector<std::string_view>& words_;
    size_t at_ = 0;
    std::string_view word_;
    std::optional<std::string_view> value_;
    std::optional<UsageError> error_;
};

// Unlike a relay address, this may have port 0.
std::optional<HostPort> parse_host_port(std::string_view text) {
    HostPort out;
    const size_t colon = text.rfind(':');
    const bool has_port = colon != std::string_view::npos && text.back() != ']';
    const auto address = wire::parse_relay_address(has_port ? text.substr(0, colon) : text);
    if (!address.ok() || address->fingerprint) return std::nullopt;
    out.host = address->host;
    if (!has_port) return out;
    uint32_t port = 0;
    const std::string_view digits = text.substr(colon + 1);
    if (digits.empty() || digits.size() > 5) return std::nullopt;
    for (char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        port = port * 10 + static_cast<uint32_t>(c - '0');
    }
    if (port > 65535) return std::nullopt;
    out.port = static_cast<uint16_t>(port);
    return out;
}

// "500m", "20g", "1t": powers of 1024. A bare number counts bytes.
std::optional<uint64_t> parse_size(std::string_view text) {
    uint64_t unit = 1;
    constexpr std::string_view suffixes = "kmgt";
    const size_t suffix = text.empty() ? text.npos : suffixes.find(text.back());
    if (suffix != std::string_view::npos) {
        unit = uint64_t{1} << (10 * (suffix + 1));
        text.remove_suffix(1);
    }
    constexpr size_t digits_max = 15;  // more than any disk holds
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    if (value > UINT64_MAX / unit) return std::nullopt;
    return value * unit;
}

struct ServeTexts {
    std::string listen;
    std::string registration;
    std::string ttl_max;
    std::string blob_bytes_max;
    std::string name;
};

// What is still text becomes what it means.
Options interpret(ServeOptions options, const ServeTexts& texts) {
    if (options.data.empty()) return UsageError{"serve needs --data DIR", see_help};
    if (texts.listen.empty()) return UsageError{"serve needs --listen HOST:PORT", see_help};
    const auto listen = parse_host_port(texts.listen);
    if (!listen || !listen->port) {
        return UsageError{"--listen is not HOST:PORT",
                          "for example 127.0.0.1:7333, [::]:443, or port 0 for any free port"};
    }
    options.listen = *listen;
    const bool any_file = !options.certificates_path.empty() || !options.key_path.empty();
    const bool both_files = !options.certificates_path.empty() && !options.key_path.empty();
    if (options.self_signed ? any_file : !both_files) {
        return UsageError{"serve needs either --tls-self-signed or --tls-cert F and --tls-key F",
                          "--tls-self-signed is right for a relay without a domain name"};
    }
    if (texts.registration == "invite") {
        options.registration = wire::Registration::invite;
    } else if (texts.registration == "closed") {
        options.registration = wire::Registration::closed;
    } else if (!texts.registration.empty() && texts.registration != "open") {
        return UsageError{"--registration is open, invite or closed", see_help};
    }
    if (!texts.ttl_max.empty()) {
        const auto ttl = parse_duration(texts.ttl_max);
        if (!ttl.ok() || *ttl < ttl_max_lowest || *ttl > ttl_max_highest) {
            return UsageError{"--max-ttl is not a duration from 3s to 1y",
                              "for example 6h, 14d or 1y"};
        }
        options.ttl_max = *ttl;
    }
    if (!texts.blob_bytes_max.empty()) {
        const auto size = parse_size(texts.blob_bytes_max);
        if (!size) {
            return UsageError{"--max-blob-bytes is not a size", "for example 500m, 20g or 1t"};
        }
        options.blob_total_size_bytes_max = *size;
    }
    if (!texts.name.empty()) {
        options.name = parse_host_port(texts.name);
        if (!options.name || options.name->port == 0) {
            return UsageError{"--name is not HOST or HOST:PORT", "for example relay.example"};
        }
    }
    // What an onion service hides, a connection to a push service would tell.
    if (options.name && options.name->host.ends_with(".onion")) options.push = false;
    if (options.web_pki && !options.name) {
        return UsageError{"--web-pki needs --name HOST[:PORT]",
                          "the name that the certificate is for"};
    }
    return options;
}

bool take_flag(Words& words, ServeOptions& options) {
    const auto take = [&](std::string_view name, bool& flag, bool value) {
        const bool is_it = words.is_flag(name);
        if (is_it) flag = value;
        return is_it;
    };
    return take("--tls-self-signed", options.self_signed, true) ||
           take("--web-pki", options.web_pki, true) || take("--no-web", options.web, false) ||
           take("--no-push", options.push, false) ||
           take("--push-to-private", options.push_to_private, true);
}

Options parse_serve(Words& words) {
    ServeOptions options;
    ServeTexts texts;
    while (words.next()) {
        if (words.word() == "--help") return HelpOptions{};
        if (take_flag(words, options)) continue;
        const bool known = words.is_option("--data", options.data) ||
                           words.is_option("--listen", texts.listen) ||
                           words.is_option("--tls-cert", options.certificates_path) ||
                           words.is_option("--tls-key", options.key_path) ||
                           words.is_option("--registration", texts.registration) ||
                           words.is_option("--max-ttl", texts.ttl_max) ||
                           words.is_option("--max-blob-bytes", texts.blob_bytes_max) ||
                           words.is_option("--name", texts.name);
        if (!known) words.fail("serve does not know " + std::string(words.word()), see_help);
    }
    if (words.error()) return *words.error();
    return interpret(std::move(options), texts);
}

Options parse_invite(Words& words) {
    InviteOptions options;
    while (words.next()) {
        if (words.word() == "--help") return HelpOptions{};
        if (!words.is_option("--data", options.data)) {
            words.fail("invite does not know " + std::string(words.word()), see_help);
        }
    }
    if (words.error()) return *words.error();
    if (options.data.empty()) return UsageError{"invite needs --data DIR", see_help};
    return options;
}

}  // namespace

const char* registration_name(wire::Registration registration) {
    switch (registration) {
        case wire::Registration::open: return "open";
        case wire::Registration::invite: return "invite";
        case wire::Registration::closed: return "closed";
    }
    return "";
}

Options parse_options(const std::vector<std::string_view>& all) {
    Words words(all);
    if (!words.next()) return UsageError{"a verb is missing", see_help};
    const std::string_view verb = words.word();
    if (verb == "serve") return parse_serve(words);
    if (verb == "invite") return parse_invite(words);
    if (verb == "help" || verb == "--help" || verb == "-h") return HelpOptions{};
    if (verb == "version" || verb == "--version") return VersionOptions{};
    return UsageError{"there is no verb " + std::string(verb), see_help};
}

}  // namespace mayfly::relay_app
