#include "store/shred_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "store/files.h"

namespace mayfly::store {
namespace {

// SQLite allocates szOsFile bytes: this structure, then the system's own file object.
struct ShredFile {
    sqlite3_file base;
    int open_flags;
    sqlite3_file* real;
};

constexpr int main_db_header_size_bytes = 100;  // SQLite file format section 1.3
constexpr size_t leaf_header_size_bytes = 8;    // section 1.6
constexpr size_t interior_header_size_bytes = 12;

VfsFaults faults;
sqlite3_vfs shred_vfs;
sqlite3_io_methods shred_methods;

sqlite3_vfs* system_vfs() { return static_cast<sqlite3_vfs*>(shred_vfs.pAppData); }
sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<ShredFile*>(file)->real; }
bool is_main_db(sqlite3_file* file) {
    return (reinterpret_cast<ShredFile*>(file)->open_flags & SQLITE_OPEN_MAIN_DB) != 0;
}

bool fails_now() {
    faults.operations_seen++;
    if (faults.operations_until_failure < 0) return false;
    if (faults.operations_until_failure > 0) {
        faults.operations_until_failure--;
        return false;
    }
    if (!faults.sticky) faults.operations_until_failure = -1;
    return true;
}

// A quota or a file size limit is a full disk to whoever waits for the write; SQLite knows only
// ENOSPC as such.
int code_of_write(sqlite3_file* real, int code) {
    if ((code & 0xff) != SQLITE_IOERR) return code;
    int error_number = 0;
    real->pMethods->xFileControl(real, SQLITE_FCNTL_LAST_ERRNO, &error_number);
    const bool full = error_of_errno(error_number).code == ErrorCode::storage_full;
    return full ? SQLITE_FULL : code;
}

int close_file(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }

int read_bytes(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    return real_of(file)->pMethods->xRead(real_of(file), out, size, offset);
}

int write_bytes(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (fails_now()) return faults.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    sqlite3_file* real = real_of(file);
    if (is_main_db(file) && static_cast<size_t>(size) == page_size_bytes) {
        std::array<uint8_t, page_size_bytes> page;
        std::memcpy(page.data(), from, page_size_bytes);
        scrub_page(page, offset);
        return code_of_write(real, real->pMethods->xWrite(real, page.data(), size, offset));
    }
    return code_of_write(real, real->pMethods->xWrite(real, from, size, offset));
}

// The system's file object does not tell its descriptor, so zeros go through its own xWrite. The
// header block goes first and alone: a WAL whose header stands while later frames are gone would
// be replayed in part over the newer database.
int zero_through(sqlite3_file* real, sqlite3_int64 from) {
    static constexpr std::array<uint8_t, page_size_bytes> zeros{};
    sqlite3_int64 size = 0;
    int code = real->pMethods->xFileSize(real, &size);
    bool first = true;
    while (code == SQLITE_OK && from < size) {
        const auto piece = static_cast<int>(
            std::min<sqlite3_int64>(size - from, static_cast<sqlite3_int64>(zeros.size())));
        code = real->pMethods->xWrite(real, zeros.data(), piece, from);
        from += piece;
        if (code == SQLITE_OK && (first || from >= size)) {
            code = real->pMethods->xSync(real, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
        }
        first = false;
    }
    return code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (fails_now()) return SQLITE_IOERR_TRUNCATE;
    sqlite3_file* real = real_of(file);
    if (!is_main_db(file)) {
        const int code = zero_through(real, size);
        if (code != SQLITE_OK) return code;
    }
    return real->pMethods->xTruncate(real, size);
}

int sync_file(sqlite3_file* file, int flags) {
    if (fails_now()) return SQLITE_IOERR_FSYNC;
    return code_of_write(real_of(file), real_of(file)->pMethods->xSync(real_of(file), flags));
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock_file(sqlite3_file* file, int level) {
    return real_of(file)->pMethods->xLock(real_of(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int check_reserved(sqlite3_file* file, int* out) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int device_characteristics(sqlite3_file* file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    auto* ours = reinterpret_cast<ShredFile*>(file);
    ours->base.pMethods = nullptr;
    ours->open_flags = flags;
    ours->real = reinterpret_cast<sqlite3_file*>(ours + 1);
    ours->real->pMethods = nullptr;
    const int code = system_vfs()->xOpen(system_vfs(), path, ours->real, flags, out_flags);
    if (ours->real->pMethods != nullptr) ours->base.pMethods = &shred_methods;
    return code;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_directory_too) {
    if (fails_now()) return SQLITE_IOERR_DELETE;
    const Fd fd(::open(path, O_WRONLY | O_CLOEXEC));
    if (!fd.valid() && errno != ENOENT) return SQLITE_IOERR_DELETE;
    if (fd.valid()) {
        struct stat info {};
        if (::fstat(fd.get(), &info) != 0) return SQLITE_IOERR_DELETE;
        if (!zero_file(fd.get(), 0, info.st_size).ok()) return SQLITE_IOERR_DELETE;
    }
    return system_vfs()->xDelete(system_vfs(), path, sync_directory_too);
}

void fill_methods() {
    // Version 1: no shared memory and no mapped reads. The store holds its database exclusively,
    // so SQLite keeps the WAL's index on the heap and there is no -shm file.
    shred_methods.iVersion = 1;
    shred_methods.xClose = close_file;
    shred_methods.xRead = read_bytes;
    shred_methods.xWrite = write_bytes;
    shred_methods.xTruncate = truncate_file;
    shred_methods.xSync = sync_file;
    shred_methods.xFileSize = file_size;
    shred_methods.xLock = lock_file;
    shred_methods.xUnlock = unlock_file;
    shred_methods.xCheckReservedLock = check_reserved;
    shred_methods.xFileControl = file_control;
    shred_methods.xSectorSize = sector_size;
    shred_methods.xDeviceCharacteristics = device_characteristics;
}

size_t u16_at(MutableBytesView page, size_t offset) {
    return static_cast<size_t>(page[offset] << 8 | page[offset + 1]);
}

}  // namespace

bool register_shred_vfs() {
    static std::once_flag once;
    static bool registered = false;
    std::call_once(once, [] {
        sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
        if (system == nullptr) return;
        fill_methods();
        shred_vfs = *system;
        shred_vfs.pNext = nullptr;
        shred_vfs.pAppData = system;
        shred_vfs.zName = shred_vfs_name;
        shred_vfs.szOsFile = static_cast<int>(sizeof(ShredFile)) + system->szOsFile;
        shred_vfs.xOpen = open_file;
        shred_vfs.xDelete = delete_file;
        registered = sqlite3_vfs_register(&shred_vfs, 0) == SQLITE_OK;
    });
    return registered;
}

void scrub_page(MutableBytesView page, int64_t offset_bytes) {
    const size_t start = offset_bytes == 0 ? main_db_header_size_bytes : 0;
    const uint8_t kind = page[start];
    size_t gap_start = start;
    if (kind == 0x0a || kind == 0x0d) {
        gap_start += leaf_header_size_bytes;
    } else if (kind == 0x02 || kind == 0x05) {
        gap_start += interior_header_size_bytes;
    } else {
        return;
    }
    const size_t cells = u16_at(page, start + 3);
    const size_t gap_end = u16_at(page, start + 5);
    gap_start += 2 * cells;
    if (gap_start >= gap_end || gap_end > page.size()) return;
    std::fill(page.begin() + static_cast<ptrdiff_t>(gap_start),
              page.begin() + static_cast<ptrdiff_t>(gap_end), uint8_t{0});
}

VfsFaults& vfs_faults_for_testing() { return faults; }

}  // namespace mayfly::store
