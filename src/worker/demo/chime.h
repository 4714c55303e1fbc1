// The demo's sound: two soft notes, again and again.
#pragma once

#include <cmath>
#include <cstdint>

namespace eyas::worker::demo {

inline constexpr int kSampleRate = 48'000;

// The sample (-1..1) at this place; the same in both channels.
inline float chime(int64_t sample) {
  constexpr double kTau = 6.283185307179586;
  constexpr double kEverySeconds = 4, kSecondNoteAt = 0.45;
  double t = std::fmod(static_cast<double>(sample) / kSampleRate, kEverySeconds);
  auto note = [&](double start, double hertz) {
    double since = t - start;
    if (since < 0) return 0.0;
    double swell = 1 - std::exp(-since * 60);  // no click
    return swell * std::exp(-since * 2.2) *
           (std::sin(kTau * hertz * since) + 0.3 * std::sin(2 * kTau * hertz * since));
  };
  return static_cast<float>(0.07 * (note(0, 659.26) + note(kSecondNoteAt, 493.88)));
}

}  // namespace eyas::worker::demo
