// The process: its clocks, its signals, and what keeps secrets out of dumps and swap.
#pragma once

#include "store/files.h"
#include "util/time.h"

namespace mayfly::cli {

// harden turns core dumps and foreign debuggers off, keeps memory out of swap where the system
// allows it, makes new files private, and turns SIGPIPE and SIGXFSZ into errors of the write.
void harden();

// keep_out_of_swap locks the pages that hold an object with keys, where harden could not lock all.
void keep_out_of_swap(const void* object, size_t size_bytes);

Time wall_clock_now();
// monotonic_now never goes back; only differences mean something.
Time monotonic_now();

// Interrupt collects SIGINT, SIGTERM and SIGHUP from its making on, so that no step is cut short.
class Interrupt {
  public:
    Interrupt();
    int fd() const { return fd_.get(); }  // readable when interrupted
    bool pending() const;                 // stays true

  private:
    store::Fd fd_;
    mutable bool seen_ = false;
};

}  // namespace mayfly::cli
