// The TLS presentation language as RFC 9420 section 2.1 uses it: the one canonical encoding, on the
// wire, in the store and under signatures.
//
// A structure describes itself once, for both directions:
//
//     struct Sender {
//         SenderType type{};
//         uint32_t leaf_index = 0;
//         template <class Self, class Archive>
//         static void fields(Self& self, Archive& archive) {
//             archive(self.type);
//             if (self.type == SenderType::member) archive(self.leaf_index);
//         }
//     };
//     Bytes bytes = codec::encode(sender);
//     TRY_ASSIGN(auto sender, codec::decode<Sender>(bytes));
//
// How C++ types map: uintN_t and enums: big-endian; bool: 0 or 1; std::array<uint8_t, N>,
// FixedBytes, SecretArray: N raw bytes; Bytes, std::string, Secret, SecretBuffer: opaque<V>;
// std::vector<T>: T<V>; std::optional<T>: a presence byte, then T. An enum with a function `bool
// is_known(E)` found by argument-dependent lookup is refused when it says false.
//
// Decoding accepts only what encoding produces: shortest-form lengths, presence bytes 0 or 1, no
// bytes left over. It never reads outside its input and allocates no more than a constant times the
// input's size: lengths are checked against what is there before anything is allocated.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::codec {

// RFC 9420 section 2.1.2: a length has 30 bits at most.
constexpr uint64_t varint_max = (1U << 30) - 1;

class Writer;
class Reader;

template <class T, class Archive>
concept HasFields = requires(T& value, Archive& archive) {
    T::fields(value, archive);
};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsRawArray : std::false_type {};
template <size_t N>
struct IsRawArray<std::array<uint8_t, N>> : std::true_type {};
template <class T>
struct IsFixedBytes : std::false_type {};
template <class Tag, size_t N>
struct IsFixedBytes<FixedBytes<Tag, N>> : std::true_type {};
template <class T>
struct IsSecretArray : std::false_type {};
template <size_t N>
struct IsSecretArray<SecretArray<N>> : std::true_type {};

// Writer appends to a buffer of its own. The buffer is wiped whenever it is given up, so secrets
// may be written; hand such bytes out with take_secret.
class Writer {
  public:
    Writer() = default;
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() { wipe(buffer_.data(), buffer_.size()); }

    void u8(uint8_t value) { integer(value, 1); }
    void u16(uint16_t value) { integer(value, 2); }
    void u32(uint32_t value) { integer(value, 4); }
    void u64(uint64_t value) { integer(value, 8); }
    void varint(uint64_t value);
    void raw(BytesView bytes);
    void opaque(BytesView bytes) {
        varint(bytes.size());
        raw(bytes);
    }

    template <class... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    // vector_of writes what `body(Writer&)` writes, preceded by its length.
    template <class Body>
    void vector_of(Body&& body) {
        Writer inner;
        body(inner);
        opaque(inner.view());
    }

    size_t size() const { return buffer_.size(); }
    BytesView view() const { return buffer_; }
    Bytes take() { return std::exchange(buffer_, {}); }
    SecretBuffer take_secret();

  private:
    void integer(uint64_t value, size_t size_bytes);

    template <class T>
    void put(const T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            u8(value ? 1 : 0);
        } else if constexpr (std::unsigned_integral<T>) {
            integer(value, sizeof(T));
        } else if constexpr (std::is_enum_v<T>) {
            integer(static_cast<std::underlying_type_t<T>>(value), sizeof(T));
        } else if constexpr (IsRawArray<T>::value) {
            raw(value);
        } else if constexpr (IsFixedBytes<T>::value) {
            raw(value.view());
        } else if constexpr (IsSecretArray<T>::value) {
            raw(value.expose());
        } else if constexpr (std::is_same_v<T, Bytes>) {
            opaque(value);
        } else if constexpr (std::is_same_v<T, std::string>) {
            opaque(as_bytes(value));
        } else if constexpr (std::is_same_v<T, Secret> || std::is_same_v<T, SecretBuffer>) {
            opaque(value.expose());
        } else if constexpr (IsVector<T>::value) {
            vector_of([&](Writer& inner) {
                for (const auto& element : value) inner(element);
            });
        } else if constexpr (IsOptional<T>::value) {
            u8(value.has_value() ? 1 : 0);
            if (value.has_value()) put(*value);
        } else {
            static_assert(HasFields<const T, Writer>, "type has no encoding");
            T::fields(value, *this);
        }
    }

    Bytes buffer_;
};

