// The whole room over a virtual clock: a publisher in the hub, a viewer on an HTTP connection.
#include <gtest/gtest.h>

#include "protocols/dash/dash.h"
#include "protocols/test_http_bed.h"

namespace eyas::dash {
namespace {

using http::test::Peer;

class Bed : public protocols::test::HttpBed<Server> {
 public:
  explicit Bed(Options options = {}) : HttpBed(options) {}

  // Frames until a manifest is there; gives the number of the first slot.
  uint64_t begin(int frames_until = 60) {
    publish();
    Peer peer = connect();
    get(peer, "/live/alpha/index.mpd");
    frames(frames_until);
    const std::string text = peer.take();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200")) << text;
    EXPECT_NE(text.find("application/dash+xml"), std::string::npos);
    const std::string mark = "startNumber=\"";
    return std::stoull(text.substr(text.find(mark) + mark.size()));
  }
  static std::string segment(uint64_t slot) {
    return "/live/alpha/dash/video_" + std::to_string(slot) + ".m4s";
  }
};

size_t count_of(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(DashServer, AStreamThatIsNotThereIsNotFound) {
  Bed bed;
  const std::string answer = bed.answer("/live/nobody/index.mpd");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404")) << answer;
  EXPECT_NE(answer.find("\"not_found\""), std::string::npos);
}

TEST(DashServer, TellsTheTime) {
  Bed bed;
  const std::string answer = bed.answer("/live/alpha/dash/time");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_TRUE(answer.ends_with("Z")) << answer;
}

TEST(DashServer, AStreamWithoutMediaIsWaitedForAndThenNotFound) {
  Bed bed;
  bed.publish();
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.mpd");
  bed.world.advance(std::chrono::seconds(7));
  EXPECT_EQ(peer.take(), "");
  bed.world.advance(std::chrono::seconds(2));
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 404"));
  EXPECT_EQ(bed.server.statistics().limit_start_time, 1U);
}

TEST(DashServer, WholeSegmentsAndInitSegmentsAreForCaches) {
  Bed bed;
  const uint64_t first = bed.begin();
  const std::string whole = bed.answer(Bed::segment(first));
  EXPECT_TRUE(whole.starts_with("HTTP/1.1 200")) << whole;
  EXPECT_NE(whole.find("immutable"), std::string::npos);
  EXPECT_NE(whole.find("content-length"), std::string::npos);
  EXPECT_EQ(count_of(whole, "moof"), 10U);
  EXPECT_EQ(count_of(whole, "prft"), 1U);
  const std::string manifest = bed.answer("/live/alpha/index.mpd");
  const size_t init = manifest.find("$_");
  const std::string name = "video_" + manifest.substr(init + 2, manifest.find('"', init) - init - 2);
  EXPECT_NE(bed.answer("/live/alpha/dash/" + name).find("ftyp"), std::string::npos) << name;
}

TEST(DashServer, ASegmentThatIsBeingMadeGrowsChunkByChunk) {
  Bed bed;
  const uint64_t open = bed.begin() + 1;
  Peer peer = bed.connect();
  bed.get(peer, Bed::segment(open));
  const std::string beginning = peer.take();
  EXPECT_NE(beginning.find("transfer-encoding: chunked"), std::string::npos) << beginning;
  const size_t before = count_of(beginning, "moof");
  EXPECT_GE(before, 1U);
  bed.frames(5);
  EXPECT_EQ(count_of(peer.take(), "moof"), 1U) << "a part each 200 ms";
  bed.frames(45);
  const std::string rest = peer.take();
  EXPECT_TRUE(rest.ends_with("0\r\n\r\n"));
  EXPECT_EQ(before + 1 + count_of(rest, "moof"), 10U);
  EXPECT_EQ(bed.server.statistics().growing_segments, 1U);
  // The connection lives on, and the segment is whole now.
  bed.get(peer, Bed::segment(open));
  EXPECT_EQ(count_of(peer.take(), "moof"), 10U);
}

TEST(DashServer, TheNextSegmentIsWaitedForAndOthersAreNot) {
  Bed bed;
  const uint64_t first = bed.begin();
  EXPECT_TRUE(bed.answer(Bed::segment(first - 1)).starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(bed.answer(Bed::segment(first + 9)).starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(bed.answer("/live/alpha/dash/sound_1.m4s").starts_with("HTTP/1.1 404"));
  Peer peer = bed.connect(), patient = bed.connect();
  bed.get(peer, Bed::segment(first + 2));
  bed.get(patient, Bed::segment(first + 3));
  EXPECT_EQ(peer.take(), "");
  bed.frames(52);
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(patient.take(), "");
  bed.world.advance(std::chrono::seconds(7));
  EXPECT_TRUE(patient.take().starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(peer.take().ends_with("0\r\n\r\n")) << "what does not grow any more ends";
  EXPECT_EQ(bed.server.statistics().limit_hold, 2U);
}

TEST(DashServer, RequestsThatWaitAreBoundedAndViewersAreCounted) {
  Options options;
  options.waiting_max = 2;
  options.viewers_max = 2;
  Bed bed(options);
  bed.publish();
  Peer first = bed.connect("192.0.2.1:1"), second = bed.connect("192.0.2.2:1"),
       third = bed.connect("192.0.2.3:1");
  for (Peer* peer : {&first, &second, &third}) bed.get(*peer, "/live/alpha/index.mpd");
  EXPECT_EQ(first.take() + second.take(), "");
  EXPECT_TRUE(third.take().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(bed.server.statistics().limit_waiting, 1U);
  EXPECT_EQ(bed.server.statistics().limit_viewers, 1U);
  bed.frames(60);
  EXPECT_TRUE(first.take().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(bed.readers()["dash"], 2U);
}

TEST(DashServer, PackagesUntilTheLastViewerHasGone) {
  Options options;
  options.idle_close = std::chrono::seconds(10);
  Bed bed(options);
  bed.begin();
  EXPECT_EQ(bed.readers()["dash_packager"], 1U);
  bed.frames(25 * 12);
  EXPECT_EQ(bed.readers()["dash_packager"], 0U);
  EXPECT_EQ(bed.readers()["dash"], 0U);
  Peer peer = bed.connect();
  bed.get(peer, "/live/alpha/index.mpd");
  bed.frames(75);
  EXPECT_TRUE(peer.take().starts_with("HTTP/1.1 200"));
}

TEST(DashServer, AStreamThatEndsIsNotFoundUntilItIsBack) {
  Bed bed;
  const uint64_t first = bed.begin();
  bed.publisher.detach();
  bed.world.advance(std::chrono::seconds(12));
  EXPECT_TRUE(bed.answer(Bed::segment(first)).starts_with("HTTP/1.1 404"));
  bed.begin(90);
}

}  // namespace
}  // namespace eyas::dash
