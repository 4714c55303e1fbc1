// Pushes over real sockets to our own server, and to servers that refuse.
#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "io/tcp.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/client/redirects.h"
#include "protocols/rtsp/rtsp.h"
#include "protocols/test_transfers.h"

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;
using base::Code;
using protocols::test::FrameCollector;
using protocols::test::TransferBed;

// Key frames of H.264 and packets of G.711, as long as it lives.
class Programme {
 public:
  Programme(TransferBed& bed, const std::string& name) : bed_(bed) {
    hub::PublisherInfo info;
    info.protocol = "test";
    bed.directory.publish(
        *hub::StreamName::parse(name), info, bed.loop, [this](base::Result<hub::Publisher> made) {
          publisher_ = *std::move(made);
          video_ = add(
              1, *codec::describe(media::Codec::kH264, codec::fixtures::slice(codec::fixtures::kAvcHigh)));
          audio_ = add(2, *codec::describe(media::Codec::kG711A, {}));
          send();
        });
  }

  // The sound becomes another codec's.
  void change_sound() { audio_ = add(2, *codec::describe(media::Codec::kG711U, {})); }

 private:
  media::TrackPtr add(media::TrackId id, media::CodecConfig config) {
    auto track = std::make_shared<media::Track>();
    track->id = id;
    track->config = std::move(config);
    publisher_.set_track(track);
    return track;
  }
  void send() {
    for (const media::TrackPtr& track : {video_, audio_}) {
      media::Frame frame;
      frame.track = track;
      frame.pts = frame.dts = media::MediaTime(40ms * count_);
      frame.key = true;
      frame.arrival = bed_.loop.clock().mono();
      frame.payload = track == video_ ? codec::fixtures::slice(codec::fixtures::kIdrHigh)
                                      : base::Slice(std::vector<uint8_t>(320, 0xD5));
      publisher_.publish(std::move(frame));
    }
    ++count_;
    timer_ = bed_.loop.after(40ms, [this] { send(); });
  }

  TransferBed& bed_;
  hub::Publisher publisher_;
  media::TrackPtr video_, audio_;
  int count_ = 0;
  io::Timer timer_;
};

class Pushes : public testing::Test {
 protected:
  void serve(Options server_options) {
    server = std::make_unique<Server>(server_options, bed.directory, bed.loop, std::make_shared<Statistics>(),
                                      Server::OpenPorts(), nullptr);
    listener = std::move(*io::Listener::open(
        bed.loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
        [this](int fd, const io::Address&) { server->accept(io::adopt_socket(bed.loop, fd)); }));
  }
  std::unique_ptr<protocols::Transfer> push(const std::string& path, const std::string& login = "") {
    return make_push(bed.request("rtsp://" + login + listener->address().text() + path, "live/a", outcome),
                     {bed.directory, options, receiver, statistics});
  }
  bool ended() {
    return bed.run_until([&] { return outcome.ended.has_value(); });
  }
  TransferBed bed;
  ClientOptions options;
  ReceiverOptions receiver;
  ClientStatistics statistics;
  using Outcome = TransferBed::Outcome;
  Outcome outcome;
  std::unique_ptr<Server> server;
  std::unique_ptr<io::Listener> listener;
};

TEST_F(Pushes, ArriveAtAnotherServer) {
  serve({});
  Programme programme(bed, "live/a");
  FrameCollector seen(bed, "live/b");
  auto attempt = push("/live/b");
  ASSERT_TRUE(bed.run_until([&] {
    return seen.of(media::Codec::kH264).size() >= 10 && seen.of(media::Codec::kG711A).size() >= 10;
  })) << outcome.why();
  EXPECT_TRUE(outcome.running);
  EXPECT_EQ(attempt->facts().transport, "tcp");
  EXPECT_GT(attempt->facts().bytes, 0u);
  EXPECT_EQ(statistics.pushes, 1u);
  EXPECT_FALSE(outcome.ended);
}

TEST_F(Pushes, LogIn) {
  Options with_login;
  with_login.user = "u";
  with_login.password = "secret";
  serve(with_login);
  Programme programme(bed, "live/a");
  FrameCollector seen(bed, "live/b");
  auto attempt = push("/live/b", "u:secret@");
  ASSERT_TRUE(bed.run_until([&] { return !seen.frames.empty(); })) << outcome.why();
  attempt.reset();
  auto wrong = push("/live/c", "u:wrong@");
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kRefused);
}

// Who would start streams: is asked for none and sees nobody.
struct NobodyWatches final : hub::Demand {
  base::Duration wanted(const hub::StreamName& name) override {
    asked += name.text() == "live/a" ? 1 : 0;
    return {};
  }
  void watched(const hub::StreamName& name, bool by_anybody) override {
    seen += name.text() == "live/a" && by_anybody ? 1 : 0;
  }
  int asked = 0, seen = 0;
};

TEST_F(Pushes, KeepNoStreamOnDemandRunning) {
  NobodyWatches demand;
  bed.directory.set_demand(&demand);
  serve({});
  Outcome early;
  auto too_early = make_push(bed.request("rtsp://" + listener->address().text() + "/live/c", "live/a", early),
                             {bed.directory, options, receiver, statistics});
  Programme programme(bed, "live/a");
  FrameCollector seen(bed, "live/b");
  auto attempt = push("/live/b");
  ASSERT_TRUE(bed.run_until([&] { return seen.of(media::Codec::kH264).size() >= 5; })) << outcome.why();
  EXPECT_EQ(demand.asked, 0);
  EXPECT_EQ(demand.seen, 0);
  bed.directory.set_demand(nullptr);
}

// What was announced does not hold any more: the next attempt announces anew.
TEST_F(Pushes, EndWhenATrackBecomesAnotherCodecs) {
  serve({});
  Programme programme(bed, "live/a");
  FrameCollector seen(bed, "live/b");
  auto attempt = push("/live/b");
  ASSERT_TRUE(bed.run_until([&] { return seen.of(media::Codec::kG711A).size() >= 3; })) << outcome.why();
  programme.change_sound();
  ASSERT_TRUE(ended());
  EXPECT_TRUE(seen.of(media::Codec::kG711U).empty());
}

TEST_F(Pushes, ANameThatIsTakenIsARefusal) {
  serve({});
  Programme programme(bed, "live/a");
  Programme other(bed, "live/b");
  auto attempt = push("/live/b");
  ASSERT_TRUE(ended());
  EXPECT_FALSE(outcome.running);
}

TEST_F(Pushes, AStreamThatDoesNotComeIsNotFound) {
  options.stream_wait = 50ms;
  serve({});
  auto attempt = push("/live/b");
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kNotFound);
}

TEST(Redirects, AreBoundedAndNeverWeaker) {
  ClientOptions options;
  ClientStatistics statistics;
  Redirects redirects(options, statistics);
  auto url = [](const char* text) { return *base::Url::parse(text); };
  EXPECT_FALSE(redirects.check(url("rtsps://a/"), url("rtsp://a/")));
  EXPECT_FALSE(redirects.check(url("rtsp://a/"), url("http://a/")));
  for (unsigned i = 2; i < options.redirects_max; ++i)
    EXPECT_TRUE(redirects.check(url("rtsp://a/"), url("rtsps://b/")));
  EXPECT_EQ(redirects.check(url("rtsp://a/"), url("rtsp://b/")).error().code, Code::kLimit);
  EXPECT_EQ(statistics.redirect_limit, 1u);
}

}  // namespace
}  // namespace eyas::rtsp
