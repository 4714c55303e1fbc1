// A camera and its players on the far side of networks that are slow, lossy, stalled or gone: client, wire,
// server, hub, and back.
#include <gtest/gtest.h>

#include <list>
#include <optional>

#include "protocols/rtmp/rtmp.h"
#include "protocols/rtmp/test_client.h"
#include "protocols/test_network_bed.h"

namespace eyas::rtmp {
namespace {

using namespace std::chrono_literals;
using io::sim::Path;
using io::sim::SimWorld;
using protocols::test::kLan;
using protocols::test::NetworkBed;
using test::ClientBytes;

constexpr uint64_t kSeeds = 20;

// A client on the far side. Lives on the clients' loop.
class Client : public io::ByteStream::Handler {
 public:
  explicit Client(io::sim::Connection line) : cable(line.cable), stream_(std::move(line.client)) {
    stream_->start(*this);
    say(ClientBytes::handshake());
    say(bytes.connect("live"));
    say(bytes.create_stream());
  }
  void say(std::vector<uint8_t> message) {
    base::Slice slice(std::move(message));
    if (!closed) stream_->send({&slice, 1});
  }
  void on_data(base::Bytes) override {}
  void on_closed(const base::Error&) override { closed = true; }

  io::sim::Cable cable;
  ClientBytes bytes;
  bool closed = false;

 private:
  std::unique_ptr<io::ByteStream> stream_;
};

class Camera final : public Client {
 public:
  Camera(io::sim::Connection line, uint32_t first_frame) : Client(std::move(line)), next_(first_frame) {
    say(bytes.publish("alpha"));
    say(bytes.media(MessageType::kVideo, 0, "1700000000" + flv::kAvcRecord));
  }
  uint32_t shoot() {
    say(bytes.message(MessageType::kVideo, 1, next_ * 40, flv::PictureCount::tag_body(next_)));
    return next_++;
  }

 private:
  uint32_t next_;
};

// Checks every picture that it is given.
class Player final : public Client, ChunkReader::Sink {
 public:
  Player(io::sim::Connection line, const SimWorld& world, const std::vector<base::MonoTime>& shots)
      : Client(std::move(line)), world_(world), shots_(shots) {
    say(bytes.play("alpha"));
  }
  flv::PictureCheck seen;
  base::Duration latest{0};  // the longest way from camera to here

 private:
  void on_data(base::Bytes all) override {
    size_t skipped = std::min(all.size(), handshake_left_);
    handshake_left_ -= skipped;
    EXPECT_TRUE(reader_.feed(all.subspan(skipped), *this).ok());
  }
  base::Status on_message(Message message) override {
    if (message.type == MessageType::kUserControl) answer(*parse_user_control(message.payload));
    if (message.type != MessageType::kVideo || !seen.see(message.payload)) return {};
    latest = std::max(latest, world_.clock().mono() - shots_[seen.newest]);
    return {};
  }
  void answer(const UserControl& control) {
    if (control.event != UserEvent::kPingRequest) return;
    Message pong = user_control(UserEvent::kPingResponse, control.value);
    say(bytes.message(pong.type, 0, 0, pong.payload));
  }

  const SimWorld& world_;
  const std::vector<base::MonoTime>& shots_;
  size_t handshake_left_ = 1 + 2 * kHandshakeBytes;
  ChunkReader reader_;
};

class Bed final : public NetworkBed<Server> {
 public:
  explicit Bed(uint64_t seed, Options options = {}) : NetworkBed(seed) {
    for (io::sim::SimExecutor* loop : home_) servers_.emplace_back(options, *directory, *loop, statistics);
  }
  ~Bed() {
    players.clear();
    camera.reset();
    world.advance(100ms);
  }

  io::sim::Connection dial(const Path& up, const Path& down) {
    const size_t which = world.pick(servers_.size());
    return dial_from("192.0.2." + std::to_string(world.pick(250)), which, up, down);
  }
  Player& player(const Path& down, const Path& up = kLan) {
    return players.emplace_back(dial(up, down), world, shots);
  }
  void publish(const Path& up) { camera.emplace(dial(up, kLan), static_cast<uint32_t>(shots.size())); }
  void run(base::Duration time) {
    for (; time > 0ms; time -= kFrameTime) {
      if (camera && !camera->closed) {
        shots.push_back(world.clock().mono());
        camera->shoot();
      }
      world.advance(kFrameTime);
      for (Player& player : players) EXPECT_LE(player.cable.pending_to_client(), kPendingMax);
    }
  }

