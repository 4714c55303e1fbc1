#include "protocols/rtsp/client/pull_connection.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "rtp/rtcp.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;
using base::Status;

// SSRCs and client nonces must differ between sessions, no more.
uint64_t random_number() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

PullConnection::PullConnection(Setup setup, std::unique_ptr<io::ByteStream> stream, io::Loop& loop,
                               ClientServices services, Events events)
    : setup_(std::move(setup)),
      loop_(loop),
      services_(services),
      events_(std::move(events)),
      ssrc_(static_cast<uint32_t>(random_number())),
      start_{loop.clock().mono(), loop.clock().wall()},
      stream_(std::move(stream)),
      play_(services.options, setup_.url, setup_.paths, random_number(), *this),
      publisher_(
          services.directory, loop, setup_.stream, setup_.info, [this] { events_.on_running(); },
          [this](Error why) { end(std::move(why)); }),
      jpeg_(setup_.stream.text(), loop, services.pictures, *this) {
  stream_->start(*this);
  play_.start(now());
  schedule_tick();
}

PullConnection::~PullConnection() {
  // What the kernel does not take at once is not worth waiting for.
  base::Slice words = over_ ? base::Slice() : play_.last_words();
  if (!words.empty()) stream_->send({&words, 1});
}

protocols::TransferFacts PullConnection::facts() const {
  protocols::TransferFacts facts;
  facts.peer = stream_->peer();
  bool tls = setup_.url.scheme == "rtsps";
  facts.transport = tls ? "tls" : path_name(play_.path());
  if (receiver_) {
    facts.bytes = receiver_->bytes();
    facts.counters = receiver_->counters();
  }
  const Play::Counters& play = play_.counters();
  facts.counters.insert(facts.counters.end(), {{"rtsp_requests", play_.requests()},
                                               {"rtsp_tracks_left_out", play.tracks_left_out},
                                               {"rtsp_stray_packets", play.stray_packets},
                                               {"rtsp_moved_packets", play.moved_packets},
                                               {"images_left_out", jpeg_.left_out()}});
  return facts;
}

void PullConnection::on_data(base::Bytes bytes) {
  if (over_) return;
  check(play_.on_bytes(bytes, now()));
  // A hole wants a closer look than was planned.
  if (!over_ && receiver_ && now() + receiver_->next_tick() < tick_at_) schedule_tick();
}

void PullConnection::on_closed(const Error& why) {
  end(why);
}

void PullConnection::check(const Status& status) {
  if (!status) end(status.error());
}

void PullConnection::end(Error why) {
  if (std::exchange(over_, true)) return;
  tick_timer_.cancel();
  ClientStatistics& statistics = services_.statistics;
  if (why.code == Code::kLimit) ClientStatistics::add(statistics.limits);
  if (why.code == Code::kTimeout && !playing_since_) ClientStatistics::add(statistics.answer_timeouts);
  if (why.code == Code::kRefused && !playing_since_) ClientStatistics::add(statistics.refused);
  events_.on_ended(std::move(why));
}

void PullConnection::send(base::Slice bytes) {
  if (stream_->send({&bytes, 1}) > protocols::kAnswersPendingMax) stream_->pause_reading(true);
}

void PullConnection::on_tracks(const std::vector<ReceivedMedia>& tracks) {
  publisher_.on_key_wanted([this](media::TrackId track) { receiver_->want_key(track); });
  receiver_ = std::make_unique<StreamReceiver>(tracks, services_.receiver, start_,
                                               static_cast<TrackReceiver::Sink&>(jpeg_));
  ports_.resize(tracks.size());
}

base::Result<NumberPair> PullConnection::open_ports(size_t track) {
  auto peer = io::Endpoint::parse(stream_->peer());
  if (!peer) return peer.error();
  auto pair = PortPair::open(loop_, track, *peer, *this);
  if (!pair) return pair.error();
  ports_[track] = *std::move(pair);
  return ports_[track]->ports();
}

