#include "codec/h264/h264.h"

#include <cstdio>

#include "codec/bit_reader.h"
#include "codec/h264/sps.h"
#include "codec/limits.h"
#include "codec/nal/nal.h"

namespace eyas::codec::h264 {
namespace {

using base::Code;
using base::Error;

// nal_unit_type [ISO 14496-10 table 7-1].
enum NalType : unsigned {
  kSlice = 1,
  kPartitionA = 2,
  kPartitionC = 4,
  kIdrSlice = 5,
  kSei = 6,
  kSpsUnit = 7,
  kPpsUnit = 8,
  kDelimiter = 9,
  kSpsExtension = 13,
};

constexpr uint8_t kRecordVersion = 1;
constexpr size_t kSpsCountMax = 31;  // fields of the record: 5 and 8 bits
constexpr size_t kPpsCountMax = 255;
constexpr size_t kSetBytesMax = 0xFFFF;

unsigned type_of(base::Bytes unit) {
  return unit[0] & 0x1F;
}

// "avc1.PPCCLL" [RFC 6381 3.3].
std::string codecs_string(const Sps& sps) {
  char text[16];
  std::snprintf(text, sizeof text, "avc1.%02x%02x%02x", sps.profile_idc, sps.constraint_flags, sps.level_idc);
  return text;
}

bool take_sets(base::ByteReader& reader, size_t count, std::vector<base::Bytes>& sets) {
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    base::Bytes unit = reader.take(reader.u16());
    if (reader.ok() && !unit.empty()) sets.push_back(unit);
  }
  return reader.ok();
}

base::Result<nal::ParameterSets> split_record(base::Bytes record) {
  if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "avcC: too large", {}};
  base::ByteReader reader(record);
  if (reader.u8() != kRecordVersion) return Error{Code::kMalformed, "avcC: configurationVersion", {}};
  reader.skip(4);  // profile, compatibility, level: the SPS says them too; lengthSizeMinusOne
  nal::ParameterSets sets;
  bool whole = take_sets(reader, reader.u8() & 0x1F, sets[0]) && take_sets(reader, reader.u8(), sets[1]);
  if (!whole) return Error{Code::kMalformed, "avcC: a parameter set ends early", {}};
  return sets;
}

base::Result<base::Slice> build_record(const nal::ParameterSets& sets) {
  const auto& [sps_list, pps_list, unused] = sets;
  if (sps_list.empty()) return Error{Code::kMalformed, "avcC: no SPS", {}};
  if (sps_list.size() > kSpsCountMax || pps_list.size() > kPpsCountMax) {
    return Error{Code::kLimit, "avcC: too many parameter sets", {}};
  }
  auto sps = parse_sps(sps_list[0]);
  if (!sps) return sps.error();
  base::ByteWriter out;
  out.u8(kRecordVersion);
  out.bytes(sps_list[0].subspan(1, 3));
  out.u8(0xFC | 3);  // reserved ones, lengthSizeMinusOne
  auto write_sets = [&](const std::vector<base::Bytes>& list) {
    for (base::Bytes unit : list) {
      if (unit.size() > kSetBytesMax) return false;
      out.u16(static_cast<uint16_t>(unit.size()));
      out.bytes(unit);
    }
    return true;
  };
  out.u8(static_cast<uint8_t>(0xE0 | sps_list.size()));
  bool fits = write_sets(sps_list);
  out.u8(static_cast<uint8_t>(pps_list.size()));
  fits = fits && write_sets(pps_list);
  if (!fits || out.size() > kRecordBytesMax) return Error{Code::kLimit, "avcC: parameter sets too large", {}};
  if (sps->profile_idc == 100 || sps->profile_idc == 110 || sps->profile_idc == 122 ||
      sps->profile_idc == 144) {
    out.u8(static_cast<uint8_t>(0xFC | sps->chroma_format_idc));
    out.u8(static_cast<uint8_t>(0xF8 | (sps->bit_depth_luma - 8)));
    out.u8(static_cast<uint8_t>(0xF8 | (sps->bit_depth_chroma - 8)));
    out.u8(0);  // SPS extensions
  }
  return base::Slice(out.take());
}

// Slice header start [ISO 14496-10 7.3.3]; data partition A has the same one.
void read_slice(base::Bytes unit, FrameFacts& facts) {
  constexpr uint32_t kSliceTypeMax = 9;
  constexpr uint32_t kSliceB = 1;
  std::array<uint8_t, 16> start;
  BitReader reader(nal::unescape_start(unit.subspan(1), start));
  bool first = reader.ue() == 0;
  uint32_t slice_type = reader.ue(kSliceTypeMax);
  if (!reader.ok()) return;
  facts.starts_picture |= first;
  facts.bidirectional |= slice_type % 5 == kSliceB;
}

constexpr nal::SetKind kKinds[] = {{kSpsUnit, sps_id}, {kPpsUnit, pps_id}};

}  // namespace

const nal::Syntax kSyntax = {
    .header_bytes = 1,
    .length_size_at = 4,
    .type = type_of,
    .is_sei = [](unsigned type) { return type == kSei; },
    .is_parameter_set =
        [](unsigned type) { return type == kSpsUnit || type == kPpsUnit || type == kSpsExtension; },
    .is_delimiter = [](unsigned type) { return type == kDelimiter; },
    .kinds = kKinds,
    .split_record = split_record,
    .build_record = build_record,
};

base::Result<media::CodecConfig> describe(base::Slice record) {
  auto sets = split_record(record);
  if (!sets) return sets.error();
  if ((*sets)[0].empty()) return Error{Code::kMalformed, "avcC: no SPS", {}};
  auto sps = parse_sps((*sets)[0][0]);
  if (!sps) return sps.error();
  media::CodecConfig config;
  config.codec = media::Codec::kH264;
  config.record = nal::with_length_size4(kSyntax, std::move(record));
  config.rfc6381 = codecs_string(*sps);
  config.width = sps->width;
  config.height = sps->height;
  config.frame_rate = sps->frame_rate;
  config.reorder_depth = sps->reorder_depth();
  return config;
}

base::Result<FrameFacts> inspect(const media::CodecConfig&, base::Bytes payload) {
  FrameFacts facts;
  bool referenced = false;
  base::Bytes unit;
  nal::Walk walk(payload);
  while (walk.next(unit)) {
    unsigned type = type_of(unit);
    bool coded = type >= kSlice && type <= kIdrSlice;
    facts.picture |= coded;
    facts.key |= type == kIdrSlice;
    facts.has_sei |= type == kSei;
    facts.has_parameter_sets |= kSyntax.is_parameter_set(type);
    referenced |= coded && (unit[0] & 0x60) != 0;  // nal_ref_idc
    if (type == kSlice || type == kPartitionA || type == kIdrSlice) read_slice(unit, facts);
  }
  if (!walk.ok()) return Error{Code::kMalformed, "h264: a NAL unit ends early", {}};
  facts.disposable = facts.picture && !referenced;
  return facts;
}

}  // namespace eyas::codec::h264
