// WebSite: what a relay answers to plain GET and HEAD. A fixed table: no path ever reaches a file
// system. docs/spec/web-serving.md.
#pragma once

#include <span>
#include <string>

#include "wire/http_upgrade.h"

namespace mayfly::relay_net {

// WebFile is one file of the web client as it was built into the program.
struct WebFile {
    std::string_view path;  // "/index.html"
    std::string_view content_type;
    std::string_view sha256;  // of `plain`, in hex
    BytesView plain;
    BytesView brotli;  // empty: compressing it gains nothing
};
struct WebBundle {
    std::string_view hash;           // names all of it; in hex
    std::span<const WebFile> files;  // in order of path
};

class WebSite {
  public:
    // `relay_json` is what /mayfly/relay.json gives; empty: there is none. Without a bundle
    // (nullptr)
    // `/` says in a sentence what this is.
    WebSite() = default;
    WebSite(const WebBundle* bundle, std::string relay_json)
        : bundle_(bundle), relay_json_(std::move(relay_json)) {}

    struct Answer {
        std::string head;
        BytesView body;  // lives as long as the WebSite
        bool closes = true;
    };
    Answer answer(const wire::HttpRequest& request, bool is_healthy) const;

  private:
    const WebFile* find(std::string_view path) const;

    const WebBundle* bundle_ = nullptr;
    std::string relay_json_;
};

}  // namespace mayfly::relay_net
