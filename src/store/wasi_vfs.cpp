// SQLite's system for WebAssembly: WASI's files, of which a browser keeps a fixed few
// (docs/spec/web.md section 3). No locks, because one engine at a time has the home; no shared
// memory, because the store locks its database exclusively.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "store/files.h"

namespace mayfly::store {
namespace {

constexpr int path_size_bytes_max = 512;
constexpr int sector_size_bytes = 4096;
// 1970-01-01T00:00:00Z as a Julian day, in milliseconds: what SQLite counts from.
constexpr sqlite3_int64 unix_epoch_julian_ms = 210'866'760'000'000;

struct WasiFile {
    sqlite3_file base;
    int fd;
};

int last_error = 0;

int fd_of(sqlite3_file* file) { return reinterpret_cast<WasiFile*>(file)->fd; }

int failed(int code) {
    last_error = errno;
    return error_of_errno(errno).code == ErrorCode::storage_full ? SQLITE_FULL : code;
}

int close_file(sqlite3_file* file) {
    ::close(fd_of(file));
    return SQLITE_OK;
}

int read_bytes(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    auto* to = static_cast<char*>(out);
    while (size > 0) {
        const ssize_t got = ::pread(fd_of(file), to, static_cast<size_t>(size), offset);
        if (got < 0) return failed(SQLITE_IOERR_READ);
        if (got == 0) break;
        to += got;
        size -= static_cast<int>(got);
        offset += got;
    }
    if (size == 0) return SQLITE_OK;
    std::memset(to, 0, static_cast<size_t>(size));
    return SQLITE_IOERR_SHORT_READ;
}

int write_bytes(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const auto* at = static_cast<const char*>(from);
    while (size > 0) {
        const ssize_t written = ::pwrite(fd_of(file), at, static_cast<size_t>(size), offset);
        if (written <= 0) return failed(SQLITE_IOERR_WRITE);
        at += written;
        size -= static_cast<int>(written);
        offset += written;
    }
    return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    return ::ftruncate(fd_of(file), size) == 0 ? SQLITE_OK : failed(SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
    return ::fsync(fd_of(file)) == 0 ? SQLITE_OK : failed(SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    struct stat info {};
    if (::fstat(fd_of(file), &info) != 0) return failed(SQLITE_IOERR_FSTAT);
    *size = info.st_size;
    return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }
int check_reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
}
int file_control(sqlite3_file*, int operation, void* argument) {
    if (operation != SQLITE_FCNTL_LAST_ERRNO) return SQLITE_NOTFOUND;
    *static_cast<int*>(argument) = last_error;
    return SQLITE_OK;
}
int sector_size(sqlite3_file*) { return sector_size_bytes; }
// Nothing is promised of what a browser does with writes before a sync.
int device_characteristics(sqlite3_file*) { return 0; }

sqlite3_io_methods io_methods() {
    sqlite3_io_methods out{};
    out.iVersion = 1;
    out.xClose = close_file;
    out.xRead = read_bytes;
    out.xWrite = write_bytes;
    out.xTruncate = truncate_file;
    out.xSync = sync_file;
    out.xFileSize = file_size;
    out.xLock = lock_file;
    out.xUnlock = lock_file;
    out.xCheckReservedLock = check_reserved;
    out.xFileControl = file_control;
    out.xSectorSize = sector_size;
    out.xDeviceCharacteristics = device_characteristics;
    return out;
}

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    static const sqlite3_io_methods methods = io_methods();
    auto* ours = reinterpret_cast<WasiFile*>(file);
    ours->base.pMethods = nullptr;
    if (path == nullptr) return SQLITE_CANTOPEN;  // temporary files are in memory
    const int mode = (flags & SQLITE_OPEN_READONLY) != 0 ? O_RDONLY : O_RDWR;
    ours->fd = ::open(path, mode | ((flags & SQLITE_OPEN_CREATE) != 0 ? O_CREAT : 0), 0600);
    if (ours->fd < 0) return failed(SQLITE_CANTOPEN);
    ours->base.pMethods = &methods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_directory_too) {
    if (::unlink(path) != 0) {
        return errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : failed(SQLITE_IOERR_DELETE);
    }
    if (sync_directory_too == 0) return SQLITE_OK;
    const std::string name(path);
    const bool synced = sync_directory(name.substr(0, name.rfind('/') + 1)).ok();
    return synced ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

int access_file(sqlite3_vfs*, const char* path, int flags, int* out) {
    struct stat info {};
    *out = ::stat(path, &info) == 0 && (flags != SQLITE_ACCESS_EXISTS || info.st_size > 0) ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    if (std::strlen(path) >= static_cast<size_t>(size)) return SQLITE_CANTOPEN;
    std::strcpy(out, path);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* out) {
    // For salts of the journal; a piece that fails stays zero, as SQLite allows.
    std::memset(out, 0, static_cast<size_t>(size));
    return ::getentropy(out, static_cast<size_t>(size < 256 ? size : 256)) == 0 ? size : 0;
}

// Only for a lock that another has, and there are no locks.
int sleep_for(sqlite3_vfs*, int) { return 0; }

int current_time(sqlite3_vfs*, sqlite3_int64* out) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    *out = unix_epoch_julian_ms + sqlite3_int64{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
    return SQLITE_OK;
}
int current_time_days(sqlite3_vfs*, double* out) {
    sqlite3_int64 ms = 0;
    current_time(nullptr, &ms);
    *out = static_cast<double>(ms) / 86'400'000;
    return SQLITE_OK;
}

int get_last_error(sqlite3_vfs*, int, char*) { return last_error; }

}  // namespace
}  // namespace mayfly::store

// SQLite calls these two when it is built for another system than it knows (SQLITE_OS_OTHER).
extern "C" int sqlite3_os_init() {
    using namespace mayfly::store;
    static sqlite3_vfs vfs{};
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(WasiFile);
    vfs.mxPathname = path_size_bytes_max;
    vfs.zName = "wasi";
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleep_for;
    vfs.xCurrentTime = current_time_days;
    vfs.xGetLastError = get_last_error;
    vfs.xCurrentTimeInt64 = current_time;
    return sqlite3_vfs_register(&vfs, 1);
}
extern "C" int sqlite3_os_end() { return SQLITE_OK; }
