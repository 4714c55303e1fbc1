// Session, Range and RTP-Info [RFC 2326 12.37, 12.29, 12.33].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace eyas::rtsp {

// "47112344;timeout=60".
struct SessionHeader {
  std::string id;
  std::optional<base::Duration> timeout;  // whole seconds; 60 s when a server says none

  std::string text() const;
  bool operator==(const SessionHeader&) const = default;
};
// nullopt when there is no id. A timeout that cannot be read is left out.
std::optional<SessionHeader> parse_session(std::string_view value);

// "npt=0-", "npt=now-", "npt=10.5-20", "clock=19961108T142300Z-". SMPTE times are not read.
struct Range {
  enum class Unit : uint8_t { kNpt, kClock };

  Unit unit = Unit::kNpt;
  bool now = false;                      // begins at the live edge
  std::optional<base::Duration> begin;   // npt
  std::optional<base::Duration> end;     // npt
  std::optional<base::WallTime> begins;  // clock
  std::optional<base::WallTime> ends;    // clock

  std::string text() const;
  bool operator==(const Range&) const = default;
};
std::optional<Range> parse_range(std::string_view value);

// Of one track: what its first packet after PLAY carries.
struct RtpInfo {
  std::string url;
  std::optional<uint16_t> sequence;
  std::optional<uint32_t> timestamp;
  bool operator==(const RtpInfo&) const = default;
};
constexpr size_t kRtpInfosMax = 64;
std::string text_of(const std::vector<RtpInfo>& infos);
// DEVIATION: addresses with commas and semicolons in them, unquoted, are taken as far as can be told.
std::vector<RtpInfo> parse_rtp_info(std::string_view value);

}  // namespace eyas::rtsp
