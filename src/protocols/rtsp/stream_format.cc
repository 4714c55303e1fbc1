#include "protocols/rtsp/stream_format.h"

#include <algorithm>
#include <random>

#include "protocols/rtsp/media_map.h"
#include "protocols/rtsp/wire/message.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/ticks.h"

namespace eyas::rtsp {
namespace {

constexpr size_t kRtpHeaderBytes = 12;
constexpr const char* kCname = "eyas";

uint32_t random_number() {
  thread_local std::random_device source;
  return source();
}

}  // namespace

uint32_t StreamLane::timestamp_at(media::MediaTime time) const {
  return static_cast<uint32_t>(rtp::to_ticks(time.time_since_epoch(), clock_rate)) + timestamp_offset;
}

const StreamLane* StreamHead::lane_of(media::TrackId track) const {
  auto found = std::find_if(lanes.begin(), lanes.end(),
                            [&](const StreamLane& lane) { return lane.track->id == track; });
  return found == lanes.end() ? nullptr : &*found;
}

sdp::Description StreamHead::description(const std::string& name, const std::string& address,
                                         uint64_t version) const {
  std::vector<SentTrack> sent;
  for (const StreamLane& lane : lanes) sent.push_back({lane.track, lane.payload_type});
  return description_of(sent, name, address, version);
}

base::Slice on_channel(const StreamUnit& unit, uint8_t channel) {
  base::Bytes bytes = unit.bytes;
  std::vector<uint8_t> out(bytes.begin(), bytes.end());
  for (size_t at = 0; at + kInterleavedHeaderBytes <= out.size();) {
    out[at + 1] = channel;
    at += kInterleavedHeaderBytes + static_cast<size_t>(out[at + 2] << 8 | out[at + 3]);
  }
  return base::Slice(std::move(out));
}

StreamFormat::StreamFormat() : packager_({sendable, kPayloadBytesMax}) {}

void StreamFormat::set_tracks(const media::TrackSet& tracks, std::vector<StreamUnitPtr>&) {
  media::TrackSet sent = sendable_of(tracks);
  packager_.set_tracks(sent, packaged_);
  StreamHead before = std::move(head_);
  head_ = {};
  for (const media::TrackPtr& track : sent) {
    const StreamLane* same = before.lane_of(track->id);
    if (same != nullptr && same->track->config.codec == track->config.codec) {
      head_.lanes.push_back(*same);
      head_.lanes.back().track = track;
    } else if (next_place_ < kTracksMax) {
      head_.lanes.push_back(make_lane(track));
    }
  }
}

StreamLane StreamFormat::make_lane(const media::TrackPtr& track) {
  StreamLane lane;
  lane.track = track;
  lane.place = next_place_++;
  lane.payload_type = payload_type_of(*track, lane.place);
  lane.clock_rate = rtp::clock_rate(track->config);
  lane.ssrc = random_number();
  lane.timestamp_offset = random_number();
  lane.next_sequence = static_cast<uint16_t>(random_number());
  return lane;
}

void StreamFormat::package(const media::FramePtr& frame, std::vector<StreamUnitPtr>& out) {
  auto lane = std::find_if(head_.lanes.begin(), head_.lanes.end(),
                           [&](const StreamLane& one) { return one.track->id == frame->track->id; });
  if (lane == head_.lanes.end()) return;
  packaged_.clear();
  packager_.package(frame, packaged_);
  for (const rtp::PacketUnitPtr& unit : packaged_) out.push_back(unit_of(*unit, *lane));
}

StreamUnitPtr StreamFormat::unit_of(const rtp::PacketUnit& packets, StreamLane& lane) const {
  constexpr size_t kOverhead = kInterleavedHeaderBytes + kRtpHeaderBytes;
  auto unit = std::make_shared<StreamUnit>();
  unit->track = packets.track;
  unit->place = lane.place;
  unit->key = packets.key;
  unit->dts = packets.dts;
  unit->pts = packets.pts;
  unit->origin = packets.origin;
  unit->capture_origin = packets.capture_origin;
  unit->track_bps = packets.track_bps;
  unit->packets = static_cast<uint32_t>(packets.packets.size());
  std::vector<uint8_t> out(packets.payload.size() + packets.packets.size() * kOverhead);
  size_t at = 0;
  for (const rtp::PayloadPacket& packet : packets.packets) {
    size_t size = kRtpHeaderBytes + packet.size;
    out[at] = kInterleavedMark;
    out[at + 1] = lane.channel();
    out[at + 2] = static_cast<uint8_t>(size >> 8);
    out[at + 3] = static_cast<uint8_t>(size);
    rtp::Header header;
    header.payload_type = lane.payload_type;
    header.marker = packet.marker;
    header.sequence = lane.next_sequence++;
    header.timestamp = packets.rtp_timestamp + lane.timestamp_offset + packet.timestamp_offset;
    header.ssrc = lane.ssrc;
    rtp::write_header(std::span(out).subspan(at + kInterleavedHeaderBytes), header);
    base::Bytes payload = packets.payload.bytes().subspan(packet.offset, packet.size);
    std::copy(payload.begin(), payload.end(), out.begin() + static_cast<std::ptrdiff_t>(at + kOverhead));
    at += kInterleavedHeaderBytes + size;
    unit->payload_octets += packet.size;
  }
  out.resize(at);
  unit->bytes = base::Slice(std::move(out));
  return unit;
}

void append_report(std::vector<uint8_t>& out, const StreamLane& lane, const StreamUnit& newest,
                   uint32_t packets, uint32_t octets, const base::Clock& clock) {
  base::WallTime now = clock.wall();
  base::WallTime media_zero = newest.capture_origin.value_or(now - (clock.mono() - newest.origin));
  rtp::SenderReport report;
  report.ssrc = lane.ssrc;
  report.ntp = rtp::ntp_of(now);
  report.rtp_timestamp = lane.timestamp_at(media::MediaTime(now - media_zero));
  report.packets = packets;
  report.octets = octets;
  rtp::append_sender_report(out, report);
  rtp::append_cname(out, lane.ssrc, kCname);
}

}  // namespace eyas::rtsp
