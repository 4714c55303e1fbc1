// Pulls and pushes over real sockets on loopback, in one loop.
#include <gtest/gtest.h>

#include "container/mpegts/test_streams.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "protocols/mpegts_udp/pull.h"
#include "protocols/mpegts_udp/push.h"
#include "protocols/test_transfers.h"

namespace eyas::mpegts_udp {
namespace {

using namespace std::chrono_literals;
using mpegts::data_track;
using mpegts::frame_of;
using mpegts::h264_track;
using mpegts::picture;
using protocols::test::FrameCollector;
using protocols::test::TransferBed;
using Outcome = TransferBed::Outcome;

// A socket that tests send from, and whose number is free for others once it is closed.
struct Silent : io::UdpSocket::Handler {
  void on_datagram(const io::Endpoint&, std::span<uint8_t> bytes, base::MonoTime) override {
    received.emplace_back(bytes.begin(), bytes.end());
  }
  std::vector<std::vector<uint8_t>> received;
};

struct Bytes : io::ByteStream::Handler {
  void on_data(base::Bytes bytes) override { received.insert(received.end(), bytes.begin(), bytes.end()); }
  void on_closed(const base::Error&) override { closed = true; }
  std::vector<uint8_t> received;
  bool closed = false;
};

class Ts : public testing::Test {
 protected:
  Parts parts() { return {options, bed.directory, statistics, nullptr}; }

  std::unique_ptr<io::UdpSocket> socket() {
    return std::move(*io::UdpSocket::open(bed.loop, "127.0.0.1:0", io::Sharing::kFirst, silent));
  }
  std::string free_port() { return std::to_string(socket()->local().port()); }