// DEVIATION: servers that leave their ports out: nothing can be sent to them, but much can come.
Status PullConnection::on_transport(size_t track, const Transport& transport) {
  auto from = io::Endpoint::parse(stream_->peer());
  if (!from) return from.error();
  if (play_.path() == PacketPath::kMulticast) {
    auto pair = PortPair::open_group(loop_, track, transport, *from, *this);
    if (!pair) return pair.error();
    ports_[track] = *std::move(pair);
  }
  if (!transport.source.empty()) {
    bool v6 = transport.source.find(':') != std::string::npos;
    auto said = io::Endpoint::parse((v6 ? '[' + transport.source + ']' : transport.source) + ":0");
    // A source that is a name, or all zeros behind a NAT, is no better than the peer that we know; nor is one
    // that we would not dial, for packets of ours go there.
    bool usable = said && said->host() != "0.0.0.0" && said->host() != "::";
    if (usable && setup_.policy.check(*said)) from = said;
  }
  // To a group nothing of ours is sent.
  bool to_us = play_.path() == PacketPath::kUdp;
  ports_[track]->set_peer(*from, to_us ? transport.server_port.value_or(NumberPair{}) : NumberPair{});
  return {};
}

void PullConnection::on_playing() {
  playing_since_ = now();
  ClientStatistics::add(services_.statistics.pulls);
  ClientStatistics::add(services_.statistics.tracks_left_out, play_.counters().tracks_left_out);
  base::log::info("rtsp.pull", {{"stream", setup_.stream.text()},
                                {"session", setup_.info.session},
                                {"url", setup_.url.shown()},
                                {"transport", facts().transport},
                                {"tracks", play_.tracks().size()},
                                {"tracks_left_out", play_.counters().tracks_left_out}});
  std::vector<uint8_t> report;
  rtp::append_receiver_report(report, ssrc_);
  for (auto& pair : ports_) {
    if (pair) pair->punch(report);
  }
}

void PullConnection::on_packet(size_t track, base::Bytes packet) {
  if (!over_) receiver_->on_packet(track, packet, now());
}

void PullConnection::on_redirect(const base::Url& to) {
  if (std::exchange(over_, true)) return;
  tick_timer_.cancel();
  events_.on_redirect(to);
}

void PullConnection::schedule_tick() {
  constexpr base::Duration kTick = std::chrono::milliseconds(500);
  base::Duration wait = receiver_ ? std::min(kTick, receiver_->next_tick()) : kTick;
  tick_at_ = now() + wait;
  tick_timer_ = loop_.after(wait, [this] { tick(); });
}

void PullConnection::tick() {
  base::MonoTime at = now();
  check(play_.on_tick(at));
  if (!over_) check(check_media(at));
  if (over_) return;
  if (receiver_) {
    receiver_->on_tick(at);
    send_reports(at);
    publisher_.report(facts().counters);
  }
  schedule_tick();
}

Status PullConnection::check_media(base::MonoTime at) {
  if (!playing_since_) return {};
  auto heard = receiver_->last_packet();
  if (!heard && setup_.paths.size() > 1 && play_.path() == setup_.paths.front() &&
      at - *playing_since_ >= services_.options.first_packet_timeout) {
    over_ = true;
    events_.on_silent_path();
    return {};
  }
  if (at - heard.value_or(*playing_since_) < services_.options.media_timeout) return {};
  ClientStatistics::add(services_.statistics.media_timeouts);
  return Error{Code::kTimeout, "rtsp: no packets", path_name(play_.path())};
}

void PullConnection::send_reports(base::MonoTime at) {
  for (size_t track = 0; track < ports_.size(); ++track) {
    std::vector<uint8_t> report;
    receiver_->append_reports(track, report, ssrc_, at);
    if (report.empty()) continue;
    if (ports_[track]) {
      ports_[track]->send_report(report);
    } else {
      play_.send_report(track, report);
    }
  }
}

}  // namespace eyas::rtsp
