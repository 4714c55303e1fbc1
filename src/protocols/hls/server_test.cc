// The whole room over a virtual clock: a publisher in the hub, a viewer on an HTTP connection.
#include <gtest/gtest.h>

#include "hub/test_derivations.h"
#include "protocols/hls/hls.h"
#include "protocols/test_http_bed.h"

namespace eyas::hls {
namespace {

using http::test::Peer;

struct Leases {
  hub::test::CountedLeases derivations;
};

// The leases outlive the server.
class Bed : public Leases, public protocols::test::HttpBed<Server> {
 public:
  explicit Bed(Options options = {}) : HttpBed(options, &derivations) {}

  // Packagers that read the stream from the hub.
  uint64_t packagers(const std::string& protocol = "hls_packager") { return readers()[protocol]; }
};

// The hint of a playlist: "video_1700000010_3.m4s".
std::string hint_of(const std::string& playlist) {
  const std::string mark = "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"";
  const size_t at = playlist.find(mark);
  if (at == std::string::npos) return {};
  return playlist.substr(at + mark.size(), playlist.find('"', at + mark.size()) - at - mark.size());
}

TEST(HlsServer, AStreamThatIsNotThereIsNotFound) {
  Bed bed;
  Peer peer = bed.connect();
  bed.get(peer, "/live/nobody/index.m3u8");
  const std::string answer = peer.take();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404")) << answer;
  EXPECT_NE(answer.find("\"not_found\""), std::string::npos);
}

TEST(HlsServer, AacIsAskedForWhileSomebodyWatchesSoundThatIsNone) {
  Options options;
  options.idle_close = std::chrono::seconds(5);
  Bed bed(options);
  bed.publish();
  bed.frames(30);
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.m3u8");
  bed.frames(10);
  EXPECT_EQ(bed.derivations.held("live/alpha", hub::Derivation::kAac), 0) << "there is no sound";
  auto opus = std::make_shared<media::Track>();
  opus->id = 2;
  opus->config.codec = media::Codec::kOpus;
  bed.publisher.set_track(opus);
  bed.frames(10);
  EXPECT_EQ(bed.derivations.held("live/alpha", hub::Derivation::kAac), 1);
  bed.frames(200);
  EXPECT_EQ(bed.packagers(), 0u) << "nobody asked for so long";
  EXPECT_EQ(bed.derivations.held("live/alpha", hub::Derivation::kAac), 0);
}

TEST(HlsServer, AStreamWithoutMediaIsWaitedForAndThenNotFound) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.m3u8");
  bed.world.advance(std::chrono::seconds(7));
  EXPECT_EQ(peer.take(), "");
  bed.world.advance(std::chrono::seconds(2));
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 404"));
}

TEST(HlsServer, PlaylistsSegmentsPartsAndBlocking) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.m3u8");  // opens the stream and waits for its first segment
  bed.frames(60);
  const std::string index = peer.take();
  EXPECT_TRUE(index.starts_with("HTTP/1.1 200")) << index;
  EXPECT_NE(index.find("hls/video.m3u8"), std::string::npos);

  bed.get(peer, "/live/alpha/hls/video.m3u8");
  const std::string playlist = peer.take();
  const std::string hint = hint_of(playlist);
  ASSERT_FALSE(hint.empty()) << playlist;
  const size_t map = playlist.find("video_");
  bed.get(peer, "/live/alpha/hls/" + playlist.substr(map, playlist.find('"', map) - map));
  const std::string init = peer.take();
  EXPECT_NE(init.find("immutable"), std::string::npos) << init;
  EXPECT_NE(init.find("ftyp"), std::string::npos);

  Peer other = bed.connect();
  bed.get(other, "/live/alpha/hls/" + hint);
  EXPECT_EQ(other.take(), "");  // blocks until the part is there
  bed.frames(8);
  EXPECT_TRUE(other.take().starts_with("HTTP/1.1 200"));

  bed.get(peer, "/live/alpha/hls/video.m3u8?_HLS_part=1");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 400"));
  bed.get(peer, "/live/alpha/hls/video.m3u8?_HLS_msn=99999999999");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 400"));
}

TEST(HlsServer, AnAbsentPublisherDoesNotEndABlockingReloadWithAnError) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.m3u8");
  bed.frames(60);
  peer.take();
  bed.get(peer, "/live/alpha/hls/video.m3u8");
  const std::string hint = hint_of(peer.take());
  ASSERT_GT(hint.size(), 12U);
  const std::string msn = hint.substr(6, hint.rfind('_') - 6);
  const std::string part = hint.substr(hint.rfind('_') + 1, hint.find('.') - hint.rfind('_') - 1);
  bed.get(peer, "/live/alpha/hls/video.m3u8?_HLS_msn=" + msn + "&_HLS_part=" + part);
  bed.world.advance(std::chrono::seconds(5));
  EXPECT_EQ(peer.take(), "");
  bed.world.advance(std::chrono::seconds(2));
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200"));
}

