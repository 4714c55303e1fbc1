// A real worker's slate, and a camera that comes and goes, in a real hub on one loop.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sources/slates.h"
#include "sources/test_sender.h"
#include "sources/test_viewer.h"

extern "C" {
#include <libavutil/log.h>
}

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;

const bool quiet = (av_log_set_level(AV_LOG_ERROR), true);

class SlateTest : public ViewerTest {
 protected:
  static SlateOptions options(std::vector<std::string> streams) {
    SlateOptions options;
    options.streams = std::move(streams);
    options.width = 320, options.height = 180, options.frame_rate = 10;
    options.process.program = EYAS_WORKER_PROGRAM;
    return options;
  }
  static bool has_ffmpeg() { return std::system("command -v ffmpeg >/dev/null 2>&1") == 0; }
  // Slates that show a film of ffmpeg's.
  std::unique_ptr<Slates> film(const std::string& picture, const std::string& coded) {
    auto path = std::filesystem::temp_directory_path() / ("eyas_slate_" + std::to_string(getpid()) + ".mp4");
    std::string make =
        "ffmpeg -nostdin -v error -y -f lavfi -i " + picture + " " + coded + " " + path.string();
    EXPECT_EQ(std::system(make.c_str()), 0);
    SlateOptions film = options({"live/alpha"});
    film.file = path;
    auto slates = Slates::start(loop_, directory_, film);
    std::filesystem::remove(path);
    return std::move(*slates);
  }
  void see(const Reader::Item& item) override {
    const media::Frame& frame = *item.unit;
    auto& last = last_[frame.track->id];
    EXPECT_GE(frame.dts, last) << "one timeline, whoever is on air";
    EXPECT_LT(frame.dts - last, 20s);
    last = frame.dts;
    if (frame.track->kind() == media::TrackKind::kVideo) {
      bool swapped = width_ != frame.track->config.width;
      EXPECT_TRUE(!swapped || frame.key) << "swapped at a keyframe";
      width_ = frame.track->config.width;
      ++pictures_;
    } else {
      ++sounds_;
    }
  }
  bool pictures_of(uint32_t width) {
    EXPECT_FALSE(reader_ && reader_.ended()) << "nobody has to connect anew";
    return comes_true([&] { return width_ == width; }) &&
           comes_true([&, until = pictures_ + 5] { return pictures_ >= until; }) && width_ == width;
  }

  std::map<media::TrackId, media::MediaTime> last_;
  uint32_t width_ = 0;
  size_t pictures_ = 0, sounds_ = 0;
};

TEST_F(SlateTest, IsOnAirUntilACameraComesAndAgainWhenItLeftInItsForm) {
  auto slates = std::move(*Slates::start(loop_, directory_, options({"live/alpha"})));
  watch();
  ASSERT_TRUE(pictures_of(320));
  auto sender = std::make_unique<Sender>(loop_, directory_);
  ASSERT_TRUE(pictures_of(160));
  ASSERT_TRUE(comes_true([&] { return !slates->find("live/alpha")->showing(); })) << "no worker for nobody";
  sender->leave();
  size_t before = sounds_;
  ASSERT_TRUE(comes_true([&] { return slates->find("live/alpha")->showing(); }));
  ASSERT_TRUE(pictures_of(160)) << "in the camera's size";
  ASSERT_TRUE(comes_true([&] { return sounds_ > before + 20; })) << "with silence where there was sound";
  Sender again(loop_, directory_);
  ASSERT_TRUE(comes_true([&] { return !slates->find("live/alpha")->showing(); }));
  ASSERT_TRUE(pictures_of(160));
}

TEST_F(SlateTest, APatternsStreamIsKeptUpForAWhile) {
  SlateOptions some = options({"live/*"});
  some.hold = 1500ms;
  auto slates = std::move(*Slates::start(loop_, directory_, some));
  auto sender = std::make_unique<Sender>(loop_, directory_);
  watch();
  ASSERT_TRUE(pictures_of(160));
  ASSERT_TRUE(comes_true([&] { return slates->find("live/alpha") != nullptr; }));
  sender->leave();
  ASSERT_TRUE(comes_true([&] { return slates->find("live/alpha")->showing(); }));
  ASSERT_TRUE(comes_true([&] { return slates->find("live/alpha") == nullptr; }));
}

TEST_F(SlateTest, ShowsAnImageOfTheOperators) {
  auto path = std::filesystem::temp_directory_path() / ("eyas_slate_" + std::to_string(getpid()) + ".jpg");
  auto encoder = std::move(*worker::JpegEncoder::open({64, 48, 80}));
  for (int plane : {0, 1, 2})
    std::fill_n(encoder->frame().data[plane], encoder->frame().linesize[plane] * (plane == 0 ? 48 : 24),
                uint8_t{128});
  ASSERT_TRUE(encoder
                  ->encode(0,
                           [&](const worker::Packet& p) {
                             std::ofstream(path, std::ios::binary)
                                 .write(reinterpret_cast<const char*>(p.payload.data()),
                                        static_cast<std::streamsize>(p.payload.size()));
                           })
                  .ok());
  SlateOptions image = options({"live/alpha"});
  image.file = path;
  auto slates = Slates::start(loop_, directory_, image);
  std::filesystem::remove(path);
  ASSERT_TRUE(slates.ok());
  watch();
  EXPECT_TRUE(pictures_of(320));
}

TEST_F(SlateTest, ShowsAFilmAgainAndAgain) {
  if (!has_ffmpeg()) GTEST_SKIP() << "ffmpeg is not installed";
  auto slates = film("testsrc=size=96x54:rate=10:duration=0.5", "-c:v libx264");
  watch();
  ASSERT_TRUE(pictures_of(320)) << "in the slate's form";
  ASSERT_TRUE(comes_true([&] { return pictures_ > 25; })) << "longer than it is";
}

TEST_F(SlateTest, AFilmMayHaveOnePicture) {
  if (!has_ffmpeg()) GTEST_SKIP() << "ffmpeg is not installed";
  auto slates = film("testsrc=size=96x54:rate=10", "-frames:v 1 -c:v libx264 -bf 2");
  watch();
  ASSERT_TRUE(pictures_of(320));
  ASSERT_TRUE(comes_true([&] { return pictures_ > 25; }));
}

TEST_F(SlateTest, RefusesWhatIsNoNameAndNoImage) {
  EXPECT_FALSE(Slates::start(loop_, directory_, options({"no name"})).ok());
  SlateOptions absent = options({});
  absent.file = "/nowhere/slate.png";
  EXPECT_FALSE(Slates::start(loop_, directory_, absent).ok());
  absent.file = "/nowhere/slate.mp4";
  EXPECT_FALSE(Slates::start(loop_, directory_, absent).ok());
  absent.file = "/proc/self/exe";
  EXPECT_FALSE(Slates::start(loop_, directory_, absent).ok());
}

TEST_F(SlateTest, NoMoreWorkersThanItsLimit) {
  SlateOptions none = options({"live/alpha"});
  none.workers_max = 0;
  auto slates = std::move(*Slates::start(loop_, directory_, none));
  auto refused = [&] {
    auto metrics = slates->metrics();
    return std::ranges::find(metrics, "eyas_slate_refused_total", &base::Metric::name)->value;
  };
  ASSERT_TRUE(comes_true([&] { return refused() > 0; }));
  EXPECT_FALSE(slates->find("live/alpha")->showing());
}

}  // namespace
}  // namespace eyas::sources
