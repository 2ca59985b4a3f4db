// The blocks of a store as they lie in the database, for tests that look for what should be gone.
#pragma once

#include <sqlite3.h>

#include "store/test_home.h"

namespace mayfly::store {

// stored_pieces gives samples of every block's ciphertext as SQLite returns it, read from a copy of
// the files so that the store is not disturbed.
inline std::map<std::string, std::vector<std::string>> stored_pieces(const TestHome& home) {
    TestHome copy;
    for (const auto& [name, content] : home.files()) {
        TestHome::write(copy.path() + "/" + name, content);
    }
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(database_path(copy.path()).c_str(), &database), SQLITE_OK);
    sqlite3_stmt* all = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database, "SELECT key, value FROM kv", -1, &all, nullptr),
              SQLITE_OK);
    std::map<std::string, std::vector<std::string>> out;
    while (sqlite3_step(all) == SQLITE_ROW) {
        const auto text = [&](int column) {
            return std::string(static_cast<const char*>(sqlite3_column_blob(all, column)),
                               static_cast<size_t>(sqlite3_column_bytes(all, column)));
        };
        const std::string value = text(1);
        // A page boundary may cut a sample in two; of several at odd distances most are whole.
        for (size_t at = 0; at + 16 <= value.size(); at += 331) {
            out[text(0)].push_back(value.substr(at, 16));
        }
        out[text(0)].push_back(value.substr(value.size() - 16));
    }
    sqlite3_finalize(all);
    sqlite3_close(database);
    return out;
}

}  // namespace mayfly::store
