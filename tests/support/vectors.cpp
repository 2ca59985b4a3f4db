#include "tests/support/vectors.h"

#include <zlib.h>

#include <cstdio>
#include <cstdlib>

namespace mayfly::testing {

std::string vector_path(std::string_view name) {
    const char* directory = std::getenv("MAYFLY_VECTORS");
    std::string path = directory != nullptr ? directory : "../shared/vectors";
    path += '/';
    path += name;
    return path;
}

std::optional<std::string> read_vector_file(std::string_view name) {
    // gzread passes files that are not compressed through unchanged.
    gzFile file = gzopen(vector_path(name).c_str(), "rb");
    if (file == nullptr) return std::nullopt;
    std::string text;
    char piece[65536];
    int size = 0;
    while ((size = gzread(file, piece, sizeof piece)) > 0) {
        text.append(piece, static_cast<size_t>(size));
    }
    gzclose(file);
    if (size < 0) return std::nullopt;
    return text;
}

std::optional<nlohmann::json> load_vectors(std::string_view name) {
    const auto text = read_vector_file(name);
    if (!text) return std::nullopt;
    return nlohmann::json::parse(*text);
}

Bytes bytes_of(const nlohmann::json& value) {
    if (!value.is_string()) {
        ADD_FAILURE() << "not a hex string: " << value.dump();
        return {};
    }
    auto bytes = from_hex(value.get_ref<const std::string&>());
    if (!bytes) {
        ADD_FAILURE() << "not hex: " << value.dump();
        return {};
    }
    return *std::move(bytes);
}

Bytes bytes_at(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) {
        ADD_FAILURE() << "vector has no " << key;
        return {};
    }
    return bytes_of(*found);
}

void report_skipped(std::string_view what, std::string_view why) {
    std::printf("[  NOTE    ] skipped %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                static_cast<int>(why.size()), why.data());
}

}  // namespace mayfly::testing
