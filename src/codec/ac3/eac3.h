// E-AC-3: the synchronisation frame's header [ATSC A/52 E.2.2]. There is no record. A packet is the frame of
// an independent substream, and those of dependent substreams that follow it (7.1 channels).
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::eac3 {

base::Result<media::CodecConfig> describe(base::Slice record);
// The channels are those of the independent substream.
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
// Bytes of the packet that starts here, with as many dependent frames as are there whole; 0 when none starts.
// May be more than there are.
size_t packet_bytes(base::Bytes payload);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::eac3
