#include "home.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "store/files.h"
#include "store/store_key.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

// make_directories makes what is missing on the way, for this user alone.
Status make_directories(const std::string& path) {
    for (size_t at = 1; at != std::string::npos;) {
        at = path.find('/', at);
        const std::string part = path.substr(0, at);
        if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS) {
            return store::error_of_errno(errno);
        }
        if (at != std::string::npos) at++;
    }
    return {};
}

std::string parent_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::string home_path(const std::string& given) {
    std::string path = given;
    if (path.empty()) {
        if (const char* named = std::getenv("MAYFLY_HOME"); named != nullptr) path = named;
    }
    if (path.empty()) {
        const char* user_home = std::getenv("HOME");
        if (user_home == nullptr || *user_home == '\0') return {};
        path = std::string(user_home) + "/.local/share/mayfly";
    }
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

Result<NewHome> NewHome::create(const std::string& home) {
    ENSURE(!store::store_exists(home), account_exists);
    struct stat info {};
    const bool inside = ::stat(home.c_str(), &info) == 0;
    ENSURE(!inside || S_ISDIR(info.st_mode), storage_failed);
    if (!inside) TRY(make_directories(parent_of(home)));
    std::string path = inside ? home + "/.init-XXXXXX" : home + ".init-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) return store::error_of_errno(errno);
    return NewHome(home, path, inside);
}

NewHome::NewHome(NewHome&& other) noexcept
    : home_(std::move(other.home_)),
      path_(std::move(other.path_)),
      inside_(other.inside_),
      installed_(std::exchange(other.installed_, true)) {}

NewHome::~NewHome() {
    if (installed_) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Status NewHome::install() {
    ENSURE(!store::store_exists(home_), account_exists);
    if (!inside_) {
        if (::rename(path_.c_str(), home_.c_str()) != 0) return store::error_of_errno(errno);
        installed_ = true;
        return store::sync_directory(parent_of(home_));
    }
    std::error_code error;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_, error)) {
        names.push_back(entry.path().filename());
    }
    // The header comes last: with it there is an account.
    std::sort(names.begin(), names.end());
    std::stable_partition(names.begin(), names.end(),
                          [](const std::string& name) { return name != "store.header"; });
    for (const std::string& name : names) {
        const std::string from = path_ + "/" + name;
        const std::string to = home_ + "/" + name;
        if (::rename(from.c_str(), to.c_str()) != 0) return store::error_of_errno(errno);
    }
    installed_ = true;
    ::rmdir(path_.c_str());
    (void)::chmod(home_.c_str(), 0700);
    return store::sync_directory(home_);
}

}  // namespace mayfly::cli
