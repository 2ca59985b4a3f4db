// A .mo file made by hand, so that tests need no msgfmt.
#pragma once

#include <string>
#include <vector>

#include "i18n/catalogue.h"

namespace mayfly::i18n {

struct Entry {
    std::string key;
    std::string value;
};

inline void put_number(Bytes& out, size_t value) {
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

inline Bytes catalogue_file(const std::vector<Entry>& entries) {
    constexpr size_t header_size_bytes = 28;
    const size_t count = entries.size();
    Bytes out;
    for (const size_t field : {size_t{0x950412de}, size_t{0}, count, header_size_bytes,
                               header_size_bytes + 8 * count, size_t{0}, size_t{0}}) {
        put_number(out, field);
    }
    size_t at = header_size_bytes + 16 * count;
    std::string texts;
    for (const bool is_key : {true, false}) {
        for (const Entry& entry : entries) {
            const std::string& text = is_key ? entry.key : entry.value;
            put_number(out, text.size());
            put_number(out, at);
            at += text.size() + 1;
            texts += text + '\0';
        }
    }
    out.insert(out.end(), texts.begin(), texts.end());
    return out;
}

// Plural forms, as a catalogue holds them.
inline std::string two(const std::string& one, const std::string& many) {
    return one + '\0' + many;
}

inline std::vector<Entry> german_entries() {
    return {{"", "Language: de\nPlural-Forms: nplurals=2; plural=(n != 1);\n"},
            {"menu\4open", "Öffnen"},
            {two("{1} file", "{1} files"), two("{1} Datei", "{1} Dateien")},
            {"{1} is typing in {2}", "In {2} schreibt {1}"},
            {"sent", "gesendet"}};
}

}  // namespace mayfly::i18n
