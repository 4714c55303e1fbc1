// A camera and its players on the far side of networks that are slow, lossy, stalled or gone: client, wire,
// server, hub, and back.
#include <gtest/gtest.h>

#include <list>
#include <optional>

#include "protocols/rtsp/multicast.h"
#include "protocols/rtsp/rtsp.h"
#include "protocols/rtsp/test_peers.h"
#include "protocols/test_network_bed.h"

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;
using io::sim::Path;
using protocols::test::kLan;
using protocols::test::NetworkBed;
using test::Camera;
using test::Player;

constexpr uint64_t kSeeds = 10;

class Bed final : public NetworkBed<Server> {
 public:
  explicit Bed(uint64_t seed, Options options = {}) : NetworkBed(seed), datagrams_(away_) {
    for (io::sim::SimExecutor* loop : home_) {
      auto port = static_cast<uint16_t>(20000 + 2 * servers_.size());
      auto open = [this, loop, port]() -> base::Result<std::unique_ptr<DatagramPorts>> {
        auto ports = std::make_unique<test::SimPorts>(*loop, datagrams_, port);
        ports_[port] = ports.get();
        return std::unique_ptr<DatagramPorts>(std::move(ports));
      };
      servers_.emplace_back(options, *directory, *loop, statistics, std::move(open), nullptr);
    }
  }
  ~Bed() {
    datagrams_.hang_up();
    players.clear();
    camera.reset();
    world.advance(100ms);
    servers_.clear();  // their ports are on `datagrams_`
  }

  io::sim::Connection dial(const Path& up, const Path& down) {
    ++hosts_;
    return dial_again(up, down);
  }
  // From the host that dialled last.
  io::sim::Connection dial_again(const Path& up, const Path& down) {
    return dial_from(host(), world.pick(servers_.size()), up, down);
  }
  // Of the one that dialled last.
  std::string host() const {
    return "192.0." + std::to_string(hosts_ / 250) + "." + std::to_string(hosts_ % 250 + 1);
  }

  Player& player(const Path& down, const Path& up = kLan) {
    return players.emplace_back(dial(up, down), world.clock(), shots);
  }
  Player& udp_player(const Path& down) {
    auto line = dial(kLan, kLan);
    Player& player =
        players.emplace_back(std::move(line), world.clock(), shots, "RTP/AVP;unicast;client_port=5000-5001");
    for (const char* port : {":5000", ":5001"}) {
      datagrams_.listen(*io::Endpoint::parse(host() + port), down,
                        [&player](base::Bytes packet) { player.on_packet(packet); });
    }
    return player;
  }
  void publish(const Path& up) { camera.emplace(dial(up, kLan), test::kInterleaved, nullptr); }
  void publish_by_udp(const Path& up) {
    auto line = dial(kLan, kLan);
    std::string from = host() + ":6000";
    up_ = std::make_unique<io::sim::DatagramPath>(*home_[0], up, [this, from](base::Bytes packet) {
      for (auto& [port, ports] : ports_) ports->deliver(from, packet);
    });
    camera.emplace(std::move(line), "RTP/AVP/UDP;unicast;client_port=6000-6001;mode=record",
                   [this](base::Bytes packet) { up_->send(packet); });
  }
  void run(base::Duration time) {
    for (; time > 0ms; time -= kFrameTime) {
      if (camera && !camera->closed) {
        // The camera counts from when its pictures are wanted.
        if (camera->recording() || !shots.empty()) shots.push_back(world.clock().mono());
        if (!shots.empty()) camera->shoot(static_cast<uint32_t>(shots.size() - 1), world.clock().mono());
      }
      world.advance(kFrameTime);
      for (Player& player : players) {
        player.tick();
        EXPECT_LE(player.cable.pending_to_client(), kPendingMax);
      }
    }
  }

  std::shared_ptr<Statistics> statistics = std::make_shared<Statistics>();

 private:
  test::Datagrams datagrams_;
  std::map<uint16_t, test::SimPorts*> ports_;
  std::unique_ptr<io::sim::DatagramPath> up_;
  unsigned hosts_ = 0;

 public:
  std::optional<Camera> camera;
  std::list<Player> players;
};

class RtspNetwork : public testing::TestWithParam<uint64_t> {
 protected:
  uint64_t seed() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Seed, RtspNetwork, testing::Range<uint64_t>(1, kSeeds + 1));

