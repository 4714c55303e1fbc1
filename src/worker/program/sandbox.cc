#include "worker/program/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/videodev2.h>
#include <signal.h>
#include <time.h>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

#include "worker/sanitized.h"

namespace eyas::worker {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;
#endif

// Memory, the channel (and the log on stderr), time and scheduling, and the way out. The most frequent come
// first.
constexpr long kAllowed[] = {
    SYS_read,         SYS_sendto,
    SYS_futex,        SYS_clock_nanosleep,
    SYS_munmap,       SYS_madvise,
    SYS_mremap,       SYS_brk,
    SYS_write,        SYS_recvfrom,
    SYS_readv,        SYS_writev,
    SYS_sendmsg,      SYS_recvmsg,
    SYS_close,        SYS_clock_gettime,
    SYS_gettimeofday, SYS_nanosleep,
    SYS_sched_yield,  SYS_getpid,
    SYS_gettid,       SYS_tgkill,
    SYS_rt_sigreturn, SYS_rt_sigprocmask,
    SYS_rt_sigaction, SYS_restart_syscall,
    SYS_exit,         SYS_exit_group,
    SYS_getrandom,    SYS_sched_getaffinity,
};
// Of a file that was opened for it.
constexpr long kAllowedWithInput[] = {SYS_pread64, SYS_lseek, SYS_fstat};
// Of a camera: its next picture, a buffer for another one, the end. The low half tells them apart.
constexpr unsigned long kCameraRequests[] = {VIDIOC_DQBUF, VIDIOC_QBUF, VIDIOC_STREAMOFF};

// A mapping may not be made executable: what was smuggled in as data stays data.
constexpr uint32_t kProtExec = 4;

sock_filter statement(uint16_t code, uint32_t value) {
  return {code, 0, 0, value};
}
sock_filter jump(uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
  return {code, yes, no, value};
}

// The filter as it grows. After every rule the call's number is in the accumulator again.
class Rules {
 public:
  Rules() {
    add(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    add(jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
    add(statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    load_number();
  }
  void on(long call, uint32_t verdict) {
    add(jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    add(statement(BPF_RET | BPF_K, verdict));
  }
  // Where the argument, tested by `test` against `value`, is so. Low halves come first on these machines.
  void on_argument(long call, unsigned argument, uint16_t test, uint32_t value, uint32_t verdict) {
    add(jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 4));
    add(statement(BPF_LD | BPF_W | BPF_ABS,
                  static_cast<uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(uint64_t))));
    add(jump(static_cast<uint16_t>(BPF_JMP | test | BPF_K), value, 0, 1));
    add(statement(BPF_RET | BPF_K, verdict));
    load_number();
  }
  std::vector<sock_filter> end(uint32_t verdict) {
    add(statement(BPF_RET | BPF_K, verdict));
    return std::move(program_);
  }

 private:
  void add(sock_filter instruction) { program_.push_back(instruction); }
  void load_number() { add(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))); }

  std::vector<sock_filter> program_;
};

std::vector<sock_filter> filter(Profile profile) {
  constexpr uint32_t kNo = SECCOMP_RET_ERRNO | EPERM;
  Rules rules;
  // Who changes what happens at a trespass is on the way to one.
  rules.on_argument(SYS_rt_sigaction, 0, BPF_JEQ, SIGSYS, SECCOMP_RET_KILL_PROCESS);
  for (long call : kAllowed) rules.on(call, SECCOMP_RET_ALLOW);
  for (long call : {SYS_mmap, SYS_mprotect}) {
    rules.on_argument(call, 2, BPF_JSET, kProtExec, kNo);
    rules.on(call, SECCOMP_RET_ALLOW);
  }
  if (profile == Profile::kInputFile) {
    for (long call : kAllowedWithInput) rules.on(call, SECCOMP_RET_ALLOW);
    // Demultiplexers ask iconv() for the letters of a channel's name, and that looks for its tables: it finds
    // none, and the name stays as it is.
    rules.on(SYS_openat, kNo);
  }
  if (profile == Profile::kCamera) {
    for (unsigned long request : kCameraRequests)
      rules.on_argument(SYS_ioctl, 1, BPF_JEQ, static_cast<uint32_t>(request), SECCOMP_RET_ALLOW);
  }
  // The low half of the verdict comes back as siginfo's errno.
  for (const DeadlyCall& call : deadly_calls())
    rules.on(call.number, SECCOMP_RET_TRAP | static_cast<uint32_t>(call.what));
  return rules.end(kNo);
}

// Of a signal handler: nothing here allocates or locks. It dies of SIGSYS, whose handling is the default
// again.
void tell_and_die(int, siginfo_t* info, void*) {
  TrespassMessage trespass{static_cast<CallClass>(info->si_errno), static_cast<uint32_t>(info->si_syscall)};
  auto message = encode(trespass);
  static_cast<void>(send(kChannelFd, message.data(), message.size(), MSG_NOSIGNAL));
  static_cast<void>(raise(SIGSYS));
}

Confinement renounce_system_calls(Profile profile) {
  if (kSanitized) return Confinement::kSanitizers;
  if (kArchitecture == 0) return Confinement::kRefused;
  tzset();  // the C library reads its time zone when first asked for a date, even in UTC
  struct sigaction action {};
  action.sa_sigaction = tell_and_die;
  action.sa_flags = static_cast<int>(SA_SIGINFO | SA_RESETHAND | SA_NODEFER);
  std::vector<sock_filter> program = filter(profile);
  sock_fprog given{static_cast<unsigned short>(program.size()), program.data()};
  bool done = sigaction(SIGSYS, &action, nullptr) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
              prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given) == 0;
  return done ? Confinement::kFilter : Confinement::kRefused;
}

}  // namespace

base::Status shut_in(Channel& channel, Profile profile) {
  return channel.say(ShutInMessage{renounce_system_calls(profile)});
}

}  // namespace eyas::worker
