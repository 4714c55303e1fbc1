// Viewers of HTTP-FLV on a virtual clock, behind networks of every kind.
#include <gtest/gtest.h>

#include "container/flv/tag.h"
#include "container/flv/test_pictures.h"
#include "protocols/http_flv/http_flv.h"
#include "protocols/test_viewers_bed.h"

namespace eyas::http_flv {
namespace {

using namespace std::chrono_literals;
using flv::PictureCount;
using io::sim::Path;
using io::sim::SimWorld;
using protocols::test::kLan;

// A client that reads the answer's head and then FLV. Lives on the clients' loop.
class Client final : io::ByteStream::Handler {
 public:
  Client(io::sim::Connection line, const SimWorld& world)
      : cable(line.cable), world_(world), stream_(std::move(line.client)) {
    stream_->start(*this);
    base::Slice request = base::Slice::literal("GET /live/alpha.flv?token=x HTTP/1.1\r\nHost: x\r\n\r\n");
    stream_->send({&request, 1});
  }
  std::string head;  // status line and headers, once they are whole
  flv::PictureCheck seen;
  size_t heads = 0;  // sequence headers of video
  size_t sends = 0;  // bytes that came at one time came of one send
  bool closed = false;
  io::sim::Cable cable;

 private:
  void on_data(base::Bytes bytes) override {
    if (std::exchange(last_, world_.clock().mono()) != world_.clock().mono()) ++sends;
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    if (head.empty()) {
      size_t end = base::as_text(held_).find("\r\n\r\n");
      if (end == std::string_view::npos) return;
      head = base::as_text(held_).substr(0, end);
      drop(end + 4);
    }
    if (!head.starts_with("HTTP/1.1 200")) return;
    constexpr size_t kFileHead = flv::kFileHeaderBytes + flv::kPreviousTagSizeBytes;
    if (!in_tags_ && held_.size() < kFileHead) return;
    drop(take_tags(std::exchange(in_tags_, true) ? 0 : kFileHead));
  }
  void drop(size_t bytes) { held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(bytes)); }
  size_t take_tags(size_t at) {
    base::Bytes all = held_;
    while (at + flv::kTagHeaderBytes <= all.size()) {
      size_t body = size_t{all[at + 1]} << 16 | size_t{all[at + 2]} << 8 | all[at + 3];
      size_t whole = flv::kTagHeaderBytes + body + flv::kPreviousTagSizeBytes;
      if (at + whole > all.size()) break;
      base::Bytes tag = all.subspan(at + flv::kTagHeaderBytes, body);
      if (all[at] == 9 && !seen.see(tag)) ++heads;
      at += whole;
    }
    return at;
  }
  void on_closed(const base::Error&) override { closed = true; }

  const SimWorld& world_;
  std::unique_ptr<io::ByteStream> stream_;
  std::vector<uint8_t> held_;
  bool in_tags_ = false;
  base::MonoTime last_{};
};

class Bed final : public protocols::test::ViewersBed<Client, Options, Statistics> {
 public:
  explicit Bed(Options options = {}, uint64_t seed = 1) : ViewersBed(options, seed) {
    auto track = std::make_shared<media::Track>();
    track->id = 1;
    track->config.codec = media::Codec::kH264;
    track->config.record = base::Slice(base::from_hex(flv::kAvcRecord));
    track_ = track;
    add_routes(router, {this->options, directory, statistics});
  }
  Client& client(const Path& down = kLan) { return ViewersBed::client(down, world); }

 private:
  media::TrackPtr track() const override { return track_; }
  media::Frame picture(uint32_t number) override {
    media::Frame frame;
    frame.track = track_;
    frame.key = PictureCount::is_key(number);
    frame.payload = base::Slice(PictureCount::nal_unit(number));
    return frame;
  }

