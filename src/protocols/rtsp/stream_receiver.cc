#include "protocols/rtsp/stream_receiver.h"

#include <algorithm>

namespace eyas::rtsp {
namespace {

constexpr base::Duration kTickWithHoles = std::chrono::milliseconds(10);
constexpr base::Duration kTickIdle = std::chrono::milliseconds(100);

}  // namespace

StreamReceiver::StreamReceiver(const std::vector<ReceivedMedia>& media, ReceiverOptions options,
                               TrackReceiver::Start start, TrackReceiver::Sink& sink)
    : options_(options) {
  for (const ReceivedMedia& one : media) {
    auto id = static_cast<media::TrackId>(receivers_.size() + 1);
    auto made = TrackReceiver::make(one, id, options_, start, sink);
    receivers_.push_back(made ? *std::move(made) : nullptr);
  }
}

size_t StreamReceiver::tracks() const {
  return static_cast<size_t>(
      std::count_if(receivers_.begin(), receivers_.end(), [](const auto& r) { return r != nullptr; }));
}

void StreamReceiver::on_packet(size_t place, base::Bytes packet, base::MonoTime now) {
  if (!takes(place)) return;
  receivers_[place]->on_packet(packet, now);
  if (rtp::is_rtcp(packet)) steer_clocks();
}

void StreamReceiver::on_tick(base::MonoTime now) {
  for (auto& receiver : receivers_) {
    if (receiver) receiver->on_tick(now);
  }
}

base::Duration StreamReceiver::next_tick() const {
  bool holes = std::any_of(receivers_.begin(), receivers_.end(),
                           [](const auto& receiver) { return receiver && receiver->has_holes(); });
  return holes ? kTickWithHoles : kTickIdle;
}

void StreamReceiver::append_reports(size_t place, std::vector<uint8_t>& out, uint32_t own_ssrc,
                                    base::MonoTime now) {
  if (takes(place)) receivers_[place]->append_reports(out, own_ssrc, now);
}

void StreamReceiver::want_key(media::TrackId track) {
  if (track != 0 && takes(track - 1)) receivers_[track - 1]->want_key();
}

std::optional<base::MonoTime> StreamReceiver::last_packet() const {
  std::optional<base::MonoTime> last;
  for (const auto& receiver : receivers_) {
    if (receiver && receiver->last_packet()) last = std::max(last, receiver->last_packet());
  }
  return last;
}

uint64_t StreamReceiver::bytes() const {
  uint64_t sum = 0;
  for (const auto& receiver : receivers_) sum += receiver ? receiver->counters().bytes : 0;
  return sum;
}

hub::Counters StreamReceiver::counters() const {
  TrackReceiver::Counters sum;
  for (const auto& receiver : receivers_) {
    if (!receiver) continue;
    TrackReceiver::Counters one = receiver->counters();
    sum.packets += one.packets;
    sum.malformed += one.malformed;
    sum.lost += one.lost;
    sum.reordered += one.reordered;
    sum.damaged += one.damaged;
    sum.waiting += one.waiting;
    sum.refused += one.refused;
    sum.other_payload_type += one.other_payload_type;
    sum.key_requests += one.key_requests;
  }
  return {{"rtp_packets", sum.packets},
          {"rtp_packets_lost", sum.lost},
          {"rtp_packets_reordered", sum.reordered},
          {"rtp_packets_malformed", sum.malformed},
          {"rtp_packets_refused", sum.refused},
          {"rtp_other_payload_type", sum.other_payload_type},
          {"units_damaged", sum.damaged},
          {"units_awaiting_key", sum.waiting},
          {"key_requests", sum.key_requests}};
}

// By what sender reports say. Audio leads, since ears notice what is done to it; without audio the first
// track that has reported.
void StreamReceiver::steer_clocks() {
  std::optional<base::WallTime> lead;
  const TrackReceiver* leader = nullptr;
  for (const auto& receiver : receivers_) {
    if (!receiver || receiver->clock() == nullptr) continue;
    bool better =
        !leader || (receiver->kind() == media::TrackKind::kAudio && leader->kind() != receiver->kind());
    auto epoch = receiver->clock()->epoch();
    if (!epoch || !better) continue;
    lead = epoch;
    leader = receiver.get();
  }
  if (!lead) return;
  for (const auto& receiver : receivers_) {
    if (receiver && receiver.get() != leader && receiver->clock() != nullptr)
      receiver->clock()->steer_to(*lead);
  }
}

}  // namespace eyas::rtsp
