// AudioSpecificConfigs of strangers: no crash, and plain ones survive parse-write-parse.
#include "codec/aac/aac.h"

#include "base/check.h"
#include "codec/codec.h"

using namespace eyas;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Slice record = base::Slice::copy_of({data, size});
  auto config = codec::describe(media::Codec::kAac, record);
  auto parsed = codec::aac::parse(record);
  if (!config) return 0;
  CHECK(parsed.ok() && parsed->sample_rate > 0);
  CHECK(codec::packet_duration(*config, record).count() >= 0);
  if (parsed->sbr || parsed->object_type != 2 || parsed->channels < 1 || parsed->channels > 6) return 0;
  auto again = codec::aac::parse(codec::aac_record(2, parsed->sample_rate, parsed->channels));
  CHECK(again.ok() && again->sample_rate == parsed->sample_rate && again->channels == parsed->channels);
  return 0;
}
