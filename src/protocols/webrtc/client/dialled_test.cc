// Pulls and pushes over real sockets: the server's own WHEP and WHIP are the other side.
#include "protocols/webrtc/client/dialled.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "codec/codec.h"
#include "container/flv/test_pictures.h"
#include "container/flv/test_streams.h"
#include "http/server.h"
#include "io/tcp.h"
#include "protocols/test_transfers.h"
#include "protocols/webrtc/test_bed.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;
using flv::PictureCount;
using protocols::test::FrameCollector;
using protocols::test::TransferBed;

// Pictures that carry their number, one after another.
void check_pictures(const FrameCollector& seen) {
  std::vector<std::string> sent;
  for (uint32_t i = 0; i < 100; ++i) sent.push_back(base::to_hex(PictureCount::nal_unit(i)));
  auto first = std::ranges::find(sent, base::to_hex(seen.frames[0]->payload));
  ASSERT_NE(first, sent.end());
  for (size_t i = 0; i < 20; ++i)
    EXPECT_EQ(base::to_hex(seen.frames[i]->payload), first[static_cast<long>(i)]) << i;
}

class DialledTest : public testing::Test {
 protected:
  DialledTest() {
    shared->statistics = std::make_shared<Statistics>();
    shared->dtls = *DtlsContext::make(DtlsRole::kServer, test::certificate(DtlsRole::kServer));
    shared->dtls_client = *DtlsContext::make(DtlsRole::kClient, test::certificate(DtlsRole::kServer));
    shared->servers.push_back(std::make_unique<Server>(*shared, Options(), 0));
    EXPECT_TRUE(shared->servers[0]->open("127.0.0.1:0", io::Sharing::kFirst));
    uint16_t port = shared->servers[0]->local().port();
    shared->addresses.store(
        std::make_shared<const HostAddresses>(*HostAddresses::make({"127.0.0.1", port, true, false}, {})));
    add_routes(router_, *shared);
    listener_ = std::move(*io::Listener::open(
        bed.loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
        [this](int fd, const io::Address&) { http_.adopt(io::adopt_socket(bed.loop, fd)); }));
  }
  ~DialledTest() override {
    timer_.cancel();
    publisher_.detach();
    bed.run_until([end = base::system_clock().mono() + 50ms] { return base::system_clock().mono() > end; });
    shared.reset();
  }
  std::string url(const std::string& scheme, const std::string& path) const {
    return scheme + "://" + listener_->address().text() + path;
  }
  // Pictures of 25 a second, each second a keyframe.
  void shoot(const std::string& name) {
    auto track = std::make_shared<media::Track>();
    track->id = 1;
    track->config = *codec::describe(media::Codec::kH264, base::Slice(base::from_hex(flv::kAvcRecord)));
    track_ = track;
    bed.directory.publish(*hub::StreamName::parse(name), {}, bed.loop,
                          [this](base::Result<hub::Publisher> made) {
                            publisher_ = std::move(*made);
                            publisher_.set_track(track_);
                            shoot_one();
                          });
  }

  TransferBed bed;
  std::vector<io::Loop*> loops_{&bed.loop};
  std::shared_ptr<Shared> shared = std::make_shared<Shared>(bed.directory, loops_);
  TransferBed::Outcome outcome;

 private:
  void shoot_one() {
    media::Frame frame;
    frame.track = track_;
    frame.pts = frame.dts = media::media_time_from_ms(40 * shot_);
    frame.key = PictureCount::is_key(shot_);
    frame.arrival = bed.loop.clock().mono();
    frame.payload = base::Slice(PictureCount::nal_unit(shot_));
    publisher_.publish(std::move(frame));
    ++shot_;
    timer_ = bed.loop.after(40ms, [this] { shoot_one(); });
  }

  http::Router router_;
  http::Server http_{bed.loop, router_, http::Options{}, std::make_shared<http::Shared>()};
  std::unique_ptr<io::Listener> listener_;
  hub::Publisher publisher_;
  media::TrackPtr track_;
  uint32_t shot_ = 0;
  io::Timer timer_;
};

