// Records and access units of strangers: no crash, bounded records, and stable rewriting.
#include "codec/h264/h264.h"

#include <algorithm>

#include "base/check.h"
#include "codec/codec.h"
#include "codec/limits.h"

using namespace eyas;

// The first byte says what the rest is: a record, or a payload behind a record of its own length.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  constexpr media::Codec kCodec = media::Codec::kH264;
  size_t record_size = std::min<size_t>(data[0], size - 1);
  base::Bytes input(data + 1, size - 1);
  base::Slice payload = base::Slice::copy_of(input.subspan(record_size));
  auto config = codec::describe(kCodec, base::Slice::copy_of(input.first(record_size)));
  if (!config) {
    config = media::CodecConfig{};
    config->codec = kCodec;
  }
  CHECK(config->width <= codec::kPictureSideMax && config->height <= codec::kPictureSideMax);
  (void)codec::inspect(*config, payload);
  base::Slice bare = codec::without_parameter_sets(*config, codec::without_sei(*config, payload));
  CHECK(bare.size() <= payload.size());
  if (codec::inspect(*config, payload).ok()) {
    CHECK(!codec::inspect(*config, bare)->has_sei);
    base::Slice canonical = *codec::to_length_prefixed4(payload, 4);
    CHECK(codec::to_length_prefixed4(canonical, 4)->data() == canonical.data());
  }
  if (auto record = codec::record_with_in_band(*config, payload)) {
    CHECK(record->size() <= codec::kRecordBytesMax + 4);
    CHECK(codec::describe(kCodec, *record).ok());
    config->record = *record;
    (void)codec::record_with_in_band(*config, payload);
  }
  size_t sei_bytes = 0;
  codec::for_each_sei(*config, payload, [&](uint32_t, base::Bytes body) { sei_bytes += body.size(); });
  CHECK(sei_bytes <= payload.size());
  if (auto converted = codec::annexb_to_length_prefixed(payload)) {
    auto annexb = codec::length_prefixed_to_annexb(*converted);
    CHECK(codec::annexb_to_length_prefixed(annexb).ok());
  }
  for (unsigned length_size = 1; length_size < 4; ++length_size)
    (void)codec::to_length_prefixed4(payload, length_size);
  return 0;
}
