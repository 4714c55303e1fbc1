// The real worker program under the real supervisor.
#include "worker/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "codec/codec.h"
#include "worker/supervisor.h"
#include "worker/test_loop.h"

namespace eyas::worker {
namespace {

using namespace std::chrono_literals;

struct Seen : Supervisor::Sink {
  void on_track(TrackMessage t) override { tracks[t.id] = std::move(t); }
  void on_frame(FrameMessage f) override { frames[f.track].push_back(std::move(f)); }
  void on_state(WorkerState) override {}
  std::map<uint32_t, TrackMessage> tracks;
  std::map<uint32_t, std::vector<FrameMessage>> frames;
};

class WorkerProgram : public testing::Test {
 protected:
  template <typename Condition>
  bool comes_true(Condition condition) {
    return test::comes_true(loop_, condition);
  }
  static ProcessOptions program() {
    ProcessOptions options;
    options.program = EYAS_WORKER_PROGRAM;
    return options;
  }

  io::Loop loop_;
  Seen seen_;
  Supervisor supervisor_{loop_, "demo", base::Slice(encode(DemoJob{480, 270, 15, 500'000})),
                         launch_program(loop_, program()), seen_};
};

TEST_F(WorkerProgram, FliesWithPictureSoundAndTelemetryAndReturnsAfterItWasKilled) {
  supervisor_.start();
  ASSERT_TRUE(comes_true([&] { return seen_.frames[1].size() >= 16 && seen_.frames[2].size() >= 10; }));
  auto video = codec::describe(seen_.tracks[1].codec, seen_.tracks[1].record);
  ASSERT_TRUE(video.ok());
  EXPECT_EQ(video->width, 480u);
  EXPECT_EQ(video->height, 270u);
  EXPECT_EQ(video->reorder_depth, 0);
  auto audio = codec::describe(seen_.tracks[2].codec, seen_.tracks[2].record);
  ASSERT_TRUE(audio.ok());
  EXPECT_EQ(audio->sample_rate, 48'000u);
  EXPECT_EQ(audio->channels, 2);
  EXPECT_TRUE(seen_.frames[1].front().key);
  EXPECT_TRUE(codec::inspect(*video, seen_.frames[1].front().payload)->key);
  for (const FrameMessage& frame : seen_.frames[1]) EXPECT_EQ(frame.pts, frame.dts);
  EXPECT_LT(base::system_clock().wall() - seen_.frames[1].back().capture, 5s);
  EXPECT_NE(base::as_text(seen_.frames[3].front().payload).find("\"battery_pct\""), std::string_view::npos);

  pid_t first = supervisor_.pid();
  ASSERT_EQ(kill(first, SIGKILL), 0);
  ASSERT_TRUE(comes_true([&] { return supervisor_.state() == WorkerState::kBackoff; }));
  EXPECT_NE(supervisor_.last_exit().find("signal"), std::string::npos) << supervisor_.last_exit();
  seen_.frames.clear();
  ASSERT_TRUE(comes_true([&] { return seen_.frames[1].size() >= 2; }));
  EXPECT_NE(supervisor_.pid(), first);
  EXPECT_EQ(supervisor_.restarts(), 1u);
}

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(WorkerProgram, IsShutIn) {
  int leaked = open("/dev/null", O_RDONLY);  // without close-on-exec, on purpose
  ASSERT_GE(leaked, 0);
  ASSERT_EQ(setenv("EYAS_SECRET", "of the server", 1), 0);
  supervisor_.start();
  ASSERT_TRUE(comes_true([&] { return supervisor_.state() == WorkerState::kRunning; }));
  std::filesystem::path proc = "/proc/" + std::to_string(supervisor_.pid());

  EXPECT_NE(contents_of(proc / "status").find("NoNewPrivs:\t1"), std::string::npos);
  EXPECT_EQ(contents_of(proc / "environ"), "");
  std::map<std::string, std::string> open_files;
  for (const auto& entry : std::filesystem::directory_iterator(proc / "fd"))
    open_files[entry.path().filename()] = std::filesystem::read_symlink(entry.path());
  ASSERT_EQ(open_files.size(), 4u) << "its three standard ones and the channel";
  EXPECT_EQ(open_files["0"], "/dev/null");
  EXPECT_EQ(open_files["3"].substr(0, 7), "socket:");
  rlimit cores{};
  ASSERT_EQ(prlimit(supervisor_.pid(), RLIMIT_CORE, nullptr, &cores), 0);
  EXPECT_EQ(cores.rlim_max, 0u);
  close(leaked);
  unsetenv("EYAS_SECRET");
}

TEST_F(WorkerProgram, DiesWithItsServer) {
  // A server made of a child of ours: it starts a worker, tells us its number, and is killed.
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  pid_t server = fork();
  if (server == 0) {
    io::Loop loop;
    Seen seen;
    Supervisor supervisor(loop, "demo", base::Slice(encode(DemoJob{480, 270, 15, 500'000})),
                          launch_program(loop, program()), seen);
    supervisor.start();
    while (supervisor.state() != WorkerState::kRunning) loop.run_once(100ms);
    pid_t worker = supervisor.pid();
    if (write(pipe_ends[1], &worker, sizeof worker) != sizeof worker) _exit(1);
    for (;;) loop.run_once(1s);
  }
  ASSERT_GT(server, 0);
  pid_t worker = 0;
  ASSERT_EQ(read(pipe_ends[0], &worker, sizeof worker), ssize_t{sizeof worker});
  int worker_fd = static_cast<int>(syscall(SYS_pidfd_open, worker, 0));
  ASSERT_GE(worker_fd, 0);
  ASSERT_EQ(kill(server, SIGKILL), 0);
  waitpid(server, nullptr, 0);
  pollfd ended{worker_fd, POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 30'000), 1);
  for (int fd : {pipe_ends[0], pipe_ends[1], worker_fd}) close(fd);
}

TEST_F(WorkerProgram, AProgramThatIsNotThereIsAnError) {
  ProcessOptions options;
  options.program = "/nonexistent/eyas-worker";
  struct Deaf : Process::Handler {
    void on_bytes(base::Bytes) override {}
    void on_exit(const base::Error&) override {}
  } deaf;
  EXPECT_EQ(start_process(loop_, options, deaf).error().code, base::Code::kNotFound);
}

}  // namespace
}  // namespace eyas::worker
