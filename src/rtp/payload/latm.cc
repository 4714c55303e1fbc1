#include "rtp/payload/latm.h"

#include "codec/bit_reader.h"

namespace eyas::rtp {
namespace {

using base::Bytes;
using base::Code;
using base::Error;
using codec::aac::LatmMux;

bool begins_nowhere(Bytes) {
  return false;
}

}  // namespace

base::Result<std::unique_ptr<Depacketizer>> LatmDepacketizer::make(const DepacketizerConfig& config) {
  auto present = config.fmtp.find("cpresent");
  bool in_band = present == config.fmtp.end() || present->second != "0";
  std::optional<LatmMux> said;
  if (auto stated = config.fmtp.find("config"); stated != config.fmtp.end()) {
    std::vector<uint8_t> bytes = base::from_hex(stated->second);
    codec::BitReader bits(bytes);
    auto mux = LatmMux::parse(bits);
    if (mux) said = *std::move(mux);
    if (!mux && !in_band) return mux.error();
  }
  if (!in_band && !said) return Error{Code::kMalformed, "latm: no config", {}};
  return std::unique_ptr<Depacketizer>(
      new LatmDepacketizer(config, codec::aac::LatmReader(in_band, std::move(said))));
}

LatmDepacketizer::LatmDepacketizer(const DepacketizerConfig& config, codec::aac::LatmReader reader)
    : clock_rate_(config.clock_rate),
      reader_(std::move(reader)),
      joiner_(config.unit_bytes_max, begins_nowhere) {}

void LatmDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (lost_before) units_.lost();
  elements_.clear();
  joiner_.push(packet, lost_before, elements_);
  for (const PieceJoiner::Unit& element : elements_) take_element(element.timestamp, element.bytes, out);
}

void LatmDepacketizer::take_element(uint32_t timestamp, Bytes element, std::vector<AccessUnit>& out) {
  auto frames = reader_.read(element);
  if (frames.empty()) return;
  const LatmMux& mux = *reader_.mux();
  units_.set_config(mux.config);
  uint64_t ticks = uint64_t{mux.frame_samples} * clock_rate_ / mux.core_sample_rate;
  for (size_t i = 0; i < frames.size(); ++i) {
    units_.emit(timestamp + static_cast<uint32_t>(i * ticks), frames[i], out);
  }
}

}  // namespace eyas::rtp
