// SqliteStore: the messenger's rows in one SQLite file of a home, every key and value encrypted
// under the store key. docs/spec/store-file.md.
//
// Opening decrypts and authenticates every row and checks that none is missing, added, swapped or
// older than the others: damage is found before anything acts on it. The caller holds the home's
// lock (store/home_lock.h); the database is locked exclusively as well.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/store_port.h"
#include "store/store_key.h"
#include "util/entropy.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mayfly::store {

// A key is a table's letter and ids; a value at most a message with its group's state.
constexpr size_t key_size_bytes_max = 1024;
constexpr size_t value_size_bytes_max = 64U << 20;

class SqliteStore final : public core::StorePort {
  public:
    // create makes the database of a home that has a store key and no database yet.
    static Result<std::unique_ptr<SqliteStore>> create(const std::string& home, const StoreKey& key,
                                                       Entropy& entropy);
    // open changes nothing unless all is well. Errors: store_corrupt, storage_full,
    // storage_failed, store_locked.
    static Result<std::unique_ptr<SqliteStore>> open(const std::string& home, const StoreKey& key,
                                                     Entropy& entropy);
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;
    ~SqliteStore() override;

    Result<std::optional<SecretBuffer>> get(BytesView key) override;
    Status scan(BytesView prefix, const Visitor& visit) override;
    // apply: on an error the rows are as before; the one exception is a disk that takes the
    // change and then fails while the old bytes are being erased. Either way the store refuses all
    // further work after an error: drop it and open it again, which finishes or undoes.
    Status apply(const core::WriteBatch& batch) override;

    size_t row_count() const { return rows_.size(); }

  private:
    using RowSecret = std::array<uint8_t, 16>;
    struct KeyLess {
        using is_transparent = void;
        bool operator()(BytesView a, BytesView b) const {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
        }
    };
    using Rows = std::map<Bytes, RowSecret, KeyLess>;
    using Changes = std::map<Bytes, std::optional<RowSecret>, KeyLess>;  // none: erased
    struct CloseDatabase {
        void operator()(sqlite3* database) const;
    };
    struct FinalizeStatement {
        void operator()(sqlite3_stmt* statement) const;
    };
    using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
    // What the seal row says of all others.
    struct Seal {
        uint64_t generation = 0;  // counts batches
        uint64_t row_count = 0;
        RowSecret sum{};  // exclusive or of the row secrets
        template <class Self, class Archive>
        static void fields(Self& self, Archive& archive) {
            archive(self.generation, self.row_count, self.sum);
        }
    };

    SqliteStore(std::string home, const StoreKey& key, Entropy& entropy);
    Status connect(bool create);
    Status prepare();
    Status load();
    Status load_row(BytesView index, BytesView sealed, std::optional<Seal>& seal, Seal& found);
    Status execute(const char* sql);
    Result<Statement> statement(const char* sql);
    Error error_now(int code) const;

    std::array<uint8_t, 16> index_of(BytesView key) const;
    Bytes seal_row(BytesView index, const RowSecret& secret, BytesView key, BytesView value);
    Status put_row(BytesView key, BytesView value, const RowSecret& secret);
    Status erase_row(BytesView key);
    Status change_rows(const core::WriteBatch& batch, Changes& changed, Seal& next);
    Status commit(const core::WriteBatch& batch, Changes& changed, Seal& next);
    Status checkpoint();
    Status check_sum(const std::optional<std::array<uint8_t, 32>>& hash);

    std::string home_;
    Entropy& entropy_;
    SecretArray<32> index_key_;
    SecretArray<32> row_key_;
    std::unique_ptr<sqlite3, CloseDatabase> database_;
    Statement select_;
    Statement insert_;
    Statement delete_;
    Rows rows_;
    Seal seal_;
    bool failed_ = false;
    bool verified_ = false;        // all that was there was read and found well
    bool sum_is_current_ = false;  // store.sum describes the file as it is
};

}  // namespace mayfly::store
