#include <algorithm>

#include "protocols/webrtc/srtp/cipher.h"
#include "protocols/webrtc/srtp/packet.h"
#include "protocols/webrtc/srtp/srtp.h"

namespace eyas::webrtc {

using base::Bytes;
using base::Code;
using base::Error;

namespace {

std::unique_ptr<SrtpCipher> make_cipher(SrtpProfile profile, const SrtpKey& key, SrtpUse use) {
  return SrtpCipher::make(profile, derive_session_keys(profile, key, use), SrtpCipher::Direction::kSeal);
}

}  // namespace

SrtpSender::SrtpSender(SrtpProfile profile, const SrtpKey& key)
    : profile_(profile),
      rtp_(make_cipher(profile, key, SrtpUse::kRtp)),
      rtcp_(make_cipher(profile, key, SrtpUse::kRtcp)) {}
SrtpSender::SrtpSender(SrtpSender&&) noexcept = default;
SrtpSender& SrtpSender::operator=(SrtpSender&&) noexcept = default;
SrtpSender::~SrtpSender() = default;

std::optional<uint64_t> SrtpSender::next_index(uint32_t ssrc, uint16_t sequence) {
  for (Stream& stream : streams_) {
    if (stream.ssrc != ssrc) continue;
    auto ahead = static_cast<int16_t>(sequence - static_cast<uint16_t>(stream.last_index));
    if (ahead <= 0 || stream.last_index + static_cast<uint64_t>(ahead) > kSrtpIndexMax) return std::nullopt;
    return stream.last_index += static_cast<uint64_t>(ahead);
  }
  if (streams_.size() >= kSrtpSenderSsrcsMax) return std::nullopt;
  streams_.push_back({ssrc, sequence});
  return sequence;
}

size_t SrtpSender::protect(std::span<uint8_t> out, size_t header_bytes, std::span<const Bytes> payload) {
  size_t size = header_bytes;
  for (Bytes piece : payload) size += piece.size();
  if (header_bytes < kRtpHeaderBytes || out.size() < size + overhead()) return 0;
  uint32_t ssrc = read_u32(&out[8]);
  auto index = next_index(ssrc, read_u16(&out[2]));
  if (!index) return 0;
  auto rollover = u32_bytes(static_cast<uint32_t>(*index >> 16));
  SrtpParts parts{.ssrc = ssrc, .index = *index, .header = out.first(header_bytes)};
  if (profile_ == SrtpProfile::kAes128CmSha1_80) parts.suffix = rollover;
  return rtp_->seal(parts, payload, &out[header_bytes], out.data() + size) ? size + overhead() : 0;
}

base::Result<size_t> SrtpSender::protect_rtcp(std::span<uint8_t> packet, size_t bytes) {
  if (bytes < kRtcpHeaderBytes) return Error{Code::kMalformed, "srtcp: packet length", {}};
  if (packet.size() < bytes + rtcp_overhead() || rtcp_index_ > kSrtcpIndexMax)
    return Error{Code::kLimit, "srtcp: room or index", {}};
  auto index = u32_bytes(kSrtcpEncrypted | rtcp_index_);
  SrtpParts parts{.ssrc = read_u32(&packet[4]),
                  .index = rtcp_index_,
                  .header = packet.first(kRtcpHeaderBytes),
                  .suffix = index};
  ++rtcp_index_;
  // GCM puts its tag before E and the index, AES-CM behind them [RFC 7714 9.2, RFC 3711 3.4].
  bool tag_first = profile_ == SrtpProfile::kAeadAes128Gcm;
  size_t tag_at = tag_first ? bytes : bytes + kSrtcpIndexBytes;
  size_t index_at = tag_first ? bytes + overhead() : bytes;
  Bytes plain = packet.subspan(kRtcpHeaderBytes, bytes - kRtcpHeaderBytes);
  if (!rtcp_->seal(parts, std::span(&plain, 1), packet.data() + kRtcpHeaderBytes, packet.data() + tag_at))
    return Error{Code::kSystem, "srtcp: encryption", {}};
  std::copy(index.begin(), index.end(), packet.begin() + static_cast<ptrdiff_t>(index_at));
  return bytes + rtcp_overhead();
}

}  // namespace eyas::webrtc
