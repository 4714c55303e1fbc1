// For tests: cameras and players on the far side of simulated networks.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "container/flv/test_pictures.h"
#include "io/sim/datagram_path.h"
#include "io/sim/network.h"
#include "protocols/rtsp/datagram_ports.h"
#include "protocols/rtsp/media_map.h"
#include "protocols/rtsp/stream_format.h"
#include "protocols/rtsp/stream_receiver.h"
#include "protocols/rtsp/wire/message_reader.h"

namespace eyas::rtsp::test {

using namespace std::chrono_literals;

// The datagrams of a simulated world. Shared by the server's ports and the peers.
class Datagrams {
 public:
  using Receive = std::function<void(base::Bytes packet)>;

  explicit Datagrams(io::sim::SimExecutor& away) : away_(away) {}

  // What the server sends there arrives by this path.
  void listen(const io::Endpoint& at, const io::sim::Path& path, Receive receive) {
    to_peers_[at] = std::make_unique<io::sim::DatagramPath>(away_, path, std::move(receive));
  }
  void hang_up() { to_peers_.clear(); }
  void to_peer(const io::Endpoint& at, base::Bytes packet) {
    auto found = to_peers_.find(at);
    if (found != to_peers_.end()) found->second->send(packet);
  }

 private:
  struct Hash {
    size_t operator()(const io::Endpoint& endpoint) const { return endpoint.hash(); }
  };
  io::sim::SimExecutor& away_;
  std::unordered_map<io::Endpoint, std::unique_ptr<io::sim::DatagramPath>, Hash> to_peers_;
};

// The server's end of it, of one loop.
class SimPorts final : public DatagramPorts {
 public:
  SimPorts(io::sim::SimExecutor& loop, Datagrams& datagrams, uint16_t port)
      : loop_(loop), datagrams_(datagrams), port_(port) {}

  NumberPair numbers() const override { return {port_, static_cast<uint16_t>(port_ + 1)}; }
  base::Result<io::Endpoint> endpoint(const std::string& host, uint16_t port) const override {
    return io::Endpoint::parse(host + ':' + std::to_string(port));
  }
  Attachment attach(const io::Endpoint& from, Receive receive) override {
    (*peers_)[from.text()] = std::make_shared<Receive>(std::move(receive));
    return {nullptr, [peers = peers_, text = from.text()](void*) { peers->erase(text); }};
  }
  void send_rtp(const io::Endpoint& to, base::Bytes packet) override { datagrams_.to_peer(to, packet); }
  void send_rtcp(const io::Endpoint& to, base::Bytes packet) override { datagrams_.to_peer(to, packet); }

  void deliver(const std::string& from, base::Bytes packet) {
    auto found = peers_->find(from);
    if (found == peers_->end()) return;
    auto receive = found->second;
    (*receive)(packet, loop_.clock().mono());
  }
  io::sim::SimExecutor& loop() { return loop_; }

 private:
  io::sim::SimExecutor& loop_;
  Datagrams& datagrams_;
  uint16_t port_;
  std::shared_ptr<std::map<std::string, std::shared_ptr<Receive>>> peers_ =
      std::make_shared<std::map<std::string, std::shared_ptr<Receive>>>();
};

inline media::TrackPtr camera_track() {
  auto track = std::make_shared<media::Track>();
  track->id = 1;
  track->config =
      codec::describe(media::Codec::kH264, codec::fixtures::slice(codec::fixtures::kAvcHigh)).value();
  return track;
}

inline media::FramePtr camera_frame(uint32_t number, base::MonoTime now) {
  auto frame = std::make_shared<media::Frame>();
  frame->track = camera_track();
  frame->pts = frame->dts = media::media_time_from_ms(40 * int64_t{number});
  frame->key = flv::PictureCount::is_key(number);
  frame->arrival = now;
  frame->payload = base::Slice(flv::PictureCount::nal_unit(number));
  return frame;
}

// Sends its requests one after the other, each when the one before it is answered.
class Client : public io::ByteStream::Handler, public MessageReader::Sink {
 public:
  explicit Client(io::sim::Connection line)
      : cable(line.cable), stream_(std::move(line.client)), reader_(*this) {
    stream_->start(*this);
  }

  void ask(const std::string& method, const std::string& uri, const std::string& more = {},
           const std::string& body = {}) {
    Request request;
    request.method = method;
    request.uri = uri;
    request.headers.add("CSeq", std::to_string(++sequence_));
    if (!more.empty()) request.headers.add("Transport", more);
    request.body = body;
    say(base::Slice::copy_of(text_of(request)));
  }
  void say(base::Slice bytes) {
    if (!closed) stream_->send({&bytes, 1});
  }

