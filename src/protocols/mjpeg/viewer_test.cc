// Viewers of MJPEG and of snapshots on a virtual clock; the pictures are the test's.
#include <gtest/gtest.h>

#include <list>

#include "http/server.h"
#include "io/sim/network.h"
#include "protocols/mjpeg/mjpeg.h"
#include "protocols/test_paths.h"

namespace eyas::mjpeg {
namespace {

using namespace std::chrono_literals;
using io::sim::Path;
using io::sim::SimExecutor;
using io::sim::SimWorld;
using protocols::test::kLan;

class Client final : io::ByteStream::Handler {
 public:
  Client(io::sim::Connection line, const std::string& path)
      : cable(line.cable), stream_(std::move(line.client)) {
    stream_->start(*this);
    base::Slice request = base::Slice::copy_of("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    stream_->send({&request, 1});
  }
  size_t parts() const {
    size_t count = 0;
    for (size_t at = text.find("--eyas\r\n"); at != std::string::npos; at = text.find("--eyas\r\n", at + 1))
      ++count;
    return count;
  }
  std::string text;
  bool closed = false;
  io::sim::Cable cable;

 private:
  void on_data(base::Bytes bytes) override { text += base::as_text(bytes); }
  void on_closed(const base::Error&) override { closed = true; }
  std::unique_ptr<io::ByteStream> stream_;
};

// Gives what the test says to whoever watches.
class FakePictures final : public hub::Pictures {
 public:
  struct Watcher {
    OnPicture callback;
    hub::PictureVariant variant;
  };
  Lease watch(const hub::StreamName&, const hub::PictureVariant& variant, io::Executor&,
              OnPicture callback) override {
    auto watcher = std::make_shared<Watcher>(Watcher{std::move(callback), variant});
    watchers.push_back(watcher);
    return watcher;
  }
  base::Result<std::unique_ptr<hub::JpegVideo>> video_of_jpeg(std::string, io::Executor&,
                                                              hub::JpegVideo::Sink&) override {
    return base::Error{base::Code::kLimit, "none here", {}};
  }
  void give(size_t bytes) {
    auto picture = std::make_shared<hub::Picture>();
    picture->image = base::Slice(std::vector<uint8_t>(bytes, 'j'));
    picture->time = media::MediaTime(std::chrono::milliseconds(1500));
    picture->number = ++number;
    for (auto& one : watchers) {
      if (auto held = one.lock()) held->callback(hub::PicturePtr(picture));
    }
  }
  void fail(base::Code code) {
    for (auto& one : watchers) {
      if (auto held = one.lock()) held->callback(base::Error{code, "why", {}});
    }
  }
  size_t watching() const {
    return static_cast<size_t>(
        std::ranges::count_if(watchers, [](const auto& one) { return !one.expired(); }));
  }
  std::vector<std::weak_ptr<Watcher>> watchers;
  uint64_t number = 0;
};

class Bed {
 public:
  explicit Bed(Options options = {}) : home_(world.add_loop()), away_(world.add_loop()), options_(options) {
    add_routes(router_, options_, pictures, audience_, statistics);
    http_ = std::make_unique<http::Server>(home_, router_, http::Options{}, std::make_shared<http::Shared>());
  }
  ~Bed() {
    clients.clear();
    world.advance(100ms);
  }
  Client& get(const std::string& path, const Path& down = kLan) {
    auto line = io::sim::connect(away_, home_, kLan, down);
    http_->adopt(std::move(line.server));
    Client& client = clients.emplace_back(std::move(line), path);
    world.advance(10ms);
    return client;
  }
  void give(size_t bytes = 1000) {
    pictures.give(bytes);
    world.advance(10ms);
  }

  SimWorld world{1};
  Statistics statistics;
  FakePictures pictures;

 private:
  SimExecutor& home_;
  SimExecutor& away_;
  Options options_;
  hub::Directory directory_{{&home_}, {}};
  Audience audience_{directory_, home_};
  http::Router router_;
  std::unique_ptr<http::Server> http_;

