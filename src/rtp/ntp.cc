#include "rtp/ntp.h"

#include <algorithm>

namespace eyas::rtp {
namespace {

constexpr int64_t kUnixEpochInNtp = 2'208'988'800;  // seconds from 1900 to 1970
constexpr int64_t kNanoseconds = 1'000'000'000;
constexpr int64_t kEraSeconds = int64_t{1} << 32;

}  // namespace

NtpTime ntp_of(base::WallTime time) {
  int64_t since_epoch = time.time_since_epoch().count();
  int64_t seconds = since_epoch / kNanoseconds;
  int64_t rest = since_epoch % kNanoseconds;
  if (rest < 0) rest += kNanoseconds, --seconds;
  uint64_t fraction = (static_cast<uint64_t>(rest) << 32) / kNanoseconds;
  return {static_cast<uint64_t>(seconds + kUnixEpochInNtp) << 32 | fraction};
}

base::WallTime wall_of(NtpTime ntp) {
  auto seconds = static_cast<int64_t>(ntp.fixed >> 32);
  // The top bit is set from 1968 to 2036; without it the moment lies in era 1.
  if ((ntp.fixed >> 63) == 0) seconds += kEraSeconds;
  // Rounded, so that a time survives the way there and back.
  uint64_t fraction = ntp.fixed & 0xFFFFFFFF;
  uint64_t rest = (fraction * kNanoseconds + (uint64_t{1} << 31)) >> 32;
  return base::WallTime(
      base::Duration((seconds - kUnixEpochInNtp) * kNanoseconds + static_cast<int64_t>(rest)));
}

uint32_t to_short_ntp(base::Duration duration) {
  if (duration.count() <= 0) return 0;
  constexpr int64_t kSecondsMax = 0xFFFF;
  int64_t seconds = duration.count() / kNanoseconds;
  if (seconds > kSecondsMax) return UINT32_MAX;
  int64_t rest = duration.count() % kNanoseconds;
  return static_cast<uint32_t>(seconds << 16 | (rest << 16) / kNanoseconds);
}

base::Duration from_short_ntp(uint32_t units) {
  return base::Duration((static_cast<int64_t>(units) * kNanoseconds) >> 16);
}

}  // namespace eyas::rtp
