#include "disk_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace mayfly::cli {
namespace {

// Files open at a time, of each kind: one is usual.
constexpr size_t open_files_max = 16;

Result<core::FilePort::Source> source_of(int fd) {
    struct stat status {};
    ENSURE(::fstat(fd, &status) == 0 && S_ISREG(status.st_mode), file_unreadable);
    core::FilePort::Source out;
    out.size_bytes = static_cast<uint64_t>(status.st_size);
    // Any change of content changes the time; another file of the name has another number.
    constexpr uint64_t multiplier = 0x9e3779b97f4a7c15;
    for (const uint64_t part :
         {static_cast<uint64_t>(status.st_dev), static_cast<uint64_t>(status.st_ino),
          static_cast<uint64_t>(status.st_mtim.tv_sec),
          static_cast<uint64_t>(status.st_mtim.tv_nsec), out.size_bytes}) {
        out.stamp = (out.stamp ^ part) * multiplier;
        out.stamp ^= out.stamp >> 29;
    }
    return out;
}

store::Fd open_source(const std::string& path) {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    return store::Fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

// Gives the draft the target's name if nothing has it.
Status give_name(const std::string& draft, const std::string& target) {
    if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    // Some file systems cannot do that in one step, but a second name is as good.
    if (errno == EINVAL || errno == ENOSYS) {
        if (::link(draft.c_str(), target.c_str()) == 0) {
            ::unlink(draft.c_str());
            return {};
        }
    }
    if (errno == EEXIST) return MAYFLY_ERROR(file_exists);
    return store::error_of_errno(errno);
}

}  // namespace

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string draft_of(const std::string& target) {
    const size_t slash = target.rfind('/');
    const std::string name = slash == std::string::npos ? target : target.substr(slash + 1);
    return folder_of(target) + "/." + name + ".mayfly-part";
}

Result<core::FilePort::Source> DiskFiles::inspect(const std::string& source) {
    sources_.erase(source);
    if (sources_.size() >= open_files_max) sources_.clear();
    store::Fd fd = open_source(source);
    ENSURE(fd.valid(), file_unreadable);
    TRY_ASSIGN(const Source found, source_of(fd.get()));
    sources_[source] = {std::move(fd), found};
    return found;
}

Result<SecretBuffer> DiskFiles::read(const std::string& source, uint64_t offset,
                                     size_t size_bytes) {
    if (!sources_.contains(source)) TRY(inspect(source));
    const Open& open = sources_.at(source);
    SecretBuffer out(size_bytes);
    size_t size = 0;
    while (size < size_bytes) {
        const ssize_t got = ::pread(open.fd.get(), out.expose_mutable().data() + size,
                                    size_bytes - size, static_cast<off_t>(offset + size));
        if (got < 0 && errno == EINTR) continue;
        ENSURE(got >= 0, file_unreadable);
        ENSURE(got > 0, file_changed);
        size += static_cast<size_t>(got);
    }
    TRY_ASSIGN(const Source now, source_of(open.fd.get()));
    ENSURE(now.stamp == open.source.stamp, file_changed);
    return out;
}

Status DiskFiles::begin(const std::string& target, uint64_t kept_size_bytes) {
    struct stat status {};
    ENSURE(::lstat(target.c_str(), &status) != 0, file_exists);
    drafts_.erase(target);
    if (drafts_.size() >= open_files_max) drafts_.clear();
    store::Fd fd(::open(draft_of(target).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd.valid()) return store::error_of_errno(errno);
    if (::fstat(fd.get(), &status) != 0) return store::error_of_errno(errno);
    ENSURE(S_ISREG(status.st_mode), storage_failed);
    ENSURE(static_cast<uint64_t>(status.st_size) >= kept_size_bytes, file_changed);
    if (::ftruncate(fd.get(), static_cast<off_t>(kept_size_bytes)) != 0) {
        return store::error_of_errno(errno);
    }
    drafts_[target] = std::move(fd);
    return {};
}

Status DiskFiles::write(const std::string& target, uint64_t offset, BytesView bytes) {
    auto found = drafts_.find(target);
    if (found == drafts_.end()) {
        TRY(begin(target, offset));
        found = drafts_.find(target);
    }
    auto at = static_cast<off_t>(offset);
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(found->second.get(), bytes.data(), bytes.size(), at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return store::error_of_errno(errno);
        bytes = bytes.subspan(static_cast<size_t>(written));
        at += written;
    }
    return {};
}

Status DiskFiles::sync(const std::string& target) {
    const auto found = drafts_.find(target);
    ENSURE(found != drafts_.end(), storage_failed);
    if (::fdatasync(found->second.get()) != 0) return store::error_of_errno(errno);
    return {};
}

Status DiskFiles::finish(const std::string& target) {
    TRY(sync(target));
    TRY(give_name(draft_of(target), target));
    drafts_.erase(target);
    return store::sync_directory(folder_of(target));
}

void DiskFiles::discard(const std::string& target) {
    drafts_.erase(target);
    const std::string draft = draft_of(target);
    const store::Fd fd(::open(draft.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    // It holds what was to burn.
    if (fd.valid() && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode)) {
        (void)store::zero_file(fd.get(), 0, status.st_size);
    }
    (void)::unlink(draft.c_str());
}

}  // namespace mayfly::cli
