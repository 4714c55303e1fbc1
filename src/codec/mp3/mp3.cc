#include "codec/mp3/mp3.h"

#include "codec/bit_reader.h"
#include "codec/samples.h"

namespace eyas::codec::mp3 {
namespace {

// Bit rates in kbit/s by index [ISO 11172-3 2.4.2.3], [ISO 13818-3 2.4.2.3]; 0: free.
constexpr uint16_t kBitrates[5][15] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG-1, layer 1
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // MPEG-1, layer 2
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // MPEG-1, layer 3
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG-2, layer 1
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // MPEG-2, layers 2 and 3
};

size_t frame_bytes(const Header& header, bool mpeg1, uint32_t bitrate_index, bool padded) {
  size_t row = mpeg1 ? header.layer - 1u : header.layer == 1 ? 3 : 4;
  uint32_t bits_per_second = kBitrates[row][bitrate_index] * 1000u;
  if (bits_per_second == 0) return 0;
  uint32_t slot = header.layer == 1 ? 4 : 1;
  return (header.samples / 8 / slot * bits_per_second / header.sample_rate + (padded ? 1 : 0)) * slot;
}

}  // namespace

std::optional<Header> parse(base::Bytes payload) {
  constexpr uint32_t kSync = 0x7FF;
  constexpr uint32_t kRates[] = {44100, 48000, 32000};
  constexpr uint32_t kReservedVersion = 1, kMpeg1 = 3, kMono = 3;
  constexpr uint32_t kReservedRate = 3, kBadBitrate = 15;
  BitReader r(payload);
  uint32_t sync = r.bits(11);
  uint32_t version = r.bits(2);  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  uint32_t layer_code = r.bits(2);
  r.skip(1);
  uint32_t bitrate = r.bits(4);
  uint32_t rate = r.bits(2);
  bool padded = r.flag();
  r.skip(1);
  uint32_t mode = r.bits(2);
  if (!r.ok() || sync != kSync || version == kReservedVersion || layer_code == 0) return std::nullopt;
  if (rate == kReservedRate || bitrate == kBadBitrate) return std::nullopt;
  Header header;
  header.layer = static_cast<uint8_t>(4 - layer_code);
  header.sample_rate = kRates[rate] >> (version == kMpeg1 ? 0 : version == 2 ? 1 : 2);
  header.channels = mode == kMono ? 1 : 2;
  header.samples = header.layer == 1 ? 384 : header.layer == 3 && version != kMpeg1 ? 576 : 1152;
  header.bytes = frame_bytes(header, version == kMpeg1, bitrate, padded);
  return header;
}

base::Result<media::CodecConfig> describe(base::Slice) {
  media::CodecConfig config;
  config.codec = media::Codec::kMp3;
  config.rfc6381 = "mp4a.6b";  // object type indication of MPEG-1 audio
  return config;
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  auto header = parse(payload);
  if (!header) return base::Error{base::Code::kMalformed, "mp3: no frame header", {}};
  auto config = describe({});
  config->sample_rate = header->sample_rate;
  config->channels = header->channels;
  return config;
}

base::Duration packet_duration(const media::CodecConfig&, base::Bytes payload) {
  auto header = parse(payload);
  return header ? duration_of_samples(header->samples, header->sample_rate) : base::Duration{};
}

}  // namespace eyas::codec::mp3
