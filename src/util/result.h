// Result<T>: a value or an Error. Use the statement-form TRY macros: inside an aggregate
// initialiser an early return would skip the destructors of members already built, and a secret
// would stay unwiped.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "util/error.h"

namespace mayfly {

template <class T = void>
class [[nodiscard]] Result {
  public:
    using Value = T;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
    Result(Error error) : state_(std::in_place_index<1>, error) {}         // NOLINT

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    Error error() const {
        MAYFLY_ASSERT(!ok());
        return *std::get_if<1>(&state_);
    }
    ErrorCode code() const { return error().code; }

    T& value() & {
        MAYFLY_ASSERT(ok());
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        MAYFLY_ASSERT(ok());
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        MAYFLY_ASSERT(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

  private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    using Value = void;

    Result() = default;
    Result(Error error) : error_(error) {}  // NOLINT

    bool ok() const { return !error_.has_value(); }
    explicit operator bool() const { return ok(); }
    Error error() const {
        MAYFLY_ASSERT(!ok());
        return *error_;
    }
    ErrorCode code() const { return error().code; }
    void value() const { MAYFLY_ASSERT(ok()); }

  private:
    std::optional<Error> error_;
};

using Status = Result<void>;

#define MAYFLY_CONCAT2(a, b) a##b
#define MAYFLY_CONCAT(a, b) MAYFLY_CONCAT2(a, b)

// TRY(expression): returns the error of a Result from the calling function; drops the value.
#define TRY(...) \
    do { \
        auto&& mayfly_try_result = (__VA_ARGS__); \
        if (!mayfly_try_result.ok()) return mayfly_try_result.error(); \
    } while (false)

// TRY_ASSIGN(auto x, expression): declares or assigns x from a Result, or returns its error.
#define TRY_ASSIGN(target, ...) \
    TRY_ASSIGN_IMPL(MAYFLY_CONCAT(mayfly_try_, __LINE__), target, __VA_ARGS__)
#define TRY_ASSIGN_IMPL(temporary, target, ...) \
    auto temporary = (__VA_ARGS__); \
    if (!temporary.ok()) return temporary.error(); \
    target = std::move(temporary).value()

// ENSURE(condition, error_code): returns that error unless the condition holds.
#define ENSURE(condition, name) \
    do { \
        if (!(condition)) return MAYFLY_ERROR(name); \
    } while (false)

}  // namespace mayfly
