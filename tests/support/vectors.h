// Third-party test vectors. They live outside the repository: in $MAYFLY_VECTORS, or in
// ../shared/vectors relative to the working directory (ctest runs in the source directory). A test
// whose file is absent skips and says which file it wanted.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "util/bytes.h"

namespace mayfly::testing {

// vector_path gives the full path of a vector file, for example of "mls/tree-math.json".
std::string vector_path(std::string_view name);

// read_vector_file gives a file's bytes, unpacked if the name ends in ".gz"; nullopt if absent.
std::optional<std::string> read_vector_file(std::string_view name);

// load_vectors gives the parsed JSON file; nullopt if absent. A file that is no JSON aborts.
std::optional<nlohmann::json> load_vectors(std::string_view name);

// bytes_at gives object[key] decoded from hex. A missing key or bad hex fails the test and gives
// nothing.
Bytes bytes_at(const nlohmann::json& object, const char* key);
// bytes_of decodes a JSON string of hex.
Bytes bytes_of(const nlohmann::json& value);

// report_skipped prints a part of the vectors that a test leaves out, and why.
void report_skipped(std::string_view what, std::string_view why);

}  // namespace mayfly::testing

// MAYFLY_LOAD_VECTORS(vectors, "mls/tree-math.json") declares `vectors`, or skips the test by name.
#define MAYFLY_LOAD_VECTORS(variable, name) \
    const auto variable##_loaded = ::mayfly::testing::load_vectors(name); \
    if (!variable##_loaded) { \
        GTEST_SKIP() << "vectors absent: " << ::mayfly::testing::vector_path(name); \
    } \
    const nlohmann::json& variable = *variable##_loaded
