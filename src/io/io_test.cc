#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "base/memory_file.h"
#include "io/address.h"
#include "io/loop.h"
#include "io/tcp.h"

namespace eyas::io {
namespace {

using namespace std::chrono_literals;

// Turns the loop until `done` or five seconds passed.
template <typename Predicate>
bool run_until(Loop& loop, Predicate done) {
  auto limit = base::system_clock().mono() + 5s;
  while (!done() && base::system_clock().mono() < limit) loop.run_once(10ms);
  return done();
}

struct Recorder : ByteStream::Handler {
  void on_data(base::Bytes bytes) override { received += base::as_text(bytes); }
  void on_drained() override { ++drained; }
  void on_closed(const base::Error& why) override { closed = why.message(); }
  std::string received;
  int drained = 0;
  std::string closed;
};

TEST(Address, ParsesWhatOperatorsWrite) {
  EXPECT_EQ(Address::parse("127.0.0.1:8080")->text(), "127.0.0.1:8080");
  EXPECT_EQ(Address::parse("[::1]:1935")->text(), "[::1]:1935");
  EXPECT_EQ(Address::parse(":8080")->text(), "[::]:8080");
  for (const char* bad : {"8080", "localhost:80", "1.2.3.4:65536", "1.2.3.4:", "1.2.3.4:8x", "::1:"}) {
    EXPECT_FALSE(Address::parse(bad).ok()) << bad;
  }
}

TEST(Loop, RunsPostedThenTimersThenDeferred) {
  Loop loop;
  std::string order;
  loop.post([&] {
    order += 'p';
    loop.defer([&] { order += 'd'; });
  });
  Timer timer = loop.after(0ms, [&] { order += 't'; });
  loop.run_once(0ms);
  EXPECT_EQ(order, "ptd");
}

TEST(Loop, ATimerWhoseTokenDiedNeverRuns) {
  Loop loop;
  bool ran = false;
  {
    Timer timer = loop.after(0ms, [&] { ran = true; });
  }
  loop.run_once(0ms);
  EXPECT_FALSE(ran);
}

TEST(Loop, ATimerMayReplaceItselfWhileItRuns) {
  Loop loop;
  int runs = 0;
  Timer timer;
  timer = loop.after(0ms, [&] {
    ++runs;
    timer = loop.after(0ms, [&] { ++runs; });
  });
  EXPECT_TRUE(run_until(loop, [&] { return runs == 2; }));
}

TEST(Loop, CancelledTimersAreNotKeptUntilTheyAreDue) {
  Loop loop;
  std::vector<Timer> armed;
  int ran = 0;
  for (int i = 0; i < 100; ++i) armed.push_back(loop.after(i * 10us, [&] { ++ran; }));
  Timer restarted;
  for (int i = 0; i < 10'000; ++i) restarted = loop.after(1h, [] {});
  EXPECT_LE(loop.timers_held(), 2 * (armed.size() + 1));
  EXPECT_TRUE(run_until(loop, [&] { return ran == 100; }));
  armed.clear();
  for (int i = 0; i < 10'000; ++i) restarted = loop.after(1h, [] {});
  EXPECT_LE(loop.timers_held(), 2 * Loop::kTimersKeptMin);
}

TEST(Loop, TimersRunInTheOrderInWhichTheyAreDue) {
  base::ManualClock clock;
  Loop loop(clock);
  std::vector<int> order;
  std::vector<Timer> timers;
  for (int i = 0; i < 200; ++i) {
    int at = i * 37 % 100;
    timers.push_back(loop.after(at * 1ms, [&order, at] { order.push_back(at); }));
  }
  for (size_t i = 0; i < timers.size(); i += 3) timers[i].cancel();
  for (int i = 0; i < 200; ++i) timers.push_back(loop.after(1h, [] {}));
  clock.advance(1s);
  loop.run_once(0ms);
  EXPECT_EQ(order.size(), 133u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

struct Pair {
  Pair() {
    listener = std::move(*Listener::open(loop, *Address::parse("127.0.0.1:0"), Sharing::kFirst,
                                         [this](int fd, const Address&) {
                                           server = adopt_socket(loop, fd);
                                           server->start(at_server);
                                         }));
    client = std::move(*connect_tcp(loop, listener->address()));
    client->start(at_client);
    EXPECT_TRUE(run_until(loop, [&] { return server && at_client.drained == 1; }));
  }
  Loop loop;
  Recorder at_server, at_client;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<ByteStream> server, client;
};

TEST(TcpStream, HoldsWhatTheKernelDoesNotTakeAndSaysWhenItIsGone) {
  Pair pair;
  pair.client->pause_reading(true);
  std::vector<base::Slice> megabytes(16, base::Slice(std::vector<uint8_t>(1 << 20, 'x')));
  EXPECT_GT(pair.server->send(megabytes), 0u);
  EXPECT_EQ(pair.at_server.drained, 0);
  pair.client->pause_reading(false);
  EXPECT_TRUE(run_until(pair.loop, [&] { return pair.at_client.received.size() == 16u << 20; }));
  EXPECT_EQ(pair.at_server.drained, 1);
  EXPECT_EQ(pair.server->pending(), 0u);
}

TEST(TcpStream, SendsFilesOfMemoryAmongOtherBytesInOrder) {
  Pair pair;
  base::MemoryFile memory;
  std::string all;
  std::vector<base::Slice> slices;
  auto add = [&](const base::Slice& slice) {
    all += base::as_text(slice);
    slices.push_back(slice);
  };
  for (uint8_t i = 0; i < 40; ++i) {  // more than the kernel takes at once, in files side by side and apart
    std::vector<uint8_t> bytes(120'000);
    std::iota(bytes.begin(), bytes.end(), i);
    if (i % 3 == 0) add(base::Slice::copy_of("between " + std::to_string(i)));
    add(memory.keep(base::Slice(std::move(bytes))));
  }
  add(slices[1].sub(777, 50'000));
  ASSERT_NE(slices.back().file(), nullptr);
  pair.client->pause_reading(true);
  EXPECT_GT(pair.server->send(slices), 0u);
  slices.clear();  // the stream keeps what it still has to send
  pair.client->pause_reading(false);
  EXPECT_TRUE(run_until(pair.loop, [&] { return pair.at_client.received.size() >= all.size(); }));
  EXPECT_TRUE(pair.at_client.received == all);
}

TEST(TcpStream, CloseAfterFlushDeliversEverythingThenCloses) {
  Pair pair;
  std::vector<base::Slice> parts = {base::Slice::literal("good"), base::Slice::literal("bye")};
  pair.server->send(parts);
  pair.server->close_after_flush();
  EXPECT_TRUE(
      run_until(pair.loop, [&] { return !pair.at_client.closed.empty() && !pair.at_server.closed.empty(); }));
  EXPECT_EQ(pair.at_client.received, "goodbye");
  EXPECT_EQ(pair.at_client.closed, "closed: closed by the peer");
}

TEST(TcpStream, ClosedIsToldFromTheLoopNotFromTheCall) {
  Pair pair;
  pair.server->close({base::Code::kLimit, "too much", {}});
  EXPECT_EQ(pair.at_server.closed, "");
  EXPECT_TRUE(run_until(pair.loop, [&] { return pair.at_server.closed == "limit: too much"; }));
}

TEST(TcpStream, ConnectToAClosedPortSaysSo) {
  Loop loop;
  Recorder recorder;
  uint16_t port;
  {
    auto listener =
        Listener::open(loop, *Address::parse("127.0.0.1:0"), Sharing::kFirst, [](int, const Address&) {});
    port = (*listener)->address().port();
  }
  auto client = connect_tcp(loop, *Address::parse("127.0.0.1:" + std::to_string(port)));
  ASSERT_TRUE(client.ok());
  (*client)->start(recorder);
  EXPECT_TRUE(run_until(loop, [&] { return recorder.closed == "closed: connect (Connection refused)"; }))
      << recorder.closed;
}

TEST(Listener, LoopsOfOneServerShareAnAddressAndASecondServerIsRefused) {
  Loop loop;
  auto ignore = [](int, const Address&) {};
  auto first = Listener::open(loop, *Address::parse("127.0.0.1:0"), Sharing::kFirst, ignore);
  ASSERT_TRUE(first.ok());
  Address at = (*first)->address();
  EXPECT_TRUE(Listener::open(loop, at, Sharing::kFurther, ignore).ok());
  auto second_server = Listener::open(loop, at, Sharing::kFirst, ignore);
  ASSERT_FALSE(second_server.ok());
  EXPECT_NE(second_server.error().message().find("Address already in use"), std::string::npos);
}

TEST(Listener, AnAddressThatIsNotOursIsAClearError) {
  Loop loop;
  auto bad =
      Listener::open(loop, *Address::parse("192.0.2.1:80"), Sharing::kFirst, [](int, const Address&) {});
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message().find("system: listen (192.0.2.1:80: "), std::string::npos)
      << bad.error().message();
}

}  // namespace
}  // namespace eyas::io
