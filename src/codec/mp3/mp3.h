// MPEG-1 and MPEG-2 audio, layers 1 to 3: the frame header [ISO 11172-3 2.4.1.3]. There is no record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::mp3 {

struct Header {
  uint8_t layer = 0;
  uint32_t sample_rate = 0;  // Hz
  uint8_t channels = 0;
  uint32_t samples = 0;  // of the frame
  size_t bytes = 0;      // of the frame, header included; 0 when its bit rate is free
};

// nullopt when the bytes do not start with a frame header.
std::optional<Header> parse(base::Bytes payload);

base::Result<media::CodecConfig> describe(base::Slice record);
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::mp3
