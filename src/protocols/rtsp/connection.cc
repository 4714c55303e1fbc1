#include "protocols/rtsp/connection.h"

#include <algorithm>
#include <random>

#include "base/log.h"
#include "hub/name.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

std::string random_hex(size_t words) {
  thread_local std::random_device source;
  std::string out;
  for (size_t i = 0; i < words; ++i) {
    uint32_t word = source();
    out += base::to_hex({reinterpret_cast<const uint8_t*>(&word), sizeof word});
  }
  return out;
}

// For descriptions: a player takes the address that it talks to.
const char* any_address(const std::string& peer) {
  return peer.starts_with('[') ? "::" : "0.0.0.0";
}

}  // namespace

Connection::Connection(Server& server, uint64_t id, std::unique_ptr<io::ByteStream> stream,
                       io::AddressCensus::Place place)
    : server_(server),
      options_(server.options_),
      id_(id),
      name_("rtsp-" + std::to_string(id)),
      place_(std::move(place)),
      stream_(std::move(stream)),
      session_(*options_, *this,
               Guard({options_->user, options_->password}, random_hex(4), stream_->encrypted()),
               random_hex(2), any_address(stream_->peer()), now()),
      sent_all_(now()) {}

Connection::~Connection() = default;

void Connection::tick(base::MonoTime now) {
  if (closing_) return;
  if (ingest_) ingest_->report();
  // A player over TCP need not say anything: that its bytes are taken is a sign of life.
  bool streams = egress_ && over(Transport::Lower::kTcp);
  if (stream_->pending() == 0) sent_all_ = now;
  if (streams && stream_->pending() == 0) session_.heard(now);
  if (now - sent_all_ > options_->session_timeout) return check(Error{Code::kTimeout, "rtsp: send", {}});
  check(session_.on_tick(now));
}

void Connection::end(const base::Error& why) {
  if (closing_) return;
  closing_ = true;
  stream_->close(why);
}

void Connection::on_data(base::Bytes bytes) {
  if (!closing_) check(session_.on_bytes(bytes, now()));
}

void Connection::check(const base::Status& status) {
  if (!status) end(status.error());
}

void Connection::on_drained() {
  sent_all_ = now();
  pump();
}

void Connection::on_closed(const base::Error& why) {
  base::log::info("rtsp.closed", {{"session", name_}, {"peer", stream_->peer()}, {"reason", why.message()}});
  server_.remove(id_, why);  // destroys this
}

void Connection::send(std::string text) {
  if (closing_) return;
  base::Slice bytes = base::Slice::copy_of(text);
  stream_->send({&bytes, 1});
}

void Connection::on_login_refused() {
  server_.statistics_->logins_refused.fetch_add(1, std::memory_order_relaxed);
  base::log::warning("rtsp.login_refused", {{"session", name_}, {"peer", stream_->peer()}});
}

void Connection::log_refused(const char* event, const base::Error& why) {
  base::log::info(event, {{"stream", session_.target().stream},
                          {"session", name_},
                          {"peer", stream_->peer()},
                          {"reason", why.message()}});
}

template <typename Done>
void Connection::read_stream(base::Task on_more, Done done) {
  auto name = hub::StreamName::parse(session_.target().stream);
  if (!name) return done(base::Result<hub::Reader<StreamFormat>>(name.error()));
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = name_;
  info.peer = stream_->peer();
  info.arguments = session_.target().arguments;
  info.wait = options_->play_wait;
  server_.directory_.read<StreamFormat>(*name, std::move(info), stream_->executor(), std::move(on_more),
                                        if_alive(std::move(done)));
}

void Connection::on_open(const Target&) {
  uint64_t serial = ++serial_;
  probe_ = {};
  read_stream(if_alive([this, serial] {
                if (serial == serial_) probe();
              }),
              [this, serial](base::Result<hub::Reader<StreamFormat>> reader) {
                probe_answered(serial, std::move(reader));
              });
}

