// MediaClock: RTP timestamps of one source on the session's timeline, and when its pictures were taken.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "media/frame.h"
#include "rtp/rtcp.h"
#include "rtp/sequence.h"

namespace eyas::rtp {

// Begins where the first packet arrives; runs by the sender's RTP clock; is steered towards another source by
// what sender reports say [RFC 3550 6.4.1]. Lives on its session's loop.
class MediaClock {
 public:
  // `session_start`: the arrival that is time zero. `wall_at_mono_zero`: our wall clock when MonoTime was
  // zero.
  MediaClock(uint32_t rate, base::MonoTime session_start, base::WallTime wall_at_mono_zero,
             base::Duration clock_skew_max)
      : rate_(rate),
        session_start_(session_start),
        wall_at_mono_zero_(wall_at_mono_zero),
        clock_skew_max_(clock_skew_max) {}

  // When the unit with this timestamp is shown. In decode order: each moves a steered clock a little.
  media::MediaTime place(uint32_t timestamp, base::MonoTime arrival);

  void on_report(const SenderReport& report, base::MonoTime now);
  // The sender's wall clock at the session's time zero, by this source; nullopt before its first report.
  std::optional<base::WallTime> epoch() const;
  // Makes this source's epoch() that of another one: not at once, but by at most a tenth of the time that
  // passes. Differences that no network explains are the sender's mistake and left alone.
  void steer_to(base::WallTime epoch);

  // abs-capture-time: the sender took what has this timestamp at `captured`, by its own clock.
  void on_capture_time(uint32_t timestamp, NtpTime captured, base::MonoTime now);
  // Nullopt while the sender has not said, and when its clock is not set.
  std::optional<base::WallTime> capture(uint32_t timestamp) const;

 private:
  // Of one moment: the source's own time and the sender's wall clock.
  struct Anchor {
    base::Duration media;
    base::WallTime wall;
    bool plausible = false;  // near our own clock
  };

  base::Duration to_duration(int64_t ticks) const;
  Anchor anchor_of(uint32_t timestamp, NtpTime ntp, base::MonoTime now) const;

  uint32_t rate_;
  base::MonoTime session_start_;
  base::WallTime wall_at_mono_zero_;
  base::Duration clock_skew_max_;
  TimestampUnwrapper unwrapper_;
  std::optional<base::Duration> last_;  // of the source's own time
  base::Duration offset_{0};            // session time = source's own time + offset
  std::optional<base::Duration> aim_;   // what the offset should become
  std::optional<Anchor> report_;
  std::optional<Anchor> capture_;
};

}  // namespace eyas::rtp
