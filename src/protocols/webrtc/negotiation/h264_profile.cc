#include "protocols/webrtc/negotiation/h264_profile.h"

#include "base/bytes.h"
#include "base/number.h"

namespace eyas::webrtc {
namespace {

// [RFC 6184 table 5], by profile_idc and constraint_set0..5_flag in the upper six bits.
std::optional<H264Profile> profile_of(uint8_t idc, uint8_t constraints) {
  const bool set0 = constraints & 0x80, set1 = constraints & 0x40, set3 = constraints & 0x10;
  const bool set4 = constraints & 0x08, set5 = constraints & 0x04;
  switch (idc) {
    case 0x42:
      return set1 ? H264Profile::kConstrainedBaseline : H264Profile::kBaseline;
    case 0x4d:
      return set0 ? H264Profile::kConstrainedBaseline : H264Profile::kMain;
    case 0x58:
      if (!set0) return H264Profile::kExtended;
      return set1 ? H264Profile::kConstrainedBaseline : H264Profile::kBaseline;
    case 0x64:
      return set4 && set5 ? H264Profile::kConstrainedHigh : H264Profile::kHigh;
    case 0x6e:
      return H264Profile::kHigh10;
    case 0x7a:
      return H264Profile::kHigh422;
    case 0xf4:
      return H264Profile::kHigh444;
    case 0x2c:
      return set3 ? std::optional(H264Profile::kHigh444) : std::nullopt;
    default:
      return std::nullopt;
  }
}

// Each includes those of lower ranks [ISO 14496-10 A.2], but for the two that `includes` tells apart.
unsigned rank(H264Profile profile) {
  switch (profile) {
    case H264Profile::kConstrainedBaseline:
    case H264Profile::kBaseline:  // nobody uses what Baseline has more: FMO, ASO, redundant slices
      return 0;
    case H264Profile::kMain:
    case H264Profile::kExtended:
    case H264Profile::kConstrainedHigh:
      return 1;
    case H264Profile::kHigh:
      return 2;
    case H264Profile::kHigh10:
      return 3;
    case H264Profile::kHigh422:
      return 4;
    case H264Profile::kHigh444:
      break;
  }
  return 5;
}

constexpr unsigned kBeyondOffer = 100;

}  // namespace

std::optional<H264ProfileLevel> H264ProfileLevel::parse(std::string_view text) {
  if (text.size() < 6) return std::nullopt;
  text = text.substr(text.size() - 6);
  uint32_t value = 0;
  if (!base::read_number(text, value, 16)) return std::nullopt;
  H264ProfileLevel parsed;
  parsed.idc = static_cast<uint8_t>(value >> 16);
  parsed.constraints = static_cast<uint8_t>(value >> 8);
  parsed.level = static_cast<uint8_t>(value);
  auto profile = profile_of(parsed.idc, parsed.constraints);
  if (!profile) return std::nullopt;
  parsed.profile = *profile;
  return parsed;
}

std::string H264ProfileLevel::text() const {
  const uint8_t bytes[] = {idc, constraints, level};
  return base::to_hex(bytes);
}

std::optional<unsigned> decoder_distance(H264Profile offered, H264Profile stream) {
  if (offered == stream) return 0;
  unsigned has = rank(offered), needs = rank(stream);
  if (has > needs) return 1 + has - needs;
  if (has == needs && has == 0) return 1;
  // DEVIATION: browsers name Constrained Baseline alone and decode whatever is 8-bit 4:2:0 under it.
  if (needs <= rank(H264Profile::kHigh)) return kBeyondOffer - has;
  return std::nullopt;
}

}  // namespace eyas::webrtc