void Connection::probe_answered(uint64_t serial, base::Result<hub::Reader<StreamFormat>> reader) {
  if (serial != serial_) return;
  if (!reader) return probe_failed(reader.error());
  probe_ = std::move(*reader);
  probe_timer_ = stream_->executor().after(options_->play_wait, [this] {
    probe_failed({Code::kTimeout, "rtsp: no key frame yet", {}});
  });
  probe();
}

void Connection::probe() {
  auto item = probe_.next();
  if (!item && probe_.ended()) return probe_failed({Code::kNotFound, "no such stream", {}});
  if (!item) return;
  probe_timer_.cancel();
  if (item->head->lanes.empty())
    return probe_failed({Code::kUnsupported, "rtsp: no track that RTP carries", {}});
  auto head = item->head;
  auto name = hub::StreamName::parse(session_.target().stream);
  if (!server_.multicast_) return session_.opened(head);
  server_.multicast_->join(*name, stream_->executor(), if_alive([this, head, serial = serial_](auto joined) {
    if (serial != serial_) return;
    if (joined) multicast_ = std::move(joined->second);
    if (joined) group_ = joined->first;
    session_.opened(head);
  }));
}

void Connection::probe_failed(const base::Error& why) {
  ++serial_;
  probe_timer_.cancel();
  probe_ = {};
  server_.statistics_->plays_refused.fetch_add(1, std::memory_order_relaxed);
  log_refused("rtsp.play_refused", why);
  session_.refused(why);
}

void Connection::on_announce(const Target& target, const sdp::Description& description) {
  auto name = hub::StreamName::parse(target.stream);
  if (!name) return publish_answered(serial_, description, name.error());
  hub::PublisherInfo info;
  info.protocol = kName;
  info.session = name_;
  info.peer = stream_->peer();
  info.arguments = target.arguments;
  info.takeover = options_->takeover();
  server_.directory_.publish(*name, std::move(info), stream_->executor(),
                             if_alive([this, serial = ++serial_, description](auto publisher) {
                               publish_answered(serial, description, std::move(publisher));
                             }));
}

void Connection::publish_answered(uint64_t serial, const sdp::Description& description,
                                  base::Result<hub::Publisher> publisher) {
  if (serial != serial_) return;
  base::Status taken;
  if (publisher) {
    publisher->on_revoked(if_alive([this](const base::Error& why) { end(why); }));
    TrackReceiver::Start start{now(), stream_->executor().clock().wall()};
    Ingest::JpegParts jpeg{session_.target().stream, stream_->executor(), server_.pictures_};
    ingest_ = std::make_unique<Ingest>(description, options_->receiver, start, std::move(jpeg),
                                       std::move(*publisher));
    if (ingest_->tracks() == 0) taken = Error{Code::kUnsupported, "rtsp: no section that we can take", {}};
  } else {
    taken = publisher.error();
  }
  if (!taken) {
    ingest_.reset();
    server_.statistics_->publishes_refused.fetch_add(1, std::memory_order_relaxed);
    log_refused("rtsp.publish_refused", taken.error());
    return session_.refused(taken.error());
  }
  server_.statistics_->publishes.fetch_add(1, std::memory_order_relaxed);
  base::log::info("rtsp.publish", {{"stream", session_.target().stream},
                                   {"session", name_},
                                   {"peer", stream_->peer()},
                                   {"agent", session_.agent()}});
  session_.accepted();
}

void Connection::on_play() {
  if (!ways_.empty() && ways_.begin()->second.transport.multicast) {
    multicast_.play(session_.head());
    server_.statistics_->plays.fetch_add(1, std::memory_order_relaxed);
    return session_.playing({});
  }
  uint64_t serial = ++serial_;
  read_stream(if_alive([this, serial] {
                if (serial == serial_) pump();
              }),
              [this, serial](base::Result<hub::Reader<StreamFormat>> reader) {
                play_answered(serial, std::move(reader));
              });
}

