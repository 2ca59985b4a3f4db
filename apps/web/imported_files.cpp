#include "imported_files.h"

namespace mayfly::web {
namespace {

#define MAYFLY_IMPORT(name) __attribute__((import_module("mayfly"), import_name(#name)))
extern "C" {
// file_size is negative where there is no such file.
MAYFLY_IMPORT(file_size) double import_file_size(const char* name, size_t name_size);
// file_read gives how many bytes it read.
MAYFLY_IMPORT(file_read)
size_t import_file_read(const char* name, size_t name_size, double offset, uint8_t* to,
                        size_t size);
// The others give 1 when they did it.
MAYFLY_IMPORT(file_begin)
int32_t import_file_begin(const char* name, size_t name_size, double kept_size);
MAYFLY_IMPORT(file_write)
int32_t import_file_write(const char* name, size_t name_size, double offset, const uint8_t* from,
                          size_t size);
MAYFLY_IMPORT(file_finish) int32_t import_file_finish(const char* name, size_t name_size);
MAYFLY_IMPORT(file_discard) void import_file_discard(const char* name, size_t name_size);
}

}  // namespace

Result<core::FilePort::Source> ImportedFiles::inspect(const std::string& source) {
    const double size = import_file_size(source.data(), source.size());
    ENSURE(size >= 0, file_unreadable);
    return Source{static_cast<uint64_t>(size), 1};  // a Blob never changes
}

Result<SecretBuffer> ImportedFiles::read(const std::string& source, uint64_t offset,
                                         size_t size_bytes) {
    TRY_ASSIGN(const Source found, inspect(source));
    ENSURE(offset <= found.size_bytes && size_bytes <= found.size_bytes - offset, file_changed);
    SecretBuffer out(size_bytes);
    const size_t got = import_file_read(source.data(), source.size(), static_cast<double>(offset),
                                        out.expose_mutable().data(), out.size());
    ENSURE(got == size_bytes, file_unreadable);
    return out;
}

Status ImportedFiles::begin(const std::string& target, uint64_t kept_size_bytes) {
    const auto kept = static_cast<double>(kept_size_bytes);
    ENSURE(import_file_begin(target.data(), target.size(), kept) == 1, file_changed);
    return {};
}

Status ImportedFiles::write(const std::string& target, uint64_t offset, BytesView bytes) {
    ENSURE(import_file_write(target.data(), target.size(), static_cast<double>(offset),
                             bytes.data(), bytes.size()) == 1,
           storage_full);
    return {};
}

Status ImportedFiles::finish(const std::string& target) {
    ENSURE(import_file_finish(target.data(), target.size()) == 1, storage_failed);
    return {};
}

void ImportedFiles::discard(const std::string& target) {
    import_file_discard(target.data(), target.size());
}

}  // namespace mayfly::web
