#include "core/memory_file_port.h"

namespace mayfly::core {

Result<FilePort::Source> MemoryFilePort::inspect(const std::string& source) {
    const auto found = files.find(source);
    ENSURE(found != files.end(), file_unreadable);
    return Source{found->second.size(), stamps[source]};
}

Result<SecretBuffer> MemoryFilePort::read(const std::string& source, uint64_t offset,
                                          size_t size_bytes) {
    const auto found = files.find(source);
    ENSURE(found != files.end(), file_unreadable);
    const BytesView all = found->second;
    ENSURE(offset <= all.size() && size_bytes <= all.size() - offset, file_changed);
    return SecretBuffer(all.subspan(static_cast<size_t>(offset), size_bytes));
}

Status MemoryFilePort::begin(const std::string& target, uint64_t kept_size_bytes) {
    ENSURE(!files.contains(target), file_exists);
    Bytes& draft = drafts[target];
    ENSURE(draft.size() >= kept_size_bytes, file_changed);
    draft.resize(static_cast<size_t>(kept_size_bytes));
    return {};
}

Status MemoryFilePort::write(const std::string& target, uint64_t offset, BytesView bytes) {
    const auto found = drafts.find(target);
    ENSURE(found != drafts.end() && found->second.size() >= offset, storage_failed);
    found->second.resize(static_cast<size_t>(offset));
    append(found->second, bytes);
    return {};
}

Status MemoryFilePort::finish(const std::string& target) {
    ENSURE(!files.contains(target), file_exists);
    const auto found = drafts.find(target);
    ENSURE(found != drafts.end(), storage_failed);
    files[target] = std::move(found->second);
    drafts.erase(found);
    return {};
}

}  // namespace mayfly::core
