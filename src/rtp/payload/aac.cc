#include "rtp/payload/aac.h"

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "codec/aac/aac.h"
#include "codec/codec.h"
#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

using base::Bytes;
using base::Code;
using base::Error;

// AAC-hbr [RFC 3640 3.3.6].
constexpr unsigned kSizeBits = 13;
constexpr unsigned kIndexBits = 3;
constexpr uint16_t kHeaderBits = kSizeBits + kIndexBits;
constexpr size_t kOverheadBytes = 4;
constexpr size_t kUnitBytesMax = (1u << kSizeBits) - 1;

constexpr unsigned kFieldBitsMax = 32;
constexpr size_t kUnitsPerPacketMax = 256;

// The value of a numeric fmtp parameter; 0 when there is none, nullopt when it is no number or too large.
std::optional<unsigned> number(const DepacketizerConfig& config, const char* name, unsigned max) {
  auto found = config.fmtp.find(name);
  if (found == config.fmtp.end()) return 0;
  unsigned value = 0;
  if (!base::read_number(found->second, value) || value > max) return std::nullopt;
  return value;
}

base::Result<AuHeaderShape> shape_of(const DepacketizerConfig& config) {
  AuHeaderShape shape;
  bool valid = true;
  auto field = [&](const char* name, unsigned max = kFieldBitsMax) {
    auto value = number(config, name, max);
    valid = valid && value.has_value();
    return value.value_or(0);
  };
  shape.size = field("sizelength");
  shape.index = field("indexlength");
  shape.index_delta = field("indexdeltalength");
  shape.cts_delta = field("ctsdeltalength");
  shape.dts_delta = field("dtsdeltalength");
  shape.random_access = field("randomaccessindication", 1) != 0;
  shape.stream_state = field("streamstateindication");
  shape.auxiliary_size = field("auxiliarydatasizelength");
  shape.constant_size = field("constantsize", UINT16_MAX);
  if (!valid) return Error{Code::kMalformed, "mpeg4-generic: a=fmtp", {}};
  // DEVIATION: of a missing a=fmtp, or one that only names the mode, the usual widths are assumed.
  if (!shape.present() && (!config.fmtp.contains("config") || config.fmtp.contains("mode"))) {
    shape.size = kSizeBits;
    shape.index = shape.index_delta = kIndexBits;
  }
  return shape;
}

base::Result<uint32_t> unit_ticks_of(const DepacketizerConfig& config, Bytes record) {
  auto said = number(config, "constantduration", UINT32_MAX);
  if (said && *said != 0) return *said;
  auto audio = codec::aac::parse(record);
  if (!audio) return audio.error();
  if (audio->core_sample_rate == 0) return Error{Code::kMalformed, "mpeg4-generic: sample rate", {}};
  return static_cast<uint32_t>(uint64_t{audio->frame_samples} * config.clock_rate / audio->core_sample_rate);
}

// DEVIATION: cameras leave out `config`; then it is AAC-LC of the rate and channels of a=rtpmap. Empty when
// that rate is none of AAC's.
base::Slice record_of(const DepacketizerConfig& config) {
  auto stated = config.fmtp.find("config");
  if (stated != config.fmtp.end()) return base::Slice(base::from_hex(stated->second));
  constexpr uint8_t kLowComplexity = 2;
  constexpr size_t kShortRecordBytes = 2;  // rates outside AAC's table take more
  base::Slice guess =
      codec::aac_record(kLowComplexity, config.clock_rate, std::max<uint8_t>(1, config.channels));
  return guess.size() == kShortRecordBytes ? guess : base::Slice();
}

}  // namespace

PacketizedFrame AacPacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  if (frame.payload.size() > kUnitBytesMax) return {};
  PacketWriter writer(frame.payload.size(), max_payload);
  Bytes rest = frame.payload;
  while (!rest.empty()) {
    size_t size = std::min(max_payload - kOverheadBytes, rest.size());
    writer.begin();
    writer.u16(kHeaderBits);
    // Of a fragment too the header says the whole unit's size [RFC 3640 3.2.3].
    writer.u16(static_cast<uint16_t>(frame.payload.size() << kIndexBits));
    writer.bytes(rest.first(size));
    writer.end();
    rest = rest.subspan(size);
  }
  return writer.finish();
}

