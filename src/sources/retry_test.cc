#include "sources/retry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;
using Do = Retry::Do;

const base::Error kGone{base::Code::kClosed, "gone", {}};

struct RetryTest : testing::Test {
  base::MonoTime now{1h};
  RetryOptions options{1s, 8s, 10s};
  Retry retry{options, 7};
};

TEST_F(RetryTest, RunsWhileItIsWanted) {
  EXPECT_EQ(retry.want(true, false, now), Do::kNothing);
  EXPECT_EQ(retry.state(), TransferState::kIdle);
  EXPECT_EQ(retry.want(true, true, now), Do::kBegin);
  EXPECT_EQ(retry.want(true, true, now), Do::kNothing);
  retry.on_running();
  EXPECT_EQ(retry.state(), TransferState::kRunning);
  EXPECT_FALSE(retry.due());
  EXPECT_EQ(retry.want(true, false, now), Do::kEnd);
  EXPECT_EQ(retry.want(false, true, now), Do::kNothing);
  EXPECT_EQ(retry.state(), TransferState::kStopped);
}

TEST_F(RetryTest, PausesDoubleUpToTheirMaximumWithinTheirJitter) {
  ASSERT_EQ(retry.want(true, true, now), Do::kBegin);
  for (base::Duration whole : {1s, 2s, 4s, 8s, 8s, 8s}) {
    retry.on_ended(kGone, now);
    EXPECT_EQ(retry.state(), TransferState::kWaiting);
    EXPECT_EQ(retry.error(), "closed: gone");
    base::Duration pause = *retry.due() - now;
    EXPECT_GE(pause, whole / 2);
    EXPECT_LE(pause, whole);
    EXPECT_EQ(retry.on_time(now), Do::kNothing);
    now = *retry.due();
    EXPECT_EQ(retry.on_time(now), Do::kBegin);
  }
  EXPECT_EQ(retry.attempts(), 7u);
}

TEST_F(RetryTest, MediaMakesTheNextPauseTheFirstAgain) {
  ASSERT_EQ(retry.want(true, true, now), Do::kBegin);
  for (int i = 0; i < 5; ++i) {
    retry.on_ended(kGone, now);
    now = *retry.due();
    ASSERT_EQ(retry.on_time(now), Do::kBegin);
  }
  retry.on_running();
  EXPECT_EQ(retry.error(), "");
  retry.on_ended(kGone, now);
  EXPECT_LE(*retry.due() - now, options.backoff_first);
}

TEST_F(RetryTest, AnAttemptWithoutMediaIsGivenUp) {
  ASSERT_EQ(retry.want(true, true, now), Do::kBegin);
  now += options.connect_timeout - 1ns;
  EXPECT_EQ(retry.on_time(now), Do::kNothing);
  now += 1ns;
  EXPECT_EQ(retry.on_time(now), Do::kEnd);
  EXPECT_EQ(retry.state(), TransferState::kWaiting);
  EXPECT_NE(retry.error().find("timeout"), std::string::npos);
}

TEST_F(RetryTest, ARestartBeginsAtOnceFromWhateverIsWanted) {
  EXPECT_EQ(retry.restart(now), Do::kNothing);  // stopped
  ASSERT_EQ(retry.want(true, true, now), Do::kBegin);
  EXPECT_EQ(retry.restart(now), Do::kEndAndBegin);
  retry.on_ended(kGone, now);
  EXPECT_EQ(retry.restart(now), Do::kBegin);
  EXPECT_EQ(retry.state(), TransferState::kConnecting);
}

TEST_F(RetryTest, AThousandOfThemDoNotComeBackInStep) {
  std::vector<base::Duration> pauses;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    Retry one(options, seed);
    ASSERT_EQ(one.want(true, true, now), Do::kBegin);
    one.on_ended(kGone, now);
    pauses.push_back(*one.due() - now);
  }
  auto early = std::ranges::count_if(pauses, [](base::Duration pause) { return pause < 750ms; });
  EXPECT_GT(early, 400);
  EXPECT_LT(early, 600);
}

}  // namespace
}  // namespace eyas::sources
