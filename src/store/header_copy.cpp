#include "store/files.h"
#include "store/header_change.h"
#include "store/store_header.h"

namespace mayfly::store {

std::string new_header_path(const std::string& home) { return header_path(home) + ".new"; }

Status copy_header(const std::string& home, BytesView content) {
    TRY(finish_header_copy(home));
    TRY(create_file(new_header_path(home), content));
    TRY(finish_header_copy(home));
    return {};
}

Result<bool> finish_header_copy(const std::string& home) {
    const std::string next = new_header_path(home);
    auto content = read_file(next, header_size_bytes_max);
    const bool too_large = !content.ok() && content.code() == ErrorCode::input_too_large;
    if (!too_large) {
        TRY(content);
        if (!content->has_value()) return false;
        const BytesView whole = (*content)->expose();
        // One that was not written to the end is no header, and the old one is untouched.
        if (without_checksum(whole).ok()) TRY(rewrite_file(header_path(home), whole));
    }
    TRY(overwrite_and_remove(next));
    TRY(sync_directory(home));
    return true;
}

}  // namespace mayfly::store