TEST_F(DialledTest, WhatWhepOffersIsFetched) {
  shoot("live/origin");
  FrameCollector at_origin(bed, "live/origin");
  ASSERT_TRUE(bed.run_until([&] { return at_origin.frames.size() >= 2; }));
  auto pull = std::make_unique<Dialled>(*shared, Role::kPublish,
                                        bed.request(url("whep", "/live/origin/whep"), "live/edge", outcome));
  FrameCollector at_edge(bed, "live/edge");
  ASSERT_TRUE(bed.run_until([&] { return at_edge.frames.size() >= 20 || outcome.ended; })) << outcome.why();
  EXPECT_TRUE(outcome.running);
  EXPECT_TRUE(at_edge.frames[0]->key);
  EXPECT_EQ(at_edge.frames[0]->track->config.codec, media::Codec::kH264);
  check_pictures(at_edge);
  protocols::TransferFacts facts = pull->facts();
  EXPECT_EQ(facts.transport, "udp");
  EXPECT_EQ(facts.peer, shared->servers[0]->local().text());
  EXPECT_GT(facts.bytes, 20 * PictureCount::kFrameBytes);
  EXPECT_EQ(shared->statistics->sessions_open, 2u) << "his and ours";
  pull.reset();
  EXPECT_TRUE(bed.run_until([&] { return shared->statistics->sessions_open == 0; })) << "both are told";
  EXPECT_FALSE(outcome.ended);
}

TEST_F(DialledTest, AStreamIsSentToAWhipServer) {
  shoot("live/here");
  auto push = std::make_unique<Dialled>(*shared, Role::kPlay,
                                        bed.request(url("whip", "/live/there/whip"), "live/here", outcome));
  FrameCollector there(bed, "live/there");
  ASSERT_TRUE(bed.run_until([&] { return there.frames.size() >= 20 || outcome.ended; })) << outcome.why();
  EXPECT_TRUE(outcome.running);
  EXPECT_TRUE(there.frames[0]->key);
  check_pictures(there);
  EXPECT_GT(push->facts().bytes, 20 * PictureCount::kFrameBytes);
  push.reset();
  EXPECT_TRUE(bed.run_until([&] { return shared->statistics->sessions_open == 0; }));
}

TEST_F(DialledTest, EndsSayWhy) {
  auto why = [&](Role role, const std::string& at, const std::string& stream) {
    outcome = {};
    Dialled attempt(*shared, role, bed.request(at, stream, outcome));
    EXPECT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
    return outcome.why();
  };
  EXPECT_TRUE(why(Role::kPublish, url("whep", "/live/nobody/whep"), "live/edge").starts_with("not_found: "));
  EXPECT_TRUE(why(Role::kPlay, url("whip", "/live/there/whip"), "live/nobody").starts_with("not_found: "));
  EXPECT_TRUE(why(Role::kPublish, url("whep", "/nothing/at/all"), "live/edge").starts_with("not_found: "));
  shoot("live/here");
  FrameCollector here(bed, "live/here");
  ASSERT_TRUE(bed.run_until([&] { return !here.frames.empty(); }));
  EXPECT_EQ(why(Role::kPlay, url("whip", "/live/here/whip"), "live/here"),
            "refused: webrtc: the server's answer (409)");
  EXPECT_EQ(shared->statistics->sessions_open, 0u);
}

TEST_F(DialledTest, WhenTheOtherSideEndsSoDoesTheAttempt) {
  shoot("live/origin");
  FrameCollector at_origin(bed, "live/origin");
  ASSERT_TRUE(bed.run_until([&] { return at_origin.frames.size() >= 2; }));
  Dialled pull(*shared, Role::kPublish, bed.request(url("whep", "/live/origin/whep"), "live/edge", outcome));
  ASSERT_TRUE(bed.run_until([&] { return outcome.running || outcome.ended; })) << outcome.why();
  shared->servers[0]->drain();
  EXPECT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
  EXPECT_EQ(outcome.ended->code, base::Code::kClosed);
}

TEST(DialledUrls, AreToldByTheirSchemesAndPaths) {
  auto parse = [](const char* text) { return *base::Url::parse(text); };
  EXPECT_TRUE(is_whep(parse("whep://host/live/a/whep"), {}));
  EXPECT_TRUE(is_whep(parse("wheps://host/x"), {}));
  EXPECT_TRUE(is_whep(parse("https://host/live/a/whep"), {}));
  EXPECT_TRUE(is_whep(parse("http://host/x"), {{"format", "whep"}}));
  EXPECT_FALSE(is_whep(parse("http://host/live/a.flv"), {}));
  EXPECT_FALSE(is_whep(parse("whip://host/live/a/whip"), {}));
  EXPECT_TRUE(is_whip(parse("whips://host/x"), {}));
  EXPECT_TRUE(is_whip(parse("http://host/live/a/whip"), {}));
  EXPECT_TRUE(check_dialled(parse("whep://host/x"), {{"token", "abc"}, {"tls_verify", "false"}}).ok());
  EXPECT_FALSE(check_dialled(parse("whep://host/x"), {{"transport", "udp"}}).ok());
  EXPECT_FALSE(check_dialled(parse("whep:///x"), {}).ok());
}

}  // namespace
}  // namespace eyas::webrtc
