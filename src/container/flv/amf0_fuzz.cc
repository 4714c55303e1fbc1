// Properties: no crash, bounded trees, and what was read is written and read back the same.
#include "base/check.h"
#include "container/flv/amf0.h"
#include "container/flv/metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  flv::AmfLimits limits;
  base::Result<std::vector<flv::AmfValue>> values = flv::amf0_read_all({data, size}, limits);
  if (!values) return 0;
  for (const flv::AmfValue& value : *values) CHECK(value.height() <= limits.depth_max);
  std::vector<uint8_t> written = flv::amf0_write_all(*values);
  base::Result<std::vector<flv::AmfValue>> again = flv::amf0_read_all(written, limits);
  CHECK(again.ok());
  CHECK(*again == *values);
  CHECK(flv::amf0_write_all(*again) == written);
  CHECK(flv::read_metadata({data, size}, limits).ok());
  return 0;
}
