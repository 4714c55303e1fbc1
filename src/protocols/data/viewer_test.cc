// The whole room over a virtual clock: a publisher in the hub, a viewer on an HTTP connection.
#include <gtest/gtest.h>

#include "http/server.h"
#include "http/test_peer.h"
#include "protocols/data/data.h"

namespace eyas::data {
namespace {

using http::test::Peer;
using std::chrono::milliseconds;

class Bed {
 public:
  explicit Bed(Options options = {})
      : options_(options), directory({&loop}, {}), http_(loop, routed(), {}, shared_) {}
  ~Bed() {
    publisher.detach();
    world.advance(std::chrono::seconds(20));
  }

  void publish() {
    directory.publish(*hub::StreamName::parse("live/alpha"), {}, loop,
                      [this](base::Result<hub::Publisher> made) { publisher = std::move(*made); });
    world.settle();
    video_ = track(1, media::Codec::kH264, "");
    telemetry_ = track(3, media::Codec::kData, "application/json");
    klv_ = track(4, media::Codec::kData, "application/klv");
    for (const auto& made : {video_, telemetry_, klv_}) publisher.set_track(made);
    send(video_, "\x00\x00\x00\x02\x65\x88");
    world.settle();
  }
  void telemetry(std::string_view json) { send(telemetry_, json); }
  void klv(std::string_view bytes) { send(klv_, bytes); }
  void get(Peer& peer, const std::string& path) { peer.send("GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n"); }
  Peer connect() { return Peer(loop, http_); }

  Options options_;
  Statistics statistics;
  io::sim::SimWorld world;
  io::sim::SimExecutor& loop = world.add_loop();
  hub::Directory directory;
  hub::Publisher publisher;

 private:
  static media::TrackPtr track(media::TrackId id, media::Codec codec, const std::string& type) {
    auto made = std::make_shared<media::Track>();
    made->id = id;
    made->config.codec = codec;
    made->media_type = type;
    return made;
  }
  void send(const media::TrackPtr& track, std::string_view payload) {
    world.advance(milliseconds(100));
    media::Frame frame;
    frame.track = track;
    frame.pts = frame.dts = media::media_time_from_ms(100 * sent_++);
    frame.key = true;
    frame.arrival = loop.clock().mono();
    frame.payload = base::Slice::copy_of(payload);
    publisher.publish(std::move(frame));
    world.settle();
  }
  const http::Router& routed() {
    add_routes(router_, {options_, directory, statistics});
    return router_;
  }
  http::Router router_;
  std::shared_ptr<http::Shared> shared_ = std::make_shared<http::Shared>();
  http::Server http_;
  media::TrackPtr video_, telemetry_, klv_;
  int64_t sent_ = 0;
};

TEST(Data, LinesComeAsTheirFramesCome) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/data");
  EXPECT_NE(peer.take().find("application/x-ndjson"), std::string::npos);
  bed.telemetry("{\"lat\":37.5}");
  EXPECT_NE(peer.take().find("\"data\":{\"lat\":37.5}}\n"), std::string::npos);
  bed.klv("Man");
  EXPECT_NE(peer.take().find("\"base64\":\"TWFu\"}\n"), std::string::npos);
  EXPECT_EQ(bed.statistics.viewers, 1U);
  bed.publisher.detach();
  bed.world.advance(std::chrono::seconds(20));
  EXPECT_TRUE(peer.take().ends_with("0\r\n\r\n"));
  EXPECT_EQ(bed.statistics.viewers, 0U);
}

TEST(Data, OneTrackAlone) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/data?track=4");
  bed.telemetry("{\"lat\":37.5}");
  bed.klv("Man");
  const std::string text = peer.take();
  EXPECT_EQ(text.find("\"track\":3"), std::string::npos) << text;
  EXPECT_NE(text.find("\"track\":4"), std::string::npos) << text;
}

TEST(Data, RefusesWhatItCannotAnswer) {
  Options options;
  options.viewers_max = 1;
  Bed bed(options);
  Peer nobody = bed.connect();
  bed.get(nobody, "/live/nobody/data");
  bed.world.advance(std::chrono::seconds(2));
  EXPECT_TRUE(nobody.take().starts_with("HTTP/1.1 404"));
  EXPECT_EQ(bed.statistics.not_found, 1U);
  bed.publish();
  Peer wrong = bed.connect();
  for (const char* argument : {"x", "", "-1", "3x", "99999999999"}) {
    bed.get(wrong, std::string("/live/alpha/data?track=") + argument);
    EXPECT_TRUE(wrong.take().starts_with("HTTP/1.1 400")) << argument;
  }
  Peer first = bed.connect(), second = bed.connect();
  bed.get(first, "/live/alpha/data");
  bed.get(second, "/live/alpha/data");
  EXPECT_TRUE(first.take().starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(second.take().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(bed.statistics.limit_viewers, 1U);
}

TEST(Data, ALargePayloadIsCountedAndLeftOut) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/data");
  bed.klv(std::string(300'000, 'x'));
  EXPECT_NE(peer.take().find("\"omitted_bytes\":300000}"), std::string::npos);
  EXPECT_EQ(bed.statistics.limit_payload, 1U);
}

}  // namespace
}  // namespace eyas::data
