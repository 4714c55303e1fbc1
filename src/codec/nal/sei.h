// Supplemental enhancement information: the message framing [ISO 14496-10 7.3.2.3], [ISO 23008-2 7.3.5].
#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.h"

namespace eyas::codec::nal {

// Visits the messages of one SEI NAL unit whose header takes `header_bytes`. The body has no emulation
// prevention bytes; it is valid during the call only. A message longer than its unit ends the walk.
void for_each_sei_message(base::Bytes unit, size_t header_bytes,
                          const std::function<void(uint32_t type, base::Bytes body)>& visit);

}  // namespace eyas::codec::nal
