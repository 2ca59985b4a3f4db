// Secret bytes: move-only, wiped on move and on death, no ==, no <<, never in a vector or a string.
//
// `expose` and `expose_mutable` are the only ways to the bytes, so `grep expose` lists every place
// that touches them. Compare with `constant_time_equal`.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "util/bytes.h"
#include "util/error.h"

namespace mayfly {

// wipe overwrites memory in a way that the compiler may not remove.
void wipe(void* data, size_t size_bytes);
bool constant_time_equal(BytesView a, BytesView b);

// SecretArray<N>: exactly N bytes, in place.
template <size_t N>
class SecretArray {
  public:
    static constexpr size_t size_bytes = N;

    SecretArray() = default;
    explicit SecretArray(std::span<const uint8_t, N> from) {
        std::copy(from.begin(), from.end(), bytes_.begin());
    }
    SecretArray(const SecretArray&) = delete;
    SecretArray& operator=(const SecretArray&) = delete;
    SecretArray(SecretArray&& other) noexcept : bytes_(other.bytes_) { other.clear(); }
    SecretArray& operator=(SecretArray&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            other.clear();
        }
        return *this;
    }
    ~SecretArray() { clear(); }

    SecretArray clone() const { return SecretArray(std::span<const uint8_t, N>(bytes_)); }
    void clear() { wipe(bytes_.data(), N); }
    constexpr size_t size() const { return N; }
    std::span<const uint8_t, N> expose() const { return bytes_; }
    std::span<uint8_t, N> expose_mutable() { return bytes_; }

  private:
    std::array<uint8_t, N> bytes_{};
};

// Secret: 0 to 72 bytes, in place: any KDF output, AEAD key or private key of our suites
// (P-521 private keys are 66 bytes, SHA-512 outputs 64, ML-KEM seeds 64).
class Secret {
  public:
    static constexpr size_t capacity_bytes = 72;

    Secret() = default;
    explicit Secret(size_t size_bytes) : size_(size_bytes) {
        MAYFLY_ASSERT(size_bytes <= capacity_bytes);
    }
    explicit Secret(BytesView from) : Secret(from.size()) {
        std::copy(from.begin(), from.end(), bytes_.begin());
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept : bytes_(other.bytes_), size_(other.size_) { other.clear(); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            size_ = other.size_;
            other.clear();
        }
        return *this;
    }
    ~Secret() { clear(); }

    Secret clone() const { return Secret(expose()); }
    void clear() {
        wipe(bytes_.data(), bytes_.size());
        size_ = 0;
    }
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    BytesView expose() const { return {bytes_.data(), size_}; }
    MutableBytesView expose_mutable() { return {bytes_.data(), size_}; }

  private:
    std::array<uint8_t, capacity_bytes> bytes_{};
    size_t size_ = 0;
};

// SecretBuffer: any number of secret bytes on the heap (decrypted structures, message texts).
class SecretBuffer {
  public:
    SecretBuffer() = default;
    explicit SecretBuffer(size_t size_bytes)
        : bytes_(size_bytes == 0 ? nullptr : new uint8_t[size_bytes]()), size_(size_bytes) {}
    explicit SecretBuffer(BytesView from) : SecretBuffer(from.size()) {
        std::copy(from.begin(), from.end(), bytes_.get());
    }
    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;
    SecretBuffer(SecretBuffer&& other) noexcept
        : bytes_(std::move(other.bytes_)), size_(other.size_) {
        other.size_ = 0;
    }
    SecretBuffer& operator=(SecretBuffer&& other) noexcept {
        if (this != &other) {
            clear();
            bytes_ = std::move(other.bytes_);
            size_ = other.size_;
            other.size_ = 0;
        }
        return *this;
    }
    ~SecretBuffer() { clear(); }

    SecretBuffer clone() const { return SecretBuffer(expose()); }
    void clear() {
        if (bytes_) wipe(bytes_.get(), size_);
        bytes_.reset();
        size_ = 0;
    }
    // shrink drops the tail; the dropped bytes are wiped at once.
    void shrink(size_t size_bytes) {
        MAYFLY_ASSERT(size_bytes <= size_);
        wipe(bytes_.get() + size_bytes, size_ - size_bytes);
        size_ = size_bytes;
    }
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    BytesView expose() const { return {bytes_.get(), size_}; }
    MutableBytesView expose_mutable() { return {bytes_.get(), size_}; }

  private:
    std::unique_ptr<uint8_t[]> bytes_;
    size_t size_ = 0;
};

}  // namespace mayfly
