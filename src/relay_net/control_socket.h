// ControlSocket: how another mayfly-relay process asks the one that serves a data directory for
// something. A Unix socket in that directory, which only its owner can reach: one word in, one line
// out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "util/result.h"
#include "util/time.h"

namespace mayfly::relay_net {

constexpr size_t control_line_size_bytes_max = 256;
// For each step of a conversation; the answer may wait for a slow disk.
constexpr Duration control_timeout = Duration::seconds(10);

class ControlSocket {
  public:
    // `answer` gets a word and gives a line, without its end; it is called by a thread of the
    // ControlSocket, one question at a time. The caller must hold the directory's lock. Errors:
    // storage_failed.
    using Answer = std::function<std::string(std::string_view)>;
    static Result<std::unique_ptr<ControlSocket>> open(const std::string& directory, Answer answer);
    // The destructor waits for an answer under way.
    ~ControlSocket();

  private:
    struct State;
    explicit ControlSocket(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// ask_control puts a question to whoever serves the directory. Errors: relay_unreachable (nobody
// does, or it does not answer).
Result<std::string> ask_control(const std::string& directory, std::string_view word);

}  // namespace mayfly::relay_net
