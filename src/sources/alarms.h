// AlarmJudge: what is wrong with a stream, raised when it has been so for a while and cleared when it has
// been well again for a while. Pure: time comes with the facts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/option_schema.h"
#include "hub/facts.h"

namespace eyas::sources {

enum class AlarmKind : uint8_t {
  kNoFrames,          // nobody on air, or no frame comes
  kFrozen,            // the picture does not change
  kBlack,             // the picture is black
  kBitrateLow,        // below alarms.bitrate_min_bps
  kFpsLow,            // below alarms.fps_min
  kBacklog,           // frames come ever later than they should
  kBFrames,           // pictures are reordered: browsers show them late or not at all
  kKeyframeInterval,  // viewers wait long for their first picture
  kAudioSilent,       // the sound has no content
};
inline constexpr size_t kAlarmKinds = 9;
// "no_frames", ...: for the API, metrics and log.
const char* alarm_name(AlarmKind kind);

struct AlarmOptions {
  bool enabled = true;
  base::Duration raise_after = std::chrono::seconds(3);
  base::Duration clear_after = std::chrono::seconds(3);
  // Still lifes happen: these two take longer.
  base::Duration frozen_after = std::chrono::seconds(10);
  base::Duration silent_after = std::chrono::seconds(10);
  uint64_t bitrate_min_bps = 0;  // 0: off
  uint32_t fps_min = 0;          // 0: off
  base::Duration backlog_max = std::chrono::seconds(2);
  base::Duration keyframe_interval_max = std::chrono::seconds(10);
  bool b_frames = true;
  uint64_t silence_bps = 4000;            // a sound track below this has no content; 0: off
  bool look = false;                      // whether workers look at pictures: it costs decoding
  std::vector<std::string> look_streams;  // whose: names and patterns; empty: all
};

// Binds the keys "alarms.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, AlarmOptions& options);

// What a look at the picture told.
struct Sight {
  bool black = false;
  bool still = false;  // the same as at the look before
};

// Looks at pictures one after another.
class Eyes {
 public:
  // Brightness, 0 to 255: what is darker than these, in the mean and at its brightest field, is black.
  static constexpr unsigned kBlackMean = 12, kBlackMost = 32;
  // The sum of all fields' changes that a coder's noise makes, at most.
  static constexpr unsigned kStillChange = 96;

  // `fields` are as hub::PictureVariant::Form::kLook gives them.
  void see(base::Bytes fields);
  std::optional<Sight> sight() const { return sight_; }
  void forget() { *this = {}; }

 private:
  std::vector<uint8_t> last_;
  std::optional<Sight> sight_;
};

// One per stream.
class AlarmJudge {
 public:
  // Names what changed, for the log.
  struct Verdict {
    std::vector<hub::Alarm> raised;  // all that are raised now
    std::vector<AlarmKind> began, ended;
  };

  // To be called about once a second. `sight` is empty when nobody looks.
  Verdict judge(const AlarmOptions& options, const hub::StreamFacts& facts, std::optional<Sight> sight,
                base::MonoTime now, base::WallTime wall);

 private:
  struct State {
    std::optional<base::MonoTime> bad_since, good_since;
    std::optional<base::WallTime> began;  // while it is raised
    std::string detail;
  };
  // Why each kind is bad at this moment; nullopt where it is not.
  using Findings = std::array<std::optional<std::string>, kAlarmKinds>;
  Findings find(const AlarmOptions& options, const hub::StreamFacts& facts, std::optional<Sight> sight);
  std::optional<std::string> missing(const hub::StreamFacts& facts);
  void settle(AlarmKind kind, const AlarmOptions& options, std::optional<std::string> finding,
              base::MonoTime now, base::WallTime wall, Verdict& verdict);

  std::array<State, kAlarmKinds> states_;
  std::optional<uint64_t> frames_seen_;
};

}  // namespace eyas::sources
