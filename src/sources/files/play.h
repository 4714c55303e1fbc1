// Play: one file on one worker, once. A file that breaks its worker breaks nothing else.
#pragma once

#include <optional>
#include <string>

#include "io/loop.h"
#include "sources/files/folder.h"
#include "worker/supervisor.h"

namespace eyas::files {

// Lives on its loop; destroying it ends the worker.
class Play final : worker::Supervisor::Sink {
 public:
  // Called from the loop. The play may be destroyed in on_over only.
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_opened(Play& play, worker::OpenedMessage opened) = 0;
    virtual void on_track(Play& play, worker::TrackMessage track) = 0;
    virtual void on_frame(Play& play, worker::FrameMessage frame) = 0;
    // All of it is read; its last frames are still to come, until `end`.
    virtual void on_read_through(Play& play, base::Duration end) = 0;
    // Once; nothing follows. Ok: it was played to its end.
    virtual void on_over(Play& play, base::Status status) = 0;
  };

  // `process`: without input, which is ours to say.
  Play(io::Loop& loop, std::string title, worker::ProcessOptions process, Sink& sink);
  ~Play() override;

  // Errors: kSystem when there can be no worker. The file is the worker's from here on.
  base::Status start(Fd file, const worker::FileJob& job);
  // Ends the worker by force; on_over follows with this reason.
  void give_up(base::Error why) { supervisor_->kill(std::move(why)); }

 private:
  void on_opened(worker::OpenedMessage opened) override;
  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_read_through(worker::ReadThroughMessage through) override;
  void on_said(const worker::LogMessage& line) override;
  void on_state(worker::WorkerState state) override;

  io::Loop& loop_;
  std::string title_;
  worker::ProcessOptions options_;
  Sink& sink_;
  bool running_ = false;  // start() has returned
  bool opened_ = false, through_ = false;
  std::string last_error_;  // what the worker said of the file
  std::optional<worker::Supervisor> supervisor_;
};

}  // namespace eyas::files
