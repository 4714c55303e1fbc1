// AC-3: the synchronisation frame's header [ATSC A/52 5.3, 5.4]. There is no record.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::ac3 {

base::Result<media::CodecConfig> describe(base::Slice record);
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
// Bytes of the frame that starts here, header included; 0 when there is none.
size_t frame_bytes(base::Bytes payload);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::ac3
