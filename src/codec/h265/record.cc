#include "codec/h265/record.h"

#include "codec/h265/parameter_sets.h"
#include "codec/limits.h"
#include "codec/nal/nal.h"

namespace eyas::codec::h265 {
namespace {

using base::Code;
using base::Error;

constexpr uint8_t kRecordVersion = 1;
constexpr size_t kSetBytesMax = 0xFFFF;
constexpr size_t kSetsMax = 64;              // of one kind: the largest id space, that of PPS
constexpr size_t kGeneralProfileBytes = 12;  // general_profile_space to general_level_idc
constexpr unsigned kFirstSetType = 32;       // VPS, SPS, PPS follow each other

void write_header(base::ByteWriter& out, const Sps& sps, base::Bytes general_profile, size_t arrays) {
  out.u8(kRecordVersion);
  out.bytes(general_profile);
  out.u16(0xF000);  // min_spatial_segmentation_idc unknown
  out.u8(0xFC);     // parallelismType unknown
  out.u8(static_cast<uint8_t>(0xFC | sps.chroma_format_idc));
  out.u8(static_cast<uint8_t>(0xF8 | (sps.bit_depth_luma - 8)));
  out.u8(static_cast<uint8_t>(0xF8 | (sps.bit_depth_chroma - 8)));
  out.u16(0);  // avgFrameRate unspecified
  out.u8(static_cast<uint8_t>(sps.sub_layers << 3 | (sps.temporal_id_nesting ? 4 : 0) | 3));
  out.u8(static_cast<uint8_t>(arrays));
}

}  // namespace

RecordWalk::RecordWalk(base::Bytes record) : reader_(record) {
  uint8_t version = reader_.u8();
  reader_.skip(kRecordLayersAt);
  arrays_left_ = reader_.u8();
  if (version != kRecordVersion) reader_.skip(record.size() + 1);  // breaks the reader
}

bool RecordWalk::next(unsigned& type, base::Bytes& unit) {
  while (reader_.ok()) {
    if (units_left_ == 0) {
      if (arrays_left_ == 0) return false;
      --arrays_left_;
      type_ = reader_.u8() & 0x3F;
      units_left_ = reader_.u16();
      continue;
    }
    --units_left_;
    unit = reader_.take(reader_.u16());
    type = type_;
    if (!unit.empty()) return true;
  }
  return false;
}

base::Result<nal::ParameterSets> split_record(base::Bytes record) {
  if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "hvcC: too large", {}};
  nal::ParameterSets sets;
  unsigned type;
  base::Bytes unit;
  RecordWalk walk(record);
  while (walk.next(type, unit)) {
    if (type < kFirstSetType || type >= kFirstSetType + sets.size()) continue;
    std::vector<base::Bytes>& list = sets[type - kFirstSetType];
    if (list.size() == kSetsMax) return Error{Code::kLimit, "hvcC: too many parameter sets", {}};
    list.push_back(unit);
  }
  if (!walk.ok()) return Error{Code::kMalformed, "hvcC: wrong version, or a parameter set ends early", {}};
  return sets;
}

base::Result<base::Slice> build_record(const nal::ParameterSets& sets) {
  if (sets[1].empty()) return Error{Code::kMalformed, "hvcC: no SPS", {}};
  auto sps = parse_sps(sets[1][0]);
  if (!sps) return sps.error();
  std::vector<uint8_t> rbsp = nal::unescape(sets[1][0].subspan(kNalHeaderBytes));
  if (rbsp.size() < 1 + kGeneralProfileBytes) return Error{Code::kMalformed, "h265 sps: too short", {}};
  base::ByteWriter out;
  write_header(out, *sps, base::Bytes(rbsp).subspan(1, kGeneralProfileBytes), sets.size());
  for (size_t kind = 0; kind < sets.size(); ++kind) {
    if (sets[kind].size() > kSetsMax) return Error{Code::kLimit, "hvcC: too many parameter sets", {}};
    out.u8(static_cast<uint8_t>(0x80 | (kFirstSetType + kind)));  // array_completeness
    out.u16(static_cast<uint16_t>(sets[kind].size()));
    for (base::Bytes unit : sets[kind]) {
      if (unit.size() > kSetBytesMax) return Error{Code::kLimit, "hvcC: a parameter set is too large", {}};
      out.u16(static_cast<uint16_t>(unit.size()));
      out.bytes(unit);
    }
  }
  if (out.size() > kRecordBytesMax) return Error{Code::kLimit, "hvcC: too large", {}};
  return base::Slice(out.take());
}

}  // namespace eyas::codec::h265
