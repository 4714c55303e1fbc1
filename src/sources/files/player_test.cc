// Real files of ffmpeg's, real workers, in a real hub on one loop.
#include "sources/files/playlists.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "codec/codec.h"
#include "sources/test_viewer.h"

namespace eyas::files {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kSound = "-f lavfi -i sine=duration=2:sample_rate=48000 ";

struct Seen {
  media::TrackPtr track;
  media::MediaTime pts, dts;
  base::Duration duration;
  bool key;
  base::MonoTime at;  // when it came
};

class PlayerTest : public sources::ViewerTest {
 protected:
  void SetUp() override {
    if (std::system("command -v ffmpeg >/dev/null 2>&1") != 0) GTEST_SKIP() << "ffmpeg is not installed";
    fs::create_directories(root_ / "tv");
    options_.root = root_;
    options_.process.program = EYAS_WORKER_PROGRAM;
    options_.playlists = {{.name = "live/tv", .folder = "tv", .files = {}}};
  }
  void TearDown() override {
    playlists_.reset();
    fs::remove_all(root_);
  }
  static std::string picture(int rate, int seconds = 2) {
    return "-f lavfi -i testsrc=size=160x90:rate=" + std::to_string(rate) +
           ":duration=" + std::to_string(seconds) + " ";
  }
  void make(const std::string& name, const std::string& options) const {
    std::string command = "ffmpeg -nostdin -v error -y " + options + " " + (root_ / "tv" / name).string();
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void start() {
    auto made = Playlists::start(loop_, directory_, options_, root_ / "data");
    ASSERT_TRUE(made.ok()) << made.error().message();
    playlists_ = std::move(*made);
    if (!std::exchange(watching_, true)) watch("live/tv");
  }
  void see(const Reader::Item& item) override {
    const media::Frame& f = *item.unit;
    seen_[f.track->kind()].push_back({f.track, f.pts, f.dts, f.duration, f.key, base::system_clock().mono()});
  }
  PlayerReport report() {
    PlayerReport report;
    playlists_->report(loop_, [&](std::vector<PlayerReport> all) { report = all.at(0); });
    loop_.run_once(0ms);
    return report;
  }
  base::Status with(const Playlists::Task& task) {
    std::optional<base::Status> done;
    playlists_->with("live/tv", task, loop_, [&](const base::Result<PlayerReport>& r) {
      done = r ? base::Status() : base::Status(r.error());
    });
    while (!done) loop_.run_once(1ms);
    return *done;
  }
  auto& pictures() { return seen_[media::TrackKind::kVideo]; }
  auto& sounds() { return seen_[media::TrackKind::kAudio]; }
  // Between one that is shown and the next; they are decoded in the order in which they come.
  static base::Duration longest_step(const std::vector<Seen>& frames) {
    std::vector<media::MediaTime> shown;
    for (size_t i = 0; i < frames.size(); ++i) {
      if (i > 0) {
        EXPECT_GT(frames[i].dts, frames[i - 1].dts) << "at frame " << i;
      }
      shown.push_back(frames[i].pts);
    }
    std::ranges::sort(shown);
    base::Duration longest{0};
    for (size_t i = 1; i < shown.size(); ++i) longest = std::max(longest, shown[i] - shown[i - 1]);
    return longest;
  }

  fs::path root_ = fs::temp_directory_path() / ("eyas_player_" + std::to_string(getpid()));
  Options options_;
  std::unique_ptr<Playlists> playlists_;
  bool watching_ = false;
  std::map<media::TrackKind, std::vector<Seen>> seen_;
};

TEST_F(PlayerTest, FilesOfAllFormatsAreOneStreamWithoutAJump) {
  make("1.mp4", picture(25) + kSound + "-c:v libx264 -bf 2 -g 25 -c:a aac -shortest");
  make("2.mkv", picture(30) + kSound + "-c:v libx264 -bf 0 -g 30 -c:a aac -shortest");
  make("3.ts", picture(24) + kSound + "-c:v libx264 -bf 1 -g 24 -c:a aac -shortest");
  make("4.flv", picture(25) + kSound + "-c:v libx264 -g 25 -c:a aac -ar 44100 -shortest");
  start();
  ASSERT_TRUE(comes_true([&] { return playlists_->metrics()[1].value >= 5; })) << report().error;
  EXPECT_GE(pictures().size(), 220u);
  EXPECT_LT(longest_step(pictures()), 100ms) << "pictures go on over the joints";
  EXPECT_LT(longest_step(sounds()), 100ms) << "and sound";
  auto apart = std::chrono::abs(pictures().back().dts - sounds().back().dts);
  EXPECT_LT(apart, 300ms) << "together";
  size_t keys = 0;
  for (const Seen& frame : pictures()) keys += frame.key ? 1 : 0;
  EXPECT_GE(keys, 10u);
  EXPECT_EQ(report().failed, 0u) << report().error;
}

TEST_F(PlayerTest, GoesOnWhereItWasAfterARestart) {
  make("1.mp4", picture(25, 2) + "-c:v libx264 -g 5");
  make("2.mp4", picture(25, 20) + "-c:v libx264 -g 5");
  start();
  ASSERT_TRUE(comes_true([&] { return report().file == "tv/2.mp4" && report().position > 2s; }));
  auto position = report().position;
  playlists_.reset();
  start();
  ASSERT_TRUE(comes_true([&] { return report().state == PlayerState::kPlaying; }));
  ASSERT_TRUE(comes_true([&, n = pictures().size()] { return pictures().size() > n + 2; }));
  EXPECT_EQ(report().file, "tv/2.mp4");
  EXPECT_GE(report().position, position - 1s);
  EXPECT_LT(report().position, 18s);
}

TEST_F(PlayerTest, WhatCannotBePlayedIsSkippedAndSaidSo) {
  std::ofstream(root_ / "tv" / "1.mp4") << "this is no film";
  make("2.avi", picture(10) + "-c:v mpeg4");
  make("3.mp4", picture(25) + "-c:v libx264 -g 25");
  start();
  ASSERT_TRUE(comes_true([&] { return pictures().size() > 5; }));
  PlayerReport now = report();
  EXPECT_EQ(now.file, "tv/3.mp4");
  EXPECT_EQ(now.failed, 2u);
  ASSERT_EQ(now.queue.size(), 3u);
  EXPECT_FALSE(now.queue[0].error.empty());
  EXPECT_NE(now.queue[1].error.find("mpeg4 video"), std::string::npos) << now.queue[1].error;
  EXPECT_TRUE(now.queue[2].error.empty());
}

TEST_F(PlayerTest, IsSkippedReorderedAndQueued) {
  for (const char* name : {"1.mp4", "2.mp4", "3.mp4"})
    make(name, picture(25, 20) + "-c:v libx264 -preset ultrafast -g 25");
  start();
  auto plays = [&](const char* name) {
    return comes_true([&] { return report().file == name && report().state == PlayerState::kPlaying; });
  };
  ASSERT_TRUE(plays("tv/1.mp4"));
  ASSERT_TRUE(with([](Player& p) { return p.move(3, 1); }).ok());
  ASSERT_TRUE(with([](Player& p) { return p.skip(std::nullopt); }).ok());
  ASSERT_TRUE(plays("tv/3.mp4"));
  ASSERT_TRUE(with([](Player& p) { return p.skip(1); }).ok());
  ASSERT_TRUE(plays("tv/1.mp4"));
  ASSERT_TRUE(with([](Player& p) { return p.remove(1); }).ok()) << "what plays";
  ASSERT_TRUE(plays("tv/3.mp4"));
  EXPECT_EQ(report().queue.size(), 2u);
  ASSERT_TRUE(with([](Player& p) {
                auto added = p.add("tv/1.mp4", 0);
                return added ? base::Status() : base::Status(added.error());
              }).ok());
  EXPECT_EQ(report().queue.front().file, "tv/1.mp4");
  EXPECT_EQ(with([](Player& p) { return p.skip(99); }).error().code, base::Code::kNotFound);
  EXPECT_FALSE(with([](Player& p) {
                 auto added = p.add("../x.mp4", 0);
                 return added ? base::Status() : base::Status(added.error());
               }).ok());
  longest_step(pictures());
}

// Pictures are sent before they are shown, by as much as they are reordered: a joint takes no account of that
// twice, and short files get ready while others play.
TEST_F(PlayerTest, JointsDoNotAddUpToADelay) {
  make("1.mp4", picture(25, 1) + "-c:v libx264 -bf 4 -b_strategy 0 -g 25");
  make("2.mp4", picture(25, 1) + "-c:v libx264 -bf 4 -b_strategy 0 -g 25");
  start();
  ASSERT_TRUE(comes_true([&] {
    EXPECT_GE(report().position, 0s);
    return report().played >= 10;
  }));
  EXPECT_LT(longest_step(pictures()), 100ms);
  auto lateness = [&](size_t from, size_t to) {
    base::Duration least = base::Duration::max();
    for (size_t i = from; i < to; ++i)
      least = std::min(least, pictures()[i].at.time_since_epoch() - pictures()[i].dts.time_since_epoch());
    return least;
  };
  ASSERT_GT(pictures().size(), 225u);
  // Of the soonest ones, for on a busy machine some come late.
  base::Duration added = lateness(pictures().size() - 100, pictures().size()) - lateness(0, 100);
  EXPECT_LT(added, 300ms) << "80 ms for each joint would be more than half a second";
  EXPECT_GT(added, -300ms);
}

TEST_F(PlayerTest, AClockThatIsSetAnewInsideAFileIsNoJump) {
  make("a.ts",
       picture(25, 3) + "-f lavfi -i sine=duration=3:sample_rate=48000 -c:v libx264 -bf 2 -g 25 -c:a aac");
  fs::path once = root_ / "tv" / "a.ts", film = root_ / "film.ts";
  {
    std::ofstream twice(film, std::ios::binary);
    for (int i = 0; i < 2; ++i) twice << std::ifstream(once, std::ios::binary).rdbuf();
  }
  fs::rename(film, once);
  start();
  ASSERT_TRUE(comes_true([&] { return report().played >= 1; }));
  EXPECT_LT(longest_step(pictures()), 150ms);
  EXPECT_LT(longest_step(sounds()), 150ms);
  EXPECT_GE(pictures().size(), 145u) << "both halves, in real time";
  EXPECT_GT(pictures().back().at - pictures().front().at, 4s);
  EXPECT_LT(std::chrono::abs(pictures().back().dts - sounds().back().dts), 400ms) << "together";
}

TEST_F(PlayerTest, ABrokenTimeHoldsNothingUp) {
  make("1.mp4",
       picture(25) + "-c:v libx264 -bf 0 -g 25 -bsf:v \"setts=pts='if(eq(N,30),PTS+360000/TB,PTS)'\"");
  start();
  ASSERT_TRUE(comes_true([&] { return report().played >= 2; })) << report().error;
  EXPECT_LT(longest_step(pictures()), 100ms);
}

TEST_F(PlayerTest, AStateThatIsBrokenIsNoReasonNotToPlay) {
  fs::create_directories(root_ / "data");
  std::ofstream(root_ / "data" / "files.json") << "{";
  make("1.mp4", picture(25) + "-c:v libx264 -g 25");
  start();
  ASSERT_TRUE(comes_true([&] { return pictures().size() > 5; }));
}

TEST_F(PlayerTest, AnEmptyFolderWaitsForItsFirstFile) {
  start();
  EXPECT_EQ(report().state, PlayerState::kWaiting);
  make("new.mp4", picture(25) + "-c:v libx264 -g 25");
  ASSERT_TRUE(comes_true([&] { return pictures().size() > 5; }));
}

}  // namespace
}  // namespace eyas::files
