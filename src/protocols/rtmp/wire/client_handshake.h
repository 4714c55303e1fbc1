// The RTMP handshake as the client plays it: C1 carries a digest, which servers of Adobe's line ask for and
// the others do not look at [RTMP 1.0 5.2].
#pragma once

#include "protocols/rtmp/wire/handshake.h"

namespace eyas::rtmp {

// Pure. Lives with its session.
class ClientHandshake {
 public:
  // `seed` fills the random fields, which carry no security here; `time_ms` goes into C1.
  ClientHandshake(uint32_t time_ms, uint32_t seed);

  // C0 C1, to be sent at once.
  std::vector<uint8_t> begin() const;
  // Takes S0 S1 S2 from the front of `bytes` (and shortens it); appends C2 to `out` once S1 is whole. Errors:
  // kUnsupported for another version.
  base::Status feed(base::Bytes& bytes, std::vector<uint8_t>& out);

  bool done() const { return taken_ == 1 + 2 * kHandshakeBytes; }
  // The server signed its S1.
  bool with_digest() const { return with_digest_; }

 private:
  void answer(std::vector<uint8_t>& out);

  std::vector<uint8_t> c1_;
  std::vector<uint8_t> s1_;
  size_t taken_ = 0;
  bool with_digest_ = false;
};

}  // namespace eyas::rtmp
