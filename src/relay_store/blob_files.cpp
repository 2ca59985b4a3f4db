#include "relay_store/blob_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "crypto/unique_fd.h"

namespace mayfly::relay_store {
namespace {

Error error_of(int error_number) {
    const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
    return full ? MAYFLY_ERROR(storage_full) : MAYFLY_ERROR(storage_failed);
}

using File = crypto::UniqueFd;

File open_file(const std::string& path, int flags) {
    return File(::open(path.c_str(), flags | O_CLOEXEC, 0600));
}

Status sync_directory(const std::string& path) {
    const File directory = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!directory.is_open() || ::fsync(directory.get()) != 0) return error_of(errno);
    return {};
}

Status make_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return error_of(errno);
    return {};
}

}  // namespace

Result<BlobFiles> BlobFiles::open(const std::string& directory) {
    TRY(make_directory(directory));
    return BlobFiles(directory);
}

std::string BlobFiles::shard_path(uint8_t shard) const {
    return directory_ + "/" + to_hex(Bytes{shard});
}

std::string BlobFiles::path(const relay::BlobFileId& file) const {
    return shard_path(file.bytes[0]) + "/" + to_hex(file.view());
}

Status BlobFiles::write(const relay::StoreBatch::BlobWrite& write) const {
    const bool is_new = write.offset == 0;
    const std::string shard = shard_path(write.file.bytes[0]);
    if (is_new) TRY(make_directory(shard));
    const File file = open_file(path(write.file), O_WRONLY | (is_new ? O_CREAT | O_TRUNC : 0));
    if (!file.is_open()) return error_of(errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return error_of(errno);
    ENSURE(static_cast<uint64_t>(status.st_size) >= write.offset, storage_failed);
    BytesView rest = write.bytes;
    auto at = static_cast<off_t>(write.offset);
    while (!rest.empty()) {
        const ssize_t written = ::pwrite(file.get(), rest.data(), rest.size(), at);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return error_of(errno);
        rest = rest.subspan(static_cast<size_t>(written));
        at += written;
    }
    if (::fdatasync(file.get()) != 0) return error_of(errno);
    if (!is_new) return {};
    TRY(sync_directory(shard));
    return sync_directory(directory_);
}

Result<Bytes> BlobFiles::read(const relay::BlobFileId& id, uint64_t offset,
                              size_t size_bytes) const {
    const File file = open_file(path(id), O_RDONLY);
    if (!file.is_open() && errno == ENOENT) return MAYFLY_ERROR(store_corrupt);
    if (!file.is_open()) return error_of(errno);
    Bytes out(size_bytes);
    size_t size = 0;
    while (size < out.size()) {
        const ssize_t got = ::pread(file.get(), out.data() + size, out.size() - size,
                                    static_cast<off_t>(offset + size));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_of(errno);
        ENSURE(got > 0, store_corrupt);
        size += static_cast<size_t>(got);
    }
    return out;
}

void BlobFiles::erase(const relay::BlobFileId& file) const {
    // What cannot be removed now is found at the next start: it has no row any more.
    (void)::unlink(path(file).c_str());
}

Result<std::vector<relay::BlobFileId>> BlobFiles::list(uint8_t shard) const {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(shard_path(shard).c_str()),
                                                        ::closedir);
    std::vector<relay::BlobFileId> out;
    if (!directory && errno == ENOENT) return out;
    if (!directory) return error_of(errno);
    while (const dirent* entry = ::readdir(directory.get())) {
        const auto bytes = from_hex(entry->d_name);
        if (!bytes) continue;
        if (const auto id = relay::BlobFileId::from(*bytes)) out.push_back(*id);
    }
    return out;
}

}  // namespace mayfly::relay_store
