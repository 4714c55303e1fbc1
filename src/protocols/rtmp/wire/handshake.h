// The RTMP handshake as the server plays it: simple [RTMP 1.0 5.2] and with digests (both schemas), which
// Flash-era players, ffmpeg and librtmp use. RTMPE (version 6) is refused.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::rtmp {

constexpr size_t kHandshakeBytes = 1536;  // C1, C2, S1, S2
constexpr size_t kDigestBytes = 32;

enum class DigestSchema : uint8_t { kDigestFirst, kKeyFirst };

// Who signs a C1 or S1: the client's and the server's public constants differ.
enum class DigestSigner : uint8_t { kClient, kServer };

// Where the 32 digest bytes of a C1/S1 sit; nullopt when no schema's digest verifies (a simple handshake).
struct DigestPlace {
  DigestSchema schema = DigestSchema::kDigestFirst;
  size_t offset = 0;
};
std::optional<DigestPlace> find_digest(base::Bytes c1, DigestSigner signer);

// Writes the signer's digest into `c1` (1536 bytes) at the place that its own bytes choose.
DigestPlace sign(std::span<uint8_t> c1, DigestSchema schema, DigestSigner signer);

// The last 32 bytes of a C2/S2 that answers `digest`: an HMAC over the first 1504 bytes of `reply`.
std::vector<uint8_t> reply_digest(base::Bytes reply, base::Bytes digest, DigestSigner signer);

// Takes C0 C1, gives S0 S1 S2 at once (one send: peers lose 41 ms to Nagle and delayed ACK otherwise), then
// takes C2. Pure. Lives with its session.
class ServerHandshake {
 public:
  // `seed` fills the random fields, which carry no security here; `time_ms` goes into S1.
  ServerHandshake(uint32_t time_ms, uint32_t seed) : time_ms_(time_ms), seed_(seed) {}

  // Takes what it needs from the front of `bytes` (and shortens it); appends the answer to `out`.
  // Errors: kUnsupported for RTMPE and unknown versions.
  base::Status feed(base::Bytes& bytes, std::vector<uint8_t>& out);

  bool done() const { return stage_ == Stage::kDone; }
  bool with_digest() const { return with_digest_; }

 private:
  enum class Stage : uint8_t { kC0, kC1, kC2, kDone };

  void answer(std::vector<uint8_t>& out);
  void fill_random(std::span<uint8_t> bytes);

  uint32_t time_ms_;
  uint32_t seed_;
  Stage stage_ = Stage::kC0;
  bool with_digest_ = false;
  std::vector<uint8_t> c1_;
  size_t c2_seen_ = 0;
};

}  // namespace eyas::rtmp
