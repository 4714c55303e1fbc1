#include "protocols/webrtc/egress/send_history.h"

#include <algorithm>

#include "rtp/sequence.h"

namespace eyas::webrtc {

void SendHistory::add(PacketUnitPtr unit, uint16_t first_sequence, uint32_t timestamp, base::MonoTime now) {
  if (entries_.empty()) end_ = first_sequence;
  packets_ += unit->packets.size();
  bytes_ += unit->bytes();
  int64_t first = end_;
  end_ += static_cast<int64_t>(unit->packets.size());
  entries_.push_back({std::move(unit), first, timestamp, now});
  forget_old(now);
}

std::optional<SendHistory::Found> SendHistory::find(uint16_t sequence, uint16_t sent_end) const {
  if (entries_.empty()) return std::nullopt;
  int64_t sent = end_ + rtp::distance(static_cast<uint16_t>(end_), sent_end);
  int64_t number = sent + rtp::distance(sent_end, sequence);
  if (number >= sent || number < entries_.front().first) return std::nullopt;
  auto after = std::ranges::upper_bound(entries_, number, {}, [](const Entry& entry) { return entry.first; });
  const Entry& entry = *std::prev(after);
  size_t index = static_cast<size_t>(number - entry.first);
  const auto& packets = entry.unit->packets;
  return Found{*entry.unit, packets[index], entry.timestamp, index + 1 == packets.size()};
}

void SendHistory::forget_old(base::MonoTime now) {
  // The newest stays: it may be on its way still.
  while (entries_.size() > 1 && (now - entries_.front().since > limits_.span ||
                                 packets_ > limits_.packets_max || bytes_ > limits_.bytes_max)) {
    drop_oldest();
  }
}

void SendHistory::drop_oldest() {
  packets_ -= entries_.front().unit->packets.size();
  bytes_ -= entries_.front().unit->bytes();
  entries_.pop_front();
}

}  // namespace eyas::webrtc
