#include "codec/codec_table.h"

#include "base/check.h"
#include "codec/aac/aac.h"
#include "codec/ac3/ac3.h"
#include "codec/ac3/eac3.h"
#include "codec/av1/av1.h"
#include "codec/flac/flac.h"
#include "codec/g711/g711.h"
#include "codec/g726/g726.h"
#include "codec/h264/h264.h"
#include "codec/h265/h265.h"
#include "codec/l16/l16.h"
#include "codec/mp3/mp3.h"
#include "codec/opus/opus.h"
#include "codec/vp8/vp8.h"
#include "codec/vp9/vp9.h"

namespace eyas::codec {
namespace {

using media::Codec;

base::Result<media::CodecConfig> describe_data(base::Slice record) {
  media::CodecConfig config;
  config.record = std::move(record);
  return config;
}

// Audio and data: each packet stands alone.
base::Result<FrameFacts> inspect_packet(const media::CodecConfig&, base::Bytes payload) {
  FrameFacts facts;
  facts.key = facts.picture = facts.starts_picture = !payload.empty();
  return facts;
}

// In the order of media::Codec.
const CodecRow kTable[] = {
    // codec, describe, describe_packet, inspect, packet_duration, nal
    {Codec::kH264, h264::describe, nullptr, h264::inspect, nullptr, &h264::kSyntax},
    {Codec::kH265, h265::describe, nullptr, h265::inspect, nullptr, &h265::kSyntax},
    {Codec::kAv1, av1::describe, av1::describe_packet, av1::inspect, nullptr, nullptr},
    {Codec::kVp9, vp9::describe, vp9::describe_packet, vp9::inspect, nullptr, nullptr},
    {Codec::kVp8, vp8::describe, vp8::describe_packet, vp8::inspect, nullptr, nullptr},
    {Codec::kAac, aac::describe, nullptr, inspect_packet, aac::packet_duration, nullptr},
    {Codec::kOpus, opus::describe, opus::describe_packet, inspect_packet, opus::packet_duration, nullptr},
    {Codec::kG711A, g711::describe_a_law, g711::describe_packet_a_law, inspect_packet, g711::packet_duration,
     nullptr},
    {Codec::kG711U, g711::describe_u_law, g711::describe_packet_u_law, inspect_packet, g711::packet_duration,
     nullptr},
    {Codec::kG726, g726::describe, nullptr, inspect_packet, g726::packet_duration, nullptr},
    {Codec::kL16, l16::describe, nullptr, inspect_packet, l16::packet_duration, nullptr},
    {Codec::kMp3, mp3::describe, mp3::describe_packet, inspect_packet, mp3::packet_duration, nullptr},
    {Codec::kAc3, ac3::describe, ac3::describe_packet, inspect_packet, ac3::packet_duration, nullptr},
    {Codec::kEac3, eac3::describe, eac3::describe_packet, inspect_packet, eac3::packet_duration, nullptr},
    {Codec::kFlac, flac::describe, nullptr, inspect_packet, flac::packet_duration, nullptr},
    {Codec::kData, describe_data, nullptr, inspect_packet, nullptr, nullptr},
};

}  // namespace

const CodecRow& row_of(media::Codec codec) {
  size_t index = static_cast<size_t>(codec);
  CHECK(index < std::size(kTable));
  const CodecRow& row = kTable[index];
  CHECK(row.codec == codec);
  return row;
}

}  // namespace eyas::codec
