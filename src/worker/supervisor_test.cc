#include "worker/supervisor.h"

#include <gtest/gtest.h>

#include <optional>

#include "io/sim/sim_executor.h"

namespace eyas::worker {
namespace {

using namespace std::chrono_literals;

// A process made of paper: what the supervisor started, and what it told it.
struct PaperProcess final : Process {
  PaperProcess(PaperProcess*& self, Handler& h) : self_(self), handler(h) { self_ = this; }
  ~PaperProcess() override { self_ = nullptr; }
  size_t send(const base::Slice& message) override {
    sent = message;
    return 0;
  }
  void kill(base::Error why) override { killed = std::move(why); }
  pid_t pid() const override { return 42; }

  PaperProcess*& self_;
  Handler& handler;
  base::Slice sent;
  std::optional<base::Error> killed;
};

class SupervisorTest : public testing::Test, public Supervisor::Sink {
 protected:
  SupervisorTest() { supervisor_.start(); }

  void on_track(TrackMessage) override { ++tracks_; }
  void on_frame(FrameMessage) override { ++frames_; }
  void on_state(WorkerState state) override { states_.push_back(state); }
  void on_said(const LogMessage& line) override { said_.push_back(line.text); }

  Launch launch() {
    return [this](Process::Handler& handler) -> base::Result<std::unique_ptr<Process>> {
      ++launches_;
      if (refuse_) return base::Error{base::Code::kSystem, "fork", {}};
      return std::unique_ptr<Process>(std::make_unique<PaperProcess>(process_, handler));
    };
  }
  void say(const std::vector<uint8_t>& bytes) { process_->handler.on_bytes(bytes); }
  void say_a_frame() {
    say(encode(Hello{}));
    say(encode(TrackMessage{.id = 1}));
    say(encode(FrameMessage{.track = 1}));
  }
  void die() { process_->handler.on_exit({base::Code::kClosed, "killed", {}}); }

