// Sessions over real SRT sockets on loopback.
#include "protocols/srt/session.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "container/mpegts/test_streams.h"
#include "hub/test_derivations.h"
#include "protocols/srt/client.h"
#include "protocols/srt/listener.h"
#include "protocols/srt/srt.h"
#include "protocols/srt/wire/stream_id.h"
#include "protocols/test_transfers.h"

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

std::shared_ptr<Link> call_from(Poller& poller, io::Loop& loop, Recorder& recorder,
                                const SocketSettings& settings, const io::Endpoint& to) {
  auto made = Socket::make(settings);
  EXPECT_TRUE(made.ok());
  auto link = std::make_shared<Link>(poller, std::move(*made), loop);
  EXPECT_TRUE(link->connect(recorder, to).ok());
  return link;
}

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
    return call_from(poller, loop, recorder, settings, at);
  }

  Poller poller;
  io::Loop loop;
  OpenGate gate;
  io::Endpoint at;
  std::vector<Socket> accepted;
  std::shared_ptr<Listener> listener;
};

// Transport packets of pictures; gives their size.
size_t send_pictures(Link& caller, int count, size_t bytes = 1000) {
  const media::TrackPtr track = mpegts::h264_track();
  mpegts::Format format;
  std::vector<mpegts::UnitPtr> units;
  format.set_tracks({track}, units);
  units.clear();
  for (int i = 0; i < count; ++i)
    format.package(mpegts::picture(track, 40 * i, static_cast<uint8_t>(i), bytes, i == 0), units);
  size_t sent = 0;
  for (const mpegts::UnitPtr& unit : units) {
    for (base::Slice rest = unit->packets; !rest.empty(); rest = rest.sub(kMessageBytesMax))
      EXPECT_EQ(caller.send(rest.sub(0, kMessageBytesMax)), Socket::Moved::kYes);
    sent += unit->packets.size();
  }
  return sent;
}

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

TEST(SrtLink, WhoLeavesBeforeHeIsAcceptedShutsNobodyOut) {
  Bed bed;
  const int visitors = 100;
  for (int i = 0; i < visitors; ++i) {
    Recorder hasty;
    auto link = bed.call(hasty, Bed::with({}, "hasty"));
    ASSERT_TRUE(run_until(bed.loop, [&] { return hasty.connected; })) << i;
    link->stop();
  }
  bed.accepted.clear();
  Recorder patient;
  auto link = bed.call(patient, Bed::with({}, "patient"));
  ASSERT_TRUE(run_until(bed.loop, [&] {
    return patient.connected && !bed.accepted.empty() && bed.accepted.back().stream_id() == "patient";
  }));
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
  const size_t sent = send_pictures(*caller, 5);
  ASSERT_TRUE(run_until(bed.loop, [&] { return statistics.bytes_in == sent; }));
  EXPECT_FALSE(ended) << ended->message();
  send_pictures(*caller, 20);
  ASSERT_TRUE(run_until(bed.loop, [&] { return ended.has_value(); }));
  EXPECT_EQ(ended->code, base::Code::kLimit);
  EXPECT_EQ(statistics.limit_early_bytes, 1u);
}

