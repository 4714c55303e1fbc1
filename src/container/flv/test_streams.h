// What the tests of this room feed and collect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "container/flv/demuxer.h"

namespace eyas::flv {

// AVCDecoderConfigurationRecord: Constrained Baseline 3.0, 320 x 240, NAL unit lengths of 4 bytes.
inline const std::string kAvcSps = "6742c01ed90141fb011000000300100000030320f162e480";
inline const std::string kAvcPps = "68cb83cb20";
inline const std::string kAvcRecord =
    "0142c01eff"
    "e10018" +
    kAvcSps + "010005" + kAvcPps;
// HEVCDecoderConfigurationRecord: Main, 320 x 240.
inline const std::string kHevcRecord =
    "0101600000009000000000003cf000fcfdf8f800000f03"
    "a000010018"
    "40010c01ffff01600000030090000003000003003c959809"
    "a10001002a"
    "42010101600000030090000003000003003ca00a080f165959a4932bc05a020000030002000003003210"
    "a200010007"
    "4401c172b46240";
inline const std::string kAscMono44100 = "1208";    // AAC-LC, 44.1 kHz, one channel
inline const std::string kAscStereo44100 = "1210";  // two channels

// Coded slices with a first macroblock of 0 (they begin a picture), with another one, and an SEI of type 5.
inline const std::string kIdr =
    "00000006"
    "6588840000aa";
inline const std::string kSlice =
    "00000005"
    "419a000011";
inline const std::string kLaterSlice =
    "00000005"
    "4144000022";
inline const std::string kLaterIdrSlice =
    "00000005"
    "6544000033";
inline const std::string kSei =
    "00000004"
    "0605f580";

struct Collector final : Demuxer::Sink {
  void on_track(media::TrackPtr track) override { tracks.push_back(std::move(track)); }
  void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }
  std::vector<media::TrackPtr> tracks;
  std::vector<media::Frame> frames;
};

// A demuxer with its sink; tags are given in hexadecimal.
struct Publisher {
  explicit Publisher(Limits limits = {}) : demuxer(seen, limits) {}
  base::Status tag(TagType type, uint32_t ms, const std::string& text) {
    return demuxer.on_tag(type, ms, base::MonoTime(std::chrono::milliseconds(ms)),
                          base::Slice(base::from_hex(text)));
  }
  base::Status video(uint32_t ms, const std::string& text) { return tag(TagType::kVideo, ms, text); }
  base::Status audio(uint32_t ms, const std::string& text) { return tag(TagType::kAudio, ms, text); }

  Collector seen;
  Demuxer demuxer;
};

inline std::string hex_of(const media::Frame& frame) {
  return base::to_hex(frame.payload);
}

}  // namespace eyas::flv
