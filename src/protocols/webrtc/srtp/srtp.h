// SRTP and SRTCP [RFC 3711] with AEAD_AES_128_GCM [RFC 7714] and AES128_CM_SHA1_80, over OpenSSL's EVP.
// One context per session and direction: only the IV changes from packet to packet. No clock, no allocation
// per packet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::webrtc {

// Values as DTLS's use_srtp extension registers them [RFC 5764 4.1.2, RFC 7714 14.2].
enum class SrtpProfile : uint16_t { kAes128CmSha1_80 = 0x0001, kAeadAes128Gcm = 0x0007 };

constexpr size_t kSrtpKeyBytes = 16;
constexpr size_t srtp_salt_bytes(SrtpProfile profile) {
  return profile == SrtpProfile::kAeadAes128Gcm ? 12 : 14;
}
// What protect() adds to an RTP packet.
constexpr size_t srtp_overhead(SrtpProfile profile) {
  return profile == SrtpProfile::kAeadAes128Gcm ? 16 : 10;
}
// What protect_rtcp() adds: the tag, and E with the 31-bit index.
constexpr size_t srtcp_overhead(SrtpProfile profile) {
  return srtp_overhead(profile) + 4;
}

// One direction's master key and salt. A salt of 12 bytes (GCM) leaves the last two zero.
struct SrtpKey {
  std::array<uint8_t, kSrtpKeyBytes> key{};
  std::array<uint8_t, 14> salt{};
};

// A session sends at most this many SSRCs: media and RTX of two tracks, with room to spare.
constexpr size_t kSrtpSenderSsrcsMax = 16;
// And accepts at most this many: three simulcast layers with RTX and audio, over several restarts of the
// sender.
constexpr size_t kSrtpReceiverSsrcsMax = 32;
// Packets that may arrive late without being taken for a replay [RFC 3711 3.3.2 asks for 64 at least]. At 20
// Mbit/s it is half a second, so that what is sent again on request still counts.
constexpr size_t kSrtpReplayWindow = 1'024;
constexpr size_t kSrtcpReplayWindow = 128;

class SrtpCipher;  // one direction's keys for RTP or RTCP: srtp/cipher.h

// The sending direction of one session. Lives on its session's loop.
class SrtpSender {
 public:
  SrtpSender(SrtpProfile profile, const SrtpKey& key);
  SrtpSender(SrtpSender&&) noexcept;
  SrtpSender& operator=(SrtpSender&&) noexcept;
  ~SrtpSender();

  SrtpProfile profile() const { return profile_; }
  size_t overhead() const { return srtp_overhead(profile_); }
  size_t rtcp_overhead() const { return srtcp_overhead(profile_); }

  // Encrypts an RTP packet whose header (with CSRCs and extension) is already in `out[0, header_bytes)`; the
  // payload's pieces are encrypted straight into `out` behind it. A piece may lie in `out` only where its
  // bytes shall stand (in place). Returns the packet's size, header_bytes + payload + overhead(); 0 when it
  // is not to be sent: `out` is too small, there are too many SSRCs, or the sequence number is not newer than
  // the SSRC's last one. A number is never used twice, because a second packet under one IV would give away
  // the keystream, and with GCM the authentication key [RFC 7714 8.4]. Begin an SSRC below 2^15: a peer that
  // misses its first packets can then still tell the rollover counter.
  size_t protect(std::span<uint8_t> out, size_t header_bytes, base::Bytes payload) {
    return protect(out, header_bytes, std::span<const base::Bytes>(&payload, 1));
  }
  size_t protect(std::span<uint8_t> out, size_t header_bytes, std::span<const base::Bytes> payload);

  // Encrypts the compound RTCP packet in `packet[0, bytes)` in place; `packet` needs rtcp_overhead() bytes
  // more. Returns the new size. Errors: kLimit (no room, or 2^31 packets were sent), kMalformed (shorter than
  // a header).
  base::Result<size_t> protect_rtcp(std::span<uint8_t> packet, size_t bytes);

 private:
  struct Stream {
    uint32_t ssrc = 0;
    uint64_t last_index = 0;  // rollover counter and sequence number of the last packet
  };
  // The index that the SSRC's next packet has; nullopt: it must not be sent.
  std::optional<uint64_t> next_index(uint32_t ssrc, uint16_t sequence);

  SrtpProfile profile_;
  std::unique_ptr<SrtpCipher> rtp_;
  std::unique_ptr<SrtpCipher> rtcp_;
  std::vector<Stream> streams_;
  uint32_t rtcp_index_ = 0;
};

// The receiving direction of one session. Lives on its session's loop.
class SrtpReceiver {
 public:
  SrtpReceiver(SrtpProfile profile, const SrtpKey& key);
  SrtpReceiver(SrtpReceiver&&) noexcept;
  SrtpReceiver& operator=(SrtpReceiver&&) noexcept;
  ~SrtpReceiver();

  // Authenticates and decrypts in place; returns the size of the plain packet, which begins where `packet`
  // does. Nothing is remembered of a packet that fails. Errors: kMalformed, kRefused (not authentic),
  // kTimeout when it is older than the replay window or was had before; kLimit when it is authentic and of
  // one SSRC too many.
  base::Result<size_t> unprotect(std::span<uint8_t> packet);
  base::Result<size_t> unprotect_rtcp(std::span<uint8_t> packet);

 private:
  struct RtpStream;
  struct RtcpStream;

  SrtpProfile profile_;
  std::unique_ptr<SrtpCipher> rtp_;
  std::unique_ptr<SrtpCipher> rtcp_;
  std::vector<RtpStream> rtp_streams_;
  std::vector<RtcpStream> rtcp_streams_;
};

}  // namespace eyas::webrtc
