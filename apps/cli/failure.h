// What went wrong, as a person and a script see it: every ErrorCode has an exit code and a hint.
#pragma once

#include <optional>
#include <string>

#include "util/error.h"

namespace mayfly::cli {

// The contract with scripts.
enum class ExitCode : uint8_t { done = 0, failed = 1, usage = 2, network = 3, not_trusted = 4 };

ExitCode exit_code_of(ErrorCode code);
// hint_of names the likely fix. Never empty.
const char* hint_of(ErrorCode code);

struct Failure {
    ErrorCode code = ErrorCode::internal;
    std::string detail;  // what it is about; empty: nothing more to say
    std::string hint;    // empty: hint_of(code)
};

// Outcome of a verb. Takes an Error so that TRY works.
class [[nodiscard]] Outcome {
  public:
    Outcome() = default;
    Outcome(Error error) : failure_(Failure{error.code, "", ""}) {}  // NOLINT
    Outcome(Failure failure) : failure_(std::move(failure)) {}       // NOLINT
    bool ok() const { return !failure_.has_value(); }
    const Failure& failure() const { return *failure_; }

  private:
    std::optional<Failure> failure_;
};

// TRY_OUTCOME(expression): returns a failed Outcome from the calling function.
#define TRY_OUTCOME(...) \
    do { \
        ::mayfly::cli::Outcome mayfly_outcome = (__VA_ARGS__); \
        if (!mayfly_outcome.ok()) return mayfly_outcome; \
    } while (false)

}  // namespace mayfly::cli
