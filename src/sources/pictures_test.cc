// Real workers making pictures of a stream in a real hub on one loop.
#include "sources/pictures.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "sources/test_sender.h"
#include "sources/test_viewer.h"
#include "worker/program/decoder.h"

extern "C" {
#include <libavutil/log.h>
}

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;
using hub::PicturePtr;
using hub::PictureVariant;

const bool quiet = (av_log_set_level(AV_LOG_ERROR), true);

constexpr base::Duration kEachFrame = 1s / kFrameRate;

struct Watch {
  hub::Pictures::Lease lease;
  std::vector<PicturePtr> pictures;
  std::optional<base::Error> error;
};

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

class PicturesTest : public ViewerTest {
 protected:
  static PictureOptions options() {
    PictureOptions options;
    options.process.program = EYAS_WORKER_PROGRAM;
    options.linger = 200ms;
    return options;
  }
  void see(const Reader::Item& item) override { newest_ = std::max(newest_, item.unit->pts); }
  std::unique_ptr<Watch> watch(WorkerPictures& pictures, const PictureVariant& variant) {
    auto made = std::make_unique<Watch>();
    made->lease =
        pictures.watch(name_, variant, loop_, [watch = made.get()](base::Result<PicturePtr> picture) {
          if (picture)
            watch->pictures.push_back(*picture);
          else
            watch->error = picture.error();
        });
    return made;
  }
  static double value(const WorkerPictures& pictures, const std::string& name) {
    for (const base::Metric& metric : pictures.metrics()) {
      if (metric.name == "eyas_pictures_" + name) return metric.value;
    }
    ADD_FAILURE() << name;
    return -1;
  }
  static Size size_of(const PicturePtr& picture) {
    worker::TrackMessage track{.id = 1, .codec = media::Codec::kData, .media_type = worker::kJpegType};
    auto decoder = std::move(*worker::TrackDecoder::open(track));
    worker::FrameMessage frame{.track = 1, .alone = true};
    frame.payload = picture->image;
    Size size;
    EXPECT_TRUE(decoder
                    ->decode(frame,
                             [&](AVFrame& decoded) {
                               size = {decoded.width, decoded.height};
                               return base::Status();
                             })
                    .ok());
    return size;
  }

  media::MediaTime newest_;
};

TEST_F(PicturesTest, GivesTheNewestPictureAtTheWantedSizeAndThenOneEachInterval) {
  WorkerPictures pictures({&loop_}, directory_, options());
  Sender sender(loop_, directory_);
  auto small = watch(pictures, {.width = 80, .interval = 200ms});
  auto large = watch(pictures, {.width = 640, .interval = 200ms});
  ASSERT_TRUE(comes_true([&] { return small->pictures.size() >= 5 && large->pictures.size() >= 5; }));
  EXPECT_EQ(size_of(small->pictures[0]), (Size{80, 44}));
  EXPECT_EQ(size_of(large->pictures[0]), (Size{160, 90})) << "never larger than the source";
  for (size_t i = 1; i < small->pictures.size(); ++i) {
    base::Duration step = small->pictures[i]->time - small->pictures[i - 1]->time;
    EXPECT_GE(step, 180ms) << i;
    EXPECT_NE(small->pictures[i]->number, small->pictures[i - 1]->number);
  }
  EXPECT_EQ(value(pictures, "workers"), 1) << "one decodes, however many look";
}

TEST_F(PicturesTest, TheFirstPictureIsTheNewestNotTheKeyframe) {
  WorkerPictures pictures({&loop_}, directory_, options());
  Sender sender(loop_, directory_);
  ViewerTest::watch();
  // Half a second into a group.
  ASSERT_TRUE(
      comes_true([&] { return newest_.time_since_epoch() % 1s > 500ms && newest_ > media::MediaTime(1s); }));
  media::MediaTime newest = newest_;
  auto seen = watch(pictures, {.interval = 1s});
  ASSERT_TRUE(comes_true([&] { return !seen->pictures.empty(); }));
  EXPECT_GE(seen->pictures[0]->time, newest - 2 * kEachFrame);
}

TEST_F(PicturesTest, ALookTellsBrightness) {
  WorkerPictures pictures({&loop_}, directory_, options());
  Sender sender(loop_, directory_);
  auto look = watch(pictures, {.form = PictureVariant::Form::kLook, .interval = kEachFrame});
  auto brightest = [&] {
    uint8_t most = 0;
    for (const auto& picture : look->pictures)
      most = std::max(most, picture->image.bytes()[hub::kLookFields / 2]);
    return most;
  };
  ASSERT_TRUE(comes_true([&] { return look->pictures.size() > 30 && brightest() > 240; })) << "the flash";
  size_t dark = 0;
  for (const auto& picture : look->pictures) {
    ASSERT_EQ(picture->image.size(), hub::kLookFields);
    dark += picture->image.bytes()[hub::kLookFields / 2] < 150 ? 1 : 0;
  }
  EXPECT_GT(dark, 20u);
}

TEST_F(PicturesTest, KeyframesAloneAreDecodedWhenTheySuffice) {
  WorkerPictures pictures({&loop_}, directory_, options());
  Sender sender(loop_, directory_);
  auto slow = watch(pictures, {.interval = 1s});
  // The first group teaches it how often keyframes come.
  ASSERT_TRUE(comes_true([&] { return slow->pictures.size() >= 4; }));
  double before = value(pictures, "frames_in_total");
  size_t made = slow->pictures.size();
  ASSERT_TRUE(comes_true([&] { return slow->pictures.size() >= made + 3; }));
  EXPECT_LE(value(pictures, "frames_in_total") - before, 4);
  auto quick = watch(pictures, {.interval = kEachFrame});
  ASSERT_TRUE(comes_true([&] { return quick->pictures.size() >= 25; })) << "every frame again";
}

