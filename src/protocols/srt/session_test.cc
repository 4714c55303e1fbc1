// Sessions over real SRT sockets on loopback.
#include "protocols/srt/session.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "container/mpegts/test_streams.h"
#include "protocols/srt/client.h"
#include "protocols/srt/listener.h"
#include "protocols/srt/wire/stream_id.h"

namespace eyas::srt {
namespace {

using namespace std::chrono_literals;

template <typename Predicate>
bool run_until(io::Loop& loop, Predicate done) {
  const auto limit = base::system_clock().mono() + 10s;
  while (!done() && base::system_clock().mono() < limit) loop.run_once(10ms);
  return done();
}

struct OpenGate : Gate {
  int judge(const std::string& peer, std::string_view stream_id) override {
    asked_by = peer;
    asked = stream_id;
    return answer;
  }
  int answer = 0;
  std::string asked_by, asked;
};

struct Recorder : Link::Handler {
  void on_connected() override { connected = true; }
  void on_message(base::Bytes bytes, base::MonoTime) override {
    received.insert(received.end(), bytes.begin(), bytes.end());
  }
  void on_closed(const base::Error& why) override { closed = why; }
  bool connected = false;
  std::vector<uint8_t> received;
  std::optional<base::Error> closed;
};

// A listener at a free port and what it let in.
struct Bed {
  explicit Bed(const std::string& passphrase = {}) {
    SocketSettings settings = with(passphrase);
    const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    io::Endpoint any = *io::Endpoint::parse("127.0.0.1:0");
    EXPECT_EQ(bind(udp, &any.any, any.length()), 0);
    socklen_t length = sizeof at.v6;
    getsockname(udp, &at.any, &length);
    auto opened = Listener::open(poller, settings, udp, gate, [this](Socket peer) {
      loop.post([this, peer = std::move(peer)]() mutable { accepted.push_back(std::move(peer)); });
    });
    EXPECT_TRUE(opened.ok());
    listener = std::move(*opened);
  }

  static SocketSettings with(const std::string& passphrase, const std::string& stream_id = {}) {
    SocketSettings settings;
    settings.latency = 20ms;
    settings.passphrase = passphrase;
    settings.stream_id = stream_id;
    return settings;
  }

  std::shared_ptr<Link> call(Recorder& recorder, const SocketSettings& settings) {
    auto made = Socket::make(settings);
    EXPECT_TRUE(made.ok());
    EXPECT_TRUE(made->connect(at).ok());
    auto link = std::make_shared<Link>(poller, std::move(*made), loop);
    link->start(recorder);
    return link;
  }

  Poller poller;
  io::Loop loop;
  OpenGate gate;
  io::Endpoint at;
  std::vector<Socket> accepted;
  std::shared_ptr<Listener> listener;
};

TEST(SrtLink, MessagesArriveWholeAndInOrder) {
  Bed bed;
  Recorder at_caller, at_server;
  auto caller = bed.call(at_caller, Bed::with({}, "publish:live/alpha"));
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.connected && !bed.accepted.empty(); }));
  EXPECT_EQ(bed.accepted.front().stream_id(), "publish:live/alpha");
  EXPECT_EQ(bed.gate.asked, "publish:live/alpha");
  auto server = std::make_shared<Link>(bed.poller, std::move(bed.accepted.front()), bed.loop);
  server->start(at_server);
  std::vector<uint8_t> sent;
  for (uint8_t i = 0; i < 100; ++i) {
    const std::vector<uint8_t> message(kMessageBytesMax - i, i);
    ASSERT_EQ(caller->send(message), Socket::Moved::kYes);
    sent.insert(sent.end(), message.begin(), message.end());
  }
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_server.received.size() >= sent.size(); }));
  EXPECT_TRUE(at_server.received == sent);
  EXPECT_EQ(caller->facts(true).packets, 100u);
}

