#include "rtp/packager.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "codec/codec.h"
#include "rtp/ticks.h"

namespace eyas::rtp {
namespace {

using base::Duration;
using media::Codec;
using media::TrackKind;
using std::chrono::milliseconds;

constexpr Duration kRateSpan = std::chrono::seconds(1);
// Audio whose times are rounded (RTMP: to 1 ms) is laid end to end again as long as it stays this near, far
// within lip-sync: receivers take a gap of one sample for a lost packet.
constexpr Duration kAudioDriftMax = milliseconds(15);
// The fastest way through is forgotten slowly, so that a drifting clock is followed: 1 in 5,000.
constexpr int64_t kOriginForgetting = 5000;
// Capture times that differ by less are one clock, smoothed by 1/16.
constexpr Duration kCaptureJitterMax = milliseconds(20);

}  // namespace

struct Packager::Lane {
  media::TrackPtr track;
  std::unique_ptr<Packetizer> packetizer;
  uint32_t clock_rate = 90000;
  uint64_t number = 0;
  media::MediaTime latest_shown = media::MediaTime::min();  // the highest pts so far
  std::optional<int64_t> audio_ticks;                       // where the next audio frame begins
  media::MediaTime rate_since;
  uint64_t rate_bytes = 0;
  uint32_t bps = 0;

  bool shown_late(const media::Frame& frame) {
    bool late = frame.pts < latest_shown;
    latest_shown = frame.key ? frame.pts : std::max(latest_shown, frame.pts);
    return late;
  }

  uint32_t timestamp(const media::Frame& frame) {
    int64_t ticks = to_ticks(frame.pts.time_since_epoch(), clock_rate);
    if (frame.track->kind() != TrackKind::kAudio) return static_cast<uint32_t>(ticks);
    int64_t drift_max = to_ticks(kAudioDriftMax, clock_rate);
    if (audio_ticks && std::llabs(ticks - *audio_ticks) <= drift_max) ticks = *audio_ticks;
    Duration length = codec::packet_duration(frame.track->config, frame.payload);
    audio_ticks = ticks + to_ticks(length, clock_rate);
    return static_cast<uint32_t>(ticks);
  }

  void meter(const media::Frame& frame, size_t bytes) {
    Duration span = frame.dts - rate_since;
    if (span < Duration::zero() || span > 4 * kRateSpan) {
      rate_since = frame.dts;
      rate_bytes = 0;
    } else if (span >= kRateSpan) {
      auto measured = static_cast<uint32_t>(static_cast<double>(rate_bytes) * 8 / base::to_seconds(span));
      bps = bps == 0 ? measured : (bps + measured) / 2;
      rate_since = frame.dts;
      rate_bytes = 0;
    }
    rate_bytes += bytes;
  }
};

Packager::Packager(PackagerRules rules) : rules_(rules) {}
Packager::~Packager() = default;

void Packager::set_tracks(const media::TrackSet& tracks, std::vector<PacketUnitPtr>&) {
  std::vector<std::unique_ptr<Lane>> before = std::exchange(lanes_, {});
  for (const media::TrackPtr& track : tracks) {
    if (!rules_.carries(*track)) continue;
    auto same = std::ranges::find_if(before, [&](const auto& lane) {
      return lane && lane->track->id == track->id && lane->track->config.codec == track->config.codec;
    });
    auto lane = same != before.end() ? std::move(*same) : std::make_unique<Lane>();
    if (!lane->packetizer) {
      lane->packetizer = make_packetizer(track->config.codec);
      lane->number = highest_number_;
    }
    lane->track = track;
    lane->clock_rate = clock_rate(track->config);
    lanes_.push_back(std::move(lane));
  }
  head_ = std::make_shared<const PacketHead>(PacketHead{tracks});
}

void Packager::package(const media::FramePtr& frame, std::vector<PacketUnitPtr>& out) {
  Lane* lane = lane_of(*frame->track);
  if (lane == nullptr) return;
  note_origin(*frame);
  const media::CodecConfig& config = frame->track->config;
  bool nals = config.codec == Codec::kH264 || config.codec == Codec::kH265;
  bool late =
      !rules_.keep_late_pictures && frame->track->kind() == TrackKind::kVideo && lane->shown_late(*frame);
  auto unit = std::make_shared<PacketUnit>();
  if (nals && !frame->key) {
    auto facts = codec::inspect(config, frame->payload);
    unit->disposable = facts && facts->disposable;
  }
  if (late && unit->disposable) return;
  PacketizedFrame packets;
  if (nals && !rules_.keep_sei) {
    media::Frame bare = *frame;
    bare.payload = codec::without_sei(config, frame->payload);
    packets = lane->packetizer->packetize(bare, rules_.payload_bytes_max);
  } else {
    packets = lane->packetizer->packetize(*frame, rules_.payload_bytes_max);
  }
  if (packets.packets.empty()) return;
  lane->meter(*frame, packets.bytes.size());
  unit->track = frame->track;
  unit->number = ++lane->number;
  highest_number_ = std::max(highest_number_, lane->number);
  unit->key = frame->key;
  unit->dts = frame->dts;
  unit->pts = frame->pts;
  unit->orientation = frame->orientation;
  unit->arrival = frame->arrival;
  unit->rtp_timestamp = lane->timestamp(*frame);
  unit->track_bps = lane->bps;
  unit->origin = *origin_;
  unit->capture_origin = capture_origin_;
  unit->payload = std::move(packets.bytes);
  unit->packets = std::move(packets.packets);
  out.push_back(std::move(unit));
}

std::shared_ptr<const PacketHead> Packager::head() {
  if (!head_) head_ = std::make_shared<const PacketHead>();
  return head_;
}

Packager::Lane* Packager::lane_of(const media::Track& track) {
  auto found = std::ranges::find_if(lanes_, [&](const auto& lane) {
    return lane->track->id == track.id && lane->track->config.codec == track.config.codec;
  });
  return found == lanes_.end() ? nullptr : found->get();
}

void Packager::note_origin(const media::Frame& frame) {
  base::MonoTime here = frame.arrival - frame.pts.time_since_epoch();
  if (!origin_ || frame.discontinuity) {
    origin_ = here;
  } else {
    Duration elapsed = std::max(Duration::zero(), frame.arrival - newest_arrival_);
    origin_ = std::min(*origin_ + elapsed / kOriginForgetting, here);
  }
  newest_arrival_ = std::max(newest_arrival_, frame.arrival);
  if (frame.track->derived() || (!frame.capture && frame.track->kind() != TrackKind::kVideo)) return;
  if (!frame.capture) {
    capture_origin_.reset();
    return;
  }
  base::WallTime captured = *frame.capture - frame.pts.time_since_epoch();
  if (!capture_origin_ || std::chrono::abs(captured - *capture_origin_) > kCaptureJitterMax) {
    capture_origin_ = captured;
  } else {
    *capture_origin_ += (captured - *capture_origin_) / 16;
  }
}

}  // namespace eyas::rtp