  media::TrackPtr track_;
};

TEST(HttpFlv, AStreamThatIsNotThereIs404AtOnce) {
  Bed bed;
  Client& client = bed.client();
  bed.world.advance(100ms);
  EXPECT_TRUE(client.head.starts_with("HTTP/1.1 404")) << client.head;
  EXPECT_EQ(bed.statistics.not_found, 1u);
}

TEST(HttpFlv, AStreamIsWaitedForAsLongAsTheOptionSays) {
  Options options;
  options.play_wait = 5s;
  Bed bed(options);
  Client& hasty = bed.client();
  bed.world.advance(4900ms);
  EXPECT_EQ(hasty.head, "");
  bed.world.advance(200ms);
  EXPECT_TRUE(hasty.head.starts_with("HTTP/1.1 404")) << hasty.head;
  Client& patient = bed.client();
  bed.world.advance(3s);
  bed.publish();
  bed.run(1s);
  EXPECT_TRUE(patient.head.starts_with("HTTP/1.1 200")) << patient.head;
  EXPECT_GE(patient.seen.pictures, 24u);
}

TEST(HttpFlv, FramesMayBeGatheredForOneSend) {
  Options options;
  options.max_send_delay = 200ms;
  Bed bed(options);
  bed.publish();
  bed.run(1s);
  Client& client = bed.client();
  bed.run(1s);
  size_t before = client.sends;
  uint64_t pictures = client.seen.pictures;
  bed.run(2s);
  EXPECT_EQ(client.seen.pictures, pictures + 50);
  EXPECT_LE(client.sends - before, 11u);  // one for each 200 ms
  EXPECT_GE(client.sends - before, 9u);
}

TEST(HttpFlv, WithoutADelayEachFrameIsASendOfItsOwn) {
  Bed bed;
  bed.publish();
  bed.run(1s);
  Client& client = bed.client();
  bed.run(1s);
  size_t before = client.sends;
  bed.run(2s);
  EXPECT_EQ(client.sends - before, 50u);
}

TEST(HttpFlv, ALappedViewerGoesOnAtTheNewestKeyframeWithANewHead) {
  Bed bed;
  bed.publish();
  bed.run(1s);
  Client& client = bed.client(Path{.latency = 1ms, .window_bytes = 64 * 1024, .packet_bytes = 64 * 1024});
  bed.run(1s);
  EXPECT_EQ(client.heads, 1u);
  client.cable.cut();
  bed.run(15s);
  client.cable.join();
  bed.run(2s);
  EXPECT_EQ(client.heads, 2u);
  EXPECT_GT(client.seen.missing, 200u);
  EXPECT_EQ(bed.facts().units_lost, client.seen.missing) << "what was skipped was counted";
  EXPECT_GE(client.seen.newest + 2, bed.shot) << "back at the live edge";
}

TEST(HttpFlv, AViewerThatTakesNothingIsEnded) {
  Bed bed;
  bed.publish();
  bed.run(1s);
  Client& gone = bed.client();
  bed.run(1s);
  EXPECT_EQ(bed.statistics.viewers, 1u);
  gone.cable.cut();
  bed.run(15s);
  EXPECT_EQ(bed.statistics.viewers, 1u);
  bed.run(10s);
  EXPECT_EQ(bed.statistics.viewers, 0u);
}

class HttpFlvNetwork : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, HttpFlvNetwork, testing::Range<uint64_t>(1, 21));

TEST_P(HttpFlvNetwork, NoNetworkBreaksAPictureOrHoldsMemory) {
  Bed bed({}, GetParam());
  bed.publish();
  bed.run(1s);
  auto some_path = [&] {
    Path path{.latency = base::Duration(1ms * bed.world.pick(300)), .jitter = 20ms};
    path.loss = static_cast<double>(bed.world.pick(50)) / 1000;
    path.window_bytes = 16'000 + bed.world.pick(200'000);
    path.bytes_per_second = 60'000 + bed.world.pick(600'000);
    return path;
  };
  for (int i = 0; i < 10; ++i) bed.client(some_path());
  for (int second = 0; second < 25; ++second) {
    for (Client& client : bed.clients) {
      if (bed.world.chance(0.1)) client.cable.cut();
      if (bed.world.chance(0.4)) client.cable.join();
      EXPECT_LE(client.cable.pending_to_client(), Options{}.send_bytes_max + 2 * PictureCount::kFrameBytes);
    }
    bed.run(1s);
  }
  for (Client& client : bed.clients) client.cable.set_path_to_client(kLan), client.cable.join();
  bed.run(5s);
  uint64_t missing = 0;
  for (Client& client : bed.clients) {
    missing += client.seen.missing;
    EXPECT_TRUE(client.closed || client.seen.newest + 2 >= bed.shot)
        << client.seen.newest << " of " << bed.shot;
  }
  EXPECT_LE(missing, bed.facts().units_lost);
}

}  // namespace
}  // namespace eyas::http_flv
