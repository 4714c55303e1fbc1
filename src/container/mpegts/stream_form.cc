#include "container/mpegts/stream_form.h"

#include <algorithm>
#include <cstdio>

#include "codec/aac/aac.h"
#include "container/mpegts/adts.h"

namespace eyas::mpegts {
namespace {

using media::Codec;

// stream_type [ISO 13818-1 table 2-34]; from 0x81 on ATSC's.
constexpr uint8_t kMpeg1Audio = 0x03, kMpeg2Audio = 0x04, kPrivateSections = 0x05, kPrivatePes = 0x06;
constexpr uint8_t kAacAdts = 0x0F, kAacLatm = 0x11, kMetadata = 0x15, kH264 = 0x1B, kH265 = 0x24;
constexpr uint8_t kAtscAc3 = 0x81, kAtscEac3 = 0x87;

// Descriptor tags: of 13818-1, and of DVB [ETSI EN 300 468].
constexpr uint8_t kRegistrationTag = 0x05, kMetadataTag = 0x26, kMetadataStdTag = 0x27;
constexpr uint8_t kDvbAc3Tag = 0x6A, kDvbEac3Tag = 0x7A, kDvbExtensionTag = 0x7F;
constexpr uint8_t kOpusExtension = 0x80;

constexpr uint32_t fourcc(const char (&text)[5]) {
  return static_cast<uint32_t>(text[0]) << 24 | static_cast<uint32_t>(text[1]) << 16 |
         static_cast<uint32_t>(text[2]) << 8 | static_cast<uint32_t>(text[3]);
}
constexpr uint32_t kKlva = fourcc("KLVA"), kId3 = fourcc("ID3 "), kOpus = fourcc("Opus"),
                   kAc3 = fourcc("AC-3"), kHevc = fourcc("HEVC"), kEac3 = fourcc("EAC3"),
                   kAv1 = fourcc("AV01"), kGstreamerAv1 = fourcc("AV1G");
// Ours, for data of any media type, which follows the identifier.
constexpr uint32_t kEyas = fourcc("EYAS");
constexpr size_t kMediaTypeBytesMax = 200;  // a descriptor holds 255

StreamForm data_form(std::string media_type, Framing framing = Framing::kPrivate) {
  return {Codec::kData, framing, std::move(media_type), 0};
}

// format identifier of a metadata_descriptor whose formats are registered ones [ISO 13818-1 2.6.60].
uint32_t metadata_format(const ElementaryInfo& info) {
  auto data = info.descriptor(kMetadataTag);
  if (!data) return info.registration();
  base::ByteReader in(*data);
  if (in.u16() == 0xFFFF) in.skip(4);  // metadata_application_format_identifier
  uint8_t format = in.u8();
  uint32_t identifier = format == 0xFF ? in.u32() : 0;
  return in.ok() && identifier != 0 ? identifier : info.registration();
}

std::string unnamed_media_type(const ElementaryInfo& info) {
  char text[80];
  std::snprintf(text, sizeof text, "application/octet-stream; stream_type=0x%02x", info.stream_type);
  std::string type = text;
  uint32_t id = info.registration();
  if (id != 0) std::snprintf(text, sizeof text, "; registration=0x%08x", id), type += text;
  return type;
}

std::string eyas_media_type(const ElementaryInfo& info) {
  base::Bytes text = info.descriptor(kRegistrationTag)->subspan(4);
  bool printable = std::ranges::all_of(text, [](uint8_t c) { return c >= 0x20 && c < 0x7F; });
  return printable && !text.empty() ? std::string(base::as_text(text)) : unnamed_media_type(info);
}

// Channels of channel_config_code; codes above 8 are mappings that we do not carry on.
uint8_t opus_channels(const ElementaryInfo& info) {
  auto data = info.descriptor(kDvbExtensionTag);
  if (!data || data->size() < 2 || (*data)[0] != kOpusExtension) return 0;
  uint8_t code = (*data)[1];
  return code == 0 ? 2 : code <= 2 ? code : 0;  // 0: dual mono
}

std::optional<StreamForm> private_form(const ElementaryInfo& info) {
  switch (info.registration()) {
    case kKlva:
      return data_form(kKlvMediaType);
    case kId3:
      return data_form(kId3MediaType);
    case kEyas:
      return data_form(eyas_media_type(info));
    case kOpus:
      return StreamForm{Codec::kOpus, Framing::kOpus, {}, opus_channels(info)};
    case kAc3:
      return StreamForm{Codec::kAc3, Framing::kAc3, {}, 0};
    case kHevc:
      return StreamForm{Codec::kH265, Framing::kNalUnits, {}, 0};
    case kEac3:
      return StreamForm{Codec::kEac3, Framing::kEac3, {}, 0};
    case kAv1:
    case kGstreamerAv1:
      return StreamForm{Codec::kAv1, Framing::kAv1, {}, 0};
    default:
      break;
  }
  if (info.descriptor(kDvbAc3Tag)) return StreamForm{Codec::kAc3, Framing::kAc3, {}, 0};
  if (info.descriptor(kDvbEac3Tag)) return StreamForm{Codec::kEac3, Framing::kEac3, {}, 0};
  return data_form(unnamed_media_type(info));
}

void put_registration(base::ByteWriter& out, uint32_t identifier, std::string_view info = {}) {
  out.u8(kRegistrationTag);
  out.u8(static_cast<uint8_t>(4 + info.size()));
  out.u32(identifier);
  out.text(info);
}

// The record's first bytes, but for two bits that say whether colours are of a high range: not said
// ["Carriage of AV1 in MPEG-2 TS" 2.2].
void put_av1_video(base::ByteWriter& out, base::Bytes record) {
  constexpr uint8_t kAv1VideoTag = 0x80, kNotSaid = 0xC0;
  constexpr size_t kBytes = 4;
  if (record.size() < kBytes) return;
  out.u8(kAv1VideoTag);
  out.u8(kBytes);
  out.bytes(record.first(kBytes - 1));
  out.u8((record[kBytes - 1] & 0x1F) | kNotSaid);
}

// As [MISB ST 1402] wants a synchronous metadata stream described; also Apple's timed ID3.
void put_metadata(base::ByteWriter& out, uint32_t format) {
  put_registration(out, format);
  out.u8(kMetadataTag);
  out.u8(9);
  out.u16(0x0100);  // metadata_application_format: general
  out.u8(0xFF);     // metadata_format: by identifier
  out.u32(format);
  out.u8(0);     // metadata_service_id
  out.u8(0x0F);  // no decoder configuration, no DSM-CC
  out.u8(kMetadataStdTag);
  out.u8(9);
  out.u24(0xC00000 | 2500);  // metadata_input_leak_rate, 400 bit/s each: 1 Mbit/s
  out.u24(0xC00000 | 64);    // metadata_buffer_size, 1024 bytes each
  out.u24(0xC00000);         // metadata_output_leak_rate: unused where access units have times
}

}  // namespace

std::optional<StreamForm> form_of(const ElementaryInfo& info) {
  switch (info.stream_type) {
    case kH264:
      return StreamForm{Codec::kH264, Framing::kNalUnits, {}, 0};
    case kH265:
      return StreamForm{Codec::kH265, Framing::kNalUnits, {}, 0};
    case kAacAdts:
      return StreamForm{Codec::kAac, Framing::kAdts, {}, 0};
    case kAacLatm:
      return StreamForm{Codec::kAac, Framing::kLatm, {}, 0};
    case kMpeg1Audio:
    case kMpeg2Audio:
      return StreamForm{Codec::kMp3, Framing::kMpegAudio, {}, 0};
    case kAtscAc3:
      return StreamForm{Codec::kAc3, Framing::kAc3, {}, 0};
    case kAtscEac3:
      return StreamForm{Codec::kEac3, Framing::kEac3, {}, 0};
    case kPrivatePes:
      return private_form(info);
    case kMetadata:
      if (metadata_format(info) == kKlva) return data_form(kKlvMediaType, Framing::kMetadataCells);
      if (metadata_format(info) == kId3) return data_form(kId3MediaType);
      return data_form(unnamed_media_type(info));
    default:
      return std::nullopt;
  }
}

std::optional<Framing> framing_for(const media::Track& track) {
  switch (track.config.codec) {
    case Codec::kH264:
    case Codec::kH265:
      return Framing::kNalUnits;
    case Codec::kAac: {
      auto config = codec::aac::parse(track.config.record);
      return config && adts_carries(*config) ? std::optional(Framing::kAdts) : std::nullopt;
    }
    case Codec::kMp3:
      return Framing::kMpegAudio;
    case Codec::kAc3:
      return Framing::kAc3;
    case Codec::kEac3:
      return Framing::kEac3;
    case Codec::kAv1:
      return Framing::kAv1;
    case Codec::kOpus:
      return track.config.channels <= 2 ? std::optional(Framing::kOpus) : std::nullopt;
    case Codec::kData:
      if (track.media_type == kKlvMediaType) return Framing::kMetadataCells;
      return track.media_type.size() <= kMediaTypeBytesMax ? std::optional(Framing::kPrivate) : std::nullopt;
    default:
      return std::nullopt;
  }
}

ElementaryInfo describe_stream(const media::Track& track, uint16_t pid) {
  ElementaryInfo info{kPrivatePes, pid, {}};
  base::ByteWriter out;
  switch (track.config.codec) {
    case Codec::kH264:
      info.stream_type = kH264;
      break;
    case Codec::kH265:
      info.stream_type = kH265;
      put_registration(out, kHevc);
      break;
    case Codec::kAac:
      info.stream_type = kAacAdts;
      break;
    case Codec::kMp3:
      info.stream_type = track.config.sample_rate >= 32000 ? kMpeg1Audio : kMpeg2Audio;
      break;
    case Codec::kAc3:
      info.stream_type = kAtscAc3;
      put_registration(out, kAc3);
      break;
    case Codec::kEac3:
      info.stream_type = kAtscEac3;
      put_registration(out, kEac3);
      break;
    case Codec::kAv1:
      put_registration(out, kAv1);
      put_av1_video(out, track.config.record);
      break;
    case Codec::kOpus:
      put_registration(out, kOpus);
      out.u8(kDvbExtensionTag);
      out.u8(2);
      out.u8(kOpusExtension);
      out.u8(track.config.channels);  // channel_config_code: 1 and 2 are the channels
      break;
    default:
      if (track.media_type == kKlvMediaType || track.media_type == kId3MediaType) {
        info.stream_type = kMetadata;
        put_metadata(out, track.media_type == kKlvMediaType ? kKlva : kId3);
      } else {
        put_registration(out, kEyas, track.media_type);
      }
  }
  info.descriptors = out.take();
  return info;
}

uint8_t stream_id_for(const media::Track& track) {
  constexpr uint8_t kPrivateStream1 = 0xBD, kAudio = 0xC0, kVideo = 0xE0, kMetadataStream = 0xFC;
  switch (track.config.codec) {
    case Codec::kH264:
    case Codec::kH265:
      return kVideo;
    case Codec::kAac:
    case Codec::kMp3:
      return kAudio;
    case Codec::kData:
      return track.media_type == kKlvMediaType ? kMetadataStream : kPrivateStream1;
    default:
      return kPrivateStream1;
  }
}

}  // namespace eyas::mpegts
