#include "codec/aac/latm.h"

#include <algorithm>

#include "codec/aac/aac.h"

namespace eyas::codec::aac {
namespace {

using base::Bytes;
using base::Code;
using base::Error;

constexpr size_t kAudioConfigBytesMax = 64;

Error malformed() {
  return {Code::kMalformed, "latm: StreamMuxConfig", {}};
}
Error unsupported(const char* what) {
  return {Code::kUnsupported, "latm", what};
}

// The bytes that lie at a bit's position: at most `count_max`, those that are there.
std::vector<uint8_t> copy_bits(BitReader bits, size_t count_max) {
  std::vector<uint8_t> out;
  while (out.size() < count_max && bits.bits_left() > 0) {
    unsigned count = static_cast<unsigned>(std::min<size_t>(8, bits.bits_left()));
    out.push_back(static_cast<uint8_t>(bits.bits(count) << (8 - count)));
  }
  return out;
}

// LatmGetValue() [ISO 14496-3 1.7.3.1].
uint32_t read_value(BitReader& bits) {
  unsigned bytes = bits.bits(2) + 1;
  return bits.bits(8 * bytes);
}

// Bits of the backward compatible signalling that stands here [ISO 14496-3 1.6.5.2]; 0: none does. What
// follows a configuration in version 0, frameLengthType, never begins like it: 2 is reserved.
size_t sync_extension_bits(BitReader bits) {
  constexpr uint32_t kSyncSbr = 0x2B7, kSyncPs = 0x548, kEscapedRate = 15;
  size_t begin = bits.position();
  if (bits.bits(11) != kSyncSbr) return 0;
  bits.skip(5);  // extensionAudioObjectType
  if (bits.flag()) {
    if (bits.bits(4) == kEscapedRate) bits.skip(24);
    BitReader ahead = bits;
    if (ahead.bits(11) == kSyncPs && ahead.ok()) bits.skip(12);
  }
  return bits.ok() ? bits.position() - begin : 0;
}

// AudioSpecificConfig, which in version 0 does not say its length. Moves behind it.
base::Result<AudioSpecificConfig> read_audio_config(BitReader& bits, bool has_length,
                                                    media::CodecConfig& config) {
  size_t stated = has_length ? read_value(bits) : 0;
  std::vector<uint8_t> record = copy_bits(bits, kAudioConfigBytesMax);
  auto audio = aac::parse(record);
  if (!audio) return audio.error();
  if (audio->bits == 0 || audio->core_sample_rate == 0) return unsupported("audio object type");
  BitReader behind(record);
  behind.skip(audio->bits);
  size_t size = audio->bits + sync_extension_bits(behind);
  record.resize((size + 7) / 8);
  if (size % 8 != 0) record.back() &= static_cast<uint8_t>(0xFF00 >> size % 8);
  auto described = aac::describe(base::Slice(std::move(record)));
  if (!described) return described.error();
  config = *std::move(described);
  bits.skip(has_length ? stated : size);
  return audio;
}

// otherDataLenBits: the data itself lies behind the frames, where nobody looks.
void skip_other_data_bits(BitReader& bits, bool version1) {
  if (version1) return static_cast<void>(read_value(bits));
  for (bool more = true; more && bits.ok();) {
    more = bits.flag();
    bits.skip(8);
  }
}

// PayloadLengthInfo and PayloadMux of one frame; nullopt when it is cut off.
std::optional<std::vector<uint8_t>> read_frame(BitReader& bits) {
  size_t size = 0;
  for (uint32_t part = 255; part == 255 && bits.ok();) size += part = bits.bits(8);
  if (!bits.ok() || size * 8 > bits.bits_left()) return std::nullopt;
  std::vector<uint8_t> frame = copy_bits(bits, size);
  bits.skip(size * 8);
  return frame;
}

}  // namespace

base::Result<LatmMux> LatmMux::parse(BitReader& bits) {
  LatmMux mux;
  bool version1 = bits.flag();
  if (version1 && bits.flag()) return unsupported("audioMuxVersionA");
  if (version1) read_value(bits);  // taraBufferFullness
  bool same_framing = bits.flag();
  mux.subframes = bits.bits(6) + 1;
  unsigned programmes = bits.bits(4) + 1;
  unsigned layers = bits.bits(3) + 1;
  if (!bits.ok()) return malformed();
  if (!same_framing || programmes > 1 || layers > 1) return unsupported("several programmes or layers");
  auto audio = read_audio_config(bits, version1, mux.config);
  if (!audio) return audio.error();
  mux.frame_samples = audio->frame_samples;
  mux.core_sample_rate = audio->core_sample_rate;
  // DEVIATION: GStreamer's rtpmp4apay ends its config here; the rest is as everybody has it.
  constexpr size_t kRestBitsMin = 13;
  if (bits.ok() && bits.bits_left() < kRestBitsMin) return mux;
  if (bits.bits(3) != 0) return unsupported("frame length type");
  bits.skip(8);  // latmBufferFullness
  if (bits.flag()) skip_other_data_bits(bits, version1);
  if (bits.flag()) bits.skip(8);  // crcCheckSum
  if (!bits.ok()) return malformed();
  return mux;
}

// audioMuxElement [ISO 14496-3 1.7.3.1].
std::vector<std::vector<uint8_t>> LatmReader::read(Bytes element) {
  std::vector<std::vector<uint8_t>> frames;
  BitReader bits(element);
  if (in_band_ && !bits.flag()) {  // not useSameStreamMux
    auto mux = LatmMux::parse(bits);
    if (!mux) return frames;
    mux_ = *std::move(mux);
  }
  if (!mux_) return frames;
  for (unsigned i = 0; i < mux_->subframes; ++i) {
    auto frame = read_frame(bits);
    if (!frame) break;
    frames.push_back(std::move(*frame));
  }
  return frames;
}

}  // namespace eyas::codec::aac
