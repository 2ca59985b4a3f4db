#include <fcntl.h>
#include <stdio.h>

#include <cerrno>

#include "store/files.h"
#include "store/header_change.h"
#include "store/store_key.h"

namespace mayfly::store {

Status swap_header(const std::string& home, BytesView content) {
    const std::string path = header_path(home);
    const std::string next = new_header_path(home);
    TRY(overwrite_and_remove(next));
    TRY(create_file(next, content));
    if (::renameat2(AT_FDCWD, next.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) != 0) {
        const Error error = error_of_errno(errno);
        (void)overwrite_and_remove(next);
        return error;
    }
    TRY(sync_directory(home));
    TRY(finish_header_swap(home));
    return {};
}

Result<bool> finish_header_swap(const std::string& home) {
    TRY_ASSIGN(const bool removed, overwrite_and_remove(new_header_path(home)));
    if (removed) TRY(sync_directory(home));
    return removed;
}

}  // namespace mayfly::store
