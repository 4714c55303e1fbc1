#include "container/flv/tag.h"

namespace eyas::flv {
namespace {

using base::Code;
using base::Error;
using base::Result;
using media::Codec;

constexpr uint8_t kFrameKey = 1;  // [FLV 10.1 E.4.3.1]
constexpr uint8_t kFrameInter = 2;
constexpr uint8_t kFrameCommand = 5;
constexpr uint8_t kSoundAac = 10;      // [FLV 10.1 E.4.2.1]
constexpr uint8_t kSoundExtended = 9;  // Enhanced RTMP's ExHeader
// AAC tags always say 44 kHz, 16 bit, stereo; the AudioSpecificConfig has the truth [FLV 10.1 E.4.2.1].
constexpr uint8_t kAacSoundFlags = 0x0f;
constexpr uint32_t kNanoMax = 999'999;

struct Row {
  Codec codec;
  uint32_t code;  // FourCC
  int legacy;     // codec id in a legacy header that we write, -1: none
};
// clang-format off
constexpr Row kRows[] = {
    {Codec::kH264, fourcc("avc1"), 7},
    {Codec::kH265, fourcc("hvc1"), -1},
    {Codec::kAv1, fourcc("av01"), -1},
    {Codec::kVp9, fourcc("vp09"), -1},
    {Codec::kVp8, fourcc("vp08"), -1},
    {Codec::kAac, fourcc("mp4a"), 10},
    {Codec::kOpus, fourcc("Opus"), -1},
    {Codec::kMp3, fourcc(".mp3"), 2},
    {Codec::kAc3, fourcc("ac-3"), -1},
    {Codec::kEac3, fourcc("ec-3"), -1},
    {Codec::kFlac, fourcc("fLaC"), -1},
    {Codec::kG711A, 0, 7},
    {Codec::kG711U, 0, 8},
};
// clang-format on

const Row* row_of(Codec codec) {
  for (const Row& row : kRows) {
    if (row.codec == codec) return &row;
  }
  return nullptr;
}

// Packet types as they stand in a header; the numbers differ between video and audio.
constexpr uint8_t kModEx = 7;
constexpr uint8_t kVideoMultitrack = 6;
constexpr uint8_t kAudioMultitrack = 5;

enum MultitrackType : uint8_t { kOneTrack = 0, kManyTracks = 1, kManyTracksManyCodecs = 2 };

std::optional<PacketType> video_packet(uint8_t number) {
  switch (number) {
    case 0:
      return PacketType::kSequenceStart;
    case 1:
    case 3:
      return PacketType::kCodedFrames;
    case 2:
      return PacketType::kSequenceEnd;
    case 4:
      return PacketType::kMetadata;
    case 5:
      return PacketType::kMpeg2TsSequenceStart;
    default:
      return std::nullopt;
  }
}

std::optional<PacketType> audio_packet(uint8_t number) {
  switch (number) {
    case 0:
      return PacketType::kSequenceStart;
    case 1:
      return PacketType::kCodedFrames;
    case 2:
      return PacketType::kSequenceEnd;
    case 4:
      return PacketType::kMultichannelConfig;
    default:
      return std::nullopt;
  }
}

// Reads what follows the first byte of an Enhanced RTMP tag; the shape is the same for both media.
class ExtendedReader {
 public:
  ExtendedReader(base::Bytes body, bool video, MediaTag& tag) : in_(body), video_(video), tag_(tag) {}

  base::Status read() {
    uint8_t first = in_.u8();
    uint8_t packet = first & 0x0f;
    packet = skip_modifiers(packet);
    bool command = video_ && (first >> 4 & 7) == kFrameCommand;
    if (command && packet != 4) return read_command();
    if (packet == (video_ ? kVideoMultitrack : kAudioMultitrack)) return read_multitrack();
    uint32_t code = in_.u32();
    return add_part(packet, code, 0, in_.rest());
  }

 private:
  // ModEx, any number of them: a size, its data, then the type and the next packet type in one byte.
  uint8_t skip_modifiers(uint8_t packet) {
    while (packet == kModEx && in_.ok()) {
      size_t size = in_.u8() + 1u;
      if (size == 256) size = in_.u16() + 1u;
      base::ByteReader data(in_.take(size));
      uint8_t next = in_.u8();
      packet = next & 0x0f;
      if (next >> 4 != 0) continue;  // only TimestampOffsetNano is defined
      uint32_t nano = data.u24();
      if (data.ok() && nano <= kNanoMax) tag_.timestamp_nano = nano;
    }
    return packet;
  }

  base::Status read_command() {
    in_.u8();
    if (!in_.ok()) return Error{Code::kMalformed, "flv: video command", {}};
    tag_.storage[tag_.count++].packet = PacketType::kCommand;
    return {};
  }

