#include "worker/trespass.h"

#include <sys/syscall.h>

namespace eyas::worker {
namespace {

using enum CallClass;

#define EYAS_CALL(what, name) \
  { SYS_##name, what, #name }

constexpr DeadlyCall kDeadly[] = {
    EYAS_CALL(kFiles, openat),
    EYAS_CALL(kFiles, openat2),
    EYAS_CALL(kFiles, open_by_handle_at),
    EYAS_CALL(kFiles, memfd_create),
    EYAS_CALL(kFiles, unlinkat),
    EYAS_CALL(kFiles, renameat2),
    EYAS_CALL(kFiles, mkdirat),
    EYAS_CALL(kFiles, linkat),
    EYAS_CALL(kFiles, symlinkat),
    EYAS_CALL(kFiles, fchmodat),
    EYAS_CALL(kFiles, fchownat),
    EYAS_CALL(kFiles, truncate),
#if defined(__x86_64__)  // newer machines have only those that begin at a folder
    EYAS_CALL(kFiles, open),
    EYAS_CALL(kFiles, creat),
    EYAS_CALL(kFiles, unlink),
    EYAS_CALL(kFiles, rename),
    EYAS_CALL(kFiles, renameat),
    EYAS_CALL(kFiles, mkdir),
    EYAS_CALL(kFiles, link),
    EYAS_CALL(kFiles, symlink),
    EYAS_CALL(kFiles, chmod),
    EYAS_CALL(kFiles, chown),
    EYAS_CALL(kProcesses, fork),
    EYAS_CALL(kProcesses, vfork),
#endif
    EYAS_CALL(kSockets, socket),
    EYAS_CALL(kSockets, socketpair),
    EYAS_CALL(kSockets, connect),
    EYAS_CALL(kSockets, bind),
    EYAS_CALL(kSockets, listen),
    EYAS_CALL(kSockets, accept),
    EYAS_CALL(kSockets, accept4),
    EYAS_CALL(kProcesses, execve),
    EYAS_CALL(kProcesses, execveat),
    EYAS_CALL(kProcesses, clone),
    EYAS_CALL(kProcesses, clone3),
    EYAS_CALL(kProcesses, kill),
    EYAS_CALL(kProcesses, ptrace),
    EYAS_CALL(kProcesses, process_vm_readv),
    EYAS_CALL(kProcesses, process_vm_writev),
    EYAS_CALL(kProcesses, pidfd_getfd),
    EYAS_CALL(kKernel, bpf),
    EYAS_CALL(kKernel, io_uring_setup),
    EYAS_CALL(kKernel, perf_event_open),
    EYAS_CALL(kKernel, userfaultfd),
    EYAS_CALL(kKernel, keyctl),
    EYAS_CALL(kKernel, add_key),
    EYAS_CALL(kKernel, unshare),
    EYAS_CALL(kKernel, setns),
    EYAS_CALL(kKernel, mount),
    EYAS_CALL(kKernel, init_module),
    EYAS_CALL(kKernel, finit_module),
};

#undef EYAS_CALL

}  // namespace

const char* class_name(CallClass what) {
  switch (what) {
    case kFiles:
      return "files";
    case kSockets:
      return "sockets";
    case kProcesses:
      return "processes";
    case kKernel:
      return "kernel";
    case kUnknown:
      return "unknown";
  }
  return "";
}

std::span<const DeadlyCall> deadly_calls() {
  return kDeadly;
}

const char* call_name(uint32_t number) {
  for (const DeadlyCall& call : kDeadly)
    if (static_cast<uint32_t>(call.number) == number) return call.name;
  return "?";
}

}  // namespace eyas::worker
