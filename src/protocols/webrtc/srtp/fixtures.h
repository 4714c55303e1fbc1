// What the SRTP tests share: keys, and packets with a recognisable payload.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "protocols/webrtc/srtp/srtp.h"

namespace eyas::webrtc::fixtures {

constexpr SrtpProfile kProfiles[] = {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAes128CmSha1_80};

inline SrtpKey key_of(SrtpProfile profile, uint32_t seed = 1) {
  std::mt19937 random(seed);
  SrtpKey key;
  for (auto& byte : key.key) byte = static_cast<uint8_t>(random());
  for (size_t i = 0; i < srtp_salt_bytes(profile); ++i) key.salt[i] = static_cast<uint8_t>(random());
  return key;
}

// A one-byte header extension of one word makes the header 20 bytes.
inline std::vector<uint8_t> rtp_packet(uint32_t ssrc, uint16_t sequence, size_t payload,
                                       bool extension = false) {
  std::vector<uint8_t> packet = {static_cast<uint8_t>(extension ? 0x90 : 0x80),
                                 96,
                                 static_cast<uint8_t>(sequence >> 8),
                                 static_cast<uint8_t>(sequence),
                                 0,
                                 0,
                                 0,
                                 1};
  for (int shift = 24; shift >= 0; shift -= 8) packet.push_back(static_cast<uint8_t>(ssrc >> shift));
  if (extension) packet.insert(packet.end(), {0xBE, 0xDE, 0, 1, 0x31, 0, 7, 0});
  for (size_t i = 0; i < payload; ++i) packet.push_back(static_cast<uint8_t>(i + sequence));
  return packet;
}

// A receiver report without blocks and an application packet behind it.
inline std::vector<uint8_t> rtcp_packet(uint32_t ssrc, size_t body) {
  std::vector<uint8_t> packet = {0x80, 201, 0, 1};
  for (int shift = 24; shift >= 0; shift -= 8) packet.push_back(static_cast<uint8_t>(ssrc >> shift));
  for (size_t i = 0; i < body; ++i) packet.push_back(static_cast<uint8_t>(i));
  return packet;
}

}  // namespace eyas::webrtc::fixtures