 public:
  std::list<Client> clients;
};

TEST(Mjpeg, ASnapshotIsTheFirstPictureWithItsTag) {
  Bed bed;
  Client& client = bed.get("/live/alpha.jpg?width=320");
  EXPECT_EQ(client.text, "");
  bed.give();
  EXPECT_TRUE(client.text.starts_with("HTTP/1.1 200")) << client.text;
  EXPECT_NE(client.text.find("etag: \"1-1500\""), std::string::npos) << client.text;
  EXPECT_NE(client.text.find("cache-control: public, max-age=1"), std::string::npos);
  EXPECT_NE(client.text.find("content-length: 1000"), std::string::npos);
  EXPECT_EQ(bed.pictures.watching(), 0u) << "the lease goes with the answer";
  EXPECT_EQ(bed.statistics.viewers, 0u);
}

TEST(Mjpeg, ErrorsAreClear) {
  Bed bed;
  Client& absent = bed.get("/live/alpha.jpg");
  bed.pictures.fail(base::Code::kNotFound);
  bed.world.advance(10ms);
  EXPECT_TRUE(absent.text.starts_with("HTTP/1.1 404")) << absent.text;
  Client& refused = bed.get("/live/alpha.mjpeg");
  bed.pictures.fail(base::Code::kLimit);
  bed.world.advance(10ms);
  EXPECT_TRUE(refused.text.starts_with("HTTP/1.1 503")) << refused.text;
  EXPECT_NE(refused.text.find("retry-after: 1"), std::string::npos);
  Client& blind = bed.get("/live/alpha.jpg");
  bed.world.advance(Options{}.picture_wait - 100ms);
  EXPECT_EQ(blind.text, "");
  bed.world.advance(200ms);
  EXPECT_TRUE(blind.text.starts_with("HTTP/1.1 503")) << blind.text;
  EXPECT_TRUE(bed.get("/live/alpha.mjpeg?fps=fast").text.starts_with("HTTP/1.1 400"));
  EXPECT_EQ(bed.statistics.not_found, 1u);
  EXPECT_EQ(bed.statistics.refused, 2u);
  EXPECT_EQ(bed.statistics.bad_arguments, 1u);
}

TEST(Mjpeg, ASeriesIsPartsEachWithTheNextBoundaryBehindIt) {
  Bed bed;
  Client& client = bed.get("/live/alpha.mjpeg");
  for (int i = 0; i < 3; ++i) bed.give();
  EXPECT_NE(client.text.find("content-type: multipart/x-mixed-replace; boundary=eyas"), std::string::npos);
  EXPECT_EQ(client.parts(), 4u) << "one before the first, one behind each";
  EXPECT_TRUE(client.text.ends_with("\r\n--eyas\r\n"));
  EXPECT_NE(client.text.find("Content-Length: 1000\r\nX-Timestamp: 1.500\r\n\r\njjj"), std::string::npos);
  bed.pictures.fail(base::Code::kClosed);
  bed.world.advance(100ms);
  EXPECT_TRUE(client.closed) << "the stream is over";
  EXPECT_EQ(bed.statistics.viewers, 0u);
}

TEST(Mjpeg, ASlowViewerSkipsPicturesAndHoldsOne) {
  constexpr size_t kBytes = 200'000;
  Bed bed;
  Client& slow = bed.get("/live/alpha.mjpeg",
                         Path{.latency = 1ms, .window_bytes = 64 * 1024, .packet_bytes = 64 * 1024});
  bed.give(kBytes);
  slow.cable.cut();
  for (int i = 0; i < 20; ++i) {
    bed.give(kBytes);
    EXPECT_LE(slow.cable.pending_to_client(), kBytes + 1000);
  }
  slow.cable.join();
  bed.world.advance(5s);
  EXPECT_GE(bed.statistics.pictures_skipped, 17u);
  EXPECT_LE(slow.parts(), 4u);
  size_t before = slow.parts();
  bed.give(kBytes);
  bed.world.advance(1s);
  EXPECT_EQ(slow.parts(), before + 1) << "back at the newest";
}

TEST(Mjpeg, AViewerThatLeavesLetsGoOfItsLease) {
  Bed bed;
  bed.get("/live/alpha.mjpeg");
  bed.give();
  bed.get("/live/alpha.jpg");
  EXPECT_EQ(bed.pictures.watching(), 2u);
  bed.clients.clear();
  bed.world.advance(1s);
  EXPECT_EQ(bed.pictures.watching(), 0u);
  EXPECT_EQ(bed.statistics.viewers, 0u);
}

TEST(MjpegAudience, WhatIsToldLastIsTrue) {
  SimWorld world{1};
  SimExecutor& elsewhere = world.add_loop();
  SimExecutor& home = world.add_loop();
  hub::Directory directory{{&home}, {}};
  const hub::StreamName name = *hub::StreamName::parse("live/alpha");
  hub::Publisher publisher;
  directory.publish(name, {}, home, [&](auto made) { publisher = std::move(*made); });
  world.settle();
  Audience audience(directory, home);
  // One comes on another loop while the stream's own is at work, then one on the stream's own.
  home.post([&] {
    elsewhere.post([&] { audience.change(name, 1); });
    elsewhere.turn();
    audience.change(name, 1);
  });
  world.settle();
  uint64_t viewers = 0;
  directory.snapshot(name, home, [&](auto all) { viewers = all.at(0).readers_by_protocol.at("mjpeg"); });
  world.settle();
  EXPECT_EQ(viewers, 2u);
  publisher.detach();
  world.settle();
}

TEST(Mjpeg, MoreThanItsLimitAreRefused) {
  Options options;
  options.viewers_max = 2;
  Bed bed(options);
  bed.get("/live/alpha.mjpeg");
  bed.get("/live/alpha.jpg");
  EXPECT_TRUE(bed.get("/live/alpha.mjpeg").text.starts_with("HTTP/1.1 503"));
  EXPECT_EQ(bed.statistics.refused, 1u);
}

}  // namespace
}  // namespace eyas::mjpeg
