// Formats with settings, and formats whose units are whole.
#include <gtest/gtest.h>

#include "hub/directory.h"
#include "io/sim/sim_executor.h"

namespace eyas::hub {
namespace {

using namespace std::chrono_literals;

// Each unit says how many frames there were in all.
class CountFormat {
 public:
  struct Unit {
    media::MediaTime dts;
    int64_t count;
    static size_t bytes() { return 0; }
  };
  struct Head {};
  struct Settings {
    int64_t first = 0;
  };
  static constexpr const char* kName = "count";
  static constexpr bool kUnitsAreWhole = true;

  CountFormat(const Settings& settings, std::string stream, const base::Clock&)
      : stream_(std::move(stream)), count_(settings.first) {}

  void set_tracks(const media::TrackSet&, std::vector<std::shared_ptr<const Unit>>&) {}
  void package(const media::FramePtr& frame, std::vector<std::shared_ptr<const Unit>>& out) {
    if (stream_ == "live/alpha") out.push_back(std::make_shared<const Unit>(Unit{frame->dts, ++count_}));
  }
  std::shared_ptr<const Head> head() { return std::make_shared<const Head>(); }

 private:
  std::string stream_;
  int64_t count_;
};

class FormatSettingsTest : public testing::Test {
 protected:
  FormatSettingsTest() {
    directory_.set_format<CountFormat>({1000});
    directory_.publish(name_, {}, loop_, [this](auto made) { publisher_ = std::move(*made); });
    world_.settle();
    auto track = std::make_shared<media::Track>();
    track->id = 1, track->config.codec = media::Codec::kH264;
    publisher_.set_track(track_ = track);
    world_.settle();
  }
  ~FormatSettingsTest() override {
    publisher_.detach();
    world_.settle();
  }
  void publish(int frames) {
    for (int i = 0; i < frames; ++i, ++sent_) {
      media::Frame frame;
      frame.track = track_;
      frame.pts = frame.dts = media::media_time_from_ms(40 * sent_);
      frame.key = sent_ == 0;  // one group without end
      frame.arrival = loop_.clock().mono();
      publisher_.publish(std::move(frame));
      world_.advance(40ms);
      world_.settle();
    }
  }
  Reader<CountFormat> read() {
    Reader<CountFormat> reader;
    directory_.read<CountFormat>(
        name_, {}, other_, [] {}, [&](auto made) { reader = std::move(*made); });
    world_.settle();
    return reader;
  }
  StreamFacts facts() {
    StreamFacts facts;
    directory_.snapshot(name_, loop_, [&](auto all) { facts = all.at(0); });
    world_.settle();
    return facts;
  }

  io::sim::SimWorld world_;
  io::sim::SimExecutor& loop_ = world_.add_loop();
  io::sim::SimExecutor& other_ = world_.add_loop();
  Directory directory_{{&loop_}, {}};
  StreamName name_ = *StreamName::parse("live/alpha");
  Publisher publisher_;
  media::TrackPtr track_;
  int sent_ = 0;
};

TEST_F(FormatSettingsTest, AReaderGetsTheNewestUnitAndMissesNothing) {
  publish(100);
  Reader<CountFormat> reader = read();
  auto item = reader.next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->unit->count, 1000 + 100);
  EXPECT_FALSE(reader.next());
  publish(50);
  item = reader.next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->unit->count, 1000 + 150);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(facts().readers_lapped, 0U);
  EXPECT_EQ(facts().units_lost, 0U);
  reader.detach();
  world_.settle();
}

}  // namespace
}  // namespace eyas::hub
