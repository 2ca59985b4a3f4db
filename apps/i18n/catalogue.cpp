#include "i18n/catalogue.h"

namespace mayfly::i18n {
namespace {

constexpr uint32_t magic = 0x950412de;
constexpr size_t header_size_bytes = 20;  // magic, revision, count, and where the two tables are
constexpr size_t table_entry_size_bytes = 8;

uint32_t number_at(BytesView bytes, size_t at) {
    uint32_t out = 0;
    for (size_t i = 4; i-- > 0;) out = out << 8 | bytes[at + i];
    return out;
}

}  // namespace

Result<Catalogue> Catalogue::decode(Bytes file) {
    ENSURE(file.size() <= catalogue_size_bytes_max, input_too_large);
    Catalogue out(std::move(file));
    TRY(out.read_entries());
    TRY(out.read_plural_rule());
    return out;
}

Status Catalogue::read_entries() {
    const BytesView bytes = file_;
    ENSURE(bytes.size() >= header_size_bytes, malformed_input);
    ENSURE(number_at(bytes, 0) == magic, malformed_input);
    ENSURE(number_at(bytes, 4) >> 16 == 0, malformed_input);  // the major revision
    const size_t count = number_at(bytes, 8);
    const size_t keys = number_at(bytes, 12);
    const size_t values = number_at(bytes, 16);
    ENSURE(count <= bytes.size() / table_entry_size_bytes, malformed_input);
    for (const size_t table : {keys, values}) {
        ENSURE(table <= bytes.size(), malformed_input);
        ENSURE(count * table_entry_size_bytes <= bytes.size() - table, malformed_input);
    }
    for (size_t i = 0; i < count; ++i) {
        std::string_view key;
        std::string_view value;
        TRY(read_string(keys, i, key));
        TRY(read_string(values, i, value));
        // A key with plural forms is looked up by its first.
        texts_.emplace(key.substr(0, key.find('\0')), value);
    }
    return {};
}

Status Catalogue::read_string(size_t table, size_t index, std::string_view& out) const {
    const BytesView bytes = file_;
    const size_t size = number_at(bytes, table + index * table_entry_size_bytes);
    const size_t at = number_at(bytes, table + index * table_entry_size_bytes + 4);
    ENSURE(at < bytes.size() && size < bytes.size() - at, malformed_input);
    ENSURE(bytes[at + size] == 0, malformed_input);
    out = as_text(bytes.subspan(at, size));
    return {};
}

Status Catalogue::read_plural_rule() {
    const auto header = texts_.find("");
    constexpr std::string_view field = "Plural-Forms:";
    if (header == texts_.end()) return {};
    const size_t at = header->second.find(field);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = header->second.substr(at + field.size());
    TRY_ASSIGN(plural_, PluralRule::parse(rest.substr(0, rest.find('\n'))));
    return {};
}

const char* Catalogue::find(std::string_view key) const {
    if (key.empty()) return nullptr;  // what stands there is about the catalogue
    const auto found = texts_.find(key);
    return found == texts_.end() ? nullptr : found->second.data();
}

const char* Catalogue::find_plural(std::string_view one, uint64_t count) const {
    const auto found = texts_.find(one);
    if (one.empty() || found == texts_.end()) return nullptr;
    std::string_view forms = found->second;
    for (size_t i = plural_.form(count); i > 0; --i) {
        const size_t end = forms.find('\0');
        if (end == std::string_view::npos) return nullptr;
        forms.remove_prefix(end + 1);
    }
    return forms.data();
}

}  // namespace mayfly::i18n
