#include "protocols/webrtc/egress/outlet.h"

#include <algorithm>
#include <array>

#include "rtp/packet.h"

namespace eyas::webrtc {
namespace {

constexpr size_t kExtensionsMax = 6;
constexpr size_t kExtensionBytesMax = 8;

// The extensions of one packet, and the memory of their values.
class ExtensionList {
 public:
  void add(uint8_t id, uint64_t value, size_t bytes) {
    if (id == 0) return;
    auto& memory = values_[count_];
    for (size_t i = 0; i < bytes; ++i) memory[i] = static_cast<uint8_t>(value >> (8 * (bytes - 1 - i)));
    list_[count_++] = {id, {memory.data(), bytes}};
  }
  void add(uint8_t id, base::Bytes value) {
    if (id != 0 && !value.empty()) list_[count_++] = {id, value};
  }
  std::span<const rtp::Extension> view() const { return {list_.data(), count_}; }

 private:
  std::array<rtp::Extension, kExtensionsMax> list_;
  std::array<std::array<uint8_t, kExtensionBytesMax>, kExtensionsMax> values_;
  size_t count_ = 0;
};

// Seconds in 6.18 fixed point, as http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time has them.
uint32_t abs_send_time(base::MonoTime now) {
  auto microseconds = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
  return static_cast<uint32_t>(((microseconds % 64'000'000) << 18) / 1'000'000) & 0xffffff;
}

}  // namespace

size_t Outlet::send(const OutgoingPacket& packet, const SendExtensions& ids, bool announce,
                    const std::string& mid, base::MonoTime now) {
  ExtensionList extensions;
  extensions.add(ids.transport_sequence, sent_.next(), 2);
  extensions.add(ids.abs_send_time, abs_send_time(now), 3);
  if (announce) {
    extensions.add(ids.mid, base::as_bytes(mid));
    extensions.add(ids.playout_delay, 0, 3);  // 0 to 0: render at once
  }
  if (packet.captured) extensions.add(ids.abs_capture_time, packet.captured->fixed, 8);
  if (packet.orientation) extensions.add(ids.video_orientation, *packet.orientation, 1);
  rtp::Header header{packet.payload_type, packet.marker, packet.sequence,
                     packet.timestamp,    packet.ssrc,   extensions.view()};
  size_t payload_bytes = 0;
  for (base::Bytes piece : packet.payload) payload_bytes += piece.size();
  std::span<uint8_t> out = sink_.prepare(rtp::header_bytes(header) + payload_bytes + srtp_.overhead());
  size_t bytes = 0;
  if (!out.empty()) bytes = srtp_.protect(out, rtp::write_header(out, header), packet.payload);
  if (bytes == 0) {
    ++refused_;
    return 0;
  }
  sink_.commit(bytes);
  bytes_ += bytes;
  if (ids.transport_sequence != 0) sent_.add(now, bytes, packet.probe, packet.repairs_as);
  return bytes;
}

bool Outlet::send_rtcp(base::Bytes compound) {
  std::span<uint8_t> out = sink_.prepare(compound.size() + srtp_.rtcp_overhead());
  if (out.size() < compound.size()) {
    ++refused_;
    return false;
  }
  std::ranges::copy(compound, out.begin());
  auto bytes = srtp_.protect_rtcp(out, compound.size());
  if (!bytes) {
    ++refused_;
    return false;
  }
  sink_.commit(*bytes);
  return true;
}

}  // namespace eyas::webrtc
