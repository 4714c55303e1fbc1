// Pulls of MJPEG over real sockets, from cameras that do as a script says; the test makes the video.
#include "protocols/mjpeg/pull.h"

#include <gtest/gtest.h>

#include "protocols/test_transfers.h"

namespace eyas::mjpeg {
namespace {

using protocols::test::TransferBed;
using Camera = protocols::test::ScriptedServer;

const std::string kImage = [] {
  auto bytes = base::from_hex("ffd8 ffda 0004 0100 1234 ffd9");
  return std::string(base::as_text(bytes));
}();
const std::string kHead =
    "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--frame\r\n\r\n";
const std::string kPart = "--frame\r\nContent-Type: image/jpeg\r\n\r\n" + kImage + "\r\n";

// Counts images instead of making video of them.
struct CountingPictures final : hub::Pictures {
  struct Video final : hub::JpegVideo {
    explicit Video(CountingPictures& o) : owner(o) { ++owner.open; }
    ~Video() override { --owner.open; }
    bool feed(base::Slice jpeg, media::MediaTime) override {
      owner.images.emplace_back(base::as_text(jpeg));
      return true;
    }
    uint64_t left_out() const override { return 0; }
    CountingPictures& owner;
  };
  Lease watch(const hub::StreamName&, const hub::PictureVariant&, io::Executor&, OnPicture) override {
    return {};
  }
  base::Result<std::unique_ptr<hub::JpegVideo>> video_of_jpeg(std::string, io::Executor&,
                                                              hub::JpegVideo::Sink&) override {
    if (full) return base::Error{base::Code::kLimit, "too many workers", {}};
    return std::unique_ptr<hub::JpegVideo>(std::make_unique<Video>(*this));
  }
  bool full = false;
  int open = 0;
  std::vector<std::string> images;
};

class MjpegPull : public testing::Test {
 protected:
  std::unique_ptr<Pull> pull(const std::string& url) {
    return std::make_unique<Pull>(bed.request(url, "live/door", outcome), bed.directory, pictures,
                                  statistics);
  }
  std::string outcome_of(const std::string& answer) {
    Camera camera(bed, answer, true);
    outcome = {};
    auto attempt = pull(camera.url("/video.mjpg"));
    EXPECT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
    return outcome.why();
  }
  TransferBed bed;
  CountingPictures pictures;
  Statistics statistics;
  TransferBed::Outcome outcome;
};

TEST_F(MjpegPull, EveryImageIsMadeIntoVideo) {
  Camera camera(bed, kHead + kPart + kPart + kPart, false);
  auto attempt = pull(camera.url("/video.mjpg"));
  ASSERT_TRUE(bed.run_until([&] { return pictures.images.size() == 3; })) << outcome.why();
  for (const std::string& image : pictures.images) EXPECT_EQ(image, kImage);
  EXPECT_EQ(attempt->facts().peer, camera.listener->address().text());
  EXPECT_EQ(attempt->facts().counters.front(), (std::pair<std::string, uint64_t>("images", 3)));
  EXPECT_EQ(statistics.pulls_open, 1u);
  attempt.reset();
  EXPECT_TRUE(bed.run_until([&] { return camera.closed; }));
  EXPECT_EQ(pictures.open, 0);
  EXPECT_EQ(statistics.pulls_open, 0u);
  EXPECT_FALSE(outcome.ended);
}

TEST_F(MjpegPull, EndsSayWhy) {
  EXPECT_TRUE(outcome_of("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").starts_with("not_found: "));
  EXPECT_TRUE(outcome_of("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n").starts_with("refused: "));
  EXPECT_TRUE(outcome_of("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>log in</html>")
                  .starts_with("unsupported: "));
  EXPECT_EQ(outcome_of(kHead + kPart), "closed: mjpeg: the camera's answer is over");
  EXPECT_EQ(outcome_of(kHead + std::string(ImageCutter::kGapBytesMax * 2, 'x')),
            "malformed: mjpeg: no JPEG image");
  EXPECT_EQ(statistics.pulls_failed, 4u);
  std::string endless = kImage.substr(0, 8) + std::string(ImageCutter::kImageBytesMax, 'x');
  EXPECT_TRUE(outcome_of(kHead + endless).starts_with("limit: "));
  EXPECT_EQ(statistics.pull_limit_hits, 1u);
  pictures.full = true;
  EXPECT_TRUE(outcome_of(kHead + kPart).starts_with("limit: "));
  EXPECT_EQ(pictures.open, 0);
}

TEST_F(MjpegPull, KnowsItsOptions) {
  base::Url url = *base::Url::parse("http://camera/video.mjpg");
  EXPECT_TRUE(check_pull(url, {{"format", "mjpeg"}}).ok());
  EXPECT_FALSE(check_pull(url, {{"transport", "udp"}}).ok());
  EXPECT_FALSE(check_pull(*base::Url::parse("http:///video.mjpg"), {}).ok());
}

}  // namespace
}  // namespace eyas::mjpeg
