#include "store/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "store/database_sum.h"
#include "store/files.h"
#include "store/shred_vfs.h"

namespace mayfly::store {
namespace {

constexpr crypto::AeadId block_aead = crypto::AeadId::chacha20_poly1305;
constexpr size_t nonce_size_bytes = crypto::aead_nonce_size_bytes;
constexpr uint64_t seal_id = 0;
// Scans of three kinds of rows go side by side through theirs; each needs one.
constexpr size_t cached_blocks_max = 16;

SecretArray<32> derive(const StoreKey& key, std::string_view label) {
    const Secret out =
        crypto::hkdf_expand(crypto::HashId::sha256, key.expose(), as_bytes(label), 32);
    return SecretArray<32>(out.expose().first<32>());
}

Bytes associated_data(uint64_t id) {
    codec::Writer writer;
    writer.raw(as_bytes("mayfly store 1 block"));
    writer.u64(id);
    return writer.take();
}

bool starts_with(BytesView bytes, BytesView prefix) {
    return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

BytesView column(sqlite3_stmt* statement, int number) {
    const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement, number));
    const int size = sqlite3_column_bytes(statement, number);
    return {data, data == nullptr ? 0 : static_cast<size_t>(size)};
}

int bind_bytes(sqlite3_stmt* statement, int number, BytesView bytes) {
    return sqlite3_bind_blob64(statement, number, bytes.data(), bytes.size(), SQLITE_STATIC);
}

// Without a WAL the database alone is everything: whole pages, as many as its header says (SQLite
// file format section 1.3.7). SQLite itself takes missing bytes of a free page for zeros.
bool has_whole_pages(const std::string& path) {
    constexpr size_t page_count_offset = 28;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!fd.valid() || ::fstat(fd.get(), &info) != 0) return true;  // SQLite will say why
    std::array<uint8_t, 4> count{};
    if (::pread(fd.get(), count.data(), count.size(), page_count_offset) != 4) return false;
    codec::Reader reader(count);
    return static_cast<uint64_t>(info.st_size) == uint64_t{reader.u32()} * page_size_bytes;
}

struct ResetStatement {
    sqlite3_stmt* statement;
    ~ResetStatement() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

}  // namespace

void SqliteStore::CloseDatabase::operator()(sqlite3* database) const { sqlite3_close(database); }
void SqliteStore::FinalizeStatement::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqliteStore::SqliteStore(std::string home, const StoreKey& key, Entropy& entropy)
    : home_(std::move(home)),
      entropy_(entropy),
      block_key_(derive(key, "mayfly store 1 block key")),
      sum_key_(derive(key, "mayfly store 1 sum key")) {}

SqliteStore::~SqliteStore() {
    select_.reset();
    insert_.reset();
    delete_.reset();
    database_.reset();
    // A close that could not empty the WAL leaves the database behind it.
    if (!verified_ || failed_ || sum_is_current_) return;
    if (file_exists(database_path(home_) + "-wal")) return;
    const auto hash = hash_file(database_path(home_));
    if (hash.ok()) write_sum(home_, sum_key_.expose(), {seal_.generation, hash.value()});
}

