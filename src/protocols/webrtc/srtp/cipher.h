// SrtpCipher: the session keys of one direction of RTP or RTCP, and what one packet costs under them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "protocols/webrtc/srtp/session_keys.h"

namespace eyas::webrtc {

// One packet's parts that are authenticated but not encrypted, and what makes its IV unique.
struct SrtpParts {
  uint32_t ssrc = 0;
  uint64_t index = 0;  // RTP: rollover counter and sequence number, 48 bits; RTCP: 31 bits
  base::Bytes header = {};
  // GCM: E with the SRTCP index, nothing for RTP. AES-CM: the same, and the rollover counter for RTP.
  base::Bytes suffix = {};
};

// Keys and their EVP contexts, made once; per packet only the IV is set. Lives on its session's loop.
class SrtpCipher {
 public:
  enum class Direction : uint8_t { kSeal, kOpen };

  static std::unique_ptr<SrtpCipher> make(SrtpProfile profile, const SrtpSessionKeys& keys,
                                          Direction direction);
  virtual ~SrtpCipher() = default;

  // Encrypts the pieces one after another to `out` and writes the tag of srtp_overhead() bytes to `tag`.
  // False: OpenSSL failed.
  virtual bool seal(const SrtpParts& parts, std::span<const base::Bytes> pieces, uint8_t* out,
                    uint8_t* tag) = 0;
  // Decrypts in place. False: not authentic; `bytes` may then hold anything.
  virtual bool open(const SrtpParts& parts, std::span<uint8_t> bytes, const uint8_t* tag) = 0;
};

}  // namespace eyas::webrtc