  base::Status read_multitrack() {
    uint8_t types = in_.u8();
    uint8_t kind = types >> 4;
    uint8_t packet = types & 0x0f;
    if (kind > kManyTracksManyCodecs || packet == (video_ ? kVideoMultitrack : kAudioMultitrack)) {
      return Error{Code::kMalformed, "flv: multitrack type", {}};
    }
    tag_.multitrack = true;
    uint32_t code = kind == kManyTracksManyCodecs ? 0 : in_.u32();
    do {
      if (kind == kManyTracksManyCodecs) code = in_.u32();
      uint8_t index = in_.u8();
      base::Bytes share = kind == kOneTrack ? in_.rest() : in_.take(in_.u24());
      if (base::Status status = add_part(packet, code, index, share); !status) return status;
    } while (kind != kOneTrack && in_.remaining() > 0);
    return {};
  }

  base::Status add_part(uint8_t packet, uint32_t code, uint8_t index, base::Bytes share) {
    if (!in_.ok()) return Error{Code::kMalformed, "flv: truncated enhanced header", {}};
    std::optional<PacketType> type = video_ ? video_packet(packet) : audio_packet(packet);
    std::optional<Codec> codec = codec_of_fourcc(code);
    bool right_kind = codec && (media::kind_of(*codec) == media::TrackKind::kVideo) == video_;
    if (!type || !right_kind) {
      ++tag_.unknown_codec_parts;
      return {};
    }
    if (tag_.count == kTagPartsMax) return Error{Code::kLimit, "flv: tracks in a tag", {}};
    TagPart part{index, *codec, *type, 0, share};
    // The composition time is there for codecs that reorder, unless CodedFramesX leaves it out as zero.
    if (video_ && packet == 1 && (*codec == Codec::kH264 || *codec == Codec::kH265)) {
      base::ByteReader frame(share);
      part.composition_ms = frame.i24();
      if (!frame.ok()) return Error{Code::kMalformed, "flv: composition time", {}};
      part.payload = frame.rest();
    }
    tag_.storage[tag_.count++] = part;
    return {};
  }

