// Viewers over HTTP on a virtual clock, behind networks of every kind.
#include <gtest/gtest.h>

#include "container/mpegts/test_streams.h"
#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/test_viewers_bed.h"

namespace eyas::mpegts_udp {
namespace {

using namespace std::chrono_literals;
using io::sim::Path;
using protocols::test::kLan;

constexpr size_t kPictureBytes = 5'000;
constexpr int kGroup = 25;

// The number in a picture's bytes.
base::Slice numbered(uint32_t number, bool key) {
  base::ByteWriter out;
  out.u32(static_cast<uint32_t>(kPictureBytes));
  out.bytes(base::from_hex(key ? "658884" : "419a23"));
  for (int shift = 28; shift >= 0; shift -= 4) out.u8(static_cast<uint8_t>(0x80 | (number >> shift & 0x0F)));
  while (out.size() < kPictureBytes + 4) out.u8(0xA5);
  return base::Slice(out.take());
}
uint32_t number_in(const base::Slice& payload) {
  uint32_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 4 | (payload.data()[7 + i] & 0x0Fu);
  return number;
}

// A client that reads the answer's head and then demuxes. Lives on the clients' loop.
class Client final : io::ByteStream::Handler, mpegts::Demuxer::Sink {
 public:
  explicit Client(io::sim::Connection line, const char* method = "GET")
      : cable(line.cable), demuxer(*this), stream_(std::move(line.client)) {
    stream_->start(*this);
    base::Slice request =
        base::Slice::copy_of(std::string(method) + " /live/alpha.ts HTTP/1.1\r\nHost: x\r\n\r\n");
    stream_->send({&request, 1});
  }
  std::string head;  // status line and headers, once they are whole
  bool closed = false;
  uint64_t pictures = 0;
  uint64_t skipped = 0;
  std::optional<uint32_t> newest;
  io::sim::Cable cable;
  mpegts::Demuxer demuxer;

 private:
  void on_data(base::Bytes bytes) override {
    if (head.find("\r\n\r\n") == std::string::npos) {
      size_t before = head.size();
      head += base::as_text(bytes);
      size_t end = head.find("\r\n\r\n");
      if (end == std::string::npos) return;
      bytes = bytes.subspan(end + 4 - before);
      head.resize(end + 4);
    }
    if (!head.starts_with("HTTP/1.1 200")) return;
    EXPECT_TRUE(demuxer.on_bytes(bytes, {}).ok());
  }
  void on_track(media::TrackPtr) override {}
  void on_frame(media::Frame frame) override {
    ASSERT_EQ(frame.payload.size(), kPictureBytes + 4);
    uint32_t number = number_in(frame.payload);
    if (newest && number != *newest + 1) {
      EXPECT_TRUE(frame.key) << "after a gap decoding starts anew";
      EXPECT_GT(number, *newest);
      skipped += number - *newest - 1;
    }
    newest = number;
    ++pictures;
  }
  void on_closed(const base::Error&) override { closed = true; }

  std::unique_ptr<io::ByteStream> stream_;
};

class Bed final : public protocols::test::ViewersBed<Client, Options, Statistics> {
 public:
  explicit Bed(Options options = {}, uint64_t seed = 1) : ViewersBed(options, seed) {
    add_routes(router, {this->options, directory, statistics, nullptr});
  }

 private:
  media::TrackPtr track() const override { return track_; }
  media::Frame picture(uint32_t number) override {
    const bool key = number % kGroup == 0;
    return *mpegts::frame_of(track_, 0, numbered(number, key), key);
  }

