// TuiFiles: files on this machine for the terminal UI. Paths may begin with ~.
#pragma once

#include "disk_files.h"
#include "tui/files.h"

namespace mayfly::cli {

class TuiFiles final : public tui::Files {
  public:
    explicit TuiFiles(DiskFiles& files) : files_(files) {}
    Result<core::FileOffer> offer(const std::string& path, bool voice) override;
    Result<std::string> target(const std::string& path, const std::string& name) override;
    std::vector<std::string> names_in(const std::string& folder) override;

  private:
    DiskFiles& files_;
};

}  // namespace mayfly::cli
