// Parameter sets that SDP carries: sprop-parameter-sets [RFC 6184 8.1], sprop-vps, -sps, -pps [RFC 7798 7.1].
#pragma once

#include <cstdint>
#include <vector>

#include "rtp/payload/depacketizer.h"

namespace eyas::rtp {

// The sets of a=fmtp behind 4-byte lengths; those that are no base64 are left out.
std::vector<uint8_t> sprop_sets(const DepacketizerConfig& config);

}  // namespace eyas::rtp