TEST(SrtLink, WhoLeavesIsNoticed) {
  Bed bed;
  Recorder at_caller, at_server;
  auto caller = bed.call(at_caller, Bed::with({}));
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.connected && !bed.accepted.empty(); }));
  auto server = std::make_shared<Link>(bed.poller, std::move(bed.accepted.front()), bed.loop);
  server->start(at_server);
  caller.reset();
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_server.closed.has_value(); }));
  EXPECT_EQ(at_server.closed->code, base::Code::kClosed);
}

TEST(SrtLink, TheGateTurnsAwayAndTheCallerIsTold) {
  Bed bed;
  bed.gate.answer = kTurnOverload;
  Recorder at_caller;
  auto caller = bed.call(at_caller, Bed::with({}, "read:live/alpha"));
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.closed.has_value(); }));
  EXPECT_EQ(at_caller.closed->code, base::Code::kRefused);
  EXPECT_NE(at_caller.closed->detail.find("1402"), std::string::npos) << at_caller.closed->message();
  EXPECT_TRUE(bed.accepted.empty());
}

TEST(SrtLink, APassphraseThatDiffersIsAClearError) {
  Bed bed("a common secret");
  Recorder at_caller;
  auto caller = bed.call(at_caller, Bed::with("another secret!"));
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.closed.has_value(); }));
  EXPECT_NE(at_caller.closed->message().find("passphrases"), std::string::npos)
      << at_caller.closed->message();
}

TEST(SrtLink, NobodyThereIsATimeout) {
  Bed bed;
  bed.at = *io::Endpoint::parse("127.0.0.1:9");
  Recorder at_caller;
  SocketSettings settings = Bed::with({});
  settings.connect_timeout = 300ms;
  auto caller = bed.call(at_caller, settings);
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.closed.has_value(); }));
  EXPECT_EQ(at_caller.closed->code, base::Code::kTimeout) << at_caller.closed->message();
}

TEST(SrtIngest, MediaBeforeTheHubHasAnsweredIsBounded) {
  Bed bed;
  Recorder at_caller;
  auto caller = bed.call(at_caller, Bed::with({}));
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.connected && !bed.accepted.empty(); }));
  io::Loop elsewhere;  // the stream's loop, which never runs: no answer comes
  hub::Directory directory({&elsewhere}, {});
  Statistics statistics;
  std::optional<base::Error> ended;
  Session::Context context{directory, bed.loop, statistics, *hub::StreamName::parse("live/alpha"),
                           "srt-1",   {},       [] {},      [&](const base::Error& why) { ended = why; }};
  auto link = std::make_shared<Link>(bed.poller, std::move(bed.accepted.front()), bed.loop);
  Ingest ingest(std::move(context), link, {}, 10'000);
  const std::vector<uint8_t> message(kMessageBytesMax, 0x47);
  for (int i = 0; i < 20; ++i) caller->send(message);
  ASSERT_TRUE(run_until(bed.loop, [&] { return ended.has_value(); }));
  EXPECT_EQ(ended->code, base::Code::kLimit);
  EXPECT_EQ(statistics.limit_early_bytes, 1u);
}

