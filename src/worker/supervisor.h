// Keeps one worker at its job: starts it, feeds it, watches it, and starts it again when it dies.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/executor.h"
#include "worker/process.h"
#include "worker/protocol.h"

namespace eyas::worker {

struct SupervisorOptions {
  base::Duration backoff_first = std::chrono::milliseconds(500);
  base::Duration backoff_max = std::chrono::seconds(30);  // it doubles up to here
  // A worker that ran so long was healthy: the next start waits `backoff_first` again.
  base::Duration healthy_after = std::chrono::seconds(10);
  // A worker that says nothing for so long is stuck, and is killed.
  base::Duration silence_max = std::chrono::seconds(30);
  // Whether it speaks of its own accord; otherwise its silence counts from what it was sent and did not
  // answer.
  bool speaks_unasked = true;
  // Its first death is the end: kBackoff comes, and no further start. Somebody else decides about another.
  bool once = false;
  // What its libraries find fault with plays well all the same: the log has it as information.
  bool grumbles = false;
  Limits limits;
};

// kStarting: the process runs and has not sent a frame yet.
enum class WorkerState : uint8_t { kStarting, kRunning, kBackoff };
const char* state_name(WorkerState state);  // "starting", ...: for log, metrics and API

// Lives on its executor's loop. Destroying it kills the worker.
class Supervisor final : Process::Handler, Decoder::Sink {
 public:
  // Called from the loop. The supervisor may not be destroyed inside, but in on_state(kBackoff) of one that
  // is started `once`, unless start() is what calls.
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_track(TrackMessage track) = 0;
    virtual void on_frame(FrameMessage frame) = 0;
    // kBackoff comes once per death, after its last frame: tracks must be told anew. kStarting comes with
    // each new process: what it works on must be sent anew.
    virtual void on_state(WorkerState state) = 0;
    // The worker has taken all that send() left.
    virtual void on_drained() {}
    // What it says of itself, which the log has already; an error before its death is the reason of it.
    virtual void on_said(const LogMessage&) {}
    // A file job's.
    virtual void on_opened(OpenedMessage) {}
    virtual void on_read_through(ReadThroughMessage) {}
  };

  // `job` is an encoded job message; each new process gets it.
  Supervisor(io::Executor& executor, std::string name, base::Slice job, Launch launch, Sink& sink,
             SupervisorOptions options = {});
  ~Supervisor() override;

  void start();
  // Gives the worker a message; it is dropped while there is none. Returns the bytes that it has not taken
  // yet.
  size_t send(const base::Slice& message);
  // Ends the worker by force; kBackoff follows with this reason.
  void kill(base::Error why);

  WorkerState state() const { return state_; }
  uint64_t restarts() const { return restarts_; }
  const std::string& last_exit() const { return last_exit_; }  // why the last one ended; empty before
  // The last one had a file job, read all of it, and ended by itself.
  bool ended_well() const { return ended_well_; }
  pid_t pid() const { return process_ ? process_->pid() : 0; }

 private:
  void on_bytes(base::Bytes bytes) override;
  void on_drained() override;
  void on_exit(const base::Error& why) override;
  void on_track(TrackMessage track) override;
  void on_frame(FrameMessage frame) override;
  void on_shut_in(ShutInMessage shut_in) override;
  void on_trespass(TrespassMessage trespass) override;
  void on_log(LogMessage line) override;
  void on_opened(OpenedMessage opened) override { sink_.on_opened(std::move(opened)); }
  void on_read_through(ReadThroughMessage through) override;

  void launch();
  void report_trespass(base::Error& why);
  void back_off(const base::Error& why);
  void restart_later();
  void enter(WorkerState state);
  void watch_silence();

  io::Executor& executor_;
  std::string name_;
  base::Slice job_;
  Launch launch_;
  Sink& sink_;
  SupervisorOptions options_;

  WorkerState state_ = WorkerState::kStarting;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Decoder> decoder_;
  base::Duration backoff_;
  base::MonoTime launched_;
  base::MonoTime heard_;
  std::optional<base::MonoTime> asked_;      // when it was sent what it has not answered since
  std::optional<TrespassMessage> trespass_;  // what it says it is about to die of
  bool through_ = false;                     // it has read its file to the end
  bool ended_well_ = false;
  uint64_t restarts_ = 0;
  std::string last_exit_;
  io::Timer restart_;
  io::Timer silence_;
};

}  // namespace eyas::worker
