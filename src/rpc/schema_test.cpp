// The documentation says what the tables say. MAYFLY_WRITE_DOCS=1 writes it anew.
#include "rpc/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <variant>

namespace mayfly::rpc {
namespace {

constexpr const char* schema_file = "docs/rpc-schema.json";
constexpr const char* reference_file = "docs/spec/rpc.md";
constexpr std::string_view reference_begin = "<!-- From here on: written by rpc_test. -->\n";

std::string content_of(const char* path) {
    std::ifstream in(path);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

void hold(const char* path, const std::string& wanted) {
    if (std::getenv("MAYFLY_WRITE_DOCS") != nullptr) std::ofstream(path) << wanted;
    EXPECT_EQ(content_of(path), wanted)
        << path << " is not what the tables say: MAYFLY_WRITE_DOCS=1 rpc_test writes it anew";
}

TEST(schema, schema_file_is_what_the_tables_say) {
    hold(schema_file, std::string(view_of(discovery().dump(1))) + "\n");
}

TEST(schema, reference_is_what_the_tables_say) {
    const std::string now = content_of(reference_file);
    const size_t at = now.find(reference_begin);
    ASSERT_NE(at, std::string::npos);
    hold(reference_file, now.substr(0, at) + std::string(reference_begin) + "\n" + reference());
}

TEST(schema, every_event_of_the_core_is_told) {
    // `message` stands for MessageArrived; `lost` is the server's own.
    EXPECT_EQ(events().size(), std::variant_size_v<core::Event> + 1);
}

TEST(schema, names_are_unique_and_everything_is_documented) {
    std::set<std::string_view> names;
    const auto take = [&](std::string_view name, std::string_view doc) {
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_FALSE(doc.empty()) << name;
    };
    for (const Method& method : methods()) take(method.name, method.doc);
    names.clear();
    for (const EventSpec& event : events()) take(event.name, event.doc);
    names.clear();
    for (const Object& object : objects()) take(object.name, object.doc);
}

TEST(schema, what_does_not_fit_is_named) {
    const std::vector<Field>& fields = object_of("failure").fields;
    EXPECT_EQ(misfit({{"code", "x"}, {"message", "y"}}, fields, false), "");
    EXPECT_EQ(misfit({{"code", "x"}}, fields, false), "message is missing");
    EXPECT_EQ(misfit({{"code", 1}, {"message", "y"}}, fields, false), "code must be a string");
    EXPECT_EQ(misfit({{"code", "x"}, {"message", "y"}, {"more", 1}}, fields, false),
              "unknown parameter more");
    EXPECT_EQ(misfit({{"code", "x"}, {"message", "y"}, {"more", 1}}, fields, true), "");
    EXPECT_EQ(misfit(Json::array(), fields, true), "not an object");
    const std::vector<Field> number{{"n", Type::integer, "", true, {}, -2, 5}};
    EXPECT_EQ(misfit({{"n", -2}}, number, false), "");
    EXPECT_EQ(misfit({{"n", 6}}, number, false), "n must be from -2 to 5");
    EXPECT_EQ(misfit({{"n", uint64_t{1} << 63}}, number, false), "n must be from -2 to 5");
    EXPECT_EQ(misfit({{"n", 1.0}}, number, false), "n must be an integer");
    EXPECT_EQ(misfit({{"n", true}}, number, false), "n must be an integer");
}

}  // namespace
}  // namespace mayfly::rpc
