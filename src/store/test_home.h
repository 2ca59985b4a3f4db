// A temporary home for the tests of src/store, and looks at its files from outside.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "crypto/system_entropy.h"
#include "store/sqlite_store.h"

namespace mayfly::store {

constexpr crypto::Argon2Cost cheap_cost_for_testing{1, 8};

class TestHome {
  public:
    TestHome() {
        std::string pattern = ::testing::TempDir() + "mayfly-store-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    TestHome(const TestHome&) = delete;
    TestHome& operator=(const TestHome&) = delete;
    ~TestHome() { std::filesystem::remove_all(path_); }

    const std::string& path() const { return path_; }
    crypto::SystemEntropy& entropy() { return entropy_; }

    std::unique_ptr<SqliteStore> create() {
        auto key =
            create_store_key(path_, as_bytes("passphrase"), cheap_cost_for_testing, entropy_);
        EXPECT_TRUE(key.ok());
        key_ = key->clone();
        auto store = SqliteStore::create(path_, key_, entropy_);
        EXPECT_TRUE(store.ok());
        return std::move(store).value();
    }
    Result<std::unique_ptr<SqliteStore>> open() { return SqliteStore::open(path_, key_, entropy_); }

    // become takes over another home's key and its files as they are on the disk now.
    void become(const TestHome& other) {
        for (const auto& [name, content] : other.files()) write(path_ + "/" + name, content);
        key_ = other.key_.clone();
    }

    static std::string read(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static void write(const std::string& path, const std::string& content) {
        std::ofstream(path, std::ios::binary) << content;
    }
    std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            out[entry.path().filename()] = read(entry.path());
        }
        return out;
    }
    bool contains(std::string_view bytes) const {
        for (const auto& [name, content] : files()) {
            if (content.find(bytes) != std::string::npos) return true;
        }
        return false;
    }

  private:
    std::string path_;
    crypto::SystemEntropy entropy_;
    StoreKey key_;
};

inline Bytes key_of(std::string_view text) { return to_bytes(as_bytes(text)); }
inline SecretBuffer value_of(std::string_view text) { return SecretBuffer(as_bytes(text)); }

inline std::map<std::string, std::string> all_rows(SqliteStore& store,
                                                   std::string_view prefix = "") {
    std::map<std::string, std::string> out;
    const Status status = store.scan(as_bytes(prefix), [&](BytesView key, SecretBuffer value) {
        out[std::string(as_text(key))] = as_text(value.expose());
        return true;
    });
    EXPECT_TRUE(status.ok());
    return out;
}

}  // namespace mayfly::store