TEST(SrtEgress, TheStreamKnowsWhatItsViewersMeasure) {
  Bed bed;
  hub::Directory directory({&bed.loop}, {});
  Statistics statistics;
  const hub::StreamName name = *hub::StreamName::parse("live/alpha");
  std::optional<hub::Publisher> publisher;
  directory.publish(name, {"rtmp", "rtmp-1", "127.0.0.1:5"}, bed.loop,
                    [&](base::Result<hub::Publisher> made) { publisher = std::move(*made); });
  ASSERT_TRUE(run_until(bed.loop, [&] { return publisher.has_value(); }));
  const media::TrackPtr track = mpegts::h264_track();
  publisher->set_track(track);
  publisher->publish(*mpegts::picture(track, 0, 1, 5000, true));
  Recorder viewer;
  auto caller = bed.call(viewer, Bed::with({}, "read:live/alpha"));
  ASSERT_TRUE(run_until(bed.loop, [&] { return viewer.connected && !bed.accepted.empty(); }));
  Session::Context context{directory, bed.loop, statistics, name,
                           "srt-1",   {},       [] {},      [](const base::Error&) {}};
  {
    auto link = std::make_shared<Link>(bed.poller, std::move(bed.accepted.front()), bed.loop);
    Egress egress(std::move(context), link, 1s);
    ASSERT_TRUE(run_until(bed.loop, [&] { return viewer.received.size() >= 5000; }));
    egress.tick();
    std::vector<hub::StreamFacts> facts;
    directory.snapshot(bed.loop, [&](std::vector<hub::StreamFacts> all) { facts = std::move(all); });
    ASSERT_TRUE(run_until(bed.loop, [&] { return !facts.empty(); }));
    ASSERT_EQ(facts[0].readers.size(), 1u);
    const hub::ReaderFacts& reader = facts[0].readers[0];
    EXPECT_EQ(reader.protocol, "srt");
    EXPECT_EQ(reader.session, "srt-1");
    const std::map<std::string, uint64_t> counters(reader.counters.begin(), reader.counters.end());
    EXPECT_GT(counters.at("rtt_us"), 0u);
    EXPECT_GE(counters.at("packets"), 4u);
    EXPECT_TRUE(counters.contains("packets_lost") && counters.contains("packets_resent"));
    EXPECT_GE(statistics.sent_packets, 4u);
  }
  std::optional<std::vector<hub::StreamFacts>> after;
  directory.snapshot(bed.loop, [&](std::vector<hub::StreamFacts> all) { after = std::move(all); });
  ASSERT_TRUE(run_until(bed.loop, [&] { return after.has_value(); }));
  EXPECT_TRUE(after->at(0).readers.empty());
  publisher.reset();
}

TEST(SrtCall, ReadsWhatOtherToolsWrite) {
  const Options options;
  auto call = read_call(
      *base::Url::parse(
          "srt://10.0.0.5:9000?mode=rendezvous&latency=300&passphrase=0123456789&streamid=read:a/b"),
      {}, options);
  ASSERT_TRUE(call.ok()) << call.error().message();
  EXPECT_EQ(call->mode, CallMode::kRendezvous);
  EXPECT_EQ(call->settings.latency, 300ms);
  EXPECT_EQ(call->settings.passphrase, "0123456789");
  EXPECT_EQ(call->settings.stream_id, "read:a/b");
  call = read_call(*base::Url::parse("srt://10.0.0.5:9000?passphrase=0123456789"),
                   {{"passphrase", "9876543210"}}, options);
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->settings.passphrase, "9876543210");
  EXPECT_EQ(call->settings.latency, options.latency);
  EXPECT_TRUE(read_call(*base::Url::parse("srt://:9000?mode=listener"), {}, options).ok());
}

TEST(SrtCall, WhatCannotBeIsNamed) {
  const Options options;
  for (const char* url :
       {"srt://10.0.0.5", "srt://:9000", "srt://10.0.0.5:9000?mode=shout", "srt://10.0.0.5:9000?latency=1",
        "srt://10.0.0.5:9000?passphrase=short", "srt://10.0.0.5:9000?adapter=eth0"}) {
    auto parsed = base::Url::parse(url);
    ASSERT_TRUE(parsed.ok()) << url;
    auto call = read_call(*parsed, {}, options);
    ASSERT_FALSE(call.ok()) << url;
    EXPECT_EQ(call.error().code, base::Code::kInvalidConfig) << url;
  }
  EXPECT_FALSE(read_call(*base::Url::parse("srt://10.0.0.5:9000"), {{"transport", "tcp"}}, options).ok());
}

TEST(SrtOptions, APassphraseHasALength) {
  Options options;
  EXPECT_TRUE(check(options).ok());
  options.passphrase = "short";
  EXPECT_FALSE(check(options).ok());
  options.passphrase = "long enough";
  EXPECT_TRUE(check(options).ok());
}

}  // namespace
}  // namespace eyas::srt
