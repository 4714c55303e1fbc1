#include "protocols/webrtc/publishing.h"

#include <algorithm>

#include "base/log.h"

namespace eyas::webrtc {

Publishing::Publishing(const MediaStart& start, SrtpSender& srtp, io::PacketSink& sink, base::MonoTime now)
    : start_(start),
      srtp_(srtp),
      sink_(sink),
      early_(start.host.options().early_bytes_max),
      next_report_(now + kReportInterval),
      ingest_(start.negotiated.media, start.local.ssrc_base, {}, *this, now, start.host.wall_at_mono_zero()) {
  publish();
}

Publishing::~Publishing() = default;

void Publishing::publish() {
  hub::PublisherInfo info;
  info.protocol = kName;
  info.session = start_.session;
  info.peer = start_.peer;
  info.rank = start_.rank;
  info.takeover = start_.host.options().takeover();
  start_.host.directory().publish(
      start_.stream, std::move(info), start_.host.executor(),
      [this, alive = std::weak_ptr(alive_)](base::Result<hub::Publisher> publisher) {
        if (!alive.expired()) answered(std::move(publisher));
      });
}

void Publishing::answered(base::Result<hub::Publisher> publisher) {
  Statistics& statistics = start_.host.statistics();
  if (!publisher) {
    // Somebody took the name since the offer was answered.
    statistics.publishes_refused.fetch_add(1, std::memory_order_relaxed);
    base::log::warning("webrtc.publish_refused", {{"stream", start_.stream.text()},
                                                  {"session", start_.session},
                                                  {"reason", publisher.error().message()}});
    return start_.owner.end(publisher.error());
  }
  statistics.publishes.fetch_add(1, std::memory_order_relaxed);
  base::log::info("webrtc.publish",
                  {{"stream", start_.stream.text()}, {"session", start_.session}, {"peer", start_.peer}});
  publisher_ = std::move(*publisher);
  publisher_.on_revoked([this, alive = std::weak_ptr(alive_)](const base::Error& why) {
    if (!alive.expired()) start_.owner.end(why);
  });
  publisher_.on_key_wanted([this](media::TrackId track) {
    ingest_.request_key(track, start_.host.executor().clock().mono());
    start_.owner.tick_changed();
  });
  early_.give(publisher_);
}

void Publishing::on_track(media::TrackPtr track) {
  if (track->kind() == media::TrackKind::kVideo)
    last_key_.try_emplace(track->id, start_.host.executor().clock().mono());
  if (publisher_) return publisher_.set_track(std::move(track));
  early_.add(std::move(track));
}

void Publishing::on_frame(media::Frame frame) {
  if (frame.key && frame.track->kind() == media::TrackKind::kVideo)
    last_key_[frame.track->id] = frame.arrival;
  if (publisher_) return publisher_.publish(std::move(frame));
  static_cast<void>(early_.add(std::move(frame)));  // what is too much is lost
}

void Publishing::send_rtcp(base::Bytes compound) {
  std::span<uint8_t> room = sink_.prepare(compound.size() + srtp_.rtcp_overhead());
  if (room.size() < compound.size() + srtp_.rtcp_overhead()) return;
  std::ranges::copy(compound, room.begin());
  if (auto bytes = srtp_.protect_rtcp(room, compound.size())) sink_.commit(*bytes);
}

void Publishing::on_tick(base::MonoTime now) {
  ingest_.on_tick(now);
  ask_for_keyframes(now);
  if (now < next_report_) return;
  next_report_ = now + kReportInterval;
  if (publisher_) publisher_.report(ingest_.counters());
}

base::MonoTime Publishing::next_tick() const {
  base::MonoTime next = std::min(ingest_.next_tick(), next_report_);
  base::Duration interval = start_.host.options().keyframe_interval;
  if (interval == base::Duration::zero()) return next;
  for (const auto& [track, last] : last_key_) next = std::min(next, last + interval);
  return next;
}

void Publishing::ask_for_keyframes(base::MonoTime now) {
  base::Duration interval = start_.host.options().keyframe_interval;
  if (interval == base::Duration::zero()) return;
  for (auto& [track, last] : last_key_) {
    if (now - last < interval) continue;
    last = now;
    ingest_.request_key(track, now);
  }
}

base::Status Publishing::select_layer(std::optional<uint8_t>) {
  return base::Error{base::Code::kUnsupported, "a publisher sends what it will", {}};
}

}  // namespace eyas::webrtc
