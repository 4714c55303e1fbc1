#include "codec/h265/h265.h"

#include <array>

#include "codec/bit_reader.h"
#include "codec/h265/parameter_sets.h"
#include "codec/h265/record.h"
#include "codec/nal/nal.h"

namespace eyas::codec::h265 {
namespace {

using base::Code;
using base::Error;

// nal_unit_type [ISO 23008-2 table 7-1].
enum NalType : unsigned {
  kLastSubLayerPicture = 14,  // up to here even types are sub-layer non-reference pictures
  kFirstIrap = 16,
  kLastIrap = 21,
  kLastIrapReserved = 23,
  kVpsUnit = 32,
  kSpsUnit = 33,
  kPpsUnit = 34,
  kDelimiter = 35,
  kPrefixSei = 39,
  kSuffixSei = 40,
};

unsigned type_of(base::Bytes unit) {
  return unit[0] >> 1 & 0x3F;
}

bool is_sei(unsigned type) {
  return type == kPrefixSei || type == kSuffixSei;
}

constexpr nal::SetKind kKinds[] = {{kVpsUnit, vps_id}, {kSpsUnit, sps_id}, {kPpsUnit, pps_id}};

// Bits between slice_pic_parameter_set_id and slice_type, as the PPS of that id in the record says; 0 when it
// is not there.
uint32_t extra_slice_header_bits(base::Bytes record, uint32_t id) {
  unsigned type;
  base::Bytes unit;
  for (RecordWalk walk(record); walk.next(type, unit);) {
    if (type != kPpsUnit) continue;
    auto pps = parse_pps(unit);
    if (pps && pps->id == id) return pps->extra_slice_header_bits;
  }
  return 0;
}

// Slice segment header start [ISO 23008-2 7.3.6.1]. The type is read of a picture's first segment only:
// others have an address before it whose length depends on the SPS.
void read_slice(base::Bytes record, base::Bytes unit, FrameFacts& facts) {
  constexpr uint32_t kPpsIdMax = 63;
  constexpr uint32_t kSliceTypeMax = 2;
  constexpr uint32_t kSliceB = 0;
  unsigned nal_type = type_of(unit);
  std::array<uint8_t, 16> start;
  BitReader reader(nal::unescape_start(unit.subspan(kNalHeaderBytes), start));
  bool first_segment = reader.flag();
  // One look into the record a frame: a payload of nothing but first segments must not cost more.
  if (!first_segment || facts.starts_picture) return;
  facts.starts_picture = true;
  if (nal_type >= kFirstIrap && nal_type <= kLastIrapReserved)
    reader.skip(1);  // no_output_of_prior_pics_flag
  uint32_t pps_id = reader.ue(kPpsIdMax);
  if (!reader.ok()) return;
  reader.skip(extra_slice_header_bits(record, pps_id));
  uint32_t slice_type = reader.ue(kSliceTypeMax);
  facts.bidirectional |= reader.ok() && slice_type == kSliceB;
}

// Other pictures of its own sub-layer do not need it, and there is no higher sub-layer that might.
bool is_disposable(base::Bytes record, base::Bytes unit) {
  unsigned type = type_of(unit);
  if (type > kLastSubLayerPicture || type % 2 != 0) return false;
  unsigned layers = record.size() > kRecordLayersAt ? record[kRecordLayersAt] >> 3 & 7 : 0;
  unsigned layer = unit[1] & 7;  // TemporalId + 1
  return layer >= layers;        // 0: unknown
}

}  // namespace

const nal::Syntax kSyntax = {
    .header_bytes = kNalHeaderBytes,
    .length_size_at = kRecordLayersAt,
    .type = type_of,
    .is_sei = is_sei,
    .is_parameter_set = [](unsigned type) { return type >= kVpsUnit && type <= kPpsUnit; },
    .is_delimiter = [](unsigned type) { return type == kDelimiter; },
    .kinds = kKinds,
    .split_record = split_record,
    .build_record = build_record,
};

base::Result<media::CodecConfig> describe(base::Slice record) {
  auto sets = split_record(record);
  if (!sets) return sets.error();
  const auto& [vps_list, sps_list, pps_list] = *sets;
  if (sps_list.empty()) return Error{Code::kMalformed, "hvcC: no SPS", {}};
  auto sps = parse_sps(sps_list[0]);
  if (!sps) return sps.error();
  media::CodecConfig config;
  config.codec = media::Codec::kH265;
  config.rfc6381 = sps->ptl.codecs_string();
  config.width = sps->width;
  config.height = sps->height;
  config.frame_rate = sps->frame_rate;
  config.reorder_depth = static_cast<uint8_t>(sps->max_num_reorder_pics);
  if (config.frame_rate.den == 0 && !vps_list.empty()) {
    if (auto vps = parse_vps(vps_list[0])) config.frame_rate = vps->frame_rate;
  }
  config.record = nal::with_length_size4(kSyntax, std::move(record));
  return config;
}

base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload) {
  FrameFacts facts;
  bool referenced = false;
  base::Bytes unit;
  nal::Walk walk(payload);
  while (walk.next(unit)) {
    unsigned type = type_of(unit);
    facts.has_sei |= is_sei(type);
    facts.has_parameter_sets |= kSyntax.is_parameter_set(type);
    if (type > kLastIrap || unit.size() <= kNalHeaderBytes) continue;
    facts.picture = true;
    facts.key |= type >= kFirstIrap;
    referenced |= !is_disposable(config.record, unit);
    read_slice(config.record, unit, facts);
  }
  if (!walk.ok()) return Error{Code::kMalformed, "h265: a NAL unit ends early", {}};
  facts.disposable = facts.picture && !referenced;
  return facts;
}

}  // namespace eyas::codec::h265
