// PrintingNote: which messages are about to be printed, so that a process killed in between loses
// none of them to the screen.
//
// Messages are marked as shown, durably, before they are printed. Marking waits for the disk, which
// is long enough to be killed in. The note is written before and emptied after: what it still names
// at the next start was marked, and most likely not printed. It is no promise about power failures,
// so nothing waits for its disk. docs/spec/store-file.md section 7.
#pragma once

#include <string>
#include <vector>

#include "core/messenger.h"

namespace mayfly::cli {

class PrintingNote {
  public:
    explicit PrintingNote(const std::string& home) : path_(home + "/printing") {}
    // left_over gives what the last process did not finish; a damaged note names nothing.
    std::vector<core::MessageId> left_over() const;
    Status begin(const std::vector<core::MessageId>& ids) const;
    void end() const;

  private:
    std::string path_;
};

}  // namespace mayfly::cli
