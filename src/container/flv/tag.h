// FLV on the wire: the file header, tag headers, and the headers inside audio and video tags, in the form of
// Adobe's specification and of Enhanced RTMP v1 and v2. Pure functions over bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "media/codec.h"

namespace eyas::flv {

// As FLV tag types and RTMP message types [FLV 10.1 E.4.1; RTMP 7.1].
enum class TagType : uint8_t { kAudio = 8, kVideo = 9, kScript = 18 };

inline constexpr size_t kFileHeaderBytes = 9;
inline constexpr size_t kTagHeaderBytes = 11;
inline constexpr size_t kPreviousTagSizeBytes = 4;
inline constexpr uint32_t kTagBodyBytesMax = 0xffffff;  // what the 24-bit length can say

struct FileHeader {
  bool has_audio = false;
  bool has_video = false;
  uint32_t header_bytes = kFileHeaderBytes;  // where the first PreviousTagSize stands
};
base::Result<FileHeader> parse_file_header(base::Bytes bytes);
// "FLV", version, flags, length and PreviousTagSize0 [FLV 10.1 E.2, E.3].
void write_file_header(base::ByteWriter& out, bool has_audio, bool has_video);

struct TagHeader {
  TagType type = TagType::kScript;
  uint32_t body_bytes = 0;
  uint32_t timestamp_ms = 0;
};
// The first 11 bytes of a tag. Errors: malformed, unsupported (encrypted tags, unknown types).
base::Result<TagHeader> parse_tag_header(base::Bytes bytes);
void write_tag_header(base::ByteWriter& out, const TagHeader& header);

// A FourCC as the 32-bit number that onMetaData uses for it.
constexpr uint32_t fourcc(const char (&text)[5]) {
  return static_cast<uint32_t>(static_cast<uint8_t>(text[0])) << 24 |
         static_cast<uint32_t>(static_cast<uint8_t>(text[1])) << 16 |
         static_cast<uint32_t>(static_cast<uint8_t>(text[2])) << 8 | static_cast<uint8_t>(text[3]);
}
// The FourCC of Enhanced RTMP, 0 when there is none; and back.
uint32_t fourcc_of(media::Codec codec);
std::optional<media::Codec> codec_of_fourcc(uint32_t code);
// The legacy codec id of video or audio (7 H.264, 10 AAC, ...), nullopt when the codec needs a FourCC.
std::optional<uint8_t> legacy_id_of(media::Codec codec);

// What a part of a tag holds. The names are those of VideoPacketType and AudioPacketType.
enum class PacketType : uint8_t {
  kSequenceStart,  // a decoder configuration record
  kCodedFrames,    // also CodedFramesX
  kSequenceEnd = 2,
  kMetadata,              // colorInfo and the like, AMF0
  kMpeg2TsSequenceStart,  // AV1 video descriptor
  kMultichannelConfig,    // order of the audio channels
  kCommand,               // a videoFunction: start or end of a client-side seek
};

// One track's share of a tag. `payload` is a part of the parsed bytes.
struct TagPart {
  uint8_t track_index = 0;  // 0 unless multitrack
  media::Codec codec = media::Codec::kData;
  PacketType packet = PacketType::kCodedFrames;
  int32_t composition_ms = 0;
  base::Bytes payload;
};

inline constexpr size_t kTagPartsMax = 16;

// A parsed audio or video tag body.
struct MediaTag {
  bool enhanced = false;
  bool multitrack = false;
  bool key = false;                  // video: the header's frame type says key frame
  uint8_t legacy_codec_id = 0;       // as it stands in a legacy header
  uint8_t sound_flags = 0;           // legacy audio: rate (bits 3-2), size (bit 1), stereo (bit 0)
  uint32_t timestamp_nano = 0;       // ModEx offset to add to the tag's milliseconds, below one million
  uint32_t unknown_codec_parts = 0;  // shares of tracks whose FourCC we do not know; left out of parts()
  std::span<const TagPart> parts() const { return {storage.data(), count}; }

  std::array<TagPart, kTagPartsMax> storage;
  size_t count = 0;
};

// Errors: malformed (truncated, nested multitrack), unsupported (unknown codec), limit (parts).
base::Result<MediaTag> parse_video_tag(base::Bytes body);
base::Result<MediaTag> parse_audio_tag(base::Bytes body);

// The header of a video or audio tag that we write, up to the payload.
struct MediaTagHeader {
  media::Codec codec = media::Codec::kH264;
  PacketType packet = PacketType::kCodedFrames;  // kSequenceStart, kCodedFrames or kSequenceEnd
  bool key = false;
  int32_t composition_ms = 0;
  uint8_t track_index = 0;  // above 0: multitrack, OneTrack
  uint8_t sound_flags = 0;  // legacy audio other than AAC
};
// The largest header that write_media_tag_header makes.
inline constexpr size_t kMediaTagHeaderBytesMax = 10;
// Legacy ids where the codec has one and the track is the first of its kind, else Enhanced RTMP.
void write_media_tag_header(base::ByteWriter& out, const MediaTagHeader& header);

}  // namespace eyas::flv
