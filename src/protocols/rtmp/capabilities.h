// Capability negotiation of Enhanced RTMP [E-RTMP v2 "Enhancing NetConnection connect Command"].
#pragma once

#include <cstdint>
#include <vector>

#include "container/flv/amf_value.h"

namespace eyas::rtmp {

// Bits of capsEx.
enum CapsEx : uint32_t {
  kCapsReconnect = 0x01,
  kCapsMultitrack = 0x02,
  kCapsModEx = 0x04,
  kCapsTimestampNanoOffset = 0x08,
};

// What the peer said in its connect command.
struct PeerCapabilities {
  bool enhanced = false;  // it sent any of the Enhanced RTMP properties
  bool plays_opus = false;
  uint32_t caps_ex = 0;

  bool reconnects() const { return (caps_ex & kCapsReconnect) != 0; }
};
PeerCapabilities read_capabilities(const flv::AmfValue& connect_object);

// Our answer's properties: we forward every codec of ours and decode none.
std::vector<flv::AmfProperty> our_capabilities();

}  // namespace eyas::rtmp
