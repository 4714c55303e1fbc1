#include "container/mp4/sample_entry_reader.h"

#include <algorithm>
#include <string>

#include "codec/codec.h"

namespace eyas::mp4 {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;
using base::Code;
using base::Error;
using base::Result;
using media::Codec;

constexpr size_t kVisualFieldsBytes = 78;  // [ISO 14496-12 12.1.3]
constexpr size_t kAudioFieldsBytes = 28;   // [ISO 14496-12 12.2.3]

struct EntryRow {
  std::string_view entry;
  Codec codec;
  std::string_view config_box;
};
constexpr EntryRow kRows[] = {
    {"avc1", Codec::kH264, "avcC"}, {"avc3", Codec::kH264, "avcC"}, {"hvc1", Codec::kH265, "hvcC"},
    {"hev1", Codec::kH265, "hvcC"}, {"av01", Codec::kAv1, "av1C"},  {"vp09", Codec::kVp9, "vpcC"},
    {"mp4a", Codec::kAac, "esds"},  {".mp3", Codec::kMp3, ""},      {"Opus", Codec::kOpus, "dOps"},
    {"ac-3", Codec::kAc3, ""},      {"ec-3", Codec::kEac3, ""},     {"fLaC", Codec::kFlac, "dfLa"},
};

Error malformed(const char* context) {
  return {Code::kMalformed, context, {}};
}

// A descriptor's tag and length. [ISO 14496-1 8.3.3]
uint8_t descriptor(ByteReader& reader, size_t& length) {
  const uint8_t tag = reader.u8();
  length = 0;
  for (int i = 0; i < 4; ++i) {
    const uint8_t byte = reader.u8();
    length = length << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) break;
  }
  return tag;
}

struct AudioDescriptor {
  uint8_t object_type = 0;
  Bytes audio_config;
};

// ES_Descriptor, DecoderConfigDescriptor, DecoderSpecificInfo. [ISO 14496-1 7.2.6]
AudioDescriptor read_esds(Bytes body) {
  AudioDescriptor out;
  ByteReader reader(body);
  size_t length;
  reader.u32();  // version and flags
  if (descriptor(reader, length) != 3) return out;
  reader.u16();
  const uint8_t flags = reader.u8();
  if (flags & 0x80) reader.u16();
  if (flags & 0x40) reader.skip(reader.u8());
  if (flags & 0x20) reader.u16();
  if (descriptor(reader, length) != 4) return out;
  out.object_type = reader.u8();
  reader.skip(12);
  if (descriptor(reader, length) == 5) out.audio_config = reader.take(length);
  return out;
}

// dOps is big-endian, OpusHead little-endian with its magic and a version of its own. [RFC 7845 5.1]
base::Slice opus_head(Bytes body) {
  ByteReader reader(body);
  reader.u8();
  const uint8_t channels = reader.u8();
  const uint16_t pre_skip = reader.u16();
  const uint32_t rate = reader.u32();
  const uint16_t gain = reader.u16();
  ByteWriter out;
  out.text("OpusHead");
  out.u8(1);
  out.u8(channels);
  out.u16(__builtin_bswap16(pre_skip));
  out.u32_le(rate);
  out.u16(__builtin_bswap16(gain));
  out.bytes(reader.rest());  // family and, beyond 0, the mapping
  return base::Slice(out.take());
}

Result<base::Slice> record_of(Codec codec, Bytes body) {
  switch (codec) {
    case Codec::kOpus:
      return opus_head(body);
    case Codec::kVp9:  // a FullBox
      return base::Slice::copy_of(body.size() > 4 ? body.subspan(4) : Bytes());
    case Codec::kFlac:  // a FullBox; then a block header of four bytes
      return base::Slice::copy_of(body.size() > 8 ? body.subspan(8, std::min<size_t>(34, body.size() - 8))
                                                  : Bytes());
    default:
      return base::Slice::copy_of(body);
  }
}

Result<std::optional<Box>> find_box(Bytes bytes, std::string_view type) {
  BoxCursor cursor(bytes);
  while (true) {
    Result<std::optional<Box>> box = cursor.next();
    if (!box.ok() || !*box || (*box)->type == type) return box;
  }
}

Result<EntryFacts> described(Codec codec, base::Slice record) {
  EntryFacts facts;
  facts.length_bytes = codec::nal_length_size(codec, record);
  Result<media::CodecConfig> config = codec::describe(codec, std::move(record));
  if (!config.ok()) return config.error();
  facts.config = *config;
  return facts;
}

}  // namespace

Result<EntryFacts> read_sample_entry(const ReadTrack& track) {
  const std::string_view type(track.sample_entry.data(), 4);
  const EntryRow* row = nullptr;
  for (const EntryRow& each : kRows)
    if (each.entry == type) row = &each;
  if (row == nullptr) {
    std::string shown(type);
    for (char& c : shown)
      if (c < 0x20 || c > 0x7e) c = '?';
    return Error{Code::kUnsupported, "mp4 sample entry: codec", shown};
  }
  const bool video = media::kind_of(row->codec) == media::TrackKind::kVideo;
  const size_t fields = video ? kVisualFieldsBytes : kAudioFieldsBytes;
  if (track.entry.size() < fields) return malformed("mp4 sample entry: size");
  ByteReader reader(track.entry);
  reader.skip(16);
  const uint16_t channels = reader.u16();
  reader.skip(6);
  const uint32_t rate = reader.u32() >> 16;
  base::Slice record;
  Codec codec = row->codec;
  if (!row->config_box.empty()) {
    Result<std::optional<Box>> box = find_box(track.entry.subspan(fields), row->config_box);
    if (!box.ok()) return box.error();
    if (!*box) return malformed("mp4 sample entry: no decoder configuration");
    if (codec == Codec::kAac) {
      AudioDescriptor audio = read_esds((*box)->body);
      // MPEG-1 and MPEG-2 layer III stand in mp4a as well. [MP4RA object types]
      if (audio.object_type == 0x6b || audio.object_type == 0x69) codec = Codec::kMp3;
      record = base::Slice::copy_of(codec == Codec::kMp3 ? Bytes() : audio.audio_config);
    } else {
      Result<base::Slice> read = record_of(codec, (*box)->body);
      if (!read.ok()) return read.error();
      record = *read;
    }
  }
  Result<EntryFacts> facts = described(codec, std::move(record));
  if (facts.ok() && !video && facts->config.channels == 0) {
    facts->config.channels = static_cast<uint8_t>(std::min<uint16_t>(channels, 255));
    facts->config.sample_rate = rate;
  }
  return facts;
}

}  // namespace eyas::mp4