// check_sum compares the file as it was before SQLite opened it with the last clean close. After a
// crash there is a WAL, and nothing to compare with.
Status SqliteStore::check_sum(const std::optional<std::array<uint8_t, 32>>& hash) {
    const auto sum = read_sum(home_, sum_key_.expose());
    if (!hash || !sum || sum->generation != seal_.generation) return {};
    ENSURE(sum->hash == *hash, store_corrupt);
    sum_is_current_ = true;
    return {};
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::create(const std::string& home,
                                                         const StoreKey& key, Entropy& entropy) {
    ENSURE(!file_exists(database_path(home)), account_exists);
    TRY(create_file(database_path(home), {}));
    std::unique_ptr<SqliteStore> store(new SqliteStore(home, key, entropy));
    TRY(store->connect(true));
    TRY(store->execute("CREATE TABLE kv(key INTEGER PRIMARY KEY, value BLOB)"));
    TRY(store->prepare());
    Staged none;
    Seal seal;
    TRY(store->commit({}, none, seal));
    TRY(store->checkpoint());
    TRY(sync_directory(home));
    return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& home, const StoreKey& key,
                                                       Entropy& entropy) {
    const std::string wal_path = database_path(home) + "-wal";
    ENSURE(file_exists(database_path(home)), store_corrupt);
    const bool had_wal = file_exists(wal_path);
    ENSURE(had_wal || has_whole_pages(database_path(home)), store_corrupt);
    std::optional<std::array<uint8_t, 32>> hash;
    if (!had_wal) {
        TRY_ASSIGN(hash, hash_file(database_path(home)));
    }
    std::unique_ptr<SqliteStore> store(new SqliteStore(home, key, entropy));
    Status status = store->connect(false);
    if (status.ok()) status = store->load();
    if (status.ok()) status = store->check_sum(hash);
    if (status.ok() && !store->sum_is_current_) status = store->check_structure();
    if (!status.ok()) {
        // Until all is verified, closing does not checkpoint: the files stay as they were found.
        store.reset();
        if (!had_wal) ::unlink(wal_path.c_str());
        return status.error();
    }
    TRY(store->prepare());
    // A process that died between a commit and its shredding left the old bytes behind.
    TRY(store->checkpoint());
    return store;
}

Status SqliteStore::connect(bool create) {
    ENSURE(register_shred_vfs(), internal);
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(database_path(home_).c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, shred_vfs_name);
    database_.reset(database);
    if (code != SQLITE_OK) return error_now(code);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    TRY(execute("PRAGMA locking_mode=EXCLUSIVE"));
    TRY(execute("PRAGMA mmap_size=0"));
    TRY(execute("PRAGMA temp_store=MEMORY"));
    TRY(execute("PRAGMA cell_size_check=ON"));
    if (create) {
        TRY(execute("PRAGMA page_size=4096"));
        TRY(execute("PRAGMA journal_mode=WAL"));
    }
    return {};
}

Status SqliteStore::prepare() {
    TRY(execute("PRAGMA journal_mode=WAL"));
    TRY(execute("PRAGMA synchronous=FULL"));
    TRY(execute("PRAGMA secure_delete=ON"));
    TRY(execute("PRAGMA max_page_count=16777215"));
    static_assert(page_count_max == 16'777'215);
    TRY_ASSIGN(select_, statement("SELECT value FROM kv WHERE key = ?1"));
    TRY_ASSIGN(insert_, statement("INSERT OR REPLACE INTO kv(key, value) VALUES(?1, ?2)"));
    TRY_ASSIGN(delete_, statement("DELETE FROM kv WHERE key = ?1"));
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    verified_ = true;
    return {};
}

// The tree's own structure: a damaged free list would make SQLite overwrite live pages later, long
// after every block was read well. Where the sum holds the file is as we left it.
Status SqliteStore::check_structure() {
    TRY_ASSIGN(const Statement check, statement("PRAGMA quick_check(1)"));
    const int code = sqlite3_step(check.get());
    if (code != SQLITE_ROW) return error_now(code);
    ENSURE(as_text(column(check.get(), 0)) == "ok", store_corrupt);
    return {};
}

Status SqliteStore::load() {
    TRY_ASSIGN(const Statement all, statement("SELECT key, value FROM kv"));
    std::optional<Seal> seal;
    Seal found;
    while (true) {
        const int code = sqlite3_step(all.get());
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_ROW) return error_now(code);
        const sqlite3_int64 id = sqlite3_column_int64(all.get(), 0);
        ENSURE(id >= 0, store_corrupt);
        TRY(load_block(static_cast<uint64_t>(id), column(all.get(), 1), seal, found));
    }
    ENSURE(seal.has_value(), store_corrupt);
    ENSURE(seal->block_count == found.block_count && seal->sum == found.sum, store_corrupt);
    seal_ = *seal;
    return {};
}

