// HEVCDecoderConfigurationRecord [ISO 14496-15 8.3.3.1].
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"
#include "codec/nal/syntax.h"

namespace eyas::codec::h265 {

// The byte with constantFrameRate, numTemporalLayers, temporalIdNested and lengthSizeMinusOne.
constexpr size_t kRecordLayersAt = 21;

// Walks the parameter sets of a record. Allocates nothing.
class RecordWalk {
 public:
  explicit RecordWalk(base::Bytes record);
  // The next unit, never empty, and the type of its array; false at the end or where the record breaks.
  bool next(unsigned& type, base::Bytes& unit);
  bool ok() const { return reader_.ok(); }

 private:
  base::ByteReader reader_;
  unsigned arrays_left_ = 0;
  unsigned units_left_ = 0;
  unsigned type_ = 0;
};

// Kinds: VPS, SPS, PPS. Errors: kMalformed, kLimit.
base::Result<nal::ParameterSets> split_record(base::Bytes record);
base::Result<base::Slice> build_record(const nal::ParameterSets& sets);

}  // namespace eyas::codec::h265
