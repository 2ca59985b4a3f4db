// One case of the MLS working group's vectors (mlswg/mls-implementations), read without trust: a
// file may be truncated, of another type, or hold anything. Nothing here throws or asserts on it.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mls/cipher_suite.h"
#include "mls/types.h"
#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::vectors {

using Json = nlohmann::json;

// What is wrong with a case, a sentence each. A case without any has passed.
using Failures = std::vector<std::string>;

// Value is a JSON value of a case. Whatever does not fit is noted in the case's failures, by name,
// and gives malformed_input.
class Value {
  public:
    Value(const Json& value, Failures& failures) : value_(&value), failures_(&failures) {}

    bool is_null(const char* key) const;  // or absent
    Result<Value> object(const char* key) const;
    Result<std::vector<Value>> list() const;
    Result<std::vector<Value>> list(const char* key) const;
    Result<Bytes> bytes() const;
    Result<Bytes> bytes(const char* key) const;
    Result<std::string> text(const char* key) const;
    // secret: at most Secret::capacity_bytes.
    Result<Secret> secret(const char* key) const;
    // private_key: the working group's files drop the leading zeros of a scalar of a NIST curve.
    Result<Secret> private_key(const char* key, const mls::CipherSuite& suite) const;
    Result<mls::CipherSuite> suite() const;  // of "cipher_suite"
    template <class T>
    Result<T> number(const char* key) const {
        TRY_ASSIGN(const uint64_t wide, number_up_to(key, std::numeric_limits<T>::max()));
        return static_cast<T>(wide);
    }
    // index: a number, or nothing if null.
    Result<std::optional<uint32_t>> index() const;

    // expect notes a failure and goes on; what names the thing that is not as it should be.
    void expect(bool holds, std::string_view what) const;
    // expect_equal compares with the bytes of that key.
    void expect_equal(BytesView ours, const char* key) const;
    void expect_equal(const Secret& ours, const char* key) const {
        expect_equal(ours.expose(), key);
    }
    void expect_ok(const Status& status, std::string_view what) const;

  private:
    Result<uint64_t> number_up_to(const char* key, uint64_t max) const;
    const Json* find(const char* key) const;
    Error missing(const char* kind, const char* key) const;

    const Json* value_;
    Failures* failures_;
};

}  // namespace mayfly::vectors