Status SqliteStore::load_block(uint64_t id, BytesView sealed, std::optional<Seal>& seal,
                               Seal& found) {
    TRY_ASSIGN(const SecretBuffer plain, open_block(id, sealed));
    if (id == seal_id) {
        const auto decoded = codec::decode<Seal>(plain.expose());
        ENSURE(decoded.ok(), store_corrupt);
        seal = decoded.value();
        return {};
    }
    BlockInfo info;
    info.id = id;
    TRY_ASSIGN(const std::vector<RowView> rows, decode_block(plain.expose(), info.secret));
    info.row_count = static_cast<uint32_t>(rows.size());
    ENSURE(directory_.emplace(to_bytes(rows.front().key), info).second, store_corrupt);
    row_count_ += rows.size();
    next_id_ = std::max(next_id_, id + 1);
    found.block_count++;
    exclusive_or(found.sum, info.secret);
    return {};
}

Result<SecretBuffer> SqliteStore::open_block(uint64_t id, BytesView sealed) const {
    ENSURE(sealed.size() > nonce_size_bytes, store_corrupt);
    auto opened = crypto::aead_open(block_aead, block_key_.expose(), sealed.first(nonce_size_bytes),
                                    associated_data(id), sealed.subspan(nonce_size_bytes));
    ENSURE(opened.ok(), store_corrupt);
    return opened;
}

SqliteStore::Directory::const_iterator SqliteStore::block_of(BytesView key) const {
    const auto after = directory_.upper_bound(key);
    return after == directory_.begin() ? after : std::prev(after);
}

Result<SqliteStore::Plain> SqliteStore::read_block(const BlockInfo& block) {
    const auto cached = std::find_if(cache_.begin(), cache_.end(),
                                     [&](const auto& entry) { return entry.first == block.id; });
    if (cached != cache_.end()) {
        std::rotate(cache_.begin(), cached, cached + 1);
        return cache_.front().second;
    }
    const ResetStatement reset{select_.get()};
    sqlite3_bind_int64(select_.get(), 1, static_cast<sqlite3_int64>(block.id));
    const int code = sqlite3_step(select_.get());
    ENSURE(code != SQLITE_DONE, store_corrupt);
    if (code != SQLITE_ROW) return error_now(code);
    TRY_ASSIGN(SecretBuffer plain, open_block(block.id, column(select_.get(), 0)));
    // A block of before, put back since we opened, is as wrong as a damaged one.
    ENSURE(starts_with(plain.expose(), block.secret), store_corrupt);
    if (cache_.size() == cached_blocks_max) cache_.pop_back();
    cache_.insert(cache_.begin(),
                  {block.id, std::make_shared<const SecretBuffer>(std::move(plain))});
    return cache_.front().second;
}

Result<std::optional<SecretBuffer>> SqliteStore::get(BytesView key) {
    ENSURE(!failed_, storage_failed);
    const auto block = block_of(key);
    if (block == directory_.end()) return std::optional<SecretBuffer>();
    TRY_ASSIGN(const Plain plain, read_block(block->second));
    BlockSecret secret{};
    TRY_ASSIGN(const std::vector<RowView> rows, decode_block(plain->expose(), secret));
    const auto row =
        std::lower_bound(rows.begin(), rows.end(), key,
                         [](const RowView& a, BytesView b) { return KeyLess()(a.key, b); });
    if (row == rows.end() || !equal(row->key, key)) return std::optional<SecretBuffer>();
    return std::optional<SecretBuffer>(SecretBuffer(row->value));
}

Status SqliteStore::scan(BytesView prefix, const Visitor& visit) {
    ENSURE(!failed_, storage_failed);
    for (auto block = block_of(prefix); block != directory_.end(); ++block) {
        // The visitor may read other rows: this block stays ours meanwhile.
        TRY_ASSIGN(const Plain plain, read_block(block->second));
        BlockSecret secret{};
        TRY_ASSIGN(const std::vector<RowView> rows, decode_block(plain->expose(), secret));
        for (const RowView& row : rows) {
            if (KeyLess()(row.key, prefix)) continue;
            if (!starts_with(row.key, prefix)) return {};
            if (!visit(row.key, SecretBuffer(row.value))) return {};
        }
    }
    return {};
}

