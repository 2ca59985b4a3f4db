#include "relay_net/data_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "crypto/system_entropy.h"

namespace mayfly::relay_net {
namespace {

class DataDirectoryTest : public testing::Test {
  protected:
    DataDirectoryTest() {
        std::string name = testing::TempDir() + "mayfly-XXXXXX";
        root = mkdtemp(name.data());
    }
    ~DataDirectoryTest() override { std::filesystem::remove_all(root); }

    static mode_t mode_of(const std::string& path) {
        struct stat status {};
        EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777;
    }

    std::string root;
};

TEST_F(DataDirectoryTest, it_is_made_private_and_keeps_its_identity) {
    const std::string path = root + "/deep/data";
    const auto fingerprint = [&] {
        const auto directory = DataDirectory::open(path);
        return *crypto::certificate_fingerprint(
            directory->self_signed_identity()->certificates_pem);
    };
    const auto first = fingerprint();
    EXPECT_EQ(fingerprint(), first);
    EXPECT_EQ(mode_of(path), mode_t{0700});
    EXPECT_EQ(mode_of(path + "/tls-key.pem"), mode_t{0600});
}

TEST_F(DataDirectoryTest, a_second_process_is_kept_out) {
    const auto first = DataDirectory::open(root);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(DataDirectory::open(root).code(), ErrorCode::store_locked);
}

TEST_F(DataDirectoryTest, half_an_identity_is_never_replaced) {
    const auto directory = DataDirectory::open(root);
    ASSERT_TRUE(directory->self_signed_identity().ok());
    std::filesystem::remove(root + "/tls-certificate.pem");
    EXPECT_EQ(directory->self_signed_identity().code(), ErrorCode::invalid_key);
    EXPECT_FALSE(std::filesystem::exists(root + "/tls-certificate.pem"));
}

TEST_F(DataDirectoryTest, a_certificate_without_its_key_is_made_anew) {
    // What a crash between the two writes of the first start leaves.
    std::ofstream(root + "/tls-certificate.pem") << "rest of a start that was cut off";
    const auto directory = DataDirectory::open(root);
    EXPECT_TRUE(directory->self_signed_identity().ok());
    EXPECT_TRUE(directory->self_signed_identity().ok());
}

TEST_F(DataDirectoryTest, the_push_key_is_made_private_and_never_replaced) {
    crypto::SystemEntropy entropy;
    const auto directory = DataDirectory::open(root);
    const auto first = directory->push_key(entropy);
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(equal(directory->push_key(entropy)->expose(), first->expose()));
    EXPECT_EQ(mode_of(root + "/push-key"), mode_t{0600});
    for (const char* rubbish : {"", "rubbish", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        std::ofstream(root + "/push-key", std::ios::trunc) << rubbish;
        EXPECT_EQ(directory->push_key(entropy).code(), ErrorCode::invalid_key) << rubbish;
    }
}

TEST_F(DataDirectoryTest, unusable_paths_are_errors) {
    std::ofstream(root + "/file") << "x";
    EXPECT_EQ(DataDirectory::open(root + "/file").code(), ErrorCode::storage_failed);
    EXPECT_EQ(DataDirectory::open("/proc/nothing").code(), ErrorCode::storage_failed);
    EXPECT_EQ(read_identity(root + "/none", root + "/none").code(), ErrorCode::storage_failed);
    EXPECT_EQ(read_identity(root, root).code(), ErrorCode::storage_failed);
    EXPECT_EQ(read_identity("/dev/zero", root + "/file").code(), ErrorCode::storage_failed);
}

}  // namespace
}  // namespace mayfly::relay_net
