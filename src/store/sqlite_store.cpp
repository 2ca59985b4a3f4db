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

constexpr crypto::AeadId row_aead = crypto::AeadId::chacha20_poly1305;
constexpr size_t nonce_size_bytes = crypto::aead_nonce_size_bytes;
constexpr size_t index_size_bytes = 16;
// row secret, key size (uint16), key, value
constexpr size_t row_header_size_bytes = 16 + 2;

SecretArray<32> derive(const StoreKey& key, std::string_view label) {
    const Secret out =
        crypto::hkdf_expand(crypto::HashId::sha256, key.expose(), as_bytes(label), 32);
    return SecretArray<32>(out.expose().first<32>());
}

Bytes associated_data(BytesView index) {
    Bytes out = to_bytes(as_bytes("mayfly store 1 row"));
    append(out, index);
    return out;
}

void exclusive_or(std::array<uint8_t, 16>& to, const std::array<uint8_t, 16>& with) {
    for (size_t i = 0; i < to.size(); i++) to[i] ^= with[i];
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
      index_key_(derive(key, "mayfly store 1 index key")),
      row_key_(derive(key, "mayfly store 1 row key")) {}

SqliteStore::~SqliteStore() {
    select_.reset();
    insert_.reset();
    delete_.reset();
    database_.reset();
    // A close that could not empty the WAL leaves the database behind it.
    if (!verified_ || failed_ || sum_is_current_) return;
    if (file_exists(database_path(home_) + "-wal")) return;
    const auto hash = hash_file(database_path(home_));
    if (hash.ok()) write_sum(home_, {seal_.generation, hash.value()});
}

// check_sum compares the file as it was before SQLite opened it with the last clean close. After a
// crash there is a WAL, and nothing to compare with.
Status SqliteStore::check_sum(const std::optional<std::array<uint8_t, 32>>& hash) {
    const auto sum = read_sum(home_);
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
    TRY(store->execute("CREATE TABLE kv(key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"));
    TRY(store->prepare());
    Changes none;
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

Status SqliteStore::load() {
    {
        // The tree's own structure: a damaged free list would make SQLite overwrite live pages
        // later, long after every row was read well.
        TRY_ASSIGN(const Statement check, statement("PRAGMA quick_check(1)"));
        const int code = sqlite3_step(check.get());
        if (code != SQLITE_ROW) return error_now(code);
        ENSURE(as_text(column(check.get(), 0)) == "ok", store_corrupt);
    }
    TRY_ASSIGN(const Statement all, statement("SELECT key, value FROM kv"));
    std::optional<Seal> seal;
    Seal found;
    while (true) {
        const int code = sqlite3_step(all.get());
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_ROW) return error_now(code);
        TRY(load_row(column(all.get(), 0), column(all.get(), 1), seal, found));
    }
    ENSURE(seal.has_value(), store_corrupt);
    ENSURE(seal->row_count == found.row_count && seal->row_count == rows_.size(), store_corrupt);
    ENSURE(seal->sum == found.sum, store_corrupt);
    seal_ = *seal;
    return {};
}

Status SqliteStore::load_row(BytesView index, BytesView sealed, std::optional<Seal>& seal,
                             Seal& found) {
    ENSURE(index.size() == index_size_bytes && sealed.size() > nonce_size_bytes, store_corrupt);
    const auto opened =
        crypto::aead_open(row_aead, row_key_.expose(), sealed.first(nonce_size_bytes),
                          associated_data(index), sealed.subspan(nonce_size_bytes));
    ENSURE(opened.ok(), store_corrupt);
    codec::Reader reader(opened.value().expose());
    RowSecret secret;
    reader(secret);
    const BytesView key = reader.raw(reader.u16());
    ENSURE(reader.ok(), store_corrupt);
    if (key.empty()) {
        const auto decoded = codec::decode<Seal>(reader.rest());
        ENSURE(!seal.has_value() && decoded.ok(), store_corrupt);
        seal = decoded.value();
        return {};
    }
    ENSURE(rows_.emplace(to_bytes(key), secret).second, store_corrupt);
    found.row_count++;
    exclusive_or(found.sum, secret);
    return {};
}

Result<std::optional<SecretBuffer>> SqliteStore::get(BytesView key) {
    ENSURE(!failed_, storage_failed);
    const auto row = rows_.find(key);
    if (row == rows_.end()) return std::optional<SecretBuffer>();
    const auto index = index_of(key);
    const ResetStatement reset{select_.get()};
    bind_bytes(select_.get(), 1, index);
    const int code = sqlite3_step(select_.get());
    ENSURE(code != SQLITE_DONE, store_corrupt);
    if (code != SQLITE_ROW) return error_now(code);
    const BytesView sealed = column(select_.get(), 0);
    ENSURE(sealed.size() > nonce_size_bytes, store_corrupt);
    const auto opened =
        crypto::aead_open(row_aead, row_key_.expose(), sealed.first(nonce_size_bytes),
                          associated_data(index), sealed.subspan(nonce_size_bytes));
    ENSURE(opened.ok(), store_corrupt);
    const BytesView plain = opened.value().expose();
    const size_t header_size = row_header_size_bytes + key.size();
    ENSURE(plain.size() >= header_size && starts_with(plain, row->second), store_corrupt);
    return std::optional<SecretBuffer>(SecretBuffer(plain.subspan(header_size)));
}

Status SqliteStore::scan(BytesView prefix, const Visitor& visit) {
    ENSURE(!failed_, storage_failed);
    // The visitor may call back into the store: walk over a copy of the keys.
    std::vector<Bytes> keys;
    for (auto row = rows_.lower_bound(prefix);
         row != rows_.end() && starts_with(row->first, prefix); ++row) {
        keys.push_back(row->first);
    }
    for (const Bytes& key : keys) {
        TRY_ASSIGN(auto value, get(key));
        if (value && !visit(key, *std::move(value))) break;
    }
    return {};
}

std::array<uint8_t, 16> SqliteStore::index_of(BytesView key) const {
    std::array<uint8_t, 32> whole;
    crypto::hmac(crypto::HashId::sha256, index_key_.expose(), key, whole);
    std::array<uint8_t, 16> out;
    std::copy_n(whole.begin(), out.size(), out.begin());
    return out;
}

Bytes SqliteStore::seal_row(BytesView index, const RowSecret& secret, BytesView key,
                            BytesView value) {
    SecretBuffer plain(row_header_size_bytes + key.size() + value.size());
    auto at = std::copy(secret.begin(), secret.end(), plain.expose_mutable().begin());
    *at++ = static_cast<uint8_t>(key.size() >> 8);
    *at++ = static_cast<uint8_t>(key.size());
    at = std::copy(key.begin(), key.end(), at);
    std::copy(value.begin(), value.end(), at);
    // Random nonces: far below the 2^32 writes that keep a collision under 2^-32 (NIST SP 800-38D
    // section 8.3 for the same nonce size).
    Bytes out(nonce_size_bytes + plain.size() + crypto::aead_tag_size_bytes);
    const MutableBytesView view = out;
    entropy_.fill(view.first(nonce_size_bytes));
    crypto::aead_seal(row_aead, row_key_.expose(), view.first(nonce_size_bytes),
                      associated_data(index), plain.expose(), view.subspan(nonce_size_bytes));
    return out;
}

Status SqliteStore::put_row(BytesView key, BytesView value, const RowSecret& secret) {
    const auto index = index_of(key);
    const Bytes sealed = seal_row(index, secret, key, value);
    const ResetStatement reset{insert_.get()};
    bind_bytes(insert_.get(), 1, index);
    bind_bytes(insert_.get(), 2, sealed);
    const int code = sqlite3_step(insert_.get());
    if (code != SQLITE_DONE) return error_now(code);
    return {};
}

Status SqliteStore::erase_row(BytesView key) {
    const auto index = index_of(key);
    const ResetStatement reset{delete_.get()};
    bind_bytes(delete_.get(), 1, index);
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
    Changes changed;
    Seal next = seal_;
    next.generation++;
    // Erasing needs the WAL empty in the end; what can fail of that fails here, before the change.
    Status status = batch.shred ? checkpoint() : Status();
    if (status.ok()) status = commit(batch, changed, next);
    if (!status.ok()) {
        failed_ = true;
        return status;
    }
    for (auto& [key, secret] : changed) {
        if (secret) {
            rows_.insert_or_assign(key, *secret);
        } else {
            rows_.erase(key);
        }
    }
    seal_ = next;
    if (!batch.shred) return {};
    status = checkpoint();
    failed_ = !status.ok();
    return status;
}

Status SqliteStore::commit(const core::WriteBatch& batch, Changes& changed, Seal& next) {
    TRY(execute("BEGIN IMMEDIATE"));
    Status status = change_rows(batch, changed, next);
    if (status.ok()) {
        status = put_row({}, codec::encode(next), random_array<16>(entropy_));
    }
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

Status SqliteStore::change_rows(const core::WriteBatch& batch, Changes& changed, Seal& next) {
    for (const auto& change : batch.changes) {
        std::optional<RowSecret> before;
        if (const auto staged = changed.find(change.key); staged != changed.end()) {
            before = staged->second;
        } else if (const auto row = rows_.find(change.key); row != rows_.end()) {
            before = row->second;
        }
        if (before) {
            exclusive_or(next.sum, *before);
            next.row_count--;
        }
        if (!change.value) {
            if (before) TRY(erase_row(change.key));
            changed.insert_or_assign(change.key, std::nullopt);
            continue;
        }
        const auto secret = random_array<16>(entropy_);
        TRY(put_row(change.key, change.value->expose(), secret));
        exclusive_or(next.sum, secret);
        next.row_count++;
        changed.insert_or_assign(change.key, secret);
    }
    return {};
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