TEST(SrtIngest, WhoLetsGoOfItHearsNothingMore) {
  Bed bed;
  hub::Directory directory({&bed.loop}, {});
  Statistics statistics;
  Recorder at_caller;
  auto caller = bed.call(at_caller, Bed::with({}));
  ASSERT_TRUE(run_until(bed.loop, [&] { return at_caller.connected && !bed.accepted.empty(); }));
  bool ran = false;
  Session::Context context{directory, bed.loop, statistics,          *hub::StreamName::parse("live/alpha"),
                           "srt-1",   {},       [&] { ran = true; }, [](const base::Error&) {}};
  auto link = std::make_shared<Link>(bed.poller, std::move(bed.accepted.front()), bed.loop);
  {
    Ingest ingest(std::move(context), link, {}, 1 << 20);
    ASSERT_TRUE(run_until(bed.loop, [&] { return statistics.publishes == 1; }));
    // Too large for a PES packet to say its length: only the next one would end it.
    const size_t sent = send_pictures(*caller, 1, 70'000);
    ASSERT_TRUE(run_until(bed.loop, [&] { return statistics.bytes_in == sent; }));
    ASSERT_FALSE(ran);
  }
  EXPECT_FALSE(ran);
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

TEST(SrtEgress, SoundThatCannotBeCarriedIsMadeIntoAac) {
  Bed bed;
  hub::Directory directory({&bed.loop}, {});
  Statistics statistics;
  hub::test::CountedLeases derivations;
  const hub::StreamName name = *hub::StreamName::parse("live/alpha");
  hub::Publisher publisher;
  directory.publish(name, {}, bed.loop, [&](auto made) { publisher = std::move(*made); });
  ASSERT_TRUE(run_until(bed.loop, [&] { return static_cast<bool>(publisher); }));
  const media::TrackPtr video = mpegts::h264_track();
  auto sound = std::make_shared<media::Track>();
  sound->id = video->id + 1;
  sound->config.codec = media::Codec::kG711A;
  sound->config.sample_rate = 8000;
  sound->config.channels = 1;
  publisher.set_track(video);
  publisher.set_track(sound);
  publisher.publish(*mpegts::picture(video, 0, 1, 5000, true));
  Recorder viewer;
  auto caller = bed.call(viewer, Bed::with({}, "read:live/alpha"));
  ASSERT_TRUE(run_until(bed.loop, [&] { return viewer.connected && !bed.accepted.empty(); }));
  Session::Context context{directory, bed.loop, statistics, name,
                           "srt-1",   {},       [] {},      [](const base::Error&) {}};
  context.derivations = &derivations;
  {
    auto link = std::make_shared<Link>(bed.poller, std::move(bed.accepted.front()), bed.loop);
    Egress egress(std::move(context), link, 1s);
    ASSERT_TRUE(run_until(bed.loop, [&] { return viewer.received.size() >= 5000; }));
    EXPECT_EQ(derivations.held("live/alpha", hub::Derivation::kAac), 1);
  }
  EXPECT_EQ(derivations.held("live/alpha", hub::Derivation::kAac), 0);
  publisher.detach();
}

// A port that nobody has.
std::string free_port() {
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  io::Endpoint at = *io::Endpoint::parse("127.0.0.1:0");
  EXPECT_EQ(bind(udp, &at.any, at.length()), 0);
  socklen_t length = sizeof at.v6;
  getsockname(udp, &at.any, &length);
  close(udp);
  return std::to_string(at.port());
}

TEST(SrtClient, WhoIsNotLetInTakesNobodysPlace) {
  protocols::test::TransferBed bed;
  Poller poller;
  Statistics statistics;
  const Options options;
  protocols::test::TransferBed::Outcome outcome;
  const std::string port = free_port();
  auto pull = make_transfer(
      {bed.directory, poller, statistics, options},
      bed.request("srt://127.0.0.1:" + port + "?mode=listener&passphrase=a-common-secret", "live/a", outcome),
      true);
  auto call = [&](Recorder& recorder, const std::string& passphrase) {
    return call_from(poller, bed.loop, recorder, Bed::with(passphrase),
                     *io::Endpoint::parse("127.0.0.1:" + port));
  };
  Recorder stranger, friendly, third;
  auto one = call(stranger, "another secret!");
  ASSERT_TRUE(run_until(bed.loop, [&] { return stranger.closed.has_value(); }));
  EXPECT_NE(stranger.closed->message().find("passphrases"), std::string::npos) << stranger.closed->message();
  auto two = call(friendly, "a-common-secret");
  ASSERT_TRUE(run_until(bed.loop, [&] { return friendly.connected || friendly.closed; }));
  EXPECT_TRUE(friendly.connected) << friendly.closed->message();
  auto three = call(third, "a-common-secret");
  ASSERT_TRUE(run_until(bed.loop, [&] { return third.closed.has_value(); }));
  EXPECT_NE(third.closed->detail.find("1402"), std::string::npos) << third.closed->message();
  EXPECT_FALSE(outcome.ended) << outcome.why();
}

TEST(SrtProtocol, ADrainedServerLetsNobodyIn) {
  io::Loop loop;
  hub::Directory directory({&loop}, {});
  http::Router router;
  const std::vector<io::Loop*> loops = {&loop};
  auto protocol = make();
  base::OptionSchema schema;
  protocol->describe(schema);
  ASSERT_TRUE(schema.set("srt.listen", "127.0.0.1:0").ok());
  ASSERT_TRUE(
      protocol->start({.directory = directory, .router = router, .loops = loops, .data_folder = {}}).ok());
  const io::Endpoint at = *io::Endpoint::parse(protocol->own_listen_points().front().address);
  Poller poller;
  auto call = [&](Recorder& recorder) {
    SocketSettings settings = Bed::with({}, "read:live/alpha");
    settings.connect_timeout = 500ms;
    return call_from(poller, loop, recorder, settings, at);
  };
  Recorder before, after;
  auto one = call(before);
  ASSERT_TRUE(run_until(loop, [&] { return before.connected; }));
  protocol->drain(0);
  ASSERT_TRUE(run_until(loop, [&] { return before.closed.has_value(); }));
  auto two = call(after);
  ASSERT_TRUE(run_until(loop, [&] { return after.closed.has_value(); }));
  EXPECT_EQ(after.closed->code, base::Code::kTimeout) << after.closed->message();
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