  const media::TrackPtr track_ = mpegts::h264_track();
};

TEST(TsViewer, AStreamThatIsNotThereIs404) {
  Bed bed;
  Client& client = bed.client();
  bed.world.advance(100ms);
  EXPECT_TRUE(client.head.starts_with("HTTP/1.1 404")) << client.head;
  EXPECT_EQ(bed.statistics.not_found, 1u);
}

TEST(TsViewer, AStreamIsWaitedForAsLongAsTheOptionSays) {
  Options options;
  options.play_wait = 5s;
  Bed bed(options);
  Client& client = bed.client();
  bed.world.advance(3s);
  EXPECT_EQ(client.head, "");
  bed.publish();
  bed.run(1s);
  EXPECT_TRUE(client.head.starts_with("HTTP/1.1 200")) << client.head;
  EXPECT_NE(client.head.find("video/mp2t"), std::string::npos);
  EXPECT_GE(client.pictures, 23u);
}

TEST(TsViewer, HeadIsAnsweredWithoutABody) {
  Bed bed;
  bed.publish();
  bed.run(1s);
  Client& client = bed.client(kLan, "HEAD");
  bed.run(1s);
  EXPECT_TRUE(client.head.starts_with("HTTP/1.1 200")) << client.head;
  EXPECT_EQ(client.pictures, 0u);
  EXPECT_EQ(bed.statistics.viewers, 0u);
}

TEST(TsViewer, ANewcomerStartsWithTheNewestGroupAtOnce) {
  Bed bed;
  bed.publish();
  bed.run(1600ms);
  Client& client = bed.client();
  bed.world.advance(20ms);
  EXPECT_GE(client.pictures, 14u);
  bed.run(1s);
  EXPECT_EQ(client.skipped, 0u);
  EXPECT_EQ(client.demuxer.events().continuity_errors, 0u);
  EXPECT_EQ(bed.statistics.viewers, 1u);
}

TEST(TsViewer, ALappedViewerGoesOnAtTheNewestKeyframeAndSeesNoDamage) {
  Bed bed;
  bed.publish();
  bed.run(1s);
  Client& client = bed.client(Path{.latency = 1ms, .window_bytes = 64 * 1024, .packet_bytes = 64 * 1024});
  bed.run(1s);
  client.cable.cut();
  bed.run(15s);
  client.cable.join();
  bed.run(2s);
  EXPECT_GT(client.skipped, 200u);
  EXPECT_GE(*client.newest + 3, bed.shot) << "back at the live edge";
  EXPECT_EQ(client.demuxer.events().continuity_errors, 0u);
  EXPECT_EQ(client.demuxer.events().damaged_units, 0u);
  EXPECT_GT(client.demuxer.events().discontinuities, 0u);
}

TEST(TsViewer, OneWhoTakesNothingIsEnded) {
  Bed bed;
  bed.publish();
  bed.run(1s);
  Client& gone = bed.client();
  bed.run(1s);
  EXPECT_EQ(bed.statistics.viewers, 1u);
  gone.cable.cut();
  bed.run(25s);
  EXPECT_EQ(bed.statistics.viewers, 0u);
}

class TsViewerNetwork : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, TsViewerNetwork, testing::Range<uint64_t>(1, 11));

TEST_P(TsViewerNetwork, NoNetworkBreaksAPictureOrHoldsMemory) {
  Bed bed({}, GetParam());
  bed.publish();
  bed.run(1s);
  for (int i = 0; i < 6; ++i) {
    Path path{.latency = base::Duration(1ms * bed.world.pick(300)), .jitter = 20ms};
    path.loss = static_cast<double>(bed.world.pick(50)) / 1000;
    path.window_bytes = 16'000 + bed.world.pick(200'000);
    path.bytes_per_second = 60'000 + bed.world.pick(600'000);
    bed.client(path);
  }
  for (int second = 0; second < 20; ++second) {
    for (Client& client : bed.clients) {
      if (bed.world.chance(0.1)) client.cable.cut();
      if (bed.world.chance(0.4)) client.cable.join();
      EXPECT_LE(client.cable.pending_to_client(), Options{}.send_bytes_max + 4 * kPictureBytes);
    }
    bed.run(1s);
  }
  for (Client& client : bed.clients) client.cable.set_path_to_client(kLan), client.cable.join();
  bed.run(5s);
  for (Client& client : bed.clients) {
    EXPECT_EQ(client.demuxer.events().continuity_errors, 0u);
    EXPECT_EQ(client.demuxer.events().bytes_without_sync, 0u);
    EXPECT_TRUE(client.closed || (client.newest && *client.newest + 3 >= bed.shot));
  }
}

}  // namespace
}  // namespace eyas::mpegts_udp
