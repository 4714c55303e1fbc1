// ViewersBed: a stream that is served over HTTP as it comes, and viewers of it behind networks that the test
// chooses.
#pragma once

#include <list>
#include <memory>

#include "http/server.h"
#include "hub/directory.h"
#include "io/sim/network.h"
#include "protocols/test_paths.h"

namespace eyas::protocols::test {

// The protocol's own bed adds its routes, and says what the camera shoots: 25 frames a second.
template <class Client, class Options, class Statistics>
class ViewersBed {
 public:
  static constexpr base::Duration kFrameTime = std::chrono::milliseconds(40);

  ViewersBed(Options its_options, uint64_t seed)
      : world(seed),
        options(its_options),
        home_(world.add_loop()),
        away_(world.add_loop()),
        directory({&home_}, {}),
        http_(home_, router, {}, std::make_shared<http::Shared>()) {}
  virtual ~ViewersBed() {
    clients.clear();
    publisher.detach();
    world.advance(std::chrono::milliseconds(100));
  }

  // `more` goes to the client behind its connection.
  template <class... More>
  Client& client(const io::sim::Path& down = kLan, More&&... more) {
    auto line = io::sim::connect(away_, home_, kLan, down);
    http_.adopt(std::move(line.server));
    return clients.emplace_back(std::move(line), std::forward<More>(more)...);
  }
  void publish() {
    directory.publish(*hub::StreamName::parse("live/alpha"), {}, home_,
                      [this](base::Result<hub::Publisher> made) { publisher = std::move(*made); });
    world.settle();
    publisher.set_track(track());
  }
  void run(base::Duration time) {
    for (; time > base::Duration::zero(); time -= kFrameTime) {
      if (publisher) shoot();
      world.advance(kFrameTime);
    }
  }
  hub::StreamFacts facts() {
    hub::StreamFacts found;
    directory.snapshot(*hub::StreamName::parse("live/alpha"), home_, [&](auto all) { found = all.at(0); });
    world.settle();
    return found;
  }

  io::sim::SimWorld world;
  const Options options;
  Statistics statistics;
  uint32_t shot = 0;  // frames so far

 protected:
  virtual media::TrackPtr track() const = 0;
  // The frame of that number, of track(); without times.
  virtual media::Frame picture(uint32_t number) = 0;

 private:
  void shoot() {
    media::Frame frame = picture(shot);
    frame.pts = frame.dts = media::media_time_from_ms(40 * shot++);
    frame.arrival = world.clock().mono();
    publisher.publish(std::move(frame));
    world.settle();
  }

  io::sim::SimExecutor& home_;
  io::sim::SimExecutor& away_;

 protected:
  hub::Directory directory;
  http::Router router;

 private:
  http::Server http_;

 public:
  hub::Publisher publisher;
  std::list<Client> clients;
};

}  // namespace eyas::protocols::test