  base::ByteReader in_;
  bool video_;
  MediaTag& tag_;
};

Result<MediaTag> extended(base::Bytes body, bool video, MediaTag tag) {
  tag.enhanced = true;
  if (base::Status status = ExtendedReader(body, video, tag).read(); !status) return status.error();
  if (tag.count == 0) return Error{Code::kUnsupported, "flv: no track of a known FourCC", {}};
  return tag;
}

Result<MediaTag> legacy_video(base::ByteReader& in, MediaTag tag) {
  TagPart& part = tag.storage[tag.count++];
  switch (tag.legacy_codec_id) {
    case 7:
      part.codec = Codec::kH264;
      break;
    // DEVIATION: H.265 under codec id 12 in the layout of H.264, as Chinese encoders, cameras and CDNs agreed
    // among themselves before Enhanced RTMP gave it a FourCC.
    case 12:
      part.codec = Codec::kH265;
      break;
    default:
      return Error{Code::kUnsupported, "flv: video codec id", std::to_string(tag.legacy_codec_id)};
  }
  uint8_t type = in.u8();
  part.composition_ms = in.i24();
  part.payload = in.rest();
  if (!in.ok()) return Error{Code::kMalformed, "flv: truncated video header", {}};
  std::optional<PacketType> packet = type <= 2 ? video_packet(type) : std::nullopt;
  if (!packet) return Error{Code::kMalformed, "flv: AVC packet type", {}};
  part.packet = *packet;
  return tag;
}

Result<MediaTag> legacy_audio(base::ByteReader& in, MediaTag tag) {
  TagPart& part = tag.storage[tag.count++];
  switch (tag.legacy_codec_id) {
    case 2:
    case 14:
      part.codec = Codec::kMp3;
      break;  // 14 is MP3 at 8 kHz
    case 7:
      part.codec = Codec::kG711A;
      break;
    case 8:
      part.codec = Codec::kG711U;
      break;
    case kSoundAac:
      part.codec = Codec::kAac;
      break;
    default:
      return Error{Code::kUnsupported, "flv: sound format", std::to_string(tag.legacy_codec_id)};
  }
  if (part.codec == Codec::kAac) {
    uint8_t type = in.u8();
    if (!in.ok() || type > 1) return Error{Code::kMalformed, "flv: AAC packet type", {}};
    part.packet = type == 0 ? PacketType::kSequenceStart : PacketType::kCodedFrames;
  }
  part.payload = in.rest();
  return tag;
}

}  // namespace

uint32_t fourcc_of(Codec codec) {
  const Row* row = row_of(codec);
  return row ? row->code : 0;
}

std::optional<Codec> codec_of_fourcc(uint32_t code) {
  for (const Row& row : kRows) {
    if (code != 0 && row.code == code) return row.codec;
  }
  return std::nullopt;
}

std::optional<uint8_t> legacy_id_of(Codec codec) {
  const Row* row = row_of(codec);
  if (row == nullptr || row->legacy < 0) return std::nullopt;
  return static_cast<uint8_t>(row->legacy);
}

Result<FileHeader> parse_file_header(base::Bytes bytes) {
  base::ByteReader in(bytes);
  bool signature = in.text(3) == "FLV";
  in.u8();  // version 1; nothing depends on it
  uint8_t flags = in.u8();
  FileHeader header{(flags & 4) != 0, (flags & 1) != 0, in.u32()};
  if (!in.ok() || !signature || header.header_bytes < kFileHeaderBytes) {
    return Error{Code::kMalformed, "flv: file header", {}};
  }
  return header;
}

void write_file_header(base::ByteWriter& out, bool has_audio, bool has_video) {
  out.text("FLV");
  out.u8(1);
  out.u8(static_cast<uint8_t>((has_audio ? 4 : 0) | (has_video ? 1 : 0)));
  out.u32(kFileHeaderBytes);
  out.u32(0);
}

Result<TagHeader> parse_tag_header(base::Bytes bytes) {
  base::ByteReader in(bytes);
  uint8_t type = in.u8();
  TagHeader header;
  header.body_bytes = in.u24();
  header.timestamp_ms = in.u24();
  header.timestamp_ms |= static_cast<uint32_t>(in.u8()) << 24;
  in.u24();  // stream id, always 0
  if (!in.ok()) return Error{Code::kMalformed, "flv: truncated tag header", {}};
  if ((type & 0x20) != 0) return Error{Code::kUnsupported, "flv: encrypted tag", {}};
  if (type != 8 && type != 9 && type != 18)
    return Error{Code::kUnsupported, "flv: tag type", std::to_string(type)};
  header.type = static_cast<TagType>(type);
  return header;
}

void write_tag_header(base::ByteWriter& out, const TagHeader& header) {
  out.u8(static_cast<uint8_t>(header.type));
  out.u24(header.body_bytes);
  out.u24(header.timestamp_ms & 0xffffff);
  out.u8(static_cast<uint8_t>(header.timestamp_ms >> 24));
  out.u24(0);
}

Result<MediaTag> parse_video_tag(base::Bytes body) {
  base::ByteReader in(body);
  uint8_t first = in.u8();
  if (!in.ok()) return Error{Code::kMalformed, "flv: empty video tag", {}};
  MediaTag tag;
  uint8_t frame_type = first >> 4 & 7;
  tag.key = frame_type == kFrameKey;
  if ((first & 0x80) != 0) return extended(body, true, tag);
  tag.legacy_codec_id = first & 0x0f;
  if (frame_type == kFrameCommand) {
    tag.storage[tag.count++].packet = PacketType::kCommand;
    return tag;
  }
  return legacy_video(in, tag);
}

Result<MediaTag> parse_audio_tag(base::Bytes body) {
  base::ByteReader in(body);
  uint8_t first = in.u8();
  if (!in.ok()) return Error{Code::kMalformed, "flv: empty audio tag", {}};
  MediaTag tag;
  if (first >> 4 == kSoundExtended) return extended(body, false, tag);
  tag.legacy_codec_id = first >> 4;
  tag.sound_flags = first & 0x0f;
  return legacy_audio(in, tag);
}

namespace {

// Video: CodedFrames carries a composition time for H.264 and H.265, and CodedFramesX says that it is zero.
uint8_t video_packet_number(const MediaTagHeader& header) {
  switch (header.packet) {
    case PacketType::kSequenceStart:
      return 0;
    case PacketType::kSequenceEnd:
      return 2;
    default:
      break;
  }
  bool reorders = header.codec == Codec::kH264 || header.codec == Codec::kH265;
  return reorders && header.composition_ms == 0 ? 3 : 1;
}

void write_extended(base::ByteWriter& out, const MediaTagHeader& header, bool video) {
  uint8_t packet = video ? video_packet_number(header) : static_cast<uint8_t>(header.packet);
  uint8_t first = video ? 0x80 | (header.key ? kFrameKey : kFrameInter) << 4 : kSoundExtended << 4;
  if (header.track_index == 0) {
    out.u8(first | packet);
    out.u32(fourcc_of(header.codec));
  } else {
    out.u8(first | (video ? kVideoMultitrack : kAudioMultitrack));
    out.u8(static_cast<uint8_t>(kOneTrack << 4 | packet));
    out.u32(fourcc_of(header.codec));
    out.u8(header.track_index);
  }
  bool reorders = header.codec == Codec::kH264 || header.codec == Codec::kH265;
  if (video && packet == 1 && reorders) out.u24(static_cast<uint32_t>(header.composition_ms) & 0xffffff);
}

}  // namespace

void write_media_tag_header(base::ByteWriter& out, const MediaTagHeader& header) {
  bool video = media::kind_of(header.codec) == media::TrackKind::kVideo;
  std::optional<uint8_t> legacy = legacy_id_of(header.codec);
  if (!legacy || header.track_index != 0) return write_extended(out, header, video);
  if (video) {
    out.u8(static_cast<uint8_t>((header.key ? kFrameKey : kFrameInter) << 4 | *legacy));
    out.u8(static_cast<uint8_t>(header.packet));  // PacketType begins with AVCPacketType
    return out.u24(static_cast<uint32_t>(header.composition_ms) & 0xffffff);
  }
  uint8_t flags = header.codec == Codec::kAac ? kAacSoundFlags : header.sound_flags;
  out.u8(static_cast<uint8_t>(*legacy << 4 | flags));
  if (header.codec == Codec::kAac) out.u8(header.packet == PacketType::kSequenceStart ? 0 : 1);
}

}  // namespace eyas::flv
