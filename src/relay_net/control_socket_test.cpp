#include "relay_net/control_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

namespace mayfly::relay_net {
namespace {

class ControlSocketTest : public testing::Test {
  protected:
    ControlSocketTest() {
        std::string name = testing::TempDir() + "mayfly-XXXXXX";
        root = mkdtemp(name.data());
        // Longer than a Unix socket's path may be.
        directory = root + "/" + std::string(200, 'd');
        std::filesystem::create_directories(directory);
    }
    ~ControlSocketTest() override { std::filesystem::remove_all(root); }

    std::string root;
    std::string directory;
};

TEST_F(ControlSocketTest, questions_are_answered_one_by_one) {
    const auto echo = [](std::string_view word) { return "<" + std::string(word) + ">"; };
    const auto control = ControlSocket::open(directory, echo);
    ASSERT_TRUE(control.ok());
    EXPECT_EQ(*ask_control(directory, "one"), "<one>");
    EXPECT_EQ(*ask_control(directory, "two"), "<two>");
    EXPECT_EQ(ask_control(directory, std::string(1000, 'x')).code(), ErrorCode::relay_unreachable);
    EXPECT_EQ(*ask_control(directory, "three"), "<three>");
    struct stat status {};
    ASSERT_EQ(stat((directory + "/control").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, mode_t{0600});
}

TEST_F(ControlSocketTest, nobody_there_is_an_error_and_a_rest_is_replaced) {
    EXPECT_EQ(ask_control(directory, "x").code(), ErrorCode::relay_unreachable);
    EXPECT_EQ(ask_control(directory + "/none", "x").code(), ErrorCode::storage_failed);
    { ASSERT_TRUE(ControlSocket::open(directory, nullptr).ok()); }
    EXPECT_EQ(ask_control(directory, "x").code(), ErrorCode::relay_unreachable);
    EXPECT_TRUE(ControlSocket::open(directory, nullptr).ok());
}

}  // namespace
}  // namespace mayfly::relay_net
