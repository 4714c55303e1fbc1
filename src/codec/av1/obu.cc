#include "codec/av1/obu.h"

#include "codec/bit_reader.h"

namespace eyas::codec::av1 {

bool ObuWalk::next(Obu& obu) {
  if (rest_.empty()) return false;
  BitReader reader(rest_);
  bool forbidden = reader.flag();
  obu.type = static_cast<ObuType>(reader.bits(4));
  bool extension = reader.flag();
  bool has_size = reader.flag();
  reader.skip(1 + (extension ? 8 : 0));
  size_t stated = has_size ? reader.leb128() : 0;
  size_t header = reader.position() / 8;
  if (forbidden || !reader.ok() || stated > rest_.size() - header) return ok_ = false;
  size_t size = has_size ? stated : rest_.size() - header;
  obu.whole = rest_.first(header + size);
  obu.payload = obu.whole.subspan(header);
  rest_ = rest_.subspan(header + size);
  return true;
}

}  // namespace eyas::codec::av1
