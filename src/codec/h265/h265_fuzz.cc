#include "codec/nal_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return eyas::codec::fuzz_nal_codec(eyas::media::Codec::kH265, data, size);
}
