// Trespass: a system call that a worker had given up, and made nevertheless. The kernel stops it, the worker
// says which it was with its last breath, and dies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace eyas::worker {

enum class CallClass : uint8_t { kFiles, kSockets, kProcesses, kKernel, kUnknown };
inline constexpr size_t kCallClasses = 5;
const char* class_name(CallClass what);  // "files", "sockets", ...: for log and metrics

// A call that no worker has a use for: asking for it is an attack, or a defect of ours.
struct DeadlyCall {
  long number;  // this machine's
  CallClass what;
  const char* name;
};
std::span<const DeadlyCall> deadly_calls();
// The call's name where it is deadly; "?" otherwise.
const char* call_name(uint32_t number);

// How a worker was shut in.
enum class Confinement : uint8_t {
  kFilter,
  kSanitizers,  // this build's sanitizers need more than a filter leaves
  kRefused,     // the kernel, or the container around us, knows no filters
};

}  // namespace eyas::worker
