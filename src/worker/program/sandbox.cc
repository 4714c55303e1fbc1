#include "worker/program/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>
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

// Memory, the channel (and the log on stderr), time and scheduling, and the way out.
constexpr long kAllowed[] = {
    SYS_mmap,          SYS_munmap,
    SYS_mremap,        SYS_mprotect,
    SYS_madvise,       SYS_brk,
    SYS_read,          SYS_write,
    SYS_readv,         SYS_writev,
    SYS_sendto,        SYS_recvfrom,
    SYS_sendmsg,       SYS_recvmsg,
    SYS_close,         SYS_futex,
    SYS_clock_gettime, SYS_clock_nanosleep,
    SYS_gettimeofday,  SYS_nanosleep,
    SYS_sched_yield,   SYS_getpid,
    SYS_gettid,        SYS_tgkill,
    SYS_rt_sigreturn,  SYS_rt_sigprocmask,
    SYS_rt_sigaction,  SYS_restart_syscall,
    SYS_exit,          SYS_exit_group,
    SYS_getrandom,     SYS_sched_getaffinity,
};

// A mapping may not be made executable: what was smuggled in as data stays data.
constexpr uint32_t kProtExec = 4;

sock_filter statement(uint16_t code, uint32_t value) {
  return {code, 0, 0, value};
}
sock_filter jump(uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
  return {code, yes, no, value};
}

std::vector<sock_filter> filter() {
  constexpr uint32_t kNo = SECCOMP_RET_ERRNO | EPERM;
  std::vector<sock_filter> program = {
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (long call : {SYS_mmap, SYS_mprotect}) {
    // The third argument of both is the protection; its low half comes first on these machines.
    program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 4));
    program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])));
    program.push_back(jump(BPF_JMP | BPF_JSET | BPF_K, kProtExec, 0, 1));
    program.push_back(statement(BPF_RET | BPF_K, kNo));
    program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  for (size_t i = 0; i < std::size(kAllowed); ++i) {
    auto to_allow = static_cast<uint8_t>(std::size(kAllowed) - i);
    program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(kAllowed[i]), to_allow, 0));
  }
  program.push_back(statement(BPF_RET | BPF_K, kNo));
  program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return program;
}

}  // namespace

base::Status renounce_system_calls() {
  if (kSanitized || kArchitecture == 0) return {};
  std::vector<sock_filter> program = filter();
  sock_fprog given{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given) == 0)
    return {};
  return base::Error{base::Code::kSystem, "worker: seccomp", std::strerror(errno)};
}

}  // namespace eyas::worker
