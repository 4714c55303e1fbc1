// The simulated network keeps the promises of a real one, whatever its paths are like.
#include "io/sim/network.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "io/sim/datagram_path.h"

namespace eyas::io::sim {
namespace {

using namespace std::chrono_literals;

struct Recorder : ByteStream::Handler {
  explicit Recorder(const SimWorld& world) : world(world) {}
  void on_data(base::Bytes bytes) override {
    received.insert(received.end(), bytes.begin(), bytes.end());
    last = world.clock().mono();
  }
  void on_drained() override { ++drained; }
  void on_closed(const base::Error& why) override { closed = why.message(); }
  const SimWorld& world;
  std::vector<uint8_t> received;
  base::MonoTime last{};
  int drained = 0;
  std::string closed;
};

base::Slice counting(size_t bytes) {
  std::vector<uint8_t> all(bytes);
  for (size_t i = 0; i < bytes; ++i) all[i] = static_cast<uint8_t>(i * 31 + (i >> 8));
  return base::Slice(std::move(all));
}
std::vector<uint8_t> copy_of(const base::Slice& slice) {
  return {slice.bytes().begin(), slice.bytes().end()};
}

class SimNetwork : public testing::TestWithParam<uint64_t> {
 protected:
  void connect_over(const Path& path) {
    line.emplace(connect(client_loop, server_loop, path, path));
    line->client->start(at_client);
    line->server->start(at_server);
  }
  size_t send(ByteStream& from, const base::Slice& slice) { return from.send({&slice, 1}); }

  SimWorld world{GetParam()};
  SimExecutor& client_loop = world.add_loop();
  SimExecutor& server_loop = world.add_loop();
  Recorder at_client{world}, at_server{world};
  std::optional<Connection> line;
};
INSTANTIATE_TEST_SUITE_P(Seed, SimNetwork, testing::Range<uint64_t>(1, 11));

TEST_P(SimNetwork, AStreamComesWholeAndInOrderThroughLossAndJitter) {
  connect_over({.latency = 40ms, .jitter = 30ms, .loss = 0.05});
  base::Slice bytes = counting(200'000);
  send(*line->client, bytes);
  world.advance(60s);
  EXPECT_EQ(at_server.received, copy_of(bytes));
}

TEST_P(SimNetwork, LatencyAndBandwidthTakeTheirTime) {
  connect_over({.latency = 50ms, .bytes_per_second = 100'000});
  base::MonoTime begun = world.clock().mono();
  send(*line->client, counting(50'000));
  world.advance(49ms);
  EXPECT_TRUE(at_server.received.empty());
  world.advance(2s);
  EXPECT_EQ(at_server.received.size(), 50'000u);
  EXPECT_EQ(base::to_ms(at_server.last - begun), 550);
}

TEST_P(SimNetwork, AReaderThatPausesFillsTheWindowAndThenTheSender) {
  connect_over({.latency = 5ms, .window_bytes = 10'000});
  line->server->pause_reading(true);
  base::Slice bytes = counting(30'000);
  EXPECT_EQ(send(*line->client, bytes), 20'000u);
  world.advance(1s);
  EXPECT_EQ(line->client->pending(), 20'000u);
  EXPECT_EQ(at_client.drained, 0);
  line->server->pause_reading(false);
  world.advance(1s);
  EXPECT_EQ(line->client->pending(), 0u);
  EXPECT_EQ(at_client.drained, 1);
  EXPECT_EQ(at_server.received, copy_of(bytes));
}

TEST_P(SimNetwork, ACutIsNotToldAndEndsWithoutLossWhenItIsJoined) {
  connect_over({.latency = 5ms, .window_bytes = 10'000});
  base::Slice bytes = counting(30'000);
  line->cable.cut();
  EXPECT_GT(send(*line->client, bytes), 0u);
  world.advance(1h);
  EXPECT_TRUE(at_server.received.empty());
  EXPECT_EQ(at_client.closed + at_server.closed, "");
  line->cable.join();
  world.advance(1s);
  EXPECT_EQ(at_server.received, copy_of(bytes));
}

TEST_P(SimNetwork, CloseAfterFlushDeliversEverythingAndBothAreTold) {
  connect_over({.latency = 5ms, .jitter = 5ms, .loss = 0.02, .window_bytes = 10'000});
  base::Slice bytes = counting(30'000);
  send(*line->server, bytes);
  line->server->close_after_flush();
  world.advance(10s);
  EXPECT_EQ(at_client.received, copy_of(bytes));
  EXPECT_EQ(at_client.closed, "closed: closed by the peer");
  EXPECT_NE(at_server.closed, "");
}

TEST_P(SimNetwork, AFlushToAPeerThatIsGoneIsBounded) {
  connect_over({.window_bytes = 10'000});
  line->cable.cut();
  send(*line->server, counting(30'000));
  line->server->close_after_flush();
  world.advance(6s);
  EXPECT_EQ(at_server.closed, "timeout: close: the peer does not read");
}

TEST_P(SimNetwork, AnEndThatIsDestroyedClosesTheOther) {
  connect_over({.latency = 5ms});
  line->client.reset();
  world.advance(10ms);
  EXPECT_EQ(at_server.closed, "closed: closed by the peer");
}

TEST_P(SimNetwork, DatagramsAreLostDoubledAndReorderedButNeverChanged) {
  std::vector<uint8_t> order;
  DatagramPath path(server_loop, {.latency = 10ms, .jitter = 20ms, .loss = 0.2, .duplicate = 0.1},
                    [&](base::Bytes datagram) {
                      ASSERT_EQ(datagram.size(), 2u);
                      EXPECT_EQ(datagram[1], static_cast<uint8_t>(~datagram[0]));
                      order.push_back(datagram[0]);
                    });
  for (uint8_t i = 0; i < 200; ++i) {
    path.send(std::vector<uint8_t>{i, static_cast<uint8_t>(~i)});
    world.advance(1ms);
  }
  world.advance(1s);
  std::set<uint8_t> distinct(order.begin(), order.end());
  EXPECT_EQ(distinct.size() + path.lost(), 200u);
  EXPECT_GT(path.lost(), 10u);
  EXPECT_GT(order.size(), distinct.size());
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

TEST(SimNetworkSeed, TheSameSeedIsTheSameDay) {
  auto run = [](uint64_t seed) {
    SimWorld world(seed);
    SimExecutor& loop = world.add_loop();
    Recorder at_client(world), at_server(world);
    Path path{.latency = 40ms, .jitter = 30ms, .loss = 0.05};
    Connection line = connect(loop, loop, path, path);
    line.client->start(at_client);
    line.server->start(at_server);
    base::Slice bytes = counting(50'000);
    line.client->send({&bytes, 1});
    world.advance(60s);
    return at_server.last;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace eyas::io::sim
