// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/key.hpp: a key as a request names it: a number, or text of any length, in two words; its hash.
//
// Text of up to 15 bytes lies in the words themselves, so that two such keys are compared without a loop or a call;
// of longer text they hold the address and the length.
// Each table hashes with two secret numbers, which depend on where it lies: nobody outside the process can prepare
// keys that all meet in one place.
// Cost: one multiplication, and one more for each 16 bytes above 16. Thread-safety: values.
// Source: multiply and fold, as in wyhash (Wang Yi); both factors are secret, so that none can be made zero. Then
// Fibonacci hashing (Knuth).
#pragma once

#include <aramid/random.hpp>

#include <bit>          // endian
#include <cstddef>      // size_t
#include <cstring>      // memcpy, memcmp
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

class Key {
 public:
  Key() = default;
  ARAMID_INLINE explicit Key(std::uint64_t number) noexcept : front_{number}, back_{is_number} {}
  /// Long text is not copied: it lives as long as the key does.
  ARAMID_INLINE explicit Key(std::string_view text) noexcept {
    if (text.size() <= most_inside) {
      take_in(text.data(), text.size());
      back_ |= std::uint64_t{text.size()} << 56U;
    } else {
      front_ = reinterpret_cast<std::uintptr_t>(text.data());
      back_ = is_far | text.size();
    }
  }

  /// A key that keeps its own copy of long text, until it is destroyed.
  [[nodiscard]] static Key copy_of(const Key& key) {
    Key copy = key;
    if (key.far()) {
      char* text = new char[key.size()];
      std::memcpy(text, key.text(), key.size());
      copy.front_ = reinterpret_cast<std::uintptr_t>(text);
    }
    return copy;
  }
  /// The same for one that `copy_of` made; it may be copied onto then.
  void destroy() noexcept {
    if (far()) delete[] text();
    *this = Key{};
  }

  [[nodiscard]] ARAMID_INLINE friend bool operator==(const Key& a, const Key& b) noexcept {
    if (a.back_ != b.back_) return false;
    return a.front_ == b.front_ || (a.far() && std::memcmp(a.text(), b.text(), a.size()) == 0);
  }

 private:
  friend class KeyHash;

  // The highest byte of back_ says what it is: the length of short text, or one of these.
  static constexpr std::size_t most_inside = 15;
  static constexpr std::uint64_t is_number = std::uint64_t{0xFE} << 56U;
  static constexpr std::uint64_t is_far = std::uint64_t{0xFF} << 56U;

  [[nodiscard]] bool far() const noexcept { return back_ >= is_far; }
  [[nodiscard]] const char* text() const noexcept {
    return reinterpret_cast<const char*>(static_cast<std::uintptr_t>(front_));
  }
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(back_ & ~is_far); }

  template <class Word>
  [[nodiscard]] ARAMID_INLINE static std::uint64_t word(const char* at) noexcept {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
  }
  // The first eight bytes into front_, the others into back_, each from the lowest byte up. Reads that overlap:
  // a copy of so many bytes as there are would be a call.
  ARAMID_INLINE void take_in(const char* at, std::size_t size) noexcept {
    if constexpr (std::endian::native != std::endian::little) {
      for (std::size_t i = 0; i < size; ++i) {
        (i < 8 ? front_ : back_) |= word<unsigned char>(at + i) << (i % 8 * 8);
      }
    } else if (size >= 8) {
      front_ = word<std::uint64_t>(at);
      const unsigned half = 4 * (16 - static_cast<unsigned>(size));  // twice, as a shift by 64 is undefined
      back_ = word<std::uint64_t>(at + size - 8) >> half >> half;
    } else if (size >= 4) {
      front_ = word<std::uint32_t>(at) | (word<std::uint32_t>(at + size - 4) << ((size - 4) * 8));
    } else if (size > 0) {
      front_ = word<unsigned char>(at) | (word<unsigned char>(at + size / 2) << (size / 2 * 8)) |
               (word<unsigned char>(at + size - 1) << ((size - 1) * 8));
    }
  }

  std::uint64_t front_ = 0;
  std::uint64_t back_ = 0;
};

class KeyHash {
 public:
  explicit KeyHash(const void* place) noexcept
      : first_{SplitMix64::mix(reinterpret_cast<std::uintptr_t>(place))}, second_{SplitMix64::mix(first_)} {}

  /// The upper 40 bits are well mixed.
  [[nodiscard]] ARAMID_INLINE std::uint64_t operator()(const Key& key) const noexcept {
    const std::uint64_t sum =
        key.far() ? of_text(key.text(), key.size()) : fold(key.front_ ^ first_, key.back_ ^ second_);
    // Without it, keys that follow each other would sometimes lie in a few long rows.
    return (sum ^ (sum >> 32U)) * 0x9E3779B97F4A7C15U;
  }

 private:
  // Both halves of the product: every bit of it depends on every bit of both.
  [[nodiscard]] ARAMID_INLINE static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using Product = unsigned __int128;
    const Product product = Product{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
#else
    return SplitMix64::mix(a ^ SplitMix64::mix(b));
#endif
  }
  // Of 16 bytes and more: the last 16 overlap those before.
  [[nodiscard]] std::uint64_t of_text(const char* at, std::size_t left) const noexcept {
    const auto word = [](const char* from) { return Key::word<std::uint64_t>(from); };
    std::uint64_t sum = first_ ^ left;
    for (; left > 16; left -= 16, at += 16) sum = fold(word(at) ^ sum, word(at + 8) ^ second_);
    at -= 16 - left;
    return fold(word(at) ^ sum, word(at + 8) ^ second_);
  }

  std::uint64_t first_;
  std::uint64_t second_;
};

}  // namespace detail

ARAMID_END
