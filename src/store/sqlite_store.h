// SqliteStore: the messenger's rows in one SQLite file of a home, every key and value encrypted
// under the store key, dozens of neighbours in one block. docs/spec/store-file.md.
//
// Opening decrypts and authenticates every block and checks that none is missing, added, swapped
// or older than the others: damage is found before anything acts on it. The caller holds the home's
// lock (store/home_lock.h); the database is locked exclusively as well.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/store_port.h"
#include "store/block.h"
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

    size_t row_count() const { return row_count_; }

  private:
    struct KeyLess {
        using is_transparent = void;
        bool operator()(BytesView a, BytesView b) const {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
        }
    };
    struct BlockInfo {
        uint64_t id = 0;
        BlockSecret secret{};
        uint32_t row_count = 0;
    };
    // By the first key of each block. A row is in the last block that begins at or before its key.
    using Directory = std::map<Bytes, BlockInfo, KeyLess>;
    using Plain = std::shared_ptr<const SecretBuffer>;
    // What a batch does to the directory.
    struct Staged {
        std::vector<Directory::const_iterator> removed;
        std::vector<std::pair<Bytes, BlockInfo>> added;
    };
    using Changes = std::map<BytesView, const SecretBuffer*, KeyLess>;  // nullptr: erased
    struct CloseDatabase {
        void operator()(sqlite3* database) const;
    };
    struct FinalizeStatement {
        void operator()(sqlite3_stmt* statement) const;
    };
    using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
    // What the seal says of all blocks.
    struct Seal {
        uint64_t generation = 0;  // counts batches
        uint64_t block_count = 0;
        BlockSecret sum{};  // exclusive or of the blocks' secrets
        template <class Self, class Archive>
        static void fields(Self& self, Archive& archive) {
            archive(self.generation, self.block_count, self.sum);
        }
    };

    SqliteStore(std::string home, const StoreKey& key, Entropy& entropy);
    Status connect(bool create);
    Status prepare();
    Status load();
    Status load_block(uint64_t id, BytesView sealed, std::optional<Seal>& seal, Seal& found);
    Status check_structure();
    Status execute(const char* sql);
    Result<Statement> statement(const char* sql);
    Error error_now(int code) const;

    Directory::const_iterator block_of(BytesView key) const;
    Result<Plain> read_block(const BlockInfo& block);
    Result<SecretBuffer> open_block(uint64_t id, BytesView sealed) const;
    Status put_block(uint64_t id, BytesView plain);
    Status erase_block(uint64_t id);
    Status change_rows(const core::WriteBatch& batch, Staged& staged, Seal& next);
    Status change_block(Directory::const_iterator block, Changes::const_iterator& change,
                        const Changes& changes, Staged& staged, Seal& next);
    Status write_blocks(const std::vector<RowView>& rows, std::vector<uint64_t> ids, Staged& staged,
                        Seal& next);
    Status commit(const core::WriteBatch& batch, Staged& staged, Seal& next);
    Status checkpoint();
    Status check_sum(const std::optional<std::array<uint8_t, 32>>& hash);

    std::string home_;
    Entropy& entropy_;
    SecretArray<32> block_key_;
    SecretArray<32> sum_key_;
    std::unique_ptr<sqlite3, CloseDatabase> database_;
    Statement select_;
    Statement insert_;
    Statement delete_;
    Directory directory_;
    size_t row_count_ = 0;
    uint64_t next_id_ = 1;
    // Blocks that were read last, so that rows read one after the other cost one decryption.
    std::vector<std::pair<uint64_t, Plain>> cache_;
    Seal seal_;
    bool failed_ = false;
    bool verified_ = false;        // all that was there was read and found well
    bool sum_is_current_ = false;  // store.sum describes the file as it is
};

}  // namespace mayfly::store
