#include "protocols/rtsp/egress.h"

#include <algorithm>
#include <utility>

#include "base/slice_batch.h"
#include "protocols/rtsp/wire/message.h"
#include "rtp/rtcp.h"

namespace eyas::rtsp {
namespace {

// What is there already goes out in one send; at the live edge that is one frame.
constexpr size_t kSendBytesMax = 256 * 1024;
constexpr size_t kSendSlicesMax = 128;

// A video's parameter sets come in band; what else a description says of a track holds for a session's life.
bool is_as_described(const media::Track& described, const media::Track& now) {
  return now.kind() == media::TrackKind::kVideo ? now.config.codec == described.config.codec
                                                : now.config.same_decoder(described.config);
}

}  // namespace

Egress::Egress(std::vector<OutgoingTrack> tracks, const base::Clock& clock) : clock_(clock) {
  size_t places = 0;
  for (OutgoingTrack& way : tracks) {
    places = std::max<size_t>(places, way.place + 1u);
    lanes_.push_back({std::move(way), nullptr, nullptr, 0, 0, {}, nullptr});
  }
  by_place_.resize(places, nullptr);
  for (Lane& lane : lanes_) by_place_[lane.way.place] = &lane;
}

std::vector<RtpInfo> Egress::first_packets(const std::vector<std::string>& addresses) {
  first_ = reader_.next();
  std::vector<RtpInfo> infos;
  if (!first_ || !first_->head) return infos;
  for (size_t i = 0; i < lanes_.size() && i < addresses.size(); ++i) {
    const StreamLane* lane = first_->head->lane_of(lanes_[i].way.track);
    if (lane == nullptr) continue;
    infos.push_back({addresses[i], lane->next_sequence, lane->timestamp_at(first_->unit->pts)});
  }
  return infos;
}

StreamUnitPtr Egress::next() {
  while (!changed_) {
    auto item = first_ ? std::exchange(first_, std::nullopt) : reader_.next();
    if (!item) return nullptr;
    units_lost_ += item->lost;
    if (item->head) take_head(std::move(item->head));
    const StreamUnit& unit = *item->unit;
    watch_track(unit);
    bool wanted = unit.place < by_place_.size() && by_place_[unit.place] != nullptr &&
                  by_place_[unit.place]->lane != nullptr;
    if (wanted && !changed_) return std::move(item->unit);
  }
  return nullptr;
}

// Between heads a track may change too; one of another codec comes at another place.
void Egress::watch_track(const StreamUnit& unit) {
  for (Lane& lane : lanes_) {
    if (lane.way.track != unit.track->id || lane.newest == unit.track || lane.described == nullptr) continue;
    lane.newest = unit.track;
    changed_ |= unit.place != lane.way.place || !is_as_described(*lane.described, *unit.track);
  }
}

void Egress::take_head(std::shared_ptr<const StreamHead> head) {
  for (Lane& lane : lanes_) {
    lane.lane = head->lane_of(lane.way.track);
    if (lane.lane == nullptr) continue;
    const media::TrackPtr& now = lane.lane->track;
    if (!lane.described) lane.described = now;
    changed_ |= lane.lane->place != lane.way.place || !is_as_described(*lane.described, *now);
  }
  head_ = std::move(head);
}

void Egress::about_to_send(const StreamUnit& unit, base::MonoTime now) {
  Lane& lane = lane_of(unit);
  lane.packets += unit.packets;
  lane.octets += unit.payload_octets;
  bytes_sent_ += unit.bytes.size();
  if (lane.next_report && now < *lane.next_report) return;
  lane.next_report = now + kReportInterval;
  std::vector<uint8_t> report;
  append_report(report, *lane.lane, unit, lane.packets, lane.octets, clock_);
  send_rtcp(lane.way, report);
}

void Egress::send_byes() {
  for (const Lane& lane : lanes_) {
    if (lane.lane == nullptr) continue;
    std::vector<uint8_t> bye;
    rtp::append_receiver_report(bye, lane.lane->ssrc);
    rtp::append_bye(bye, lane.lane->ssrc);
    send_rtcp(lane.way, bye);
  }
}

TcpEgress::TcpEgress(std::vector<OutgoingTrack> tracks, io::ByteStream& stream)
    : Egress(std::move(tracks), stream.executor().clock()), stream_(stream) {}

Egress::Progress TcpEgress::pump(base::MonoTime now) {
  while (started() && stream_.pending() == 0) {
    size_t bytes = 0;
    StreamUnitPtr unit;
    while (bytes < kSendBytesMax && slices_.size() < kSendSlicesMax && (unit = next())) {
      uint8_t channel = lane_of(*unit).way.channel;
      about_to_send(*unit, now);
      slices_.push_back(channel == 2 * unit->place ? unit->bytes : on_channel(*unit, channel));
      bytes += unit->bytes.size();
    }
    if (!slices_.empty()) stream_.send(slices_);
    base::clear_batch(slices_);
    if (changed()) return Progress::kChanged;
    if (!unit && ended()) return Progress::kEnded;
    if (!unit) return Progress::kCaughtUp;
  }
  return Progress::kBlocked;
}

// Behind the units that were gathered so far, if any.
void TcpEgress::send_rtcp(const OutgoingTrack& way, base::Bytes packet) {
  std::vector<uint8_t> framed;
  append_interleaved(framed, way.rtcp_channel, packet);
  base::Slice slice(std::move(framed));
  if (slices_.empty())
    stream_.send({&slice, 1});
  else
    slices_.push_back(std::move(slice));
}

UdpEgress::UdpEgress(std::vector<OutgoingTrack> tracks, const base::Clock& clock, DatagramPorts& ports)
    : Egress(std::move(tracks), clock), ports_(ports) {}

Egress::Progress UdpEgress::pump(base::MonoTime now) {
  refill(now);
  while (started()) {
    if (!unit_) {
      unit_ = next();
      unit_at_ = 0;
      if (changed()) return Progress::kChanged;
      if (!unit_) return ended() ? Progress::kEnded : Progress::kCaughtUp;
      if (unit_->track->kind() == media::TrackKind::kVideo)
        rate_bps_ = std::max<uint64_t>(kRateLeastBps, uint64_t{kRateTimes} * unit_->track_bps);
      about_to_send(*unit_, now);
    }
    if (!send_some()) return Progress::kBlocked;
    unit_ = nullptr;
  }
  return Progress::kBlocked;
}

void UdpEgress::refill(base::MonoTime now) {
  if (refilled_) {
    base::Duration elapsed = std::min<base::Duration>(now - *refilled_, std::chrono::seconds(1));
    double earned = base::to_seconds(elapsed) * static_cast<double>(rate_bps_) / 8;
    budget_ = std::min<int64_t>(budget_ + static_cast<int64_t>(earned), kBurstBytes);
  }
  refilled_ = now;
}

bool UdpEgress::send_some() {
  const io::Endpoint& to = lane_of(*unit_).way.rtp;
  base::Bytes bytes = unit_->bytes;
  while (unit_at_ + kInterleavedHeaderBytes <= bytes.size()) {
    if (budget_ <= 0) return false;
    auto size = static_cast<size_t>(bytes[unit_at_ + 2] << 8 | bytes[unit_at_ + 3]);
    ports_.send_rtp(to, bytes.subspan(unit_at_ + kInterleavedHeaderBytes, size));
    unit_at_ += kInterleavedHeaderBytes + size;
    budget_ -= static_cast<int64_t>(size);
  }
  return true;
}

void UdpEgress::send_rtcp(const OutgoingTrack& way, base::Bytes packet) {
  ports_.send_rtcp(way.rtcp, packet);
}

}  // namespace eyas::rtsp
