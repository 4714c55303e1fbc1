#include "rtp/payload/latm.h"

#include "codec/aac/aac.h"
#include "codec/codec.h"

namespace eyas::rtp {
namespace {

using base::Bytes;
using base::Code;
using base::Error;
using codec::BitReader;

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

// AudioSpecificConfig, which in version 0 does not say its length. Moves behind it.
base::Result<codec::aac::AudioSpecificConfig> read_audio_config(BitReader& bits, bool has_length,
                                                                media::CodecConfig& config) {
  size_t stated = has_length ? read_value(bits) : 0;
  std::vector<uint8_t> record = copy_bits(bits, kAudioConfigBytesMax);
  auto audio = codec::aac::parse(record);
  if (!audio) return audio.error();
  if (audio->bits == 0 || audio->core_sample_rate == 0) return unsupported("audio object type");
  record.resize(std::min(record.size(), (audio->bits + 7) / 8));
  if (audio->bits % 8 != 0) record.back() &= static_cast<uint8_t>(0xFF00 >> audio->bits % 8);
  auto described = codec::describe(media::Codec::kAac, base::Slice(std::move(record)));
  if (!described) return described.error();
  config = *std::move(described);
  bits.skip(has_length ? stated : audio->bits);
  return audio;
}

size_t read_other_data_bits(BitReader& bits, bool version1) {
  if (version1) return read_value(bits);
  uint64_t count = 0;
  bool more = true;
  while (more && bits.ok() && count <= UINT16_MAX) {
    more = bits.flag();
    count = count << 8 | bits.bits(8);
  }
  return count;
}

bool begins_nowhere(Bytes) {
  return false;
}

}  // namespace

base::Result<LatmMux> LatmMux::parse(BitReader& bits, uint32_t clock_rate) {
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
  mux.unit_ticks = uint64_t{audio->frame_samples} * clock_rate / audio->core_sample_rate;
  if (bits.bits(3) != 0) return unsupported("frame length type");
  bits.skip(8);  // latmBufferFullness
  if (bits.flag()) mux.other_data_bits = read_other_data_bits(bits, version1);
  if (bits.flag()) bits.skip(8);  // crcCheckSum
  if (!bits.ok()) return malformed();
  return mux;
}

base::Result<std::unique_ptr<Depacketizer>> LatmDepacketizer::make(const DepacketizerConfig& config) {
  std::unique_ptr<LatmDepacketizer> made(new LatmDepacketizer(config));
  auto present = config.fmtp.find("cpresent");
  made->in_band_ = present == config.fmtp.end() || present->second != "0";
  if (auto stated = config.fmtp.find("config"); stated != config.fmtp.end()) {
    std::vector<uint8_t> bytes = base::from_hex(stated->second);
    BitReader bits(bytes);
    auto mux = LatmMux::parse(bits, config.clock_rate);
    if (mux) made->mux_ = *std::move(mux);
    if (!mux && !made->in_band_) return mux.error();
  }
  if (!made->in_band_ && !made->mux_) return Error{Code::kMalformed, "latm: no config", {}};
  return std::unique_ptr<Depacketizer>(std::move(made));
}

LatmDepacketizer::LatmDepacketizer(const DepacketizerConfig& config)
    : clock_rate_(config.clock_rate), joiner_(config.unit_bytes_max, begins_nowhere) {}

void LatmDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (lost_before) units_.lost();
  elements_.clear();
  joiner_.push(packet, lost_before, elements_);
  for (const PieceJoiner::Unit& element : elements_) take_element(element.timestamp, element.bytes, out);
}

// audioMuxElement [ISO 14496-3 1.7.3.1].
void LatmDepacketizer::take_element(uint32_t timestamp, Bytes element, std::vector<AccessUnit>& out) {
  BitReader bits(element);
  if (in_band_ && !bits.flag()) {  // not useSameStreamMux
    auto mux = LatmMux::parse(bits, clock_rate_);
    if (!mux) return;
    mux_ = *std::move(mux);
  }
  if (!mux_) return;
  units_.set_config(mux_->config);
  for (unsigned i = 0; i < mux_->subframes; ++i) {
    if (!take_frame(bits, timestamp + static_cast<uint32_t>(i * mux_->unit_ticks), out)) return;
  }
}

// PayloadLengthInfo and PayloadMux of one frame.
bool LatmDepacketizer::take_frame(BitReader& bits, uint32_t timestamp, std::vector<AccessUnit>& out) {
  size_t size = 0;
  for (uint32_t part = 255; part == 255 && bits.ok();) size += part = bits.bits(8);
  if (!bits.ok() || size * 8 > bits.bits_left()) return false;
  units_.emit(timestamp, copy_bits(bits, size), out);
  bits.skip(size * 8);
  return true;
}

}  // namespace eyas::rtp
