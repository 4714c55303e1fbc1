// HttpBed: a whole server of packaged media over a virtual clock, for tests: one loop, a publisher in the
// hub, viewers on HTTP connections.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "http/server.h"
#include "http/test_peer.h"
#include "hub/directory.h"

namespace eyas::protocols::test {

// `Server` is what the protocol makes of a directory, its loops and its options.
template <class Server>
class HttpBed {
 public:
  using Peer = http::test::Peer;

  template <class... More>
  explicit HttpBed(More&&... more)
      : directory({&loop}, {}),
        server(directory, {&loop}, std::forward<More>(more)...),
        http_(loop, routed(), {}, std::make_shared<http::Shared>()) {
    server.start();
    world.settle();
  }
  ~HttpBed() {
    server.drain();
    world.settle();
    publisher.detach();
    world.settle();
  }

  void publish() {
    directory.publish(*hub::StreamName::parse("live/alpha"), {}, loop,
                      [this](base::Result<hub::Publisher> made) { publisher = std::move(*made); });
    world.settle();
    auto track = std::make_shared<media::Track>();
    track->id = 1;
    track->config.codec = media::Codec::kH264;
    track->config.record = base::Slice(std::vector<uint8_t>{1, 0x64, 0, 0x28, 0xff, 0xe0, 0});
    track->config.rfc6381 = "avc1.640028";
    track->config.width = 1920, track->config.height = 1080;
    track_ = track;
    publisher.set_track(track_);
    world.settle();
  }
  // 25 a second, a keyframe each second.
  void frames(int count) {
    for (int i = 0; i < count; ++i, ++frame_) {
      world.advance(std::chrono::milliseconds(40));
      media::Frame frame;
      frame.track = track_;
      frame.pts = frame.dts = media::media_time_from_ms(40 * frame_);
      frame.key = frame_ % 25 == 0;
      frame.arrival = loop.clock().mono();
      frame.payload =
          base::Slice(std::vector<uint8_t>{0, 0, 0, 2, static_cast<uint8_t>(frame.key ? 0x65 : 0x41), 0x88});
      publisher.publish(std::move(frame));
      world.settle();
    }
  }
  Peer connect(const std::string& address = "127.0.0.1:50123") { return Peer(loop, http_, address); }
  void get(Peer& peer, const std::string& path) { peer.send("GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n"); }
  std::string answer(const std::string& path) {
    Peer peer = connect();
    get(peer, path);
    return peer.take();
  }
  // How many read the stream from the hub, or watch it, by protocol.
  std::map<std::string, uint64_t> readers() {
    std::map<std::string, uint64_t> by_protocol;
    directory.snapshot(*hub::StreamName::parse("live/alpha"), loop, [&](auto all) {
      if (!all.empty()) by_protocol = all.front().readers_by_protocol;
    });
    world.settle();
    return by_protocol;
  }

  io::sim::SimWorld world;
  io::sim::SimExecutor& loop = world.add_loop();
  hub::Directory directory;
  Server server;
  hub::Publisher publisher;

 private:
  const http::Router& routed() {
    server.register_routes(router_);
    return router_;
  }
  http::Router router_;
  http::Server http_;
  media::TrackPtr track_;
  int64_t frame_ = 0;
};

}  // namespace eyas::protocols::test
