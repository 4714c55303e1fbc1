#include "media/codec.h"

#include <algorithm>

#include "base/check.h"

namespace eyas::media {
namespace {

struct Names {
  Codec codec;
  TrackKind kind;
  const char* name;
  const char* title;
};

constexpr Names kNames[] = {
    {Codec::kH264, TrackKind::kVideo, "h264", "H.264"},
    {Codec::kH265, TrackKind::kVideo, "h265", "H.265"},
    {Codec::kAv1, TrackKind::kVideo, "av1", "AV1"},
    {Codec::kVp9, TrackKind::kVideo, "vp9", "VP9"},
    {Codec::kVp8, TrackKind::kVideo, "vp8", "VP8"},
    {Codec::kAac, TrackKind::kAudio, "aac", "AAC"},
    {Codec::kOpus, TrackKind::kAudio, "opus", "Opus"},
    {Codec::kG711A, TrackKind::kAudio, "pcma", "G.711 A-law"},
    {Codec::kG711U, TrackKind::kAudio, "pcmu", "G.711 u-law"},
    {Codec::kG726, TrackKind::kAudio, "g726", "G.726"},
    {Codec::kL16, TrackKind::kAudio, "l16", "PCM 16 bit"},
    {Codec::kMp3, TrackKind::kAudio, "mp3", "MP3"},
    {Codec::kAc3, TrackKind::kAudio, "ac3", "AC-3"},
    {Codec::kEac3, TrackKind::kAudio, "eac3", "E-AC-3"},
    {Codec::kFlac, TrackKind::kAudio, "flac", "FLAC"},
    {Codec::kData, TrackKind::kData, "data", "Data"},
};

const Names& names(Codec codec) {
  const Names& row = kNames[static_cast<size_t>(codec)];
  CHECK(row.codec == codec);
  return row;
}

}  // namespace

const char* codec_title(Codec codec) {
  return names(codec).title;
}
const char* codec_name(Codec codec) {
  return names(codec).name;
}
TrackKind kind_of(Codec codec) {
  return names(codec).kind;
}

bool CodecConfig::same_decoder(const CodecConfig& other) const {
  return codec == other.codec && std::ranges::equal(record.bytes(), other.record.bytes()) &&
         sample_rate == other.sample_rate && channels == other.channels;
}

}  // namespace eyas::media