  io::sim::Cable cable;
  bool closed = false;
  std::vector<Response> answers;

 protected:
  virtual void answered(const Response& answer) = 0;

 private:
  void on_data(base::Bytes bytes) override { EXPECT_TRUE(reader_.push(bytes).ok()); }
  void on_closed(const base::Error&) override { closed = true; }
  void on_request(Request) override {}
  void on_response(Response response) override {
    answers.push_back(response);
    answered(response);
  }
  void on_interleaved(uint8_t, base::Bytes) override {}

  std::unique_ptr<io::ByteStream> stream_;
  MessageReader reader_;
  uint32_t sequence_ = 0;
};

constexpr const char* kAddress = "rtsp://eyas/live/alpha";
constexpr const char* kInterleaved = "RTP/AVP/TCP;unicast;interleaved=0-1";

class Camera final : public Client {
 public:
  // `transport` for its only track; over UDP the packets go by `datagram`.
  Camera(io::sim::Connection line, std::string transport, std::function<void(base::Bytes)> datagram)
      : Client(std::move(line)), transport_(std::move(transport)), datagram_(std::move(datagram)) {
    std::vector<StreamUnitPtr> none;
    format_.set_tracks({camera_track()}, none);
    ask("ANNOUNCE", kAddress, {}, format_.head()->description("camera", "0.0.0.0", 1).text());
  }
  bool recording() const { return answers.size() == 3 && answers.back().status == 200; }
  void shoot(uint32_t number, base::MonoTime now) {
    std::vector<StreamUnitPtr> units;
    format_.package(camera_frame(number, now), units);
    for (const StreamUnitPtr& unit : units) {
      if (!recording()) continue;
      if (!datagram_)
        say(unit->bytes);
      else
        for_each_packet(*unit, [&](base::Bytes packet) { datagram_(packet); });
    }
  }

 private:
  void answered(const Response&) override {
    if (answers.size() == 1) ask("SETUP", std::string(kAddress) + "/trackID=1", transport_);
    if (answers.size() == 2) ask("RECORD", kAddress);
  }

  std::string transport_;
  std::function<void(base::Bytes)> datagram_;
  StreamFormat format_;
};

// Checks every picture that it is given.
class Player final : public Client, TrackReceiver::Sink {
 public:
  Player(io::sim::Connection line, const base::Clock& clock, const std::vector<base::MonoTime>& shots,
         std::string transport = kInterleaved)
      : Client(std::move(line)), clock_(clock), shots_(shots), transport_(std::move(transport)) {
    ask("DESCRIBE", kAddress);
  }
  void on_packet(base::Bytes packet) {
    if (rtp::is_rtcp(packet))
      ++reports;
    else if (reports == 0)
      ++packets_before_reports;
    if (receiver_) receiver_->on_packet(0, packet, clock_.mono());
  }
  void tick() {
    if (receiver_) receiver_->on_tick(clock_.mono());
  }
  bool playing() const { return answers.size() == 3 && answers.back().status == 200; }

  flv::PictureCheck seen;
  base::Duration latest{0};  // the longest way from camera to here
  uint64_t reports = 0;
  uint64_t packets_before_reports = 0;

 private:
  void answered(const Response& answer) override {
    if (answers.size() == 1 && answer.status == 200) {
      auto media = received_media(sdp::parse(answer.body).value());
      TrackReceiver::Sink& frames = *this;
      receiver_ = std::make_unique<StreamReceiver>(
          media, ReceiverOptions(), TrackReceiver::Start{clock_.mono(), clock_.wall()}, frames);
      ask("SETUP", control_url(kAddress, media[0].control), transport_);
    }
    if (answers.size() == 2) ask("PLAY", kAddress);
  }
  void on_interleaved(uint8_t, base::Bytes packet) override { on_packet(packet); }
  void on_track(media::TrackPtr) override {}
  void on_frame(media::Frame frame) override {
    base::ByteWriter body;
    body.bytes(base::from_hex(frame.key ? "1701000000" : "2701000000"));
    body.bytes(frame.payload);
    if (seen.see(body.view())) latest = std::max(latest, clock_.mono() - shots_[seen.newest]);
  }

  const base::Clock& clock_;
  const std::vector<base::MonoTime>& shots_;
  std::string transport_;
  std::unique_ptr<StreamReceiver> receiver_;
};

}  // namespace eyas::rtsp::test
