#include "codec/nal/sei.h"

#include "codec/nal/nal.h"

namespace eyas::codec::nal {
namespace {

// Payload type or size: bytes of 255 add up, the first other byte ends it. Bounded by the unit's own size.
uint32_t read_sum(base::ByteReader& reader) {
  uint32_t sum = 0;
  uint8_t byte;
  do {
    byte = reader.u8();
    sum += byte;
  } while (byte == 0xFF && reader.ok());
  return sum;
}

}  // namespace

void for_each_sei_message(base::Bytes unit, size_t header_bytes,
                          const std::function<void(uint32_t type, base::Bytes body)>& visit) {
  if (unit.size() <= header_bytes) return;
  std::vector<uint8_t> rbsp = unescape(unit.subspan(header_bytes));
  base::ByteReader reader(rbsp);
  // Two bytes make the smallest message; a lone 0x80 is the stop bit.
  while (reader.remaining() >= 2) {
    uint32_t type = read_sum(reader);
    uint32_t size = read_sum(reader);
    base::Bytes body = reader.take(size);
    if (!reader.ok()) return;
    visit(type, body);
  }
}

}  // namespace eyas::codec::nal
