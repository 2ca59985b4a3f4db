#include "printing.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "store/files.h"

namespace mayfly::cli {
namespace {

constexpr size_t note_size_bytes_max = 1000 * core::MessageId::size_bytes;

}  // namespace

std::vector<core::MessageId> PrintingNote::left_over() const {
    const auto content = store::read_file(path_, note_size_bytes_max);
    std::vector<core::MessageId> ids;
    if (!content.ok() || !content.value()) return ids;
    BytesView rest = content.value()->expose();
    while (rest.size() >= core::MessageId::size_bytes) {
        ids.push_back(*core::MessageId::from(rest.first(core::MessageId::size_bytes)));
        rest = rest.subspan(core::MessageId::size_bytes);
    }
    return ids;
}

Status PrintingNote::begin(const std::vector<core::MessageId>& ids) const {
    Bytes content;
    for (const core::MessageId& id : ids) append(content, id.view());
    const store::Fd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd.valid()) return store::error_of_errno(errno);
    const ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written == static_cast<ssize_t>(content.size())) return {};
    const Error error = store::error_of_errno(written < 0 ? errno : ENOSPC);
    (void)!::truncate(path_.c_str(), 0);
    return error;
}

void PrintingNote::end() const { (void)!::truncate(path_.c_str(), 0); }

}  // namespace mayfly::cli
