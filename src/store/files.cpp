#include "store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace mayfly::store {
namespace {

constexpr size_t zero_block_size_bytes = 4096;

Status write_all(int fd, BytesView content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return error_of_errno(errno);
        content = content.subspan(static_cast<size_t>(written));
    }
    return {};
}

Status zero_range(int fd, int64_t from, int64_t to) {
    static constexpr std::array<uint8_t, 16 * zero_block_size_bytes> zeros{};
    while (from < to) {
        const auto size =
            static_cast<size_t>(std::min<int64_t>(to - from, static_cast<int64_t>(zeros.size())));
        const ssize_t written = ::pwrite(fd, zeros.data(), size, from);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return error_of_errno(errno);
        from += written;
    }
    if (::fdatasync(fd) != 0) return error_of_errno(errno);
    return {};
}

}  // namespace

Error error_of_errno(int error_number) {
    if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) {
        return MAYFLY_ERROR(storage_full);
    }
    return MAYFLY_ERROR(storage_failed);
}

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

void Fd::reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

bool file_exists(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
}

Result<std::optional<SecretBuffer>> read_file(const std::string& path, size_t size_bytes_max) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<SecretBuffer>();
        return error_of_errno(errno);
    }
    // One byte more than allowed, to see that there is more.
    SecretBuffer content(size_bytes_max + 1);
    size_t size = 0;
    while (size < content.size()) {
        const ssize_t got =
            ::read(fd.get(), content.expose_mutable().data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_of_errno(errno);
        if (got == 0) break;
        size += static_cast<size_t>(got);
    }
    ENSURE(size <= size_bytes_max, input_too_large);
    content.shrink(size);
    return std::optional<SecretBuffer>(std::move(content));
}

Status create_file(const std::string& path, BytesView content) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid()) return error_of_errno(errno);
    Status status = write_all(fd.get(), content);
    if (status.ok() && ::fsync(fd.get()) != 0) status = error_of_errno(errno);
    if (!status.ok()) {
        ::unlink(path.c_str());
        return status;
    }
    const size_t slash = path.rfind('/');
    return sync_directory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

Status rewrite_file(const std::string& path, BytesView content) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.valid()) return error_of_errno(errno);
    TRY(write_all(fd.get(), content));
    if (::ftruncate(fd.get(), static_cast<off_t>(content.size())) != 0 || ::fsync(fd.get()) != 0) {
        return error_of_errno(errno);
    }
    return {};
}

Status remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return error_of_errno(errno);
    return {};
}

Result<bool> overwrite_file(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.valid()) {
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return error_of_errno(errno);
    }
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return error_of_errno(errno);
    TRY(zero_file(fd.get(), 0, info.st_size));
    return true;
}

Result<bool> overwrite_and_remove(const std::string& path) {
    TRY_ASSIGN(const bool was_there, overwrite_file(path));
    if (was_there) TRY(remove_file(path));
    return was_there;
}

Status sync_directory(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() || ::fsync(fd.get()) != 0) return error_of_errno(errno);
    return {};
}

Status zero_file(int fd, int64_t from_offset, int64_t size_bytes) {
    if (from_offset >= size_bytes) return {};
    const int64_t first_end =
        std::min<int64_t>(size_bytes, from_offset + static_cast<int64_t>(zero_block_size_bytes));
    TRY(zero_range(fd, from_offset, first_end));
    if (first_end == size_bytes) return {};
    return zero_range(fd, first_end, size_bytes);
}

}  // namespace mayfly::store