TEST_P(RtspNetwork, NoNetworkBreaksAPictureOrHoldsMemory) {
  Bed bed(seed());
  bed.publish({.latency = 30ms, .jitter = 20ms, .loss = 0.01, .packet_bytes = 1400});
  bed.run(2s);
  for (int i = 0; i < 12; ++i) bed.player(bed.some_path());
  bed.run(5s);
  protocols::test::have_a_sick_day(bed, 20);
}

TEST_P(RtspNetwork, AHealthyPlayerIsNotHurtBySickOnes) {
  Bed bed(seed());
  protocols::test::expect_a_healthy_one_unhurt(bed, 20);
}

TEST_P(RtspNetwork, LossAndDisorderOverUdpBreakNoPicture) {
  Bed bed(seed());
  bed.publish_by_udp({.latency = 20ms, .jitter = 8ms, .loss = 0.002, .packet_bytes = 1500});
  bed.run(1s);
  ASSERT_TRUE(bed.camera->recording());
  Player& clean = bed.udp_player({.latency = 5ms, .packet_bytes = 1500});
  Player& lossy = bed.udp_player({.latency = 20ms, .jitter = 8ms, .loss = 0.01, .packet_bytes = 1500});
  Player& steady = bed.player(kLan);
  bed.run(20s);
  EXPECT_TRUE(clean.playing());
  EXPECT_GT(clean.seen.pictures, 200u);
  EXPECT_EQ(clean.seen.pictures, steady.seen.pictures) << "UDP itself loses nothing";
  EXPECT_GT(lossy.seen.pictures, 20u);
  EXPECT_LT(lossy.seen.pictures, clean.seen.pictures);
  EXPECT_GT(clean.reports, 2u);
  for (const Player* player : {&clean, &steady}) EXPECT_EQ(player->packets_before_reports, 0u);
  auto facts = bed.facts();
  auto lost = std::find_if(facts->quirks.begin(), facts->quirks.end(),
                           [](const auto& quirk) { return quirk.first == "rtp_packets_lost"; });
  ASSERT_NE(lost, facts->quirks.end());
  EXPECT_GT(lost->second, 0u);
}

TEST_P(RtspNetwork, APlayerThatIsGoneIsLetGo) {
  if (seed() > 3) return;
  Options options;
  options.session_timeout = 10s;
  Bed bed(seed(), options);
  bed.publish(kLan);
  bed.run(500ms);
  Player& gone = bed.player(kLan);
  Player& here = bed.player(kLan);
  Player& silent = bed.udp_player(kLan);
  bed.run(1s);
  EXPECT_EQ(bed.facts()->readers_by_protocol["rtsp"], 3u);
  gone.cable.cut();
  bed.run(14s);
  EXPECT_TRUE(silent.closed) << "over UDP a player must be heard of";
  EXPECT_EQ(bed.facts()->readers_by_protocol["rtsp"], 1u);
  EXPECT_EQ(here.seen.missing, 0u);
  EXPECT_EQ(bed.statistics->hits(Limit::kSendTimeout), 1u);
  EXPECT_EQ(bed.statistics->hits(Limit::kIdleTimeout), 1u);
}

TEST_P(RtspNetwork, ACameraThatVanishedComesBackUnderItsName) {
  if (seed() > 3) return;
  Bed bed(seed());
  bed.publish({.latency = 20ms, .jitter = 10ms, .loss = 0.01});
  bed.run(500ms);
  Player& player = bed.player({.latency = 10ms});
  bed.run(3s);
  uint64_t before = player.seen.pictures;
  EXPECT_GT(before, 50u);
  bed.camera->cable.cut();
  bed.run(base::Duration(4s + 1s * bed.world.pick(8)));
  while (!flv::PictureCount::is_key(static_cast<uint32_t>(bed.shots.size()))) bed.shots.push_back({});
  bed.publish({.latency = 20ms, .jitter = 10ms, .loss = 0.01});
  bed.run(3s);
  EXPECT_FALSE(player.closed);
  EXPECT_GT(player.seen.pictures, before + 30);
}

