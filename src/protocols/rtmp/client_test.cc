// Pulls and pushes over real sockets, from and to our own server.
#include "protocols/rtmp/client.h"

#include <gtest/gtest.h>

#include "container/flv/test_pictures.h"
#include "io/tcp.h"
#include "io/test_certificate.h"
#include "io/tls.h"
#include "protocols/test_transfers.h"

namespace eyas::rtmp {
namespace {

using namespace std::chrono_literals;
using flv::PictureCount;
using protocols::test::FrameCollector;
using protocols::test::TransferBed;

class RtmpClient : public testing::Test {
 protected:
  RtmpClient() : server_(Options{}, bed.directory, bed.loop, of_server) { listener_ = listen(nullptr); }
  ~RtmpClient() override {
    publisher_.detach();
    for (int i = 0; i < 5; ++i) bed.loop.run_once(1ms);
  }
  std::unique_ptr<io::Listener> listen(std::shared_ptr<const io::TlsContext> tls) {
    return std::move(*io::Listener::open(bed.loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                                         [this, tls](int fd, const io::Address&) {
                                           server_.accept(tls ? io::adopt_tls_server(bed.loop, fd, tls)
                                                              : io::adopt_socket(bed.loop, fd));
                                         }));
  }
  std::string url(const std::string& path) const { return "rtmp://" + listener_->address().text() + path; }
  std::unique_ptr<Client> start(Wish::Role role, const std::string& at, const std::string& stream,
                                TransferBed::Outcome& outcome, protocols::TransferOptions options = {}) {
    return std::make_unique<Client>(bed.request(at, stream, outcome, std::move(options)), role,
                                    ClientParts{options_, bed.directory, nullptr, statistics});
  }
  void publish(const std::string& stream) {
    bed.directory.publish(*hub::StreamName::parse(stream), {}, bed.loop,
                          [this](base::Result<hub::Publisher> made) { publisher_ = std::move(*made); });
    EXPECT_TRUE(bed.run_until([&] { return static_cast<bool>(publisher_); }));
    auto track = std::make_shared<media::Track>();
    track->id = 1;
    track->config.codec = media::Codec::kH264;
    track->config.record = base::Slice(base::from_hex(flv::kAvcRecord));
    track_ = track;
    publisher_.set_track(track_);
    shoot(5);
  }
  void shoot(uint32_t pictures) {
    for (uint32_t i = 0; i < pictures; ++i) {
      media::Frame frame;
      frame.track = track_;
      frame.pts = frame.dts = media::media_time_from_ms(40 * shot_);
      frame.key = PictureCount::is_key(shot_);
      frame.arrival = bed.loop.clock().mono();
      frame.payload = base::Slice(PictureCount::nal_unit(shot_++));
      publisher_.publish(std::move(frame));
    }
  }
  // What the collector has are the pictures from the first key frame on, without a hole.
  static void expect_pictures(const FrameCollector& seen) {
    for (size_t i = 0; i < seen.frames.size(); ++i)
      EXPECT_EQ(base::to_hex(seen.frames[i]->payload),
                base::to_hex(PictureCount::nal_unit(static_cast<uint32_t>(i))));
  }

  TransferBed bed;
  std::shared_ptr<Statistics> of_server = std::make_shared<Statistics>();
  Statistics statistics;
  Options options_;

 private:
  Server server_;
  std::unique_ptr<io::Listener> listener_;
  hub::Publisher publisher_;
  media::TrackPtr track_;
  uint32_t shot_ = 0;
};

TEST_F(RtmpClient, PullsWhatAnotherServerHas) {
  publish("live/origin");
  TransferBed::Outcome outcome;
  FrameCollector seen(bed, "live/edge");
  auto pull = start(Wish::Role::kPlay, url("/live/origin"), "live/edge", outcome);
  EXPECT_TRUE(bed.run_until([&] { return outcome.running; })) << outcome.why();
  shoot(10);
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 14; })) << outcome.why();
  expect_pictures(seen);
  EXPECT_EQ(base::to_hex(seen.frames[0]->track->config.record), flv::kAvcRecord);
  EXPECT_GT(pull->facts().bytes, 14 * PictureCount::kFrameBytes);
  EXPECT_EQ(statistics.transfers_open, 1u);
  pull.reset();
  EXPECT_TRUE(bed.run_until([&] { return of_server->connections_open == 0; }));
  EXPECT_EQ(statistics.transfers_open, 0u);
}

TEST_F(RtmpClient, PushesWhatThisServerHas) {
  publish("live/here");
  TransferBed::Outcome outcome;
  FrameCollector seen(bed, "live/there");
  auto push = start(Wish::Role::kPublish, url("/live/there?key=secret"), "live/here", outcome);
  EXPECT_TRUE(bed.run_until([&] { return outcome.running; })) << outcome.why();
  shoot(10);
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 14; })) << outcome.why();
  expect_pictures(seen);
  protocols::TransferFacts facts = push->facts();
  EXPECT_TRUE(facts.peer.starts_with("127.0.0.1:"));
  EXPECT_GT(facts.bytes, 14 * PictureCount::kFrameBytes);
  push.reset();
  EXPECT_TRUE(bed.run_until([&] { return of_server->connections_open == 0; }));
}

