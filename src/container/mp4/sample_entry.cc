#include "container/mp4/sample_entry.h"

#include <string_view>

#include "container/mp4/box_writer.h"

namespace eyas::mp4 {
namespace {

using base::Bytes;
using base::ByteWriter;
using media::Codec;
using media::CodecConfig;

constexpr uint32_t kDpi72 = 0x00480000;  // 16.16, the template value of VisualSampleEntry

struct EntryKind {
  Codec codec;
  std::string_view entry;
  std::string_view config_box;
  size_t record_bytes_min;
};
constexpr EntryKind kKinds[] = {
    {Codec::kH264, "avc1", "avcC", 7},  {Codec::kH265, "hvc1", "hvcC", 23}, {Codec::kAv1, "av01", "av1C", 4},
    {Codec::kVp9, "vp09", "vpcC", 8},   {Codec::kAac, "mp4a", "esds", 2},   {Codec::kMp3, ".mp3", "", 0},
    {Codec::kOpus, "Opus", "dOps", 19}, {Codec::kAc3, "ac-3", "dac3", 0},   {Codec::kEac3, "ec-3", "dec3", 0},
    {Codec::kFlac, "fLaC", "dfLa", 34},
};

const EntryKind* kind_for(Codec codec) {
  for (const EntryKind& kind : kKinds)
    if (kind.codec == codec) return &kind;
  return nullptr;
}

// [ISO 14496-12 12.1.3]
void write_visual_fields(const CodecConfig& config, ByteWriter& out) {
  out.zeros(6);
  out.u16(1);  // data_reference_index
  out.zeros(16);
  out.u16(static_cast<uint16_t>(config.width));
  out.u16(static_cast<uint16_t>(config.height));
  out.u32(kDpi72);
  out.u32(kDpi72);
  out.u32(0);
  out.u16(1);  // frame_count
  out.zeros(32);
  out.u16(0x0018);  // depth: colour, no alpha
  out.u16(0xffff);
}

// [ISO 14496-12 12.2.3]
void write_audio_fields(const CodecConfig& config, ByteWriter& out) {
  out.zeros(6);
  out.u16(1);  // data_reference_index
  out.zeros(8);
  out.u16(config.channels);
  out.u16(16);  // samplesize: a template value for compressed audio
  out.u32(0);
  // 16.16; rates that do not fit are told by the decoder configuration alone.
  out.u32(config.sample_rate > 0xffff ? 0 : config.sample_rate << 16);
}

// A descriptor with a one-byte length is enough: an AudioSpecificConfig of ours stays below 100 bytes, longer
// ones are refused. [ISO 14496-1 7.2.6]
constexpr size_t kAudioConfigBytesMax = 64;
void write_esds(Bytes audio_config, ByteWriter& out) {
  BoxScope box(out, "esds", 0, 0);
  const auto size = static_cast<uint8_t>(audio_config.size());
  out.u8(0x03), out.u8(static_cast<uint8_t>(23 + size));  // ES_Descriptor
  out.u16(0), out.u8(0);
  out.u8(0x04), out.u8(static_cast<uint8_t>(15 + size));  // DecoderConfigDescriptor
  out.u8(0x40);                                           // MPEG-4 audio
  out.u8(0x15);                                           // audio stream
  out.u24(0), out.u32(0), out.u32(0);
  out.u8(0x05), out.u8(size);
  out.bytes(audio_config);
  out.u8(0x06), out.u8(1), out.u8(0x02);  // SLConfigDescriptor: reserved for MP4
}

// OpusHead [RFC 7845 5.1] is little-endian with its magic and a version of its own; dOps is big-endian.
void write_dops(Bytes head, ByteWriter& out) {
  BoxScope box(out, "dOps");
  out.u8(0);                                                            // Version
  out.u8(head[9]);                                                      // OutputChannelCount
  out.u8(head[11]), out.u8(head[10]);                                   // PreSkip
  for (int i = 15; i >= 12; --i) out.u8(head[static_cast<size_t>(i)]);  // InputSampleRate
  out.u8(head[17]), out.u8(head[16]);                                   // OutputGain
  out.u8(head[18]);                                                     // ChannelMappingFamily
  if (head[18] != 0) out.bytes(head.subspan(19));
}

// What the track says of itself, in the codes of AC-3. [ATSC A/52 5.4]
struct Ac3Codes {
  explicit Ac3Codes(const CodecConfig& config)
      : fscod(config.sample_rate == 44100   ? 1
              : config.sample_rate == 32000 ? 2
                                            : 0),
        surround(config.channels >= 6),
        acmod(surround               ? 7
              : config.channels == 1 ? 1
                                     : 2) {}
  uint32_t fscod;
  bool surround;
  uint32_t acmod;
};

// AC3SpecificBox: bsid 8, main audio service. [ETSI TS 102 366 F.4]
void write_dac3(const CodecConfig& config, ByteWriter& out) {
  BoxScope box(out, "dac3");
  const Ac3Codes codes(config);
  constexpr uint32_t kBitRateCode192 = 10;
  out.u24(codes.fscod << 22 | 8U << 17 | codes.acmod << 11 | (codes.surround ? 1U : 0U) << 10 |
          kBitRateCode192 << 5);
}

// EC3SpecificBox: one independent substream, bsid 16. [ETSI TS 102 366 F.6]
void write_dec3(const CodecConfig& config, ByteWriter& out) {
  BoxScope box(out, "dec3");
  const Ac3Codes codes(config);
  constexpr uint16_t kDataRate192 = 192;
  out.u16(kDataRate192 << 3);  // num_ind_sub: one
  out.u24(codes.fscod << 22 | 16U << 17 | codes.acmod << 9 | (codes.surround ? 1U : 0U) << 8);
}

void write_config_box(const EntryKind& kind, const CodecConfig& config, ByteWriter& out) {
  switch (config.codec) {
    case Codec::kAac:
      return write_esds(config.record, out);
    case Codec::kOpus:
      return write_dops(config.record, out);
    case Codec::kAc3:
      return write_dac3(config, out);
    case Codec::kEac3:
      return write_dec3(config, out);
    case Codec::kMp3:
      return;
    case Codec::kVp9: {
      BoxScope box(out, kind.config_box, 1, 0);
      return out.bytes(config.record);
    }
    case Codec::kFlac: {
      BoxScope box(out, kind.config_box, 0, 0);
      out.u8(0x80), out.u24(static_cast<uint32_t>(config.record.size()));  // last block, STREAMINFO
      return out.bytes(config.record);
    }
    default: {
      BoxScope box(out, kind.config_box);
      return out.bytes(config.record);
    }
  }
}

}  // namespace

bool can_carry(Codec codec) {
  return kind_for(codec) != nullptr;
}

base::Status write_sample_entry(const CodecConfig& config, ByteWriter& out) {
  const EntryKind* kind = kind_for(config.codec);
  if (kind == nullptr)
    return base::Error{base::Code::kUnsupported, "mp4 sample entry: codec", media::codec_name(config.codec)};
  if (config.record.size() < kind->record_bytes_min ||
      (config.codec == Codec::kAac && config.record.size() > kAudioConfigBytesMax))
    return base::Error{base::Code::kMalformed, "mp4 sample entry: decoder configuration record",
                       media::codec_name(config.codec)};
  BoxScope entry(out, kind->entry);
  if (media::kind_of(config.codec) == media::TrackKind::kVideo)
    write_visual_fields(config, out);
  else
    write_audio_fields(config, out);
  write_config_box(*kind, config, out);
  return {};
}

}  // namespace eyas::mp4
