// A stream that is sent to its group once, however many watch.
#include "protocols/rtsp/multicast.h"

#include <gtest/gtest.h>

#include "protocols/rtsp/test_peers.h"

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;
using io::sim::SimExecutor;
using io::sim::SimWorld;

constexpr uint16_t kPort = 20200;

class MulticastTest : public testing::Test {
 protected:
  MulticastTest() {
    Multicast::Settings settings;
    settings.range = *MulticastRange::parse("239.255.42.9");  // a single group
    settings.port = kPort;
    multicast_ = std::make_shared<Multicast>(settings, directory_, home_,
                                             std::make_unique<test::SimPorts>(home_, datagrams_, 9));
    datagrams_.listen(*io::Endpoint::parse("239.255.42.9:20200"), {}, [this](base::Bytes) { ++packets_; });
    datagrams_.listen(*io::Endpoint::parse("239.255.42.9:20201"), {}, [this](base::Bytes) { ++reports_; });
    publish();
  }
  ~MulticastTest() override {
    publisher_.detach();
    multicast_.reset();
    world_.advance(10ms);
  }

  void publish() {
    directory_.publish(*hub::StreamName::parse("live/alpha"), {}, home_,
                       [this](base::Result<hub::Publisher> made) { publisher_ = *std::move(made); });
    world_.settle();
    publisher_.set_track(test::camera_track());
    next_ = 0;  // a key frame
    shoot();
  }
  void shoot() {
    publisher_.publish(media::Frame(*test::camera_frame(next_++, world_.clock().mono())));
    world_.advance(40ms);
  }
  base::Result<std::pair<MulticastGroup, Multicast::Membership>> join(const char* stream) {
    std::optional<base::Result<std::pair<MulticastGroup, Multicast::Membership>>> got;
    multicast_->join(*hub::StreamName::parse(stream), away_, [&](auto joined) { got = std::move(joined); });
    world_.settle();
    return *std::move(got);
  }
  std::shared_ptr<const StreamHead> head() {
    std::shared_ptr<const StreamHead> found;
    hub::Reader<StreamFormat> reader;
    directory_.read<StreamFormat>(
        *hub::StreamName::parse("live/alpha"), {}, away_, [] {},
        [&](base::Result<hub::Reader<StreamFormat>> made) { reader = *std::move(made); });
    world_.settle();
    if (auto item = reader.next()) found = item->head;
    return found;
  }

  SimWorld world_;
  SimExecutor& home_ = world_.add_loop();
  SimExecutor& away_ = world_.add_loop();
  hub::Directory directory_{{&home_}, {}};
  test::Datagrams datagrams_{away_};
  std::shared_ptr<Multicast> multicast_;
  hub::Publisher publisher_;
  uint32_t next_ = 0;
  size_t packets_ = 0;
  size_t reports_ = 0;
};

TEST_F(MulticastTest, PacketsLeaveOnceForAllWhoWatch) {
  auto one = join("live/alpha");
  auto other = join("live/alpha");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->first.address, "239.255.42.9");
  EXPECT_EQ(one->first.port, kPort);
  auto described = head();
  ASSERT_TRUE(described);
  EXPECT_EQ(packets_, 0u);
  one->second.play(described);
  shoot();
  shoot();
  size_t before = packets_;
  EXPECT_GT(before, 10u);
  EXPECT_EQ(reports_, 1u);
  other->second.play(described);
  world_.advance(1ms);
  EXPECT_EQ(packets_, before) << "nothing is sent again for a second one";
  shoot();
  size_t per_picture = packets_ - before;
  EXPECT_GT(per_picture, 0u);
  EXPECT_LT(per_picture, 12u);
}

TEST_F(MulticastTest, TheLastOneTurnsItOff) {
  auto one = join("live/alpha");
  auto other = join("live/alpha");
  auto described = head();
  one->second.play(described);
  other->second.play(described);
  shoot();
  one->second = {};
  shoot();
  size_t before = packets_;
  shoot();
  EXPECT_GT(packets_, before);
  other->second.play(nullptr);
  world_.advance(1ms);
  before = packets_;
  shoot();
  EXPECT_EQ(packets_, before);
}

TEST_F(MulticastTest, ANewcomerBeginsAnewWhatHasEnded) {
  auto one = join("live/alpha");
  one->second.play(head());
  shoot();
  publisher_.detach();
  world_.advance(10s);
  publish();
  auto other = join("live/alpha");
  auto described = head();
  ASSERT_TRUE(described);
  size_t before = packets_;
  other->second.play(described);
  shoot();
  EXPECT_GT(packets_, before) << "though one of before has not left";
}

TEST_F(MulticastTest, BoundsTheGroups) {
  auto alpha = join("live/alpha");
  ASSERT_TRUE(alpha);
  auto beta = join("live/beta");
  ASSERT_FALSE(beta);
  EXPECT_EQ(beta.error().code, base::Code::kLimit);
  alpha->second = {};
  world_.settle();
  EXPECT_TRUE(join("live/beta"));
}

}  // namespace
}  // namespace eyas::rtsp
