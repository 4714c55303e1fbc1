#include "codec/codec.h"

#include "codec/aac/aac.h"
#include "codec/codec_table.h"
#include "codec/h264/h264.h"
#include "codec/h265/h265.h"
#include "codec/nal/nal.h"
#include "codec/nal/sei.h"
#include "codec/opus/opus.h"

namespace eyas::codec {

using base::Code;
using base::Error;

base::Result<media::CodecConfig> describe(media::Codec codec, base::Slice record) {
  return row_of(codec).describe(std::move(record));
}

base::Result<media::CodecConfig> describe_packet(media::Codec codec, base::Bytes payload) {
  const CodecRow& row = row_of(codec);
  if (row.describe_packet == nullptr)
    return Error{Code::kUnsupported, "codec: its packets do not describe it", {}};
  return row.describe_packet(payload);
}

base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload) {
  return row_of(config.codec).inspect(config, payload);
}

base::Slice without_sei(const media::CodecConfig& config, const base::Slice& payload) {
  const nal::Syntax* syntax = row_of(config.codec).nal;
  if (syntax == nullptr) return payload;
  return nal::without(*syntax, payload, [](const nal::Syntax& s, unsigned type) { return s.is_sei(type); });
}

base::Slice without_parameter_sets(const media::CodecConfig& config, const base::Slice& payload) {
  const nal::Syntax* syntax = row_of(config.codec).nal;
  if (syntax == nullptr) return payload;
  return nal::without(*syntax, payload, [](const nal::Syntax& s, unsigned type) {
    return s.is_parameter_set(type) || s.is_delimiter(type);
  });
}

std::optional<base::Slice> record_with_in_band(const media::CodecConfig& config, base::Bytes payload) {
  const nal::Syntax* syntax = row_of(config.codec).nal;
  if (syntax == nullptr) return std::nullopt;
  return nal::record_with_in_band(*syntax, config.record, payload);
}

unsigned nal_length_size(media::Codec codec, base::Bytes record) {
  constexpr unsigned kCanonical = 4;
  const nal::Syntax* syntax = row_of(codec).nal;
  return syntax == nullptr ? kCanonical : nal::length_size(*syntax, record);
}

base::Result<base::Slice> to_length_prefixed4(base::Bytes payload, unsigned length_size) {
  if (length_size < 1 || length_size > 4) return Error{Code::kMalformed, "nal: length size", {}};
  std::vector<uint8_t> out;
  out.reserve(payload.size());
  base::Bytes unit;
  nal::Walk walk(payload, length_size);
  while (walk.next(unit)) nal::append(out, unit);
  if (!walk.ok()) return Error{Code::kMalformed, "nal: a unit ends early", {}};
  return base::Slice(std::move(out));
}

base::Result<base::Slice> to_length_prefixed4(const base::Slice& payload, unsigned length_size) {
  if (length_size != 4) return to_length_prefixed4(payload.bytes(), length_size);
  size_t canonical = 0;
  base::Bytes unit;
  nal::Walk walk(payload);
  while (walk.next(unit)) canonical += 4 + unit.size();
  if (!walk.ok()) return Error{Code::kMalformed, "nal: a unit ends early", {}};
  if (canonical == payload.size()) return payload;
  return to_length_prefixed4(payload.bytes(), length_size);
}

base::Result<base::Slice> annexb_to_length_prefixed(base::Bytes payload) {
  std::vector<base::Bytes> units = nal::split_annexb(payload);
  if (units.empty() && !payload.empty()) return Error{Code::kMalformed, "annex b: no NAL unit", {}};
  std::vector<uint8_t> out;
  out.reserve(payload.size() + units.size());
  for (base::Bytes unit : units) nal::append(out, unit);
  return base::Slice(std::move(out));
}

std::vector<uint8_t> length_prefixed_to_annexb(base::Bytes payload) {
  constexpr uint8_t kStartCode[] = {0, 0, 0, 1};
  std::vector<uint8_t> out;
  out.reserve(payload.size());
  base::Bytes unit;
  for (nal::Walk walk(payload); walk.next(unit);) {
    out.insert(out.end(), std::begin(kStartCode), std::end(kStartCode));
    out.insert(out.end(), unit.begin(), unit.end());
  }
  return out;
}

void for_each_sei(const media::CodecConfig& config, base::Bytes payload,
                  const std::function<void(uint32_t type, base::Bytes body)>& visit) {
  const nal::Syntax* syntax = row_of(config.codec).nal;
  if (syntax == nullptr) return;
  base::Bytes unit;
  for (nal::Walk walk(payload); walk.next(unit);) {
    if (syntax->is_sei(syntax->type(unit))) nal::for_each_sei_message(unit, syntax->header_bytes, visit);
  }
}

namespace {

// Empty units have no header to read and describe nothing.
std::vector<base::Bytes> non_empty(std::span<const base::Bytes> units) {
  std::vector<base::Bytes> kept;
  for (base::Bytes unit : units) {
    if (!unit.empty()) kept.push_back(unit);
  }
  return kept;
}

}  // namespace

base::Result<base::Slice> h264_record(std::span<const base::Bytes> sps, std::span<const base::Bytes> pps) {
  return h264::kSyntax.build_record({non_empty(sps), non_empty(pps), {}});
}

base::Result<base::Slice> h265_record(std::span<const base::Bytes> vps, std::span<const base::Bytes> sps,
                                      std::span<const base::Bytes> pps) {
  return h265::kSyntax.build_record({non_empty(vps), non_empty(sps), non_empty(pps)});
}

base::Slice aac_record(uint8_t object_type, uint32_t sample_rate, uint8_t channels) {
  return aac::build_record(object_type, sample_rate, channels);
}

base::Slice opus_record(uint8_t channels, uint32_t input_rate) {
  return opus::build_record(channels, input_rate);
}

base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload) {
  const CodecRow& row = row_of(config.codec);
  return row.packet_duration == nullptr ? base::Duration{} : row.packet_duration(config, payload);
}

}  // namespace eyas::codec
