// Properties: no crash, bounded trees, and what was read is written and read back the same.
#include "base/check.h"
#include "container/flv/amf3.h"

namespace {

std::vector<uint8_t> write(const eyas::flv::AmfValue& value) {
  eyas::base::ByteWriter out;
  eyas::flv::amf3_write(out, value);
  return out.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  flv::AmfLimits limits;
  base::ByteReader in({data, size});
  base::Result<flv::AmfValue> value = flv::amf3_read(in, limits);
  if (!value) return 0;
  CHECK(value->height() <= limits.depth_max);
  std::vector<uint8_t> written = write(*value);
  base::ByteReader back(written);
  base::Result<flv::AmfValue> again = flv::amf3_read(back, limits);
  CHECK(again.ok() && back.remaining() == 0);
  CHECK(*again == *value);
  CHECK(write(*again) == written);
  return 0;
}