  io::sim::SimWorld world_;
  io::sim::SimExecutor& executor_ = world_.add_loop();
  int launches_ = 0, tracks_ = 0, frames_ = 0;
  bool refuse_ = false;
  PaperProcess* process_ = nullptr;
  std::vector<WorkerState> states_;
  std::vector<std::string> said_;
  Supervisor supervisor_{executor_, "demo", base::Slice::literal("job"), launch(), *this};
};

TEST_F(SupervisorTest, GivesTheJobAndRunsFromTheFirstFrame) {
  EXPECT_EQ(base::as_text(process_->sent), "job");
  EXPECT_EQ(supervisor_.state(), WorkerState::kStarting);
  say_a_frame();
  EXPECT_EQ(supervisor_.state(), WorkerState::kRunning);
  EXPECT_EQ(tracks_, 1);
  EXPECT_EQ(frames_, 1);
}

TEST_F(SupervisorTest, StartsAgainAfterADelayThatDoublesUpToItsLimit) {
  for (base::Duration wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    die();
    EXPECT_EQ(supervisor_.state(), WorkerState::kBackoff);
    int before = launches_;
    world_.advance(wait - 1ms);
    EXPECT_EQ(launches_, before);
    world_.advance(1ms);
    EXPECT_EQ(launches_, before + 1) << base::to_ms(wait);
  }
  EXPECT_EQ(supervisor_.restarts(), 8u);
  EXPECT_EQ(supervisor_.last_exit(), "closed: killed");
}

TEST_F(SupervisorTest, AHealthyRunForgivesEarlierDeaths) {
  die();
  world_.advance(500ms);
  die();
  world_.advance(1s);
  for (int i = 0; i < 10; ++i) {
    world_.advance(1s);
    i == 0 ? say_a_frame() : say(encode(FrameMessage{.track = 1}));
  }
  die();
  world_.advance(500ms);
  EXPECT_EQ(launches_, 4);
}

TEST_F(SupervisorTest, TriesAgainWhenTheProgramCannotBeStarted) {
  refuse_ = true;
  die();
  world_.advance(500ms);
  EXPECT_EQ(supervisor_.state(), WorkerState::kBackoff);
  refuse_ = false;
  world_.advance(1s);
  EXPECT_EQ(supervisor_.state(), WorkerState::kStarting);
}

TEST_F(SupervisorTest, KillsAWorkerThatIsSilent) {
  say_a_frame();
  world_.advance(29s);
  say(encode(FrameMessage{.track = 1}));
  world_.advance(29s);
  EXPECT_FALSE(process_->killed);
  world_.advance(1s);
  ASSERT_TRUE(process_->killed);
  EXPECT_EQ(process_->killed->code, base::Code::kTimeout);
}

TEST_F(SupervisorTest, KillsAWorkerThatBreaksTheProtocolAndHearsNoMoreOfIt) {
  say(base::from_hex("00000001 ff"));
  ASSERT_TRUE(process_->killed);
  EXPECT_EQ(process_->killed->code, base::Code::kMalformed);
  say_a_frame();
  EXPECT_EQ(frames_, 0);
  die();
  world_.advance(500ms);
  say_a_frame();
  EXPECT_EQ(frames_, 1) << "the next one starts afresh";
}

TEST_F(SupervisorTest, AWorkerThatAnswersIsSilentOnlyWhenItWasAsked) {
  PaperProcess* fed = nullptr;
  Supervisor supervisor(executor_, "transcode", base::Slice::literal("job"),
                        [&](Process::Handler& handler) -> base::Result<std::unique_ptr<Process>> {
                          return std::unique_ptr<Process>(std::make_unique<PaperProcess>(fed, handler));
                        },
                        *this, {.speaks_unasked = false, .limits = {}});
  supervisor.start();
  world_.advance(10min);
  EXPECT_FALSE(fed->killed) << "it has nothing to do";
  supervisor.send(base::Slice::literal("frame"));
  EXPECT_EQ(base::as_text(fed->sent), "frame");
  world_.advance(20s);
  supervisor.send(base::Slice::literal("frame"));
  world_.advance(41s);
  ASSERT_TRUE(fed->killed);
  EXPECT_EQ(fed->killed->code, base::Code::kTimeout);
}

TEST_F(SupervisorTest, AWorkerForOnceIsNotStartedAgain) {
  PaperProcess* single = nullptr;
  int launches = 0;
  Supervisor supervisor(executor_, "device", base::Slice::literal("job"),
                        [&](Process::Handler& handler) -> base::Result<std::unique_ptr<Process>> {
                          ++launches;
                          return std::unique_ptr<Process>(std::make_unique<PaperProcess>(single, handler));
                        },
                        *this, {.once = true, .limits = {}});
  supervisor.start();
  states_.clear();
  single->handler.on_bytes(encode(Hello{}));
  single->handler.on_bytes(encode(LogMessage{base::LogLevel::kError, "the camera is gone"}));
  single->handler.on_exit({base::Code::kClosed, "exited", {}});
  world_.advance(1h);
  EXPECT_EQ(launches, 1);
  EXPECT_EQ(states_, std::vector{WorkerState::kBackoff});
  EXPECT_EQ(said_, std::vector<std::string>{"the camera is gone"});
}

TEST_F(SupervisorTest, AWorkerThatReadItsFileThroughEndedWell) {
  using Words = std::vector<std::vector<uint8_t>>;
  auto ends = [this](const Words& words, bool killed) {
    PaperProcess* single = nullptr;
    Supervisor supervisor(executor_, "file", base::Slice::literal("job"),
                          [&](Process::Handler& handler) -> base::Result<std::unique_ptr<Process>> {
                            return std::unique_ptr<Process>(std::make_unique<PaperProcess>(single, handler));
                          },
                          *this, {.once = true, .limits = {}});
    supervisor.start();
    single->handler.on_bytes(encode(Hello{}));
    for (const auto& word : words) single->handler.on_bytes(word);
    if (killed) supervisor.kill({base::Code::kLimit, "too much", {}});
    single->handler.on_exit({base::Code::kClosed, "exited", {}});
    return supervisor.ended_well();
  };
  auto through = encode(ReadThroughMessage{1s});
  auto trespass = encode(TrespassMessage{});
  EXPECT_TRUE(ends(Words{through}, false));
  EXPECT_FALSE(ends(Words{}, false)) << "it broke off";
  EXPECT_FALSE(ends(Words{through}, true)) << "we ended it";
  EXPECT_FALSE(ends(Words{through, {trespass.begin(), trespass.end()}}, false)) << "it died of a call";
  EXPECT_FALSE(ends(Words{through, base::from_hex("00000000")}, false)) << "it broke the protocol";
}

TEST_F(SupervisorTest, TellsEachStateOnce) {
  say_a_frame();
  die();
  world_.advance(500ms);
  using enum WorkerState;
  EXPECT_EQ(states_, (std::vector{kStarting, kRunning, kBackoff, kStarting}));
}

}  // namespace
}  // namespace eyas::worker
