#include "tui_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <memory>

#include "file_offer.h"

namespace mayfly::cli {
namespace {

// A folder with more is not completed from; the person types on.
constexpr size_t names_max = 20'000;

std::string expanded(const std::string& path) {
    const char* home = ::getenv("HOME");
    if (home == nullptr || (path != "~" && !path.starts_with("~/"))) return path;
    return home + path.substr(1);
}

}  // namespace

Result<core::FileOffer> TuiFiles::offer(const std::string& path, bool voice) {
    core::FileOffer offer;
    const OfferKind kind = voice ? OfferKind::voice : OfferKind::file;
    const Outcome made = make_offer(expanded(path), kind, files_, offer);
    if (!made.ok()) return Error{made.failure().code, MAYFLY_HERE};
    return offer;
}

Result<std::string> TuiFiles::target(const std::string& path, const std::string& name) {
    std::string target;
    const Outcome found = find_target(expanded(path), name, target);
    if (!found.ok()) return Error{found.failure().code, MAYFLY_HERE};
    return target;
}

std::vector<std::string> TuiFiles::names_in(const std::string& folder) {
    const std::string path = folder.empty() ? "./" : expanded(folder);
    std::vector<std::string> out;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(path.c_str()), ::closedir);
    if (open == nullptr) return out;
    while (const dirent* entry = ::readdir(open.get())) {
        std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (out.size() == names_max) return {};
        struct stat status {};
        const bool is_folder =
            ::stat((path + name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
        out.push_back(is_folder ? name + "/" : std::move(name));
    }
    return out;
}

}  // namespace mayfly::cli
