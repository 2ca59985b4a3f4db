// The home directory: where it is, and how a new one comes to be in one piece.
#pragma once

#include <string>

#include "util/result.h"

namespace mayfly::cli {

// home_path: the given one, else $MAYFLY_HOME, else ~/.local/share/mayfly. Empty when nothing
// says where.
std::string home_path(const std::string& given);

// NewHome is a private directory beside (or, where the home's directory exists already, in) the
// home. Until install it is removed again with everything in it.
class NewHome {
  public:
    // Errors: account_exists, storage_full, storage_failed.
    static Result<NewHome> create(const std::string& home);
    NewHome(NewHome&& other) noexcept;
    NewHome& operator=(NewHome&&) = delete;
    ~NewHome();
    const std::string& path() const { return path_; }
    // install moves it to its place, durably. The store in it must be closed.
    Status install();

  private:
    NewHome(std::string home, std::string path, bool inside)
        : home_(std::move(home)), path_(std::move(path)), inside_(inside) {}
    std::string home_;
    std::string path_;
    bool inside_;
    bool installed_ = false;
};

}  // namespace mayfly::cli
