// AV1 records and temporal units of strangers: no crash, and a record built from a packet reads back the
// same.
#include "codec/av1/av1.h"

#include "base/check.h"
#include "codec/codec.h"
#include "codec/limits.h"

using namespace eyas;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes input(data, size);
  auto config = codec::describe(media::Codec::kAv1, base::Slice::copy_of(input));
  if (config) CHECK(config->width <= codec::kPictureSideMax && config->height <= codec::kPictureSideMax);
  (void)codec::inspect(media::CodecConfig{.codec = media::Codec::kAv1}, input);
  auto built = codec::describe_packet(media::Codec::kAv1, input);
  if (!built) return 0;
  CHECK(built->record.size() <= codec::kRecordBytesMax);
  auto again = codec::describe(media::Codec::kAv1, built->record);
  CHECK(again.ok() && again->rfc6381 == built->rfc6381 && again->width == built->width);
  return 0;
}
