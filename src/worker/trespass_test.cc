// Workers that do what they had given up, under the real supervisor.
#include "worker/trespass.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "worker/sanitized.h"
#include "worker/supervisor.h"
#include "worker/test_loop.h"

namespace eyas::worker {
namespace {

using namespace std::chrono_literals;
using test::comes_true;

struct Nobody : Supervisor::Sink {
  void on_track(TrackMessage) override {}
  void on_frame(FrameMessage) override { ++frames; }
  void on_state(WorkerState) override {}
  int frames = 0;
};

double metric(const Incidents& incidents, std::string_view name, std::string_view what = "") {
  for (const base::Metric& metric : incidents.metrics())
    if (metric.name == name && (what.empty() || metric.labels.at(0).second == what)) return metric.value;
  return -1;
}

class Trespass : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "sanitizers need more than a filter leaves: there is none in this build";
  }
  void TearDown() override { std::filesystem::remove(options_.program); }

  // The program does what its name says.
  Supervisor& run(const std::string& deed) {
    options_.program = testing::TempDir() + "trespasser-" + std::to_string(getpid()) + "-" + deed;
    std::filesystem::remove(options_.program);
    std::filesystem::create_symlink(EYAS_TRESPASSER, options_.program);
    SupervisorOptions quick;
    quick.backoff_first = 10ms;
    supervisor_.emplace(loop_, "spy", base::Slice(encode(DemoJob{})), launch_program(loop_, options_),
                        nobody_, quick);
    supervisor_->start();
    return *supervisor_;
  }
  double trespasses(std::string_view what) {
    return metric(*options_.incidents, "eyas_worker_trespasses_total", what);
  }

  io::Loop loop_;
  Nobody nobody_;
  ProcessOptions options_;
  std::optional<Supervisor> supervisor_;
};

TEST_F(Trespass, AFileIsDeathIsSaidAndIsStartedAgain) {
  Supervisor& spy = run("file");
  ASSERT_TRUE(comes_true(loop_, [&] { return spy.restarts() >= 2; }));
  EXPECT_EQ(spy.last_exit(), "refused: worker asked for a forbidden system call (openat (files))");
  EXPECT_GE(trespasses("files"), 2);
  EXPECT_EQ(trespasses("sockets"), 0);
  EXPECT_GE(metric(*options_.incidents, "eyas_worker_exits_total"), 2);
  EXPECT_EQ(metric(*options_.incidents, "eyas_worker_unconfined_total"), 0);
}

TEST_F(Trespass, ASocketIsDeath) {
  Supervisor& spy = run("socket");
  ASSERT_TRUE(comes_true(loop_, [&] { return spy.restarts() >= 1; }));
  EXPECT_NE(spy.last_exit().find("socket (sockets)"), std::string::npos) << spy.last_exit();
  EXPECT_GE(trespasses("sockets"), 1);
}

TEST_F(Trespass, AProcessIsDeath) {
  Supervisor& spy = run("process");
  ASSERT_TRUE(comes_true(loop_, [&] { return spy.restarts() >= 1; }));
  EXPECT_NE(spy.last_exit().find("(processes)"), std::string::npos) << spy.last_exit();
}

TEST_F(Trespass, NobodySilencesTheAlarmAndLives) {
  Supervisor& spy = run("muffler");
  ASSERT_TRUE(comes_true(loop_, [&] { return spy.restarts() >= 1; }));
  EXPECT_GE(trespasses("unknown"), 1);
}

TEST_F(Trespass, ACallThatLibrariesMayTryOnlyFails) {
  Supervisor& spy = run("curious");
  ASSERT_TRUE(comes_true(loop_, [&] { return nobody_.frames == 1 || spy.restarts() > 0; }));
  EXPECT_EQ(spy.restarts(), 0u) << spy.last_exit();
}

TEST_F(Trespass, ACamerasWorkerOpensNothing) {
  Supervisor& spy = run("camera-file");
  ASSERT_TRUE(comes_true(loop_, [&] { return spy.restarts() >= 1; }));
  EXPECT_NE(spy.last_exit().find("openat (files)"), std::string::npos) << spy.last_exit();
}

TEST_F(Trespass, ACamerasWorkerAsksForPicturesOnly) {
  Supervisor& spy = run("camera-asks");
  ASSERT_TRUE(comes_true(loop_, [&] { return nobody_.frames == 1 || spy.restarts() > 0; }));
  EXPECT_EQ(spy.restarts(), 0u) << spy.last_exit();
}

TEST(TrespassNames, AreKnown) {
  EXPECT_STREQ(call_name(SYS_openat), "openat");
  EXPECT_STREQ(call_name(SYS_read), "?");
  EXPECT_STREQ(class_name(CallClass::kSockets), "sockets");
}

// What a container does that forbids filters: this thread, and what it starts, can install no further one.
void forbid_filters() {
  sock_filter program[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_prctl},
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PR_SET_SECCOMP},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  sock_fprog given{static_cast<unsigned short>(std::size(program)), program};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given), 0);
}

TEST_F(Trespass, WithoutFiltersWorkersWorkAndItIsCounted) {
  std::thread([&] {
    forbid_filters();
    Supervisor& spy = run("nothing");
    ASSERT_TRUE(
        comes_true(loop_, [&] { return metric(*options_.incidents, "eyas_worker_unconfined_total") == 1; }));
    ASSERT_TRUE(comes_true(loop_, [&] { return nobody_.frames == 1; }));
    EXPECT_EQ(spy.restarts(), 0u);
    EXPECT_FALSE(options_.incidents->count_unconfined()) << "it was said already";
  }).join();
}

}  // namespace
}  // namespace eyas::worker
