// Catalogue reads the .mo files that gettext's msgfmt writes ("The Format of GNU MO Files").
//
// The C library's own gettext() is not used: it translates only where the system has generated the
// language's locale, and containers have none but C.UTF-8.
#pragma once

#include <string_view>
#include <unordered_map>

#include "i18n/plural.h"
#include "util/bytes.h"

namespace mayfly::i18n {

// The German catalogue has about 50 KB; a language may be longer, and helps grow.
constexpr size_t catalogue_size_bytes_max = 1 << 20;

class Catalogue {
  public:
    // Errors: input_too_large, malformed_input (as a whole: nothing of a damaged file is used).
    static Result<Catalogue> decode(Bytes file);

    // find gives what stands for a key, or nullptr. It lives as long as the catalogue.
    const char* find(std::string_view key) const;
    // find_plural takes the form for one as its key.
    const char* find_plural(std::string_view one, uint64_t count) const;

  private:
    explicit Catalogue(Bytes file) : file_(std::move(file)) {}
    Status read_entries();
    Status read_string(size_t table, size_t index, std::string_view& out) const;
    Status read_plural_rule();

    Bytes file_;
    std::unordered_map<std::string_view, std::string_view> texts_;
    PluralRule plural_;
};

}  // namespace mayfly::i18n
