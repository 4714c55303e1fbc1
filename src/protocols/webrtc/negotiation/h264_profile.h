// profile-level-id of H.264 [RFC 6184 8.1]: which profile it names, and which profiles a decoder of it
// decodes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyas::webrtc {

enum class H264Profile : uint8_t {
  kConstrainedBaseline,
  kBaseline,
  kMain,
  kExtended,
  kConstrainedHigh,
  kHigh,
  kHigh10,
  kHigh422,
  kHigh444,
};

struct H264ProfileLevel {
  H264Profile profile = H264Profile::kConstrainedBaseline;
  uint8_t idc = 0x42;
  uint8_t constraints = 0;
  uint8_t level = 10;  // level_idc: 31 for 3.1

  // Six hexadecimal digits, as in "42e01f" or at the end of "avc1.42e01f".
  static std::optional<H264ProfileLevel> parse(std::string_view text);
  std::string text() const;  // "42e01f"
};

// How well a decoder of `offered` suits a stream of `stream`: 0 is the same profile, more is worse; nullopt
// when it cannot be expected to decode it.
std::optional<unsigned> decoder_distance(H264Profile offered, H264Profile stream);

}  // namespace eyas::webrtc