TEST(HlsServer, PackagesAtPublishWhenItIsToldTo) {
  Options options;
  options.start = Start::kPublish;
  Bed bed(options);
  bed.publish();
  bed.frames(60);
  EXPECT_EQ(bed.server.statistics().streams_packaged, 1u);
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.m3u8");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200")) << "nothing to wait for";
  bed.get(peer, "/live/alpha/hls/video.m3u8");
  EXPECT_NE(peer.take().find("video_"), std::string::npos);
  // It stands as long as the stream, also when nobody asks.
  bed.frames(25 * 40);
  bed.get(peer, "/live/alpha/index.m3u8");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(bed.server.statistics().streams_packaged, 1u);
}

TEST(HlsServer, PackagesForTheFirstViewerAndUntilTheLastHasGone) {
  Options options;
  options.idle_close = std::chrono::seconds(10);
  Bed bed(options);
  bed.publish();
  bed.frames(60);
  EXPECT_EQ(bed.server.statistics().streams_packaged, 0u);
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.m3u8");
  EXPECT_EQ(peer.take(), "") << "its first segment is still to come";
  bed.frames(75);
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200"));
  bed.frames(25 * 6);
  bed.get(peer, "/live/alpha/index.m3u8");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200")) << "a request each 9 s keeps it open";
  bed.frames(25 * 9);
  EXPECT_EQ(bed.packagers(), 1u);
  bed.frames(25 * 3);
  EXPECT_EQ(bed.packagers(), 0u);
  bed.get(peer, "/live/alpha/index.m3u8");
  bed.frames(75);
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(bed.server.statistics().streams_packaged, 2u);
}

TEST(HlsServer, RequestsThatWaitAreBounded) {
  Options options;
  options.blocked_max = 2;
  Bed bed(options);
  bed.publish();
  Peer first = bed.connect(), second = bed.connect(), third = bed.connect();
  for (Peer* peer : {&first, &second, &third}) bed.get(*peer, "/live/alpha/index.m3u8");
  EXPECT_EQ(first.take() + second.take(), "");
  const std::string refused = third.take();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503")) << refused;
  EXPECT_NE(refused.find("\"limit\""), std::string::npos);
  EXPECT_EQ(bed.server.statistics().limit_blocked, 1u);
  bed.frames(60);
  EXPECT_TRUE(first.take().starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(second.take().starts_with("HTTP/1.1 200"));
}

TEST(HlsServer, LimitsAreCountedUnderTheirNames) {
  Options options;
  options.viewers_max = 1;
  options.window_bytes = 3000;
  Bed bed(options);
  bed.publish();
  Peer early = bed.connect();
  bed.get(early, "/live/alpha/index.m3u8");
  bed.world.advance(std::chrono::seconds(9));
  EXPECT_EQ(bed.server.statistics().limit_start_time, 1u);
  bed.get(early, "/live/alpha/index.m3u8");
  bed.frames(25 * 30);
  bed.get(early, "/live/alpha/index.m3u8");
  early.take();
  Peer other = bed.connect("192.0.2.9:1000");
  bed.get(other, "/live/alpha/hls/video.m3u8");
  const std::string hint = hint_of(other.take());
  EXPECT_EQ(bed.server.statistics().limit_viewers, 1u);
  EXPECT_GT(bed.server.statistics().limit_window_bytes, 0u);
  bed.get(other, "/live/alpha/hls/" + hint);
  bed.world.advance(std::chrono::seconds(7));
  EXPECT_TRUE(other.take().starts_with("HTTP/1.1 404"));
  EXPECT_EQ(bed.server.statistics().limit_block_time, 1u);
}

TEST(HlsServer, TransportStreamSegmentsForTheirFirstViewer) {
  Options options;
  options.idle_close = std::chrono::seconds(10);
  options.blocked_max = 1;
  Bed bed(options);
  bed.publish();
  Peer peer = bed.connect(), second = bed.connect();
  bed.get(peer, "/live/alpha/ts.m3u8");
  EXPECT_EQ(peer.take(), "") << "its first segment is still to come";
  bed.get(second, "/live/alpha/ts.m3u8");
  EXPECT_TRUE(second.take().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(bed.server.statistics().limit_blocked, 1u);
  bed.frames(60);
  const std::string playlist = peer.take();
  EXPECT_TRUE(playlist.starts_with("HTTP/1.1 200")) << playlist;
  const size_t at = playlist.find("\nts/") + 1;
  const std::string name = playlist.substr(at, playlist.find('\n', at) - at);
  ASSERT_TRUE(name.ends_with(".ts")) << playlist;
  bed.get(peer, "/live/alpha/" + name);
  const std::string segment = peer.take();
  EXPECT_NE(segment.find("video/mp2t"), std::string::npos);
  EXPECT_NE(segment.find("immutable"), std::string::npos);
  EXPECT_EQ(segment[segment.find("\r\n\r\n") + 4], 'G');
  bed.get(peer, "/live/alpha/ts/1.ts");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 404"));
  bed.get(peer, "/live/nobody/ts.m3u8");
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 404"));
  EXPECT_EQ(bed.packagers("hls_ts_packager"), 1u);
  bed.frames(25 * 12);
  EXPECT_EQ(bed.packagers("hls_ts_packager"), 0u);
}

TEST(HlsServer, TransportStreamSegmentsAreWaitedForOnlySoLong) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/ts.m3u8");
  bed.world.advance(std::chrono::seconds(9));
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 404"));
  EXPECT_EQ(bed.server.statistics().limit_start_time, 1u);
}

}  // namespace
}  // namespace eyas::hls
