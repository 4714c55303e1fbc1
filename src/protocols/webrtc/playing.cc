#include "protocols/webrtc/playing.h"

#include <algorithm>

#include "base/log.h"
#include "protocols/webrtc/identifiers.h"

namespace eyas::webrtc {
namespace {

template <typename Format>
class FeedReader final : public PacketReader {
 public:
  explicit FeedReader(hub::Reader<Format> reader) : reader_(std::move(reader)) {}
  std::optional<Item> next() override { return reader_.next(); }
  bool ended() const override { return reader_.ended(); }
  void request_key(media::TrackId track) override { reader_.request_key(track); }

 private:
  hub::Reader<Format> reader_;
};

SendMedia send_media(const NegotiatedMedia& negotiated, const media::TrackSet& tracks) {
  const NegotiatedPayload& payload = negotiated.payloads.front();
  SendMedia send;
  send.track = negotiated.track;
  send.derived = std::ranges::any_of(tracks, [&](const media::TrackPtr& track) {
    return track->id == negotiated.track && track->derived();
  });
  send.codec = payload.codec;
  send.mid = negotiated.mid;
  send.payload_type = payload.payload_type;
  send.clock_rate = payload.clock_rate;
  send.ssrc = negotiated.ssrc;
  send.rtx_payload_type = negotiated.rtx_ssrc != 0 ? payload.rtx_payload_type : uint8_t{0};
  send.rtx_ssrc = negotiated.rtx_ssrc;
  const ExtensionIds& ids = negotiated.extensions;
  send.extensions = {ids.mid,           payload.twcc ? ids.twcc : uint8_t{0},
                     ids.abs_send_time, ids.abs_capture_time,
                     ids.playout_delay, ids.video_orientation};
  return send;
}

SenderOptions sender_options(const MediaStart& start) {
  SenderOptions options;
  for (const NegotiatedMedia& media : start.negotiated.media) {
    if (media.direction != NegotiatedMedia::Direction::kSend || media.payloads.empty()) continue;
    auto& place = media.kind == media::TrackKind::kVideo ? options.video : options.audio;
    if (!place) place = send_media(media, start.tracks);
  }
  options.cname = start.session;
  options.wall_at_mono_zero = start.host.wall_at_mono_zero();
  options.random_seed = random_u64();
  options.history.span = start.host.options().history;
  return options;
}

}  // namespace

Playing::Playing(const MediaStart& start, SrtpSender& srtp, io::PacketSink& sink, base::MonoTime now)
    : start_(start), sender_(sender_options(start), srtp, sink, *this), next_report_(now + kReportInterval) {
  start_.host.statistics().plays.fetch_add(1, std::memory_order_relaxed);
  base::log::info("webrtc.play",
                  {{"stream", start.stream.text()}, {"session", start.session}, {"peer", start.peer}});
  read();
}

Playing::~Playing() {
  report();
  if (reported_.constrained)
    start_.host.statistics().constrained_open.fetch_sub(1, std::memory_order_relaxed);
}

void Playing::on_tick(base::MonoTime now) {
  sender_.on_tick(now);
  if (now < next_report_) return;
  next_report_ = now + kReportInterval;
  report();
}

void Playing::report() {
  Statistics& all = start_.host.statistics();
  SenderStatistics now = sender_.statistics();
  auto add = [&](std::atomic<uint64_t>& counter, uint64_t SenderStatistics::*field) {
    if (uint64_t more = now.*field - reported_.*field) counter.fetch_add(more, std::memory_order_relaxed);
  };
  add(all.packets_sent, &SenderStatistics::packets);
  add(all.packets_sent_again, &SenderStatistics::retransmitted_packets);
  add(all.nacks, &SenderStatistics::nacks);
  add(all.nacks_missed, &SenderStatistics::nacks_missed);
  add(all.key_requests, &SenderStatistics::keyframe_requests);
  add(all.skipped_groups, &SenderStatistics::skipped_groups);
  add(all.skipped_frames, &SenderStatistics::skipped_frames);
  add(all.rendition_changes, &SenderStatistics::rendition_changes);
  if (now.constrained != reported_.constrained) {
    all.constrained_open.fetch_add(now.constrained ? uint64_t{1} : ~uint64_t{0}, std::memory_order_relaxed);
    base::log::info(now.constrained ? "webrtc.constrained" : "webrtc.relieved",
                    {{"stream", start_.stream.text()},
                     {"session", start_.session},
                     {"estimate_bps", now.estimate_bps},
                     {"rendition", static_cast<int>(now.rendition)}});
  }
  reported_ = now;
}

void Playing::read() {
  ++reads_;
  if (start_.host.options().keep_sei)
    read_feed<PacketFormatWithSei>();
  else
    read_feed<PacketFormat>();
}

template <typename Format>
void Playing::read_feed() {
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = start_.session;
  info.peer = start_.peer;
  info.wait = kStreamWait;
  info.interest = start_.interest;
  start_.host.directory().read<Format>(
      start_.stream, std::move(info), start_.host.executor(),
      [this, alive = std::weak_ptr(alive_), read = reads_] {
        if (!alive.expired() && read == reads_) pump();
      },
      [this, alive = std::weak_ptr(alive_), read = reads_](base::Result<hub::Reader<Format>> reader) {
        if (alive.expired() || read != reads_) return;
        restarting_ = false;
        if (!reader) return start_.owner.end(reader.error());
        reader_ = std::make_unique<FeedReader<Format>>(std::move(*reader));
        pump();
      });
}

void Playing::pump() {
  if (!reader_) return;
  base::MonoTime now = start_.host.executor().clock().mono();
  // The sender may ask for another reader while it takes a unit: the present one then rests.
  while (!restarting_) {
    auto item = reader_->next();
    if (!item) break;
    sender_.on_unit(item->unit, now);
  }
  start_.owner.tick_changed();
  if (!restarting_ && reader_->ended()) start_.owner.end({base::Code::kNotFound, "the stream has ended", {}});
}

void Playing::on_rtp(std::span<uint8_t>, base::MonoTime) {
  // Viewers have nothing to send; what they send all the same is not ours to judge.
}

void Playing::on_rtcp(std::span<uint8_t> packet, base::MonoTime now) {
  sender_.on_rtcp(packet, now);
}

base::Status Playing::select_layer(std::optional<uint8_t> layer) {
  sender_.select_rendition(layer);
  return {};
}

void Playing::request_keyframe(media::TrackId track) {
  if (reader_) reader_->request_key(track);
}

void Playing::restart_group() {
  if (restarting_) return;
  restarting_ = true;
  read();
}

void Playing::on_codec_changed(media::TrackKind kind) {
  start_.owner.end({base::Code::kUnsupported, "the stream's codec changed",
                    kind == media::TrackKind::kVideo ? "video" : "audio"});
}

}  // namespace eyas::webrtc
