// What the fuzzers of H.264 and H.265 share: records and access units of strangers.
#pragma once

#include <algorithm>

#include "base/check.h"
#include "codec/codec.h"
#include "codec/limits.h"

namespace eyas::codec {

inline void fuzz_access_unit(const media::CodecConfig& config, const base::Slice& payload) {
  (void)inspect(config, payload);
  const base::Slice bare = without_parameter_sets(config, without_sei(config, payload));
  CHECK(bare.size() <= payload.size());
  if (inspect(config, payload).ok()) {
    CHECK(!inspect(config, bare)->has_sei);
    const base::Slice canonical = *to_length_prefixed4(payload, 4);
    CHECK(to_length_prefixed4(canonical, 4)->data() == canonical.data());
  }
  size_t sei_bytes = 0;
  for_each_sei(config, payload, [&](uint32_t, base::Bytes body) { sei_bytes += body.size(); });
  CHECK(sei_bytes <= payload.size());
  if (const auto converted = annexb_to_length_prefixed(payload)) {
    const auto annexb = length_prefixed_to_annexb(*converted);
    CHECK(annexb_to_length_prefixed(annexb).ok());
  }
  for (unsigned length_size = 1; length_size < 4; ++length_size)
    (void)to_length_prefixed4(payload, length_size);
}

// Properties: no crash, bounded records, and stable rewriting. The first byte says what the rest is: a
// record, or a payload behind a record of its own length.
inline int fuzz_nal_codec(media::Codec codec, const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t record_size = std::min<size_t>(data[0], size - 1);
  const base::Bytes input(data + 1, size - 1);
  const base::Slice payload = base::Slice::copy_of(input.subspan(record_size));
  auto config = describe(codec, base::Slice::copy_of(input.first(record_size)));
  if (!config) {
    config = media::CodecConfig{};
    config->codec = codec;
  }
  CHECK(config->width <= kPictureSideMax && config->height <= kPictureSideMax);
  fuzz_access_unit(*config, payload);
  if (const auto record = record_with_in_band(*config, payload)) {
    CHECK(record->size() <= kRecordBytesMax + 4);
    CHECK(describe(codec, *record).ok());
    config->record = *record;
    (void)record_with_in_band(*config, payload);
  }
  return 0;
}

}  // namespace eyas::codec