Status SqliteStore::put_block(uint64_t id, BytesView plain) {
    // Random nonces: far below the 2^32 writes that keep a collision under 2^-32 (NIST SP 800-38D
    // section 8.3 for the same nonce size).
    Bytes sealed(nonce_size_bytes + plain.size() + crypto::aead_tag_size_bytes);
    const MutableBytesView view = sealed;
    entropy_.fill(view.first(nonce_size_bytes));
    crypto::aead_seal(block_aead, block_key_.expose(), view.first(nonce_size_bytes),
                      associated_data(id), plain, view.subspan(nonce_size_bytes));
    const ResetStatement reset{insert_.get()};
    sqlite3_bind_int64(insert_.get(), 1, static_cast<sqlite3_int64>(id));
    bind_bytes(insert_.get(), 2, sealed);
    const int code = sqlite3_step(insert_.get());
    if (code != SQLITE_DONE) return error_now(code);
    return {};
}

Status SqliteStore::erase_block(uint64_t id) {
    const ResetStatement reset{delete_.get()};
    sqlite3_bind_int64(delete_.get(), 1, static_cast<sqlite3_int64>(id));
    const int code = sqlite3_step(delete_.get());
    if (code != SQLITE_DONE) return error_now(code);
    return {};
}

Status SqliteStore::apply(const core::WriteBatch& batch) {
    ENSURE(!failed_, storage_failed);
    for (const auto& change : batch.changes) {
        ENSURE(!change.key.empty() && change.key.size() <= key_size_bytes_max, invalid_argument);
        ENSURE(!change.value || change.value->size() <= value_size_bytes_max, input_too_large);
    }
    if (batch.changes.empty()) return {};
    sum_is_current_ = false;
    Staged staged;
    Seal next = seal_;
    next.generation++;
    // Erasing needs the WAL empty in the end; what can fail of that fails here, before the change.
    Status status = batch.shred ? checkpoint() : Status();
    if (status.ok()) status = commit(batch, staged, next);
    if (!status.ok()) {
        failed_ = true;
        return status;
    }
    cache_.clear();
    for (const auto block : staged.removed) {
        row_count_ -= block->second.row_count;
        directory_.erase(block);
    }
    for (auto& [key, info] : staged.added) {
        row_count_ += info.row_count;
        directory_.insert_or_assign(std::move(key), info);
    }
    seal_ = next;
    if (!batch.shred) return {};
    status = checkpoint();
    failed_ = !status.ok();
    return status;
}

Status SqliteStore::commit(const core::WriteBatch& batch, Staged& staged, Seal& next) {
    TRY(execute("BEGIN IMMEDIATE"));
    Status status = change_rows(batch, staged, next);
    if (status.ok()) status = put_block(seal_id, codec::encode(next));
    if (status.ok()) status = execute("COMMIT");
    if (status.ok()) return {};
    if (sqlite3_get_autocommit(database_.get()) == 0) {
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    // A commit whose sync failed may stand complete in the WAL, and recovery after a crash would
    // bring back what we report as failed. Emptying the WAL takes it away, if the disk still lets
    // us.
    (void)checkpoint();
    return status;
}

Status SqliteStore::checkpoint() {
    const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
    if (code != SQLITE_OK) return error_now(code);
    return {};
}

Status SqliteStore::execute(const char* sql) {
    const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_now(code);
    return {};
}

Result<SqliteStore::Statement> SqliteStore::statement(const char* sql) {
    sqlite3_stmt* out = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), sql, -1, &out, nullptr);
    if (code != SQLITE_OK) return error_now(code);
    return Statement(out);
}

Error SqliteStore::error_now(int code) const {
    const int system_error = database_ ? sqlite3_system_errno(database_.get()) : 0;
    switch (code & 0xff) {
        case SQLITE_FULL: return MAYFLY_ERROR(storage_full);
        case SQLITE_IOERR:
            if (code == SQLITE_IOERR_SHORT_READ) return MAYFLY_ERROR(store_corrupt);
            return error_of_errno(system_error);
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return MAYFLY_ERROR(store_locked);
        // What we ask is always well-formed: an SQL error means that the schema is not ours.
        case SQLITE_ERROR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_SCHEMA:
        case SQLITE_FORMAT: return MAYFLY_ERROR(store_corrupt);
        default: return MAYFLY_ERROR(storage_failed);
    }
}

}  // namespace mayfly::store
