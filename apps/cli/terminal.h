// Terminal: the alternate screen of the controlling terminal, in raw mode. What was there before
// comes back when it dies; what was shown is erased first.
#pragma once

#include <termios.h>

#include "rpc/json.h"
#include "util/result.h"

namespace mayfly::cli {

class Terminal {
  public:
    // Errors: invalid_argument (standard input or output is no terminal).
    static Result<Terminal> open();
    Terminal(Terminal&& other) noexcept;
    Terminal& operator=(Terminal&&) = delete;
    ~Terminal();

    struct Size {
        int rows = 24;
        int columns = 80;
        bool operator==(const Size&) const = default;
    };
    Size size() const;
    void write(const rpc::WipedString& bytes) const;
    // read appends what was typed; false: the terminal is gone.
    bool read(rpc::WipedString& out) const;

  private:
    explicit Terminal(const termios& before) : before_(before) {}
    termios before_;
    bool active_ = true;
};

}  // namespace mayfly::cli
