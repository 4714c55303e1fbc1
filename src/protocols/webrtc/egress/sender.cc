#include "protocols/webrtc/egress/sender.h"

#include <algorithm>
#include <array>
#include <random>

#include "rtp/sequence.h"

namespace eyas::webrtc {
namespace {

using base::Duration;
using base::MonoTime;
using media::TrackKind;
using std::chrono::milliseconds;

// Reports come early and close together at first: a receiver needs two of each stream to bring picture and
// sound together, then one a second.
constexpr std::array<Duration, 3> kFirstReports{milliseconds(0), milliseconds(100), milliseconds(400)};
constexpr Duration kReportInterval = std::chrono::seconds(1);
// Sound that is older when it comes to be sent would only make the viewer's buffer longer: a newcomer's
// group.
constexpr Duration kAudioAgeMax = milliseconds(250);
// Capture times outside of this are of a clock that is not set.
constexpr Duration kCaptureAheadMax = milliseconds(200);
constexpr Duration kCaptureBehindMax = std::chrono::seconds(10);

StreamSeeds seeds(std::mt19937_64& random) {
  return {static_cast<uint16_t>(random()), static_cast<uint16_t>(random()), static_cast<uint32_t>(random())};
}

}  // namespace

Sender::Sender(SenderOptions options, SrtpSender& srtp, io::PacketSink& sink, Upstream& upstream)
    : options_(std::move(options)),
      outlet_(srtp, sink, static_cast<uint16_t>(options_.random_seed)),
      upstream_(upstream),
      history_(options_.history) {
  std::mt19937_64 random(options_.random_seed);
  if (options_.video) {
    const SendMedia& media = *options_.video;
    video_.emplace(media, seeds(random), outlet_);
    renditions_.emplace(NegotiatedTrack(media.track, media.derived, media.codec));
  }
  if (options_.audio) {
    const SendMedia& media = *options_.audio;
    audio_.emplace(media, seeds(random), outlet_);
    audio_track_.emplace(media.track, media.derived, media.codec);
  }
}

Sender::~Sender() = default;

void Sender::on_unit(const PacketUnitPtr& unit, MonoTime now) {
  note_clock(*unit, now);
  if (unit->track->kind() == TrackKind::kAudio) {
    send_audio(*unit, now);
  } else {
    take_video(unit, now);
  }
  pump(now);
  report_if_due(now);
  watch_silence(now);
}

void Sender::on_tick(MonoTime now) {
  steer(now);
  pump(now);
}

MonoTime Sender::next_tick() const {
  MonoTime next = MonoTime::max();
  if (!pacer_.empty()) next = pacer_.next_at();
  if (const Probe* probe = estimator_.sending_probe()) next = std::min(next, probe->next_at());
  return next;
}

void Sender::select_rendition(std::optional<uint8_t> rendition) {
  if (renditions_) renditions_->pin(rendition);
}

void Sender::say_goodbye() {
  std::vector<uint8_t> goodbye;
  for (const auto* stream : {&video_, &audio_}) {
    if (!*stream) continue;
    // A compound packet begins with a report [RFC 3550 6.1].
    rtp::append_receiver_report(goodbye, (*stream)->media().ssrc);
    rtp::append_cname(goodbye, (*stream)->media().ssrc, options_.cname);
    rtp::append_bye(goodbye, (*stream)->media().ssrc);
  }
  if (!goodbye.empty()) outlet_.send_rtcp(goodbye);
}

SenderStatistics Sender::statistics() const {
  SenderStatistics now = counts_;
  for (const auto* stream : {&video_, &audio_}) {
    if (!*stream) continue;
    now.packets += (*stream)->packets();
    now.bytes += (*stream)->bytes();
  }
  now.sink_refused = outlet_.refused();
  now.estimate_bps = estimator_.bps();
  now.constrained = constrained_;
  now.path_delay = estimator_.queueing();
  now.queued_bytes = pacer_.bytes();
  now.loss = estimator_.loss();
  if (renditions_) {
    now.rendition = renditions_->current().value_or(0);
    now.rendition_changes = renditions_->changes();
  }
  return now;
}

// Capture times count while they are plausible; else what came in fastest tells when it was taken.
void Sender::note_clock(const PacketUnit& unit, MonoTime now) {
  if (unit.capture_origin) {
    Duration age = wall(now) - (*unit.capture_origin + unit.pts.time_since_epoch());
    if (age > -kCaptureAheadMax && age < kCaptureBehindMax) {
      clock_ = CaptureClock{*unit.capture_origin};
      return;
    }
  }
  clock_ = CaptureClock{wall(unit.origin)};
}

void Sender::send_audio(const PacketUnit& unit, MonoTime now) {
  if (!audio_) return;
  bool ours = audio_track_->covers(*unit.track, now);
  if (audio_track_->codec_changed()) return tell_codec_changed(TrackKind::kAudio, audio_change_told_);
  if (!ours || unit.number <= last_audio_ || now - unit.arrival > kAudioAgeMax) return;
  last_audio_ = unit.number;
  audio_bps_ = unit.track_bps;
  uint32_t timestamp = audio_->timestamp_of(unit, false);
  for (const rtp::PayloadPacket& packet : unit.packets) {
    bool last = &packet == &unit.packets.back();
    pacer_.on_sent(audio_->send(unit, packet, timestamp, last, *clock_, 0, now));
  }
}

void Sender::take_video(const PacketUnitPtr& unit, MonoTime now) {
  if (!video_) return;
  RenditionSwitch::Verdict verdict = renditions_->admit(*unit, now);
  if (renditions_->codec_changed()) return tell_codec_changed(TrackKind::kVideo, video_change_told_);
  steer(now);
  if (verdict == RenditionSwitch::Verdict::kSkip) {
    if (unit->track->rendition == renditions_->current()) ++counts_.skipped_frames;
    return;
  }
  // Late already: what nobody needs goes first.
  if (constrained_ && unit->disposable && !pacer_.empty()) {
    ++counts_.disposable_dropped;
    return;
  }
  if (unit->key) {
    key_bytes_ = unit->payload.size();
    if (key_came_at_ && unit->arrival > *key_came_at_) key_interval_ = unit->arrival - *key_came_at_;
    key_came_at_ = unit->arrival;
  }
  uint32_t timestamp = video_->timestamp_of(*unit, verdict == RenditionSwitch::Verdict::kRejoin);
  pacer_.push({unit, timestamp, 0, now});
}

void Sender::tell_codec_changed(TrackKind kind, bool& told) {
  if (!told) upstream_.on_codec_changed(kind);
  told = true;
}

void Sender::report_if_due(MonoTime now) {
  if (now < next_report_ || !clock_) return;
  std::vector<uint8_t> report;
  for (const auto* stream : {&video_, &audio_}) {
    if (*stream && (*stream)->packets() > 0) {
      (*stream)->append_report(report, *clock_, wall(now), options_.cname);
    }
  }
  if (report.empty() || !outlet_.send_rtcp(report)) return;
  ++reports_;
  next_report_ = now + (reports_ < kFirstReports.size() ? kFirstReports[reports_] : kReportInterval);
}

void Sender::pump(MonoTime now) {
  if (!video_) return;
  drop_stale(now);
  send_probe(now);
  while (!pacer_.empty() && (!options_.paced || pacer_.may_send(now))) send_front(0, now);
}

// What waited too long goes with all that builds on it: never a broken picture, never a growing delay.
void Sender::drop_stale(MonoTime now) {
  bool overfull = pacer_.bytes() > options_.queue_bytes_max;
  Pacer::Dropped dropped = pacer_.drop_before(overfull ? now + Duration(1) : now - queue_age_max());
  if (dropped.units == 0) return;
  counts_.skipped_frames += dropped.units;
  ++counts_.skipped_groups;
  if (dropped.to_end) renditions_->interrupt();
}

void Sender::send_front(uint8_t probe, MonoTime now) {
  Pacer::Entry& entry = pacer_.front();
  const PacketUnit& unit = *entry.unit;
  if (entry.next_packet == 0) {
    history_.add(entry.unit, video_->next_sequence(), entry.timestamp, now);
    counts_.send_delay += ((now - entry.since) - counts_.send_delay) / 16;
    if (unit.key) key_wanted_since_.reset();
  }
  size_t index = entry.next_packet++;
  bool last = entry.next_packet == unit.packets.size();
  pacer_.on_sent(video_->send(unit, unit.packets[index], entry.timestamp, last, *clock_, probe, now));
  if (!last) return;
  ++counts_.pictures;
  send_ends_again(now);
  pacer_.pop();
}

// A viewer asks for what is missing between two packets: it cannot miss what came before the first one, and
// misses a picture's last packet only when the next picture comes, which on a lossy path is too late.
void Sender::send_ends_again(MonoTime now) {
  if (!video_->takes_rtx()) return;
  const Pacer::Entry& entry = pacer_.front();
  const auto& packets = entry.unit->packets;
  auto end = video_->next_sequence();
  auto again = [&](size_t index) {
    auto sequence = static_cast<uint16_t>(end - packets.size() + index);
    pacer_.on_sent(video_->send_again(*entry.unit, packets[index], entry.timestamp, sequence, 0, now));
  };
  if (counts_.pictures == 1) again(0);
  if (!lossy_with_room()) return;
  again(packets.size() - 1);
  ++counts_.guard_packets;
}

// A probe takes what waits; when nothing does, what was sent lately goes once more, which the viewer drops.
void Sender::send_probe(MonoTime now) {
  for (Probe* probe = estimator_.sending_probe(); probe != nullptr && probe->next_at() <= now;
       probe = estimator_.sending_probe()) {
    size_t before = outlet_.bytes();
    if (!pacer_.empty()) {
      send_front(probe->id(), now);
    } else if (!send_filler(probe->id(), now)) {
      return estimator_.cancel_probe();
    }
    if (outlet_.bytes() == before) return estimator_.cancel_probe();
    probe->on_sent(outlet_.bytes() - before);
  }
}

bool Sender::send_filler(uint8_t probe, MonoTime now) {
  if (!video_->takes_rtx()) return false;
  uint16_t end = video_->next_sequence();
  // Backwards through the newest packets, so that none is sent too often.
  if (rtp::distance(filler_, end) <= 0 || rtp::distance(filler_, end) > 64) filler_ = end;
  auto found = history_.find(--filler_, end);
  if (!found) return false;
  size_t bytes = video_->send_again(found->unit, found->packet, found->timestamp, filler_, probe, now);
  pacer_.on_sent(bytes);
  ++counts_.probe_packets;
  return true;
}

}  // namespace eyas::webrtc