TEST_F(PicturesTest, VariantsAreLimitedAndThoseThatOnlyLingerMakeRoom) {
  PictureOptions two = options();
  two.variants_max = 2;
  two.linger = worker::test::kPatience;
  WorkerPictures pictures({&loop_}, directory_, two);
  Sender sender(loop_, directory_);
  auto first = watch(pictures, {.width = 32});
  auto second = watch(pictures, {.width = 64});
  ASSERT_TRUE(comes_true([&] { return !first->pictures.empty() && !second->pictures.empty(); }));
  auto third = watch(pictures, {.width = 128});
  ASSERT_TRUE(comes_true([&] { return third->error.has_value(); }));
  EXPECT_EQ(third->error->code, base::Code::kLimit);
  EXPECT_EQ(value(pictures, "variants_refused_total"), 1);
  first->lease.reset();
  auto fourth = watch(pictures, {.width = 128});
  ASSERT_TRUE(comes_true([&] { return !fourth->pictures.empty(); }));
  EXPECT_EQ(size_of(fourth->pictures[0]).width, 128);
}

TEST_F(PicturesTest, SaysWhyThereAreNone) {
  PictureOptions none = options();
  none.workers_max = 0;
  WorkerPictures pictures({&loop_}, directory_, options()), idle({&loop_}, directory_, none);
  auto absent = watch(pictures, {});
  ASSERT_TRUE(comes_true([&] { return absent->error.has_value(); }));
  EXPECT_EQ(absent->error->code, base::Code::kNotFound);
  Sender sender(loop_, directory_);
  ViewerTest::watch();
  ASSERT_TRUE(comes_true([&] { return static_cast<bool>(reader_); }));
  auto refused = watch(idle, {});
  ASSERT_TRUE(comes_true([&] { return refused->error.has_value(); }));
  EXPECT_EQ(refused->error->code, base::Code::kLimit);
  EXPECT_EQ(value(idle, "workers_refused_total"), 1);
  EXPECT_EQ(value(idle, "workers"), 0);
}

TEST_F(PicturesTest, AWorkerThatDiesIsStartedAgain) {
  WorkerPictures pictures({&loop_}, directory_, options());
  Sender sender(loop_, directory_);
  auto seen = watch(pictures, {.interval = 100ms});
  ASSERT_TRUE(comes_true([&] { return seen->pictures.size() >= 3; }));
  std::ifstream children("/proc/self/task/" + std::to_string(getpid()) + "/children");
  pid_t worker = 0;
  ASSERT_TRUE(children >> worker);
  kill(worker, SIGKILL);
  ASSERT_TRUE(comes_true([&] { return value(pictures, "restarts_total") == 1; }));
  size_t before = seen->pictures.size();
  ASSERT_TRUE(comes_true([&] { return seen->pictures.size() >= before + 3; }));
  EXPECT_FALSE(seen->error);
}

TEST_F(PicturesTest, TheWorkerEndsAWhileAfterItsLastViewer) {
  WorkerPictures pictures({&loop_}, directory_, options());
  Sender sender(loop_, directory_);
  auto seen = watch(pictures, {.interval = 100ms});
  ASSERT_TRUE(comes_true([&] { return seen->pictures.size() >= 3; }));
  seen->lease.reset();
  size_t before = seen->pictures.size();
  ASSERT_TRUE(comes_true([&] { return value(pictures, "workers") == 0; }));
  EXPECT_EQ(seen->pictures.size(), before) << "a lease that died is told nothing";
}

TEST_F(PicturesTest, ImagesBecomeVideo) {
  struct Heard : hub::JpegVideo::Sink {
    void on_track(media::TrackPtr track) override { tracks.push_back(std::move(track)); }
    void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }
    std::vector<media::TrackPtr> tracks;
    std::vector<media::Frame> frames;
  } heard;
  WorkerPictures pictures({&loop_}, directory_, options());
  auto video = pictures.video_of_jpeg("live/door", loop_, heard);
  ASSERT_TRUE(video.ok());
  auto encoder = std::move(*worker::JpegEncoder::open({160, 90, 75}));
  int64_t sent = 0;
  base::MonoTime next = loop_.clock().mono();
  ASSERT_TRUE(comes_true([&] {
    if (loop_.clock().mono() >= next) {
      AVFrame& picture = encoder->frame();
      for (int y = 0; y < 90; ++y)
        std::fill_n(picture.data[0] + y * picture.linesize[0], 160, static_cast<uint8_t>(sent * 5 + y));
      for (int plane : {1, 2}) std::fill_n(picture.data[plane], picture.linesize[plane] * 45, uint8_t{128});
      EXPECT_TRUE(encoder
                      ->encode(sent,
                               [&](worker::Packet p) {
                                 (*video)->feed(std::move(p.payload), media::media_time_from_ms(sent * 50));
                               })
                      .ok());
      ++sent;
      next += 50ms;
    }
    return heard.frames.size() >= 45;
  }));
  ASSERT_EQ(heard.tracks.size(), 1u);
  EXPECT_EQ(heard.tracks[0]->config.codec, media::Codec::kH264);
  EXPECT_EQ(heard.tracks[0]->config.width, 160u);
  EXPECT_TRUE(heard.frames[0].key);
  auto keys = std::ranges::count_if(heard.frames, [](const auto& frame) { return frame.key; });
  EXPECT_GE(keys, 2);
  EXPECT_LE(keys, 5);
  video->reset();
  EXPECT_EQ(value(pictures, "workers"), 0);
}

}  // namespace
}  // namespace eyas::sources
