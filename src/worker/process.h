// A worker process: started with one end of a socket pair, and shut in as far as the kernel allows.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/option_schema.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/task.h"
#include "io/loop.h"
#include "worker/incidents.h"

namespace eyas::worker {

// The worker's side of the conversation as the server holds it. Lives on its loop. Destroying it kills the
// process and waits until the kernel has buried it.
class Process {
 public:
  // All calls come from the loop, never from inside a call into the process.
  struct Handler {
    virtual ~Handler() = default;
    // Valid during the call only. The process may not be destroyed here.
    virtual void on_bytes(base::Bytes bytes) = 0;
    // The process has taken all that send() left.
    virtual void on_drained() {}
    // Once; nothing follows. The handler may destroy the process here.
    virtual void on_exit(const base::Error& why) = 0;
  };

  virtual ~Process() = default;
  // Returns the bytes that the process has not taken yet.
  virtual size_t send(const base::Slice& message) = 0;
  // Ends it by force; on_exit follows with this reason.
  virtual void kill(base::Error why) = 0;
  virtual pid_t pid() const = 0;
  // Where misdeeds of its kind are counted; null: nowhere.
  virtual Incidents* incidents() const { return nullptr; }
};

struct ProcessOptions {
  // Absolute path; empty = `eyas-worker` in the folder of the server's own program.
  std::string program;
  // Address space; 0 = no limit. Builds with sanitizers, which reserve terabytes, do not limit it.
  size_t memory_bytes_max = size_t{1} << 30;
  // Of all workers that are started with copies of these options.
  std::shared_ptr<Incidents> incidents = std::make_shared<Incidents>();
  // A descriptor that the process gets as its kInputFd; -1: none. The caller's, before and after.
  int input = -1;
};

// Binds the keys "worker.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, ProcessOptions& options);

// The context of on_exit's error (kRefused) for a process that the kernel killed for a system call.
inline constexpr const char* kForbiddenCall = "worker asked for a forbidden system call";

// Starts the program with its end of the socket pair as descriptor kChannelFd, its log on our stderr and no
// other descriptor of ours; killed with its parent, without core dumps, new privileges or (where the kernel
// lets us) a network. Errors: kSystem, kNotFound.
base::Result<std::unique_ptr<Process>> start_process(io::Loop& loop, const ProcessOptions& options,
                                                     Process::Handler& handler);

// Makes a process whose handler is given; what a supervisor starts again and again.
using Launch = base::UniqueFunction<base::Result<std::unique_ptr<Process>>(Process::Handler&)>;
Launch launch_program(io::Loop& loop, ProcessOptions options);

}  // namespace eyas::worker
