// Codecs, and what a decoder must be told before the first frame.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace eyas::media {

enum class TrackKind : uint8_t { kVideo, kAudio, kData };

enum class Codec : uint8_t {
  kH264,
  kH265,
  kAv1,
  kVp9,
  kVp8,  // video
  kAac,
  kOpus,
  kG711A,
  kG711U,
  kG726,
  kL16,
  kMp3,
  kAc3,
  kEac3,
  kFlac,  // audio
  kData,  // data: see Track::media_type
};

// "H.264", "AAC": for people. "h264", "aac": for metrics and the API.
const char* codec_title(Codec codec);
const char* codec_name(Codec codec);
TrackKind kind_of(Codec codec);

// A fraction; `den == 0` means unknown.
struct Ratio {
  uint32_t num = 0;
  uint32_t den = 0;
  double value() const { return den == 0 ? 0.0 : static_cast<double>(num) / den; }
  bool operator==(const Ratio&) const = default;
};

// Facts of a track, read from its parameter sets. Immutable once in a Track.
struct CodecConfig {
  Codec codec = Codec::kData;

  // The decoder configuration, in the form that ISO BMFF and FLV carry:
  //   H.264  AVCDecoderConfigurationRecord [ISO 14496-15 5.3.3.1]
  //   H.265  HEVCDecoderConfigurationRecord [ISO 14496-15 8.3.3.1]
  //   AV1    AV1CodecConfigurationRecord; VP9 VPCodecConfigurationRecord (without the FullBox header)
  //   AAC    AudioSpecificConfig [ISO 14496-3 1.6.2.1]; Opus the OpusHead packet [RFC 7845 5.1]
  //   FLAC   STREAMINFO block body; G.726 a byte, the bits of a sample; others empty
  base::Slice record;

  std::string rfc6381;  // "avc1.640028", "mp4a.40.2": for CODECS attributes and MediaSource

  // Video. Width and height after cropping, in pixels. Frame rate when the bitstream states it.
  uint32_t width = 0;
  uint32_t height = 0;
  Ratio frame_rate;
  uint8_t reorder_depth =
      0;  // frames that a decoder holds back for B-frames; 0 = decode order is display order

  // Audio.
  uint32_t sample_rate = 0;  // Hz
  uint8_t channels = 0;

  // Same codec and same record: a decoder needs no reset.
  bool same_decoder(const CodecConfig& other) const;
};

}  // namespace eyas::media
