// ReplayWindow: which of the last N packet indices were received [RFC 3711 3.3.2].
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace eyas::webrtc {

template <size_t N>
class ReplayWindow {
  static_assert(N % 64 == 0 && (N & (N - 1)) == 0);

 public:
  bool empty() const { return !any_; }
  uint64_t highest() const { return highest_; }

  // False: seen before, or too old to know.
  bool is_new(uint64_t index) const {
    if (!any_ || index > highest_) return true;
    return highest_ - index < N && (word(index) & bit(index)) == 0;
  }

  // Only for an index that is_new() and authentic.
  void mark(uint64_t index) {
    if (!any_ || index > highest_) forget_up_to(index);
    words_[index / 64 % kWords] |= bit(index);
  }

 private:
  static constexpr size_t kWords = N / 64;

  static uint64_t bit(uint64_t index) { return uint64_t{1} << index % 64; }
  uint64_t word(uint64_t index) const { return words_[index / 64 % kWords]; }

  // Makes `index` the highest: the places of what was skipped held older indices.
  void forget_up_to(uint64_t index) {
    if (!any_ || index - highest_ >= N) {
      words_.fill(0);
    } else {
      for (uint64_t i = highest_ + 1; i <= index; ++i) words_[i / 64 % kWords] &= ~bit(i);
    }
    any_ = true;
    highest_ = index;
  }

  std::array<uint64_t, kWords> words_{};
  uint64_t highest_ = 0;
  bool any_ = false;
};

}  // namespace eyas::webrtc
