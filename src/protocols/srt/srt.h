// SRT: transport streams over UDP with retransmission, in and out, called and calling. libsrt does the
// transport.
#pragma once

#include <memory>

#include "protocols/protocol.h"

namespace eyas::srt {

constexpr const char* kName = "srt";

std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::srt