void Connection::play_answered(uint64_t serial, base::Result<hub::Reader<StreamFormat>> reader) {
  if (serial != serial_) return;
  if (!reader) return probe_failed(reader.error());
  probe_ = {};
  std::vector<OutgoingTrack> tracks = outgoing();
  std::vector<std::string> addresses;
  for (const OutgoingTrack& track : tracks) addresses.push_back(session_.address_of(track.place));
  if (over(Transport::Lower::kTcp))
    egress_ = std::make_unique<TcpEgress>(std::move(tracks), *stream_);
  else
    egress_ = std::make_unique<UdpEgress>(std::move(tracks), stream_->executor().clock(), *server_.ports());
  egress_->start(std::move(*reader));
  server_.statistics_->plays.fetch_add(1, std::memory_order_relaxed);
  base::log::info("rtsp.play", {{"stream", session_.target().stream},
                                {"session", name_},
                                {"peer", stream_->peer()},
                                {"transport", over(Transport::Lower::kTcp) ? "tcp" : "udp"},
                                {"agent", session_.agent()}});
  session_.playing(egress_->first_packets(addresses));
  pump();
}

std::vector<OutgoingTrack> Connection::outgoing() const {
  std::vector<OutgoingTrack> tracks;
  for (const StreamLane& lane : session_.head()->lanes) {
    auto way = ways_.find(lane.place);
    if (way == ways_.end()) continue;
    NumberPair channels = way->second.transport.interleaved.value_or(NumberPair{});
    tracks.push_back({lane.track->id, lane.place, static_cast<uint8_t>(channels.first),
                      static_cast<uint8_t>(channels.second), way->second.rtp, way->second.rtcp});
  }
  return tracks;
}

void Connection::pump() {
  if (!egress_ || !egress_->started() || closing_) return;
  Egress::Progress progress = egress_->pump(now());
  if (progress == Egress::Progress::kBlocked && egress_->resume_after() > base::Duration::zero() &&
      !resume_.armed())
    resume_ = stream_->executor().after(egress_->resume_after(), [this] { pump(); });
  if (progress == Egress::Progress::kEnded) {
    egress_->send_byes();
    egress_->stop();
    stream_->close_after_flush();
  }
  if (progress == Egress::Progress::kChanged)
    end({Code::kClosed, "a track is another than was described", {}});
}

void Connection::on_pause() {
  resume_.cancel();
  if (egress_) probe_ = egress_->take_reader();  // so that the feed stays
  egress_.reset();
  multicast_.play(nullptr);
  receive_timer_.cancel();
}

void Connection::on_record() {
  receive_tick();
}

void Connection::on_teardown() {
  ++serial_;
  resume_.cancel();
  receive_timer_.cancel();
  egress_.reset();
  ingest_.reset();
  probe_ = {};
  multicast_ = {};
  ways_.clear();
}

void Connection::on_interleaved(uint8_t channel, base::Bytes packet, base::MonoTime now) {
  if (!ingest_ || session_.state() != Session::State::kRecording) return;
  for (const auto& [section, way] : ways_) {
    const auto& channels = way.transport.interleaved;
    if (channels && (channels->first == channel || channels->second == channel))
      return ingest_->on_packet(section, packet, now);
  }
}

void Connection::on_datagram(size_t place, base::Bytes packet, base::MonoTime now) {
  session_.heard(now);
  if (!ingest_ || session_.state() != Session::State::kRecording) return;
  base::Duration before = ingest_->next_tick();
  ingest_->on_packet(place, packet, now);
  if (ingest_->next_tick() < before)
    receive_timer_ = stream_->executor().after(ingest_->next_tick(), [this] { receive_tick(); });
}

void Connection::receive_tick() {
  ingest_->on_tick(now());
  send_reports(now());
  receive_timer_ = stream_->executor().after(ingest_->next_tick(), [this] { receive_tick(); });
}

void Connection::send_reports(base::MonoTime now) {
  for (const auto& [section, way] : ways_) {
    std::vector<uint8_t> report;
    ingest_->append_reports(section, report, report_ssrc_, now);
    if (report.empty() || closing_) continue;
    if (way.transport.lower == Transport::Lower::kUdp) {
      server_.ports()->send_rtcp(way.rtcp, report);
      continue;
    }
    std::vector<uint8_t> framed;
    append_interleaved(framed, static_cast<uint8_t>(way.transport.interleaved->second), report);
    base::Slice bytes(std::move(framed));
    stream_->send({&bytes, 1});
  }
}

}  // namespace eyas::rtsp
