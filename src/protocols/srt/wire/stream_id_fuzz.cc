#include <cstdlib>

#include "base/bytes.h"
#include "protocols/srt/wire/stream_id.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto id = eyas::srt::parse_stream_id(eyas::base::as_text({data, size}));
  if (id.ok() && (id->resource.empty() || id->resource.size() > size)) std::abort();
  return 0;
}
