// ProgressBar: how far a transfer is, on one line of the standard error that is written over. Only
// for a person at a terminal.
#pragma once

#include "core/messenger.h"
#include "process.h"

namespace mayfly::cli {

class ProgressBar {
  public:
    explicit ProgressBar(bool wanted);
    ~ProgressBar() { end(); }
    void show(const core::TransferProgress& progress);
    // end wipes the line.
    void end();

  private:
    bool wanted_;
    bool shown_ = false;
    Time shown_at_;
    Time began_at_;
    uint64_t began_bytes_ = 0;
    core::MessageId id_;
};

}  // namespace mayfly::cli