  std::shared_ptr<Statistics> statistics = std::make_shared<Statistics>();
  std::optional<Camera> camera;
  std::list<Player> players;
};

class RtmpNetwork : public testing::TestWithParam<uint64_t> {
 protected:
  uint64_t seed() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Seed, RtmpNetwork, testing::Range<uint64_t>(1, kSeeds + 1));

TEST_P(RtmpNetwork, NoNetworkBreaksAPictureOrHoldsMemory) {
  Bed bed(seed());
  bed.publish({.latency = 30ms, .jitter = 20ms, .loss = 0.01, .packet_bytes = 1400});
  bed.run(1s);
  for (int i = 0; i < 12; ++i) bed.player(bed.some_path());
  bed.run(3s);  // all are past the handshake, whose time is bounded
  protocols::test::have_a_sick_day(bed, 30);
  uint64_t missing = 0;
  for (const Player& player : bed.players) missing += player.seen.missing;
  EXPECT_EQ(bed.facts()->units_lost, missing) << "what was skipped was counted";
}

TEST_P(RtmpNetwork, AHealthyPlayerIsNotHurtBySickOnes) {
  Bed bed(seed());
  protocols::test::expect_a_healthy_one_unhurt(bed, 30);
}

TEST_P(RtmpNetwork, APlayerThatIsGoneIsLetGo) {
  Options options;
  options.idle_timeout = 20s;
  Bed bed(seed(), options);
  bed.publish(kLan);
  bed.run(500ms);
  Player& gone = bed.player(kLan);
  Player& here = bed.player(kLan);
  bed.run(1s);
  gone.cable.cut();
  bed.run(15s);
  EXPECT_EQ(bed.facts()->readers_by_protocol["rtmp"], 2u);
  bed.run(10s);
  EXPECT_EQ(bed.facts()->readers_by_protocol["rtmp"], 1u);
  EXPECT_EQ(here.seen.missing, 0u);
}

// Nobody tells the server that the first connection is dead; the name is free again once it has been silent.
TEST_P(RtmpNetwork, ACameraThatVanishedComesBackUnderItsName) {
  Bed bed(seed());
  bed.publish({.latency = 20ms, .jitter = 10ms, .loss = 0.01});
  bed.run(500ms);
  Player& player = bed.player({.latency = 10ms});
  bed.run(3s);
  uint64_t before = player.seen.pictures;
  EXPECT_GT(before, 50u);
  bed.camera->cable.cut();
  bed.run(base::Duration(4s + 1s * bed.world.pick(8)));
  EXPECT_LE(player.seen.pictures, before + 10);
  // It starts anew at a keyframe, and later on its own clock.
  while (!flv::PictureCount::is_key(static_cast<uint32_t>(bed.shots.size()))) bed.shots.push_back({});
  bed.publish({.latency = 20ms, .jitter = 10ms, .loss = 0.01});
  bed.run(3s);
  EXPECT_FALSE(player.closed);
  EXPECT_GT(player.seen.pictures, before + 60);
}

TEST_P(RtmpNetwork, AThousandPlayersComeAndGo) {
  if (seed() > 4) return;  // each seed is a thousand already
  Options options;
  options.connections_per_address_max = 0;
  Bed bed(seed(), options);
  bed.publish(kLan);
  bed.run(500ms);
  Player& steady = bed.player(kLan);
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 20; ++i) bed.player(bed.world.chance(0.5) ? kLan : bed.some_path());
    while (bed.players.size() > 60) bed.players.erase(std::next(bed.players.begin(), 1 + bed.world.pick(50)));
    bed.run(Bed::kFrameTime * (1 + bed.world.pick(4)));
  }
  while (bed.players.size() > 1) bed.players.pop_back();
  bed.run(1s);
  EXPECT_EQ(bed.facts()->readers_by_protocol["rtmp"], 1u);
  EXPECT_EQ(bed.statistics->connections_open, 2u);
  EXPECT_GE(bed.statistics->connections_opened, 1000u);
  EXPECT_EQ(steady.seen.missing, 0u);
}

}  // namespace
}  // namespace eyas::rtmp
