// Where H.264 and H.265 differ in what is done with whole NAL units: one Syntax each, and the code that works
// over it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"

namespace eyas::codec::nal {

// A kind of parameter set that records hold, with how to read its id (nullopt: unreadable, or of another
// layer).
struct SetKind {
  unsigned type;
  std::optional<uint32_t> (*id)(base::Bytes unit);
};

// Parameter sets of one stream by kind, in the order of Syntax::kinds. Views into the record or payload they
// came from.
constexpr size_t kSetKindsMax = 3;
using ParameterSets = std::array<std::vector<base::Bytes>, kSetKindsMax>;

struct Syntax {
  size_t header_bytes;                 // of a NAL unit
  size_t length_size_at;               // the record's byte whose two low bits hold lengthSizeMinusOne
  unsigned (*type)(base::Bytes unit);  // of a unit that is not empty
  bool (*is_sei)(unsigned type);
  bool (*is_parameter_set)(unsigned type);
  bool (*is_delimiter)(unsigned type);
  std::span<const SetKind> kinds;
  base::Result<ParameterSets> (*split_record)(base::Bytes record);
  base::Result<base::Slice> (*build_record)(const ParameterSets& sets);
};

// The lengthSizeMinusOne field plus one; 4 when the record is too short to have it.
unsigned length_size(const Syntax& syntax, base::Bytes record);
// The record with lengths said to be of 4 bytes; shares when they are already.
base::Slice with_length_size4(const Syntax& syntax, base::Slice record);

// The payload without the units whose type `drop` names. Shares when there are none, and when it is
// malformed.
base::Slice without(const Syntax& syntax, const base::Slice& payload,
                    bool (*drop)(const Syntax& syntax, unsigned type));

// `record` with the sets of `payload` put in: same id replaces, a new id goes to the front, where describe()
// looks first. nullopt when nothing changes, and when no complete record comes of it. An empty record is
// built from the payload alone.
std::optional<base::Slice> record_with_in_band(const Syntax& syntax, base::Bytes record, base::Bytes payload);

}  // namespace eyas::codec::nal
