// Files of a home: read whole, written durably, with POSIX calls only.
#pragma once

#include <optional>
#include <string>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::store {

// error_of_errno: no space, quota or file size limit give storage_full; the rest storage_failed.
Error error_of_errno(int error_number);

// Fd owns a file descriptor.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd() { reset(); }
    void reset();
    bool valid() const { return fd_ >= 0; }
    int get() const { return fd_; }

  private:
    int fd_ = -1;
};

bool file_exists(const std::string& path);

// read_file gives nullopt when there is no such file; input_too_large above size_bytes_max.
Result<std::optional<SecretBuffer>> read_file(const std::string& path, size_t size_bytes_max);

// create_file makes a new file of mode 0600 and returns when content and name are on the disk.
// A file that exists is never touched: storage_failed.
Status create_file(const std::string& path, BytesView content);

// sync_directory makes names created, renamed or removed in it durable.
Status sync_directory(const std::string& path);

// rewrite_file replaces what an existing file holds, in place, and syncs it. A crash may leave a
// part of either.
Status rewrite_file(const std::string& path, BytesView content);

Status remove_file(const std::string& path);  // none there is fine
// overwrite_file zeroes a file's bytes where they lie and syncs; true when there is one.
Result<bool> overwrite_file(const std::string& path);
Result<bool> overwrite_and_remove(const std::string& path);

// zero_file overwrites everything from `from_offset` on with zeros and syncs: first the block at
// from_offset, alone, then the rest, so that a journal's header is gone before its body.
Status zero_file(int fd, int64_t from_offset, int64_t size_bytes);

}  // namespace mayfly::store