// Reader consumes a view. The first failure sticks: later reads give zeros and change nothing, so
// code may read a whole structure and look at status() once.
class Reader {
  public:
    explicit Reader(BytesView input) : rest_(input) {}

    uint8_t u8() { return static_cast<uint8_t>(integer(1)); }
    uint16_t u16() { return static_cast<uint16_t>(integer(2)); }
    uint32_t u32() { return static_cast<uint32_t>(integer(4)); }
    uint64_t u64() { return integer(8); }
    uint64_t varint();
    BytesView raw(size_t size_bytes);
    BytesView opaque() { return raw(static_cast<size_t>(varint())); }

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }

    void fail(Error error) {
        if (!error_) error_ = error;
        rest_ = {};
    }
    bool ok() const { return !error_.has_value(); }
    bool at_end() const { return rest_.empty(); }
    BytesView rest() const { return rest_; }
    Status status() const { return error_ ? Status(*error_) : Status(); }
    // finish is status(), and an error if bytes are left.
    Status finish() const;

  private:
    uint64_t integer(size_t size_bytes);

    template <class T>
    void get(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = presence();
        } else if constexpr (std::unsigned_integral<T>) {
            value = static_cast<T>(integer(sizeof(T)));
        } else if constexpr (std::is_enum_v<T>) {
            value = static_cast<T>(integer(sizeof(T)));
            if constexpr (requires { is_known(value); }) {
                if (ok() && !is_known(value)) fail(MAYFLY_ERROR(malformed_input));
            }
        } else if constexpr (IsRawArray<T>::value) {
            copy(raw(value.size()), value.data());
        } else if constexpr (IsFixedBytes<T>::value) {
            copy(raw(T::size_bytes), value.bytes.data());
        } else if constexpr (IsSecretArray<T>::value) {
            copy(raw(T::size_bytes), value.expose_mutable().data());
        } else if constexpr (std::is_same_v<T, Bytes>) {
            value = to_bytes(opaque());
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = std::string(as_text(opaque()));
        } else if constexpr (std::is_same_v<T, Secret>) {
            const BytesView bytes = opaque();
            if (bytes.size() > Secret::capacity_bytes) {
                fail(MAYFLY_ERROR(input_too_large));
            } else {
                value = Secret(bytes);
            }
        } else if constexpr (std::is_same_v<T, SecretBuffer>) {
            value = SecretBuffer(opaque());
        } else if constexpr (IsVector<T>::value) {
            get_vector(value);
        } else if constexpr (IsOptional<T>::value) {
            value.reset();
            if (presence()) get(value.emplace());
        } else {
            static_assert(HasFields<T, Reader>, "type has no decoding");
            T::fields(value, *this);
        }
    }

    template <class T>
    void get_vector(std::vector<T>& value) {
        value.clear();
        Reader inner(opaque());
        while (ok() && !inner.at_end()) {
            const size_t before = inner.rest_.size();
            T element{};
            inner(element);
            if (inner.ok() && inner.rest_.size() == before)
                inner.fail(MAYFLY_ERROR(malformed_input));
            if (!inner.ok()) return fail(*inner.error_);
            value.push_back(std::move(element));
        }
    }

    bool presence();
    static void copy(BytesView from, uint8_t* to) { std::copy(from.begin(), from.end(), to); }

    BytesView rest_;
    std::optional<Error> error_;
};

template <class T>
Bytes encode(const T& value) {
    Writer writer;
    writer(value);
    return writer.take();
}

template <class T>
SecretBuffer encode_secret(const T& value) {
    Writer writer;
    writer(value);
    return writer.take_secret();
}

// decode reads one T that fills the whole input.
template <class T>
Result<T> decode(BytesView input) {
    Reader reader(input);
    T value{};
    reader(value);
    TRY(reader.finish());
    return value;
}

}  // namespace mayfly::codec
