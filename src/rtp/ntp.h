// NTP timestamps: seconds since 1900 in 32.32 fixed point [RFC 3550 4].
#pragma once

#include <cstdint>

#include "base/time.h"

namespace eyas::rtp {

struct NtpTime {
  uint64_t fixed = 0;  // zero means unknown

  // The middle 32 bits: what LSR and DLSR are made of, in 1/65536 s.
  constexpr uint32_t middle() const { return static_cast<uint32_t>(fixed >> 16); }
  bool operator==(const NtpTime&) const = default;
};

// Right from 1970 to the end of NTP's era 0 in February 2036, and in era 1 behind it [RFC 5905 6].
NtpTime ntp_of(base::WallTime time);
base::WallTime wall_of(NtpTime ntp);

// 1/65536 s units, as in DLSR; saturates.
uint32_t to_short_ntp(base::Duration duration);
base::Duration from_short_ntp(uint32_t units);

}  // namespace eyas::rtp