base::Result<std::unique_ptr<Depacketizer>> AacDepacketizer::make(const DepacketizerConfig& config) {
  auto described = codec::describe(media::Codec::kAac, record_of(config));
  if (!described) return described.error();
  auto shape = shape_of(config);
  if (!shape) return shape.error();
  auto unit_ticks = unit_ticks_of(config, described->record);
  if (!unit_ticks) return unit_ticks.error();
  return std::unique_ptr<Depacketizer>(
      new AacDepacketizer(*std::move(described), *shape, *unit_ticks, config.unit_bytes_max));
}

AacDepacketizer::AacDepacketizer(media::CodecConfig config, AuHeaderShape shape, uint32_t unit_ticks,
                                 size_t unit_bytes_max)
    : units_(std::move(config)), shape_(shape), unit_ticks_(unit_ticks), unit_bytes_max_(unit_bytes_max) {}

void AacDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (lost_before) {
    units_.lost();
    fragment_.clear();
  }
  if (packet.payload.empty()) return;
  base::ByteReader reader(packet.payload);
  std::vector<AuHeader> headers;
  if (!read_headers(reader, headers)) return fragment_.clear();
  if (headers.size() == 1 && headers[0].size > reader.remaining())
    return take_fragment(packet, headers[0].size, reader.rest(), out);
  fragment_.clear();
  for (const AuHeader& header : headers) {
    Bytes unit = reader.take(header.size);
    if (!reader.ok()) return;
    units_.emit(packet.timestamp + header.index * unit_ticks_, unit, out);
  }
}

// AU header section and auxiliary section [RFC 3640 3.2.1, 3.2.2].
bool AacDepacketizer::read_headers(base::ByteReader& reader, std::vector<AuHeader>& headers) const {
  if (shape_.present()) {
    size_t bits_total = reader.u16();
    codec::BitReader bits(reader.take((bits_total + 7) / 8));
    if (!reader.ok()) return false;
    uint32_t index = 0;
    while (bits.ok() && bits.position() < bits_total && headers.size() < kUnitsPerPacketMax) {
      AuHeader header = read_header(bits, headers.empty());
      if (!headers.empty()) index += header.index + 1;
      header.index = index;
      headers.push_back(header);
    }
    if (!bits.ok()) return false;
  }
  if (!skip_auxiliary(reader)) return false;
  if (headers.empty()) headers.emplace_back();
  // Without a size field a packet holds units of the constant size, or a single one.
  if (shape_.size == 0) {
    size_t size = shape_.constant_size != 0 ? shape_.constant_size : reader.remaining();
    for (AuHeader& header : headers) header.size = size;
  }
  return true;
}

// The first one's AU-Index says nothing that we need; that of others is the distance beyond the next.
AacDepacketizer::AuHeader AacDepacketizer::read_header(codec::BitReader& bits, bool first) const {
  AuHeader header;
  header.size = bits.bits(shape_.size);
  uint32_t delta = bits.bits(first ? shape_.index : shape_.index_delta);
  header.index = first ? 0 : delta;
  if (shape_.cts_delta > 0 && bits.flag()) bits.skip(shape_.cts_delta);
  if (shape_.dts_delta > 0 && bits.flag()) bits.skip(shape_.dts_delta);
  if (shape_.random_access) bits.skip(1);
  bits.skip(shape_.stream_state);
  return header;
}

bool AacDepacketizer::skip_auxiliary(base::ByteReader& reader) const {
  if (shape_.auxiliary_size == 0) return reader.ok();
  codec::BitReader bits(base::ByteReader(reader).rest());
  size_t size = bits.bits(shape_.auxiliary_size);
  bits.skip(size);
  bits.align();
  if (!bits.ok()) return false;
  reader.skip(bits.position() / 8);
  return reader.ok();
}

void AacDepacketizer::take_fragment(const PacketView& packet, size_t whole, Bytes part,
                                    std::vector<AccessUnit>& out) {
  bool goes_on = !fragment_.empty() && fragment_timestamp_ == packet.timestamp;
  if (!goes_on) fragment_.clear();
  fragment_timestamp_ = packet.timestamp;
  if (whole > unit_bytes_max_ || part.size() > whole - std::min(whole, fragment_.size())) {
    return fragment_.clear();
  }
  fragment_.insert(fragment_.end(), part.begin(), part.end());
  if (fragment_.size() == whole) units_.emit(packet.timestamp, std::exchange(fragment_, {}), out);
}

}  // namespace eyas::rtp
