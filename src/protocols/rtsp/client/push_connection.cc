#include "protocols/rtsp/client/push_connection.h"

#include <random>
#include <utility>

#include "base/log.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

constexpr base::Duration kTick = std::chrono::milliseconds(500);

sdp::Description description_of(const StreamHead& head, const std::string& stream, const std::string& peer) {
  auto to = io::Endpoint::parse(peer);
  return head.description(stream, to && to->is_v6() ? "::" : "0.0.0.0", 1);
}

}  // namespace

PushConnection::PushConnection(Setup setup, std::unique_ptr<io::ByteStream> stream, io::Loop& loop,
                               ClientServices services, Events events)
    : setup_(std::move(setup)),
      loop_(loop),
      services_(services),
      events_(std::move(events)),
      stream_(std::move(stream)),
      record_(services.options, setup_.url,
              description_of(*setup_.head, setup_.stream.text(), stream_->peer()), std::random_device()(),
              *this),
      moved_(loop.clock().mono()) {
  stream_->start(*this);
  record_.start(now());
  tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

PushConnection::~PushConnection() {
  base::Slice words = over_ ? base::Slice() : record_.last_words();
  if (words.empty()) return;
  if (egress_) egress_->send_byes();
  stream_->send({&words, 1});
}

protocols::TransferFacts PushConnection::facts() const {
  protocols::TransferFacts facts;
  facts.peer = stream_->peer();
  facts.transport = setup_.url.scheme == "rtsps" ? "tls" : "tcp";
  if (egress_) facts.bytes = egress_->bytes_sent();
  facts.counters = {{"rtsp_requests", record_.requests()},
                    {"units_lost", egress_ ? egress_->units_lost() : 0},
                    {"rtcp_bytes", report_bytes_},
                    {"pending_bytes", stream_->pending()}};
  return facts;
}

void PushConnection::on_data(base::Bytes bytes) {
  if (over_) return;
  if (auto status = record_.on_bytes(bytes, now()); !status) end(status.error());
}

void PushConnection::send(base::Slice bytes) {
  if (stream_->send({&bytes, 1}) > protocols::kAnswersPendingMax) stream_->pause_reading(true);
}

void PushConnection::on_drained() {
  stream_->pause_reading(false);
  pump();
}

void PushConnection::on_recording(const std::vector<NumberPair>& channels) {
  ClientStatistics::add(services_.statistics.pushes);
  base::log::info("rtsp.push", {{"stream", setup_.stream.text()},
                                {"session", setup_.session},
                                {"url", setup_.url.shown()},
                                {"tracks", channels.size()}});
  std::vector<OutgoingTrack> tracks;
  for (size_t i = 0; i < setup_.head->lanes.size() && i < channels.size(); ++i) {
    const StreamLane& lane = setup_.head->lanes[i];
    OutgoingTrack track;
    track.track = lane.track->id;
    track.place = lane.place;
    track.channel = static_cast<uint8_t>(channels[i].first);
    track.rtcp_channel = static_cast<uint8_t>(channels[i].second);
    tracks.push_back(track);
  }
  egress_ = std::make_unique<TcpEgress>(std::move(tracks), *stream_);
  hub::ReaderInfo info;
  info.protocol = "rtsp";
  info.session = setup_.session;
  info.peer = stream_->peer();
  info.interest = hub::Interest::kFollows;
  services_.directory.read<StreamFormat>(
      setup_.stream, std::move(info), loop_, if_alive([this] { pump(); }),
      if_alive([this](base::Result<hub::Reader<StreamFormat>> reader) { answered(std::move(reader)); }));
}

void PushConnection::answered(base::Result<hub::Reader<StreamFormat>> reader) {
  if (over_) return;
  if (!reader) return end(reader.error());
  egress_->start(*std::move(reader));
  pump();
}

void PushConnection::pump() {
  if (over_ || !egress_ || !egress_->started()) return;
  switch (egress_->pump(now())) {
    case Egress::Progress::kCaughtUp:
      moved_ = now();
      break;
    case Egress::Progress::kBlocked:
      break;
    case Egress::Progress::kEnded:
      end({Code::kClosed, "the stream ended", {}});
      return;
    case Egress::Progress::kChanged:
      // What was announced is not what is sent any more: the next attempt announces anew.
      end({Code::kClosed, "the stream's tracks changed", {}});
      return;
  }
  if (egress_->bytes_sent() == 0) return;
  if (auto running = std::move(events_.on_running)) running();
}

void PushConnection::tick() {
  if (auto status = record_.on_tick(now()); !status) return end(status.error());
  if (stream_->pending() == 0) moved_ = now();
  if (now() - moved_ >= services_.options.media_timeout) {
    ClientStatistics::add(services_.statistics.media_timeouts);
    return end({Code::kTimeout, "rtsp: the peer takes nothing", {}});
  }
  tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

void PushConnection::on_redirect(const base::Url& to) {
  if (std::exchange(over_, true)) return;
  tick_timer_.cancel();
  events_.on_redirect(to);
}

void PushConnection::end(Error why) {
  if (std::exchange(over_, true)) return;
  tick_timer_.cancel();
  if (why.code == Code::kLimit) ClientStatistics::add(services_.statistics.limits);
  if (why.code == Code::kTimeout && !egress_) ClientStatistics::add(services_.statistics.answer_timeouts);
  events_.on_ended(std::move(why));
}

}  // namespace eyas::rtsp
