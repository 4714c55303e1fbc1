#include <optional>

#include "protocols/webrtc/srtp/cipher.h"
#include "protocols/webrtc/srtp/packet.h"
#include "protocols/webrtc/srtp/replay_window.h"
#include "protocols/webrtc/srtp/srtp.h"

namespace eyas::webrtc {

using base::Bytes;
using base::Code;
using base::Error;

struct SrtpReceiver::RtpStream {
  uint32_t ssrc = 0;
  ReplayWindow<kSrtpReplayWindow> window;

  // The index that a sequence number most likely stands for [RFC 3711 3.3.1]; nullopt: one before the first.
  std::optional<uint64_t> guess(uint16_t sequence) const {
    if (window.empty()) return sequence;
    auto ahead = static_cast<int16_t>(sequence - static_cast<uint16_t>(window.highest()));
    auto index = static_cast<int64_t>(window.highest()) + ahead;
    if (index < 0 || index > static_cast<int64_t>(kSrtpIndexMax)) return std::nullopt;
    return static_cast<uint64_t>(index);
  }
};

struct SrtpReceiver::RtcpStream {
  uint32_t ssrc = 0;
  ReplayWindow<kSrtcpReplayWindow> window;
};

namespace {

std::unique_ptr<SrtpCipher> make_cipher(SrtpProfile profile, const SrtpKey& key, SrtpUse use) {
  return SrtpCipher::make(profile, derive_session_keys(profile, key, use), SrtpCipher::Direction::kOpen);
}

template <typename Stream>
Stream* find(std::vector<Stream>& streams, uint32_t ssrc) {
  for (Stream& stream : streams) {
    if (stream.ssrc == ssrc) return &stream;
  }
  return nullptr;
}

Error replayed() {
  return {Code::kTimeout, "srtp: seen before, or too old", {}};
}

// Remembers an authentic packet; a new SSRC is known from its first one on.
template <typename Stream>
base::Status remember(std::vector<Stream>& streams, Stream* known, uint32_t ssrc, uint64_t index) {
  if (known == nullptr) {
    if (streams.size() >= kSrtpReceiverSsrcsMax) return Error{Code::kLimit, "srtp: SSRCs", {}};
    known = &streams.emplace_back();
    known->ssrc = ssrc;
  }
  known->window.mark(index);
  return {};
}

}  // namespace

SrtpReceiver::SrtpReceiver(SrtpProfile profile, const SrtpKey& key)
    : profile_(profile),
      rtp_(make_cipher(profile, key, SrtpUse::kRtp)),
      rtcp_(make_cipher(profile, key, SrtpUse::kRtcp)) {}
SrtpReceiver::SrtpReceiver(SrtpReceiver&&) noexcept = default;
SrtpReceiver& SrtpReceiver::operator=(SrtpReceiver&&) noexcept = default;
SrtpReceiver::~SrtpReceiver() = default;

base::Result<size_t> SrtpReceiver::unprotect(std::span<uint8_t> packet) {
  size_t header = rtp_header_bytes(packet);
  size_t tag = srtp_overhead(profile_);
  if (header == 0 || packet.size() < header + tag) return Error{Code::kMalformed, "srtp: packet length", {}};
  uint32_t ssrc = read_u32(&packet[8]);
  uint16_t sequence = read_u16(&packet[2]);
  RtpStream* known = find(rtp_streams_, ssrc);
  auto index = known != nullptr ? known->guess(sequence) : sequence;
  if (!index || (known != nullptr && !known->window.is_new(*index))) return replayed();

  size_t plain = packet.size() - tag;
  auto rollover = u32_bytes(static_cast<uint32_t>(*index >> 16));
  SrtpParts parts{.ssrc = ssrc, .index = *index, .header = packet.first(header)};
  if (profile_ == SrtpProfile::kAes128CmSha1_80) parts.suffix = rollover;
  if (!rtp_->open(parts, packet.subspan(header, plain - header), &packet[plain]))
    return Error{Code::kRefused, "srtp: not authentic", {}};
  if (auto kept = remember(rtp_streams_, known, ssrc, *index); !kept) return kept.error();
  return plain;
}

base::Result<size_t> SrtpReceiver::unprotect_rtcp(std::span<uint8_t> packet) {
  size_t overhead = srtcp_overhead(profile_);
  if (packet.size() < kRtcpHeaderBytes + overhead || packet[0] >> 6 != 2)
    return Error{Code::kMalformed, "srtcp: packet length", {}};
  size_t plain = packet.size() - overhead;
  bool tag_first = profile_ == SrtpProfile::kAeadAes128Gcm;
  size_t index_at = tag_first ? packet.size() - kSrtcpIndexBytes : plain;
  size_t tag_at = tag_first ? plain : plain + kSrtcpIndexBytes;
  uint32_t word = read_u32(&packet[index_at]);
  uint64_t index = word & kSrtcpIndexMax;
  uint32_t ssrc = read_u32(&packet[4]);
  RtcpStream* known = find(rtcp_streams_, ssrc);
  if (known != nullptr && !known->window.is_new(index)) return replayed();

  // Without E the packet is authenticated only: all of it is header.
  size_t header = (word & kSrtcpEncrypted) != 0 ? kRtcpHeaderBytes : plain;
  SrtpParts parts{.ssrc = ssrc,
                  .index = index,
                  .header = packet.first(header),
                  .suffix = packet.subspan(index_at, kSrtcpIndexBytes)};
  if (!rtcp_->open(parts, packet.subspan(header, plain - header), &packet[tag_at]))
    return Error{Code::kRefused, "srtcp: not authentic", {}};
  if (auto kept = remember(rtcp_streams_, known, ssrc, index); !kept) return kept.error();
  return plain;
}

}  // namespace eyas::webrtc
