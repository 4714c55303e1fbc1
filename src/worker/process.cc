#include "worker/process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "io/tcp.h"
#include "worker/protocol.h"
#include "worker/sanitized.h"

namespace eyas::worker {
namespace {

using base::Code;
using base::Error;

constexpr int kExecFailed = 127;

Error system_error(const char* context) {
  return {Code::kSystem, context, std::strerror(errno)};
}

std::string beside_the_server() {
  std::error_code error;
  auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "eyas-worker" : (self.parent_path() / "eyas-worker").string();
}

// --- in the child, between fork and exec: only async-signal-safe calls, for the parent has other threads

void shut_in(const ProcessOptions& options, pid_t parent) {
  // PR_SET_PDEATHSIG fires when the forking thread ends: that is a loop, which lives as long as the server.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kExecFailed);  // it died before we asked
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  if (options.memory_bytes_max != 0 && !kSanitized) {
    rlimit memory{options.memory_bytes_max, options.memory_bytes_max};
    setrlimit(RLIMIT_AS, &memory);
  }
  // A network namespace of its own has no interfaces that are up. Containers often forbid both ways.
  if (unshare(CLONE_NEWNET) != 0) static_cast<void>(unshare(CLONE_NEWUSER | CLONE_NEWNET));
}

void reset_signals() {
  sigset_t all;
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  signal(SIGPIPE, SIG_DFL);
  // A terminal's Ctrl-C goes to the server alone, which ends us when it is done.
  signal(SIGINT, SIG_IGN);
}

[[noreturn]] void become(const char* program, int channel, const ProcessOptions& options, pid_t parent) {
  int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  // Out of the way first: it may be where the channel belongs.
  int input = options.input < 0 ? -1 : fcntl(options.input, F_DUPFD, kInputFd + 1);
  if (channel == kChannelFd) {
    fcntl(channel, F_SETFD, 0);
  } else {
    dup2(channel, kChannelFd);
  }
  if (input >= 0) dup2(input, kInputFd);
  close_range(static_cast<unsigned>(input >= 0 ? kInputFd : kChannelFd) + 1, ~0u, 0);
  reset_signals();
  shut_in(options, parent);
  char* const argv[] = {const_cast<char*>(program), nullptr};
  char* const environment[] = {nullptr};
  execve(program, argv, environment);
  _exit(kExecFailed);
}

// --- in the server

Error describe_exit(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) return {Code::kRefused, kForbiddenCall, {}};
  if (WIFSIGNALED(status))
    return {Code::kClosed, "worker was killed by a signal", std::to_string(WTERMSIG(status))};
  if (WEXITSTATUS(status) == kExecFailed) return {Code::kNotFound, "worker program could not be started", {}};
  return {Code::kClosed, "worker exited with status", std::to_string(WEXITSTATUS(status))};
}

class ChildProcess final : public Process, io::ByteStream::Handler, io::FdHandler {
 public:
  ChildProcess(io::Loop& loop, pid_t pid, int pid_fd, int channel, std::shared_ptr<Incidents> incidents,
               Process::Handler& handler)
      : loop_(loop),
        pid_(pid),
        pid_fd_(pid_fd),
        incidents_(std::move(incidents)),
        handler_(handler),
        stream_(io::adopt_socket(loop, channel)) {
    stream_->start(*this);
    loop_.watch(pid_fd_, EPOLLIN, *this);
  }

  ~ChildProcess() override {
    stream_.reset();
    if (pid_fd_ < 0) return;
    unwatch();
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);  // a process that was killed by force is gone within milliseconds
  }

  size_t send(const base::Slice& message) override { return stream_ ? stream_->send({&message, 1}) : 0; }

  void kill(Error why) override {
    if (!reason_) reason_ = std::move(why);
    if (pid_fd_ >= 0) ::kill(pid_, SIGKILL);
  }

  pid_t pid() const override { return pid_; }
  Incidents* incidents() const override { return incidents_.get(); }

 private:
  // What it wrote before it ended has been read when both ways out are closed.
  void on_data(base::Bytes bytes) override {
    if (!reason_) handler_.on_bytes(bytes);
  }
  void on_drained() override {
    if (!reason_) handler_.on_drained();
  }
  void on_closed(const Error&) override {
    stream_.reset();
    if (pid_fd_ >= 0) {
      // It hung up without ending: no use to anyone.
      ::kill(pid_, SIGKILL);
      return;
    }
    finish();
  }
  void on_fd(uint32_t) override {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return;
    unwatch();
    exit_ = describe_exit(status);
    if (!stream_) finish();
  }

  void unwatch() {
    loop_.unwatch(pid_fd_, *this);
    close(pid_fd_);
    pid_fd_ = -1;
  }
  void finish() {
    Error why = reason_ ? *reason_ : exit_;
    handler_.on_exit(why);  // may destroy us
  }

  io::Loop& loop_;
  pid_t pid_;
  int pid_fd_;
  std::shared_ptr<Incidents> incidents_;
  Process::Handler& handler_;
  std::unique_ptr<io::ByteStream> stream_;
  std::optional<Error> reason_;
  Error exit_;
};

}  // namespace

base::Result<std::unique_ptr<Process>> start_process(io::Loop& loop, const ProcessOptions& options,
                                                     Process::Handler& handler) {
  std::string program = options.program.empty() ? beside_the_server() : options.program;
  if (access(program.c_str(), X_OK) != 0) return Error{Code::kNotFound, "worker program", program};
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error("worker: socketpair");
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) become(program.c_str(), ends[1], options, parent);
  int fork_errno = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    errno = fork_errno;
    return system_error("worker: fork");
  }
  // By number: glibc 2.36 declares the wrapper for C only.
  int pid_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid_fd < 0) {
    Error error = system_error("worker: pidfd_open");
    close(ends[0]);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return error;
  }
  return std::unique_ptr<Process>(
      std::make_unique<ChildProcess>(loop, pid, pid_fd, ends[0], options.incidents, handler));
}

void describe(base::OptionSchema& schema, ProcessOptions& o) {
  schema.text("worker.program", o.program, "The worker program; empty takes the one beside the server's.");
  schema.number("worker.memory_bytes_max", o.memory_bytes_max, 0, int64_t{1} << 40,
                "Address space that a worker may have; 0: no limit.");
}

Launch launch_program(io::Loop& loop, ProcessOptions options) {
  return [&loop, options = std::move(options)](Process::Handler& handler) {
    return start_process(loop, options, handler);
  };
}

}  // namespace eyas::worker
