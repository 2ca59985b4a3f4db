#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "store/files.h"
#include "store/header_change.h"
#include "store/key_change.h"

namespace mayfly::store {
namespace {

constexpr const char* lock_files[] = {"lock", "turn", "follow", "rpc.socket"};

}  // namespace

Result<std::vector<std::string>> wipe_home(const std::string& home) {
    ENSURE(file_exists(home), no_account);
    TRY(destroy_keys(home));
    TRY(erase_store(home));
    for (const std::string& path :
         {new_header_path(home), key_file_path(home), header_path(home)}) {
        TRY(remove_file(path));
    }
    for (const char* name : lock_files) TRY(remove_file(home + "/" + name));
    std::vector<std::string> left;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(home, error)) {
        left.push_back(entry.path().filename());
    }
    if (left.empty() && ::rmdir(home.c_str()) != 0 && errno != ENOENT) {
        return error_of_errno(errno);
    }
    return left;
}

}  // namespace mayfly::store
