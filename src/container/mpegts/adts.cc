#include "container/mpegts/adts.h"

#include <algorithm>

namespace eyas::mpegts {
namespace {

using codec::aac::kRates;
constexpr std::array<uint8_t, 8> kChannels = {0, 1, 2, 3, 4, 5, 6, 8};

template <typename Table, typename Value>
std::optional<uint8_t> index_of(const Table& table, Value value) {
  auto found = std::ranges::find(table, value);
  if (found == table.end()) return std::nullopt;
  return static_cast<uint8_t>(found - table.begin());
}

}  // namespace

std::optional<AdtsHeader> read_adts(base::Bytes b) {
  if (b.size() < kAdtsHeaderBytes || b[0] != 0xFF || (b[1] & 0xF6) != 0xF0) return std::nullopt;
  AdtsHeader header;
  header.header_bytes = (b[1] & 1) != 0 ? kAdtsHeaderBytes : kAdtsHeaderBytes + 2;
  header.object_type = static_cast<uint8_t>((b[2] >> 6) + 1);
  unsigned rate = b[2] >> 2 & 0x0F;
  if (rate >= kRates.size()) return std::nullopt;
  header.sample_rate = kRates[rate];
  header.channels = kChannels[(b[2] & 1) << 2 | b[3] >> 6];
  header.frame_bytes = (b[3] & 3u) << 11 | b[4] << 3u | b[5] >> 5u;
  header.blocks = (b[6] & 3u) + 1;
  if (header.frame_bytes < header.header_bytes) return std::nullopt;
  return header;
}

bool adts_carries(const codec::aac::AudioSpecificConfig& config) {
  return config.object_type >= 1 && config.object_type <= 4 && config.frame_samples == 1024 &&
         config.channels != 0 && index_of(kRates, config.core_sample_rate) &&
         index_of(kChannels, config.channels);
}

std::optional<std::array<uint8_t, kAdtsHeaderBytes>> write_adts(const codec::aac::AudioSpecificConfig& config,
                                                                size_t payload_bytes) {
  size_t frame = payload_bytes + kAdtsHeaderBytes;
  if (!adts_carries(config) || frame > kAdtsFrameBytesMax) return std::nullopt;
  unsigned rate = *index_of(kRates, config.core_sample_rate);
  // With parametric stereo the core is mono, which only the core's decoder needs to know [ISO 14496-3 1.6.6].
  unsigned channels = config.ps ? 1 : *index_of(kChannels, config.channels);
  constexpr unsigned kVbrFullness = 0x7FF;
  return std::array<uint8_t, kAdtsHeaderBytes>{
      0xFF,
      0xF1,  // MPEG-4, layer 0, no CRC
      static_cast<uint8_t>((config.object_type - 1u) << 6 | rate << 2 | channels >> 2),
      static_cast<uint8_t>((channels & 3) << 6 | frame >> 11),
      static_cast<uint8_t>(frame >> 3),
      static_cast<uint8_t>((frame & 7) << 5 | kVbrFullness >> 6),
      static_cast<uint8_t>((kVbrFullness & 0x3F) << 2)};
}

}  // namespace eyas::mpegts
