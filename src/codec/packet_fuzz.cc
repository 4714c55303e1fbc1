// Records and packets of the codecs with small headers: VP9, VP8, Opus, G.711, MP3, AC-3, FLAC. The first
// byte picks one.
#include <iterator>

#include "base/check.h"
#include "codec/codec.h"
#include "codec/limits.h"

using namespace eyas;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using media::Codec;
  constexpr Codec kCodecs[] = {Codec::kVp9,   Codec::kVp8,  Codec::kOpus, Codec::kG711A,
                               Codec::kG711U, Codec::kMp3,  Codec::kAc3,  Codec::kFlac,
                               Codec::kEac3,  Codec::kG726, Codec::kL16};
  if (size == 0) return 0;
  Codec codec = kCodecs[data[0] % std::size(kCodecs)];
  base::Bytes input(data + 1, size - 1);
  auto from_record = codec::describe(codec, base::Slice::copy_of(input));
  auto from_packet = codec::describe_packet(codec, input);
  for (const auto* result : {&from_record, &from_packet}) {
    if (!result->ok()) continue;
    const media::CodecConfig& config = result->value();
    CHECK(config.codec == codec && config.width <= codec::kPictureSideMax);
    CHECK(codec::packet_duration(config, input).count() >= 0);
    (void)codec::inspect(config, input);
  }
  if (from_packet) CHECK(codec::describe(codec, from_packet->record).ok() || from_packet->record.empty());
  return 0;
}