  void publish(const std::string& name) {
    hub::PublisherInfo info;
    info.protocol = "test";
    bed.directory.publish(*hub::StreamName::parse(name), info, bed.loop,
                          [this](base::Result<hub::Publisher> made) { publisher = std::move(*made); });
    ASSERT_TRUE(bed.run_until([&] { return static_cast<bool>(publisher); }));
    publisher.set_track(video);
    publisher.set_track(klv);
  }
  // A picture of some packets and a KLV packet beside it; a key frame every ten.
  void shoot() {
    media::Frame frame = *picture(video, 40 * shot, static_cast<uint8_t>(shot), 3'000, shot % 10 == 0);
    frame.arrival = bed.loop.clock().mono();
    publisher.publish(frame);
    media::Frame data = *frame_of(
        klv, 40 * shot, base::Slice(std::vector<uint8_t>{6, 0x0E, 0x2B, 0x34, static_cast<uint8_t>(shot)}));
    data.arrival = frame.arrival;
    publisher.publish(data);
    ++shot;
  }
  bool shoot_until(const std::function<bool()>& done) {
    for (int i = 0; i < 1000 && !done(); ++i) {
      shoot();
      bed.loop.run_once(2ms);
    }
    return bed.run_until(done);
  }
  // Push live/a to `to`, pull it back from `from` as live/b.
  void round_trip(const std::string& from, const std::string& to) {
    Outcome pulled, pushed;
    auto pull = make_pull(parts(), bed.request(from, "live/b", pulled));
    publish("live/a");
    shoot();
    auto push = make_push(parts(), bed.request(to, "live/a", pushed));
    FrameCollector seen(bed, "live/b");
    ASSERT_TRUE(shoot_until([&] {
      return seen.of(media::Codec::kH264).size() >= 30 && seen.of(media::Codec::kData).size() >= 30;
    })) << pulled.why()
        << "; " << pushed.why() << "; " << seen.frames.size();
    EXPECT_TRUE(pulled.running);
    EXPECT_TRUE(pushed.running);
    auto pictures = seen.of(media::Codec::kH264);
    auto packets = seen.of(media::Codec::kData);
    for (size_t i = 1; i < 30; ++i) {
      EXPECT_EQ(pictures[i]->payload.size(), 3'004u);
      EXPECT_EQ(pictures[i]->payload.data()[100], (pictures[i - 1]->payload.data()[100] + 1) | 0x80);
      EXPECT_EQ(static_cast<uint8_t>(packets[i - 1]->payload.data()[4] + 1), packets[i]->payload.data()[4]);
    }
    EXPECT_EQ(pictures[1]->dts - pictures[0]->dts, 40ms);
    EXPECT_GT(pull->facts().bytes, 30 * 3'000u);
    EXPECT_GT(push->facts().bytes, 30 * 3'000u);
    EXPECT_FALSE(pull->facts().peer.empty());
    EXPECT_EQ(statistics.pulls_open, 1u);
    EXPECT_EQ(statistics.pushes_open, 1u);
  }

  TransferBed bed;
  Options options;
  Statistics statistics;
  Silent silent;
  media::TrackPtr video = h264_track();
  media::TrackPtr klv = data_track(3, mpegts::kKlvMediaType);
  hub::Publisher publisher;
  int shot = 0;
};

TEST_F(Ts, GoesOverUdp) {
  std::string port = free_port();
  round_trip("udp://127.0.0.1:" + port, "udp://127.0.0.1:" + port);
}

TEST_F(Ts, GoesOverRtp) {
  std::string port = free_port();
  round_trip("rtp://127.0.0.1:" + port, "rtp://127.0.0.1:" + port);
}

TEST_F(Ts, GoesOverAGroupOfOneSource) {
  std::string at = "232.77.1.5:" + free_port() + "?interface=127.0.0.1";
  round_trip("udp://" + at + "&source=127.0.0.1", "udp://" + at + "&ttl=2");
}

TEST_F(Ts, ComesAndGoesOverTcp) {
  // Who pushes and who pulls both dial: a listener stands between them.
  std::vector<std::unique_ptr<io::ByteStream>> streams;
  Bytes sink;
  auto listener = std::move(*io::Listener::open(bed.loop, *io::Address::parse("127.0.0.1:0"),
                                                io::Sharing::kFirst, [&](int fd, const io::Address&) {
                                                  streams.push_back(io::adopt_socket(bed.loop, fd));
                                                  streams.back()->start(sink);
                                                }));
  std::string url = "tcp://127.0.0.1:" + std::to_string(listener->address().port());
  Outcome pushed, pulled;
  publish("live/a");
  shoot();
  auto push = make_push(parts(), bed.request(url, "live/a", pushed));
  ASSERT_TRUE(shoot_until([&] { return sink.received.size() > 100'000; })) << pushed.why();
  EXPECT_EQ(sink.received.size() % mpegts::kPacketBytes, 0u);
  auto pull = make_pull(parts(), bed.request(url, "live/b", pulled));
  FrameCollector seen(bed, "live/b");
  ASSERT_TRUE(bed.run_until([&] { return streams.size() == 2; }));
  base::Slice all = base::Slice::copy_of(sink.received);
  streams[1]->send({&all, 1});
  ASSERT_TRUE(bed.run_until([&] { return !seen.of(media::Codec::kH264).empty(); })) << pulled.why();
  EXPECT_EQ(seen.of(media::Codec::kH264)[0]->payload.size(), 3'004u);
  streams[1]->close_after_flush();
  ASSERT_TRUE(bed.run_until([&] { return pulled.ended.has_value(); }));
  EXPECT_EQ(pulled.ended->code, base::Code::kClosed);
}

TEST_F(Ts, ASilentPullEnds) {
  options.idle_timeout = 200ms;
  std::string port = free_port();
  Outcome pulled;
  auto pull = make_pull(parts(), bed.request("udp://127.0.0.1:" + port, "live/b", pulled));
  publish("live/a");
  shoot();
  Outcome pushed;
  auto push = make_push(parts(), bed.request("udp://127.0.0.1:" + port, "live/a", pushed));
  ASSERT_TRUE(shoot_until([&] { return pulled.running; }));
  push.reset();
  ASSERT_TRUE(bed.run_until([&] { return pulled.ended.has_value(); }));
  EXPECT_EQ(pulled.ended->code, base::Code::kTimeout);
  pull.reset();
  EXPECT_EQ(statistics.pulls_open, 0u);
}

TEST_F(Ts, AnotherSenderIsNotMixedIn) {
  std::string port = free_port();
  Outcome pulled, pushed;
  auto pull = make_pull(parts(), bed.request("udp://127.0.0.1:" + port, "live/b", pulled));
  publish("live/a");
  shoot();
  auto push = make_push(parts(), bed.request("udp://127.0.0.1:" + port, "live/a", pushed));
  ASSERT_TRUE(shoot_until([&] { return pulled.running; }));
  auto stranger = socket();
  auto to = *io::Endpoint::parse("127.0.0.1:" + port);
  ASSERT_TRUE(shoot_until([&] {
    stranger->send(to, std::vector<uint8_t>(mpegts::kPacketBytes, mpegts::kSyncByte));
    return statistics.foreign_datagrams > 10;
  }));
  EXPECT_FALSE(pulled.ended);
  for (const auto& [name, value] : pull->facts().counters) {
    EXPECT_TRUE(value == 0 || (name != "continuity_errors" && name != "resyncs")) << name;
  }
}

TEST_F(Ts, WhatIsNoTransportStreamEndsThePull) {
  std::string port = free_port();
  Outcome pulled;
  auto pull = make_pull(parts(), bed.request("udp://127.0.0.1:" + port, "live/b", pulled));
  auto sender = socket();
  auto to = *io::Endpoint::parse("127.0.0.1:" + port);
  ASSERT_TRUE(bed.run_until([&] {
    for (int i = 0; i < 50; ++i) sender->send(to, std::vector<uint8_t>(1'300, 0x33));
    return pulled.ended.has_value();
  }));
  EXPECT_EQ(pulled.ended->code, base::Code::kMalformed);
}

TEST_F(Ts, ANameThatIsTakenEndsThePull) {
  publish("live/a");
  std::string port = free_port();
  Outcome pulled, pushed;
  auto pull = make_pull(parts(), bed.request("udp://127.0.0.1:" + port, "live/a", pulled));
  shoot();
  auto push = make_push(parts(), bed.request("udp://127.0.0.1:" + port, "live/a", pushed));
  ASSERT_TRUE(shoot_until([&] { return pulled.ended.has_value(); }));
  EXPECT_EQ(pulled.ended->code, base::Code::kRefused);
}

TEST_F(Ts, OthersRtpIsCountedAndPassedOver) {
  std::string port = free_port();
  Outcome pulled;
  auto pull = make_pull(parts(), bed.request("rtp://127.0.0.1:" + port, "live/b", pulled));
  auto sender = socket();
  auto to = *io::Endpoint::parse("127.0.0.1:" + port);
  sender->send(to, base::from_hex("80 60 0001 00000001 00000002 4741"));  // payload type 96
  sender->send(to, base::from_hex("47 41"));                              // no RTP
  sender->send(to, base::from_hex("80 c8 0006 00000002"));                // a sender report
  ASSERT_TRUE(bed.run_until([&] { return statistics.broken_rtp_packets == 2; }));
  EXPECT_FALSE(pulled.ended);
}

TEST_F(Ts, WhereNobodyMayDialNothingIsSent) {
  publish("live/a");
  for (const char* url : {"udp://169.254.169.254:5000", "tcp://169.254.169.254:5000"}) {
    Outcome pushed;
    auto push = make_push(parts(), bed.request(url, "live/a", pushed));
    ASSERT_TRUE(bed.run_until([&] { return pushed.ended.has_value(); }));
    EXPECT_EQ(pushed.ended->code, base::Code::kRefused) << url;
  }
}

TEST_F(Ts, AnAddressThatIsNotOursIsAnError) {
  for (const char* url :
       {"udp://203.0.113.7:5000", "udp://239.1.1.1:5000?interface=nope0", "udp://127.0.0.1"}) {
    Outcome pulled;
    auto pull = make_pull(parts(), bed.request(url, "live/b", pulled));
    ASSERT_TRUE(bed.run_until([&] { return pulled.ended.has_value(); })) << url;
  }
}

}  // namespace
}  // namespace eyas::mpegts_udp
