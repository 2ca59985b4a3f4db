#include "disk_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

class disk_files : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mayfly-files-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder_); }
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    void put(const std::string& name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary) << content;
    }
    std::string content(const std::string& at) const {
        std::ifstream in(at, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string folder_;
    DiskFiles files_;
};

TEST_F(disk_files, a_source_is_read_and_its_changes_are_noticed) {
    put("in", "hello");
    const auto before = files_.inspect(path("in"));
    ASSERT_TRUE(before.ok());
    EXPECT_EQ(before->size_bytes, 5U);
    EXPECT_EQ(as_text(files_.read(path("in"), 1, 3)->expose()), "ell");
    EXPECT_EQ(files_.read(path("in"), 1, 5).code(), ErrorCode::file_changed);
    ::usleep(20'000);  // clocks of file systems are coarse
    put("in", "jelly");
    EXPECT_EQ(files_.read(path("in"), 0, 1).code(), ErrorCode::file_changed);
    EXPECT_NE(files_.inspect(path("in"))->stamp, before->stamp);
}

TEST_F(disk_files, only_plain_files_are_read) {
    EXPECT_EQ(files_.inspect(path("none")).code(), ErrorCode::file_unreadable);
    EXPECT_EQ(files_.inspect(folder_).code(), ErrorCode::file_unreadable);
    ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_EQ(files_.inspect(path("pipe")).code(), ErrorCode::file_unreadable);
}

TEST_F(disk_files, a_target_appears_only_when_it_is_whole) {
    const std::string target = path("out");
    ASSERT_TRUE(files_.begin(target, 0).ok());
    ASSERT_TRUE(files_.write(target, 0, as_bytes("hel")).ok());
    ASSERT_TRUE(files_.write(target, 3, as_bytes("lo")).ok());
    ASSERT_TRUE(files_.sync(target).ok());
    EXPECT_FALSE(fs::exists(target));
    ASSERT_TRUE(files_.finish(target).ok());
    EXPECT_EQ(content(target), "hello");
    EXPECT_FALSE(fs::exists(draft_of(target)));
    struct stat status {};
    ASSERT_EQ(stat(target.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0U) << "nobody else may read it";
}

TEST_F(disk_files, a_draft_is_continued_by_another_process) {
    const std::string target = path("out");
    ASSERT_TRUE(files_.begin(target, 0).ok());
    ASSERT_TRUE(files_.write(target, 0, as_bytes("hello, and more")).ok());
    DiskFiles later;
    ASSERT_TRUE(later.begin(target, 5).ok());
    EXPECT_EQ(content(draft_of(target)), "hello");
    EXPECT_EQ(later.begin(target, 6).code(), ErrorCode::file_changed);
    ASSERT_TRUE(later.begin(target, 5).ok());
    ASSERT_TRUE(later.finish(target).ok());
    EXPECT_EQ(content(target), "hello");
}

TEST_F(disk_files, nothing_is_ever_replaced) {
    const std::string target = path("out");
    put("out", "mine");
    EXPECT_EQ(files_.begin(target, 0).code(), ErrorCode::file_exists);
    const std::string late = path("late");
    ASSERT_TRUE(files_.begin(late, 0).ok());
    put("late", "mine too");
    EXPECT_EQ(files_.finish(late).code(), ErrorCode::file_exists);
    EXPECT_EQ(content(target), "mine");
    EXPECT_EQ(content(late), "mine too");
    // A name that leads elsewhere is a name that is taken.
    ASSERT_EQ(symlink("/nowhere", path("link").c_str()), 0);
    EXPECT_EQ(files_.begin(path("link"), 0).code(), ErrorCode::file_exists);
}

TEST_F(disk_files, a_discarded_draft_is_overwritten_and_gone) {
    const std::string target = path("out");
    ASSERT_TRUE(files_.begin(target, 0).ok());
    ASSERT_TRUE(files_.write(target, 0, as_bytes("secret")).ok());
    ASSERT_EQ(link(draft_of(target).c_str(), path("witness").c_str()), 0);
    files_.discard(target);
    EXPECT_FALSE(fs::exists(draft_of(target)));
    EXPECT_EQ(content(path("witness")).find("secret"), std::string::npos);
    files_.discard(target);
}

}  // namespace
}  // namespace mayfly::cli