TEST_P(RtspNetwork, BadBytesCloseOneConnectionWithItsReason) {
  if (seed() > 1) return;
  Options options;
  options.connections_per_address_max = 0;
  Bed bed(seed(), options);
  bed.publish(kLan);
  bed.run(500ms);
  Player& good = bed.player(kLan);
  Player& bad = bed.player(kLan);
  Player& hasty = bed.player(kLan);
  bed.run(1s);
  bad.say(base::Slice::copy_of("GET / HTTP/1.1\r\n\r\n"));
  Player& long_winded = bed.player(kLan);
  long_winded.say(
      base::Slice::copy_of("OPTIONS * RTSP/1.0\r\nA: " + std::string(options.message.head_bytes_max, 'a')));
  for (size_t i = 0; i <= options.requests_per_second_max; ++i) hasty.ask("OPTIONS", "*");
  bed.run(1s);
  EXPECT_TRUE(bad.closed);
  EXPECT_TRUE(long_winded.closed);
  EXPECT_TRUE(hasty.closed);
  EXPECT_EQ(bed.statistics->closed_malformed, 1u);
  EXPECT_EQ(bed.statistics->hits(Limit::kHeadBytes), 1u);
  EXPECT_EQ(bed.statistics->hits(Limit::kRequestRate), 1u);
  EXPECT_EQ(bed.statistics->connections_open, 2u);
  EXPECT_EQ(good.seen.missing, 0u);
}

TEST_P(RtspNetwork, AnAddressHasSoManyConnections) {
  if (seed() > 1) return;
  Options options;
  options.connections_per_address_max = 1;
  Bed bed(seed(), options);
  bed.publish(kLan);
  bed.run(1s);
  Player& first = bed.player(kLan);
  Player second(bed.dial_again(kLan, kLan), bed.world.clock(), bed.shots);
  bed.run(1s);
  EXPECT_TRUE(first.playing());
  EXPECT_TRUE(second.closed);
  EXPECT_EQ(bed.statistics->hits(Limit::kAddressConnections), 1u);
}

TEST_P(RtspNetwork, APlayerWaitsForAStreamThatIsNotThere) {
  if (seed() > 1) return;
  Bed bed(seed());
  Player& early = bed.player(kLan);
  bed.run(2s);
  EXPECT_TRUE(early.answers.empty());
  bed.publish(kLan);
  bed.run(2s);
  EXPECT_TRUE(early.playing());
  EXPECT_GT(early.seen.pictures, 10u);
}

TEST_P(RtspNetwork, AStreamThatDoesNotComeIsNotFound) {
  if (seed() > 1) return;
  Bed bed(seed());
  Player& player = bed.player(kLan);
  bed.run(7s);
  ASSERT_EQ(player.answers.size(), 1u);
  EXPECT_EQ(player.answers[0].status, 404u);
  EXPECT_EQ(bed.statistics->plays_refused, 1u);
}

TEST_P(RtspNetwork, ASecondPublisherIsRefused) {
  if (seed() > 1) return;
  Bed bed(seed());
  bed.publish(kLan);
  bed.run(1s);
  Camera second(bed.dial(kLan, kLan), test::kInterleaved, nullptr);
  bed.run(1s);
  ASSERT_FALSE(second.answers.empty());
  EXPECT_EQ(second.answers[0].status, 403u);
  EXPECT_EQ(bed.statistics->publishes_refused, 1u);
}

TEST_P(RtspNetwork, ManyPlayersComeAndGo) {
  if (seed() > 2) return;
  Options options;
  options.connections_per_address_max = 0;
  Bed bed(seed(), options);
  bed.publish(kLan);
  bed.run(500ms);
  Player& steady = bed.player(kLan);
  for (int round = 0; round < 25; ++round) {
    for (int i = 0; i < 12; ++i) bed.player(bed.world.chance(0.5) ? kLan : bed.some_path());
    while (bed.players.size() > 40) bed.players.erase(std::next(bed.players.begin(), 1 + bed.world.pick(30)));
    bed.run(Bed::kFrameTime * (1 + bed.world.pick(4)));
  }
  while (bed.players.size() > 1) bed.players.pop_back();
  bed.run(2s);
  EXPECT_EQ(bed.facts()->readers_by_protocol["rtsp"], 1u);
  EXPECT_EQ(bed.statistics->connections_open, 2u);
  EXPECT_EQ(steady.seen.missing, 0u);
}

}  // namespace
}  // namespace eyas::rtsp
