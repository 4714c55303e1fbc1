#include "protocols/webrtc/egress/test_rig.h"

namespace eyas::webrtc::test {
namespace {

using std::chrono::milliseconds;

SrtpKey key() {
  SrtpKey key;
  for (size_t i = 0; i < key.key.size(); ++i) key.key[i] = static_cast<uint8_t>(i);
  for (size_t i = 0; i < 12; ++i) key.salt[i] = static_cast<uint8_t>(0xa0 + i);
  return key;
}

SenderOptions options_for(const ViewerPayloads& payloads, uint64_t seed, const base::Clock& clock) {
  SendMedia video;
  video.track = 1;
  video.codec = media::Codec::kH264;
  video.mid = "0";
  video.payload_type = payloads.video;
  video.ssrc = payloads.video_ssrc;
  video.rtx_payload_type = payloads.rtx;
  video.rtx_ssrc = payloads.rtx_ssrc;
  video.extensions = {1, payloads.transport_sequence_id, 2, 4, 5};
  SendMedia audio = video;
  audio.track = 100;
  audio.codec = media::Codec::kOpus;
  audio.mid = "1";
  audio.payload_type = payloads.audio;
  audio.clock_rate = 48000;
  audio.ssrc = payloads.audio_ssrc;
  audio.rtx_payload_type = 0;
  SenderOptions options;
  options.video = video;
  options.audio = audio;
  options.cname = "eyas";
  options.random_seed = seed;
  options.wall_at_mono_zero = clock.wall() - clock.mono().time_since_epoch();
  return options;
}

}  // namespace

Rig::Rig(uint64_t seed, FlightOptions flight, ViewerPayloads payloads,
         std::function<void(SenderOptions&)> change)
    : world_(seed),
      loop_(world_.add_loop()),
      flight_(std::move(flight)),
      srtp_(SrtpProfile::kAeadAes128Gcm, key()),
      forward_(loop_, {}, [this](base::Bytes datagram) { viewer_->on_datagram(datagram, now()); }),
      back_(loop_, {},
            [this](base::Bytes rtcp) {
              sender_->on_rtcp(rtcp, now());
              arm();
            }),
      epoch_(world_.clock().mono()) {
  viewer_ = std::make_unique<TestViewer>(payloads, SrtpReceiver(SrtpProfile::kAeadAes128Gcm, key()),
                                         [this](const std::vector<uint8_t>& rtcp) { back_.send(rtcp); });
  SenderOptions options = options_for(payloads, seed, world_.clock());
  if (change) change(options);
  sender_.reset(new Sender(options, srtp_, *this, *this));  // the bases are private
  pictures_.push_back(h264_track(1));
  for (size_t i = 0; i < flight_.renditions.size(); ++i) {
    pictures_.push_back(h264_track(static_cast<media::TrackId>(i + 2), static_cast<uint8_t>(i + 1)));
  }
  sound_ = opus_track(100);
  media::TrackSet tracks = pictures_;
  tracks.push_back(sound_);
  std::vector<PacketUnitPtr> units;
  format_.set_tracks(tracks, units);
  publish_pictures();
  publish_sound();
  viewer_ticks();
}

void Rig::run(base::Duration span) {
  world_.advance(span);
}

void Rig::join() {
  joined_ = true;
  auto group = group_;
  for (const PacketUnitPtr& unit : group) deliver(unit);
}

void Rig::restart_group() {
  ++restarts;
  loop_.defer([this] { join(); });
}

void Rig::publish_pictures() {
  picture_timer_ =
      loop_.after(base::Duration(1'000'000'000 / flight_.frames_per_second), [this] { publish_pictures(); });
  bool key = in_group_ % flight_.group_frames == 0 || key_due_;
  if (key) in_group_ = 0;
  key_due_ = false;
  ++in_group_;
  auto number = static_cast<uint32_t>(published_.size());
  published_.push_back(now());
  double group_bytes = flight_.bps / 8.0 * flight_.group_frames / flight_.frames_per_second;
  for (size_t i = 0; i < pictures_.size(); ++i) {
    double share = i == 0 ? 1 : flight_.renditions[i - 1];
    bool starts = i == 0 ? key : key || in_group_ == flight_.group_frames / 2;
    double part = starts ? flight_.key_share : (1 - flight_.key_share) / (flight_.group_frames - 1);
    // Pictures differ in size as a camera's do.
    double noise = starts ? 1 : 0.7 + 0.6 * static_cast<double>(world_.pick(1000)) / 1000;
    auto bytes = static_cast<size_t>(group_bytes * share * part * noise);
    publish(frame_of(pictures_[i], media::MediaTime(now() - epoch_), starts, picture(number, starts, bytes),
                     now()),
            i == 0 && key);
  }
}

void Rig::publish_sound() {
  sound_timer_ = loop_.after(milliseconds(20), [this] { publish_sound(); });
  publish(frame_of(sound_, media::MediaTime(milliseconds(20 * sounds_++)), true, sound(), now()), false);
}

void Rig::publish(media::FramePtr frame, bool starts_group) {
  if (starts_group) group_.clear();
  std::vector<PacketUnitPtr> units;
  format_.package(frame, units);
  for (const PacketUnitPtr& unit : units) {
    group_.push_back(unit);
    if (joined_) deliver(unit);
  }
}

void Rig::deliver(const PacketUnitPtr& unit) {
  sender_->on_unit(unit, now());
  arm();
}

void Rig::arm() {
  base::MonoTime next = sender_->next_tick();
  sender_timer_.cancel();
  if (next == base::MonoTime::max()) return;
  sender_timer_ = loop_.after(std::max(next - now(), base::Duration(milliseconds(1))), [this] {
    sender_->on_tick(now());
    arm();
  });
}

void Rig::viewer_ticks() {
  viewer_timer_ = loop_.after(milliseconds(5), [this] { viewer_ticks(); });
  viewer_->on_tick(now());
}

base::Duration Rig::worst_delay(base::MonoTime from, base::MonoTime to) const {
  base::Duration worst{0};
  for (const auto& shown : viewer_->shown) {
    if (shown.at >= from && shown.at < to) worst = std::max(worst, shown.at - published_[shown.number]);
  }
  return worst;
}

base::Duration Rig::longest_freeze(base::MonoTime from) const {
  base::Duration longest{0};
  base::MonoTime last = from;
  for (const auto& shown : viewer_->shown) {
    if (shown.at < from) continue;
    longest = std::max(longest, shown.at - last);
    last = shown.at;
  }
  return std::max(longest, now() - last);
}

}  // namespace eyas::webrtc::test