TEST_F(RtmpClient, OverTlsAsWell) {
  io::Certificate certificate(4001, "IP:127.0.0.1");
  auto listener = listen(*io::TlsContext::load(certificate.file(), certificate.key(), {}));
  publish("live/origin");
  std::string at = "rtmps://" + listener->address().text() + "/live/origin";
  TransferBed::Outcome outcome, stranger;
  FrameCollector seen(bed, "live/edge");
  auto pull = start(Wish::Role::kPlay, at, "live/edge", outcome, {{"tls_authority", certificate.file()}});
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 4; })) << outcome.why();
  EXPECT_EQ(pull->facts().transport, "tls");
  auto refused = start(Wish::Role::kPlay, at, "live/other", stranger);
  ASSERT_TRUE(bed.run_until([&] { return stranger.ended.has_value(); }));
  EXPECT_EQ(stranger.ended->code, base::Code::kRefused);
  pull.reset();
}

TEST_F(RtmpClient, EndsSayWhy) {
  TransferBed::Outcome taken, nothing;
  publish("live/origin");
  auto onto_taken = start(Wish::Role::kPublish, url("/live/origin"), "live/origin", taken);
  ASSERT_TRUE(bed.run_until([&] { return taken.ended.has_value(); }));
  EXPECT_EQ(taken.ended->code, base::Code::kRefused) << taken.why();
  auto of_nothing = start(Wish::Role::kPublish, url("/live/x"), "live/nobody", nothing);
  ASSERT_TRUE(bed.run_until([&] { return nothing.ended.has_value(); }));
  EXPECT_EQ(nothing.ended->code, base::Code::kNotFound) << nothing.why();
  TransferBed::Outcome closed_port, malformed;
  auto to_nobody = start(Wish::Role::kPlay, "rtmp://127.0.0.1:1/live/a", "live/a", closed_port);
  ASSERT_TRUE(bed.run_until([&] { return closed_port.ended.has_value(); }));
  EXPECT_EQ(closed_port.ended->code, base::Code::kSystem) << closed_port.why();
  auto nameless = start(Wish::Role::kPlay, "rtmp://127.0.0.1:1/live", "live/a", malformed);
  ASSERT_TRUE(bed.run_until([&] { return malformed.ended.has_value(); }));
  EXPECT_EQ(malformed.ended->code, base::Code::kInvalidConfig) << malformed.why();
  EXPECT_EQ(statistics.transfers_failed, 4u);
}

TEST_F(RtmpClient, AnAttemptMayBeDroppedAtAnyTime) {
  publish("live/origin");
  for (Wish::Role role : {Wish::Role::kPlay, Wish::Role::kPublish}) {
    for (int turns = 0; turns < 12; ++turns) {
      TransferBed::Outcome outcome;
      auto attempt = start(role, url("/live/target"), "live/origin", outcome);
      for (int i = 0; i < turns; ++i) bed.loop.run_once(1ms);
      attempt.reset();
    }
  }
  EXPECT_TRUE(bed.run_until([&] { return of_server->connections_open == 0; }));
}

TEST_F(RtmpClient, WhoTakesNoAnswersIsNotHeard) {
  std::vector<uint8_t> handshake(1 + 2 * kHandshakeBytes);
  handshake[0] = 3;
  // A chunk of six bytes, a user control message: PingRequest.
  protocols::test::Flood flood(bed, handshake, base::from_hex("02 000000 000006 04 00000000 0006 00000001"));
  TransferBed::Outcome outcome;
  auto pull = start(Wish::Role::kPlay, "rtmp://" + flood.authority() + "/live/a", "live/b", outcome);
  EXPECT_LT(flood.run(), protocols::test::Flood::kBytesMax);
  EXPECT_FALSE(outcome.ended) << outcome.why();
}

TEST(RtmpClientOptions, AreChecked) {
  auto check = [](const char* url, const protocols::TransferOptions& options) {
    return check_client(*base::Url::parse(url), options).ok();
  };
  EXPECT_TRUE(check("rtmp://host/live/a?user=u&pass=p", {}));
  EXPECT_TRUE(check("rtmps://host/live/a", {{"tls_verify", "false"}}));
  EXPECT_FALSE(check("rtmps://host/live/a", {{"tls_verify", "no"}}));
  EXPECT_FALSE(check("rtmp://user:pw@host/live/a", {}));
  EXPECT_FALSE(check("rtmp://host/live", {}));
  EXPECT_FALSE(check("rtmp://host/live/a", {{"transport", "udp"}}));
}

}  // namespace
}  // namespace eyas::rtmp
