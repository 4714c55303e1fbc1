// DemoFlight: the source that keeps a synthetic drone on air. A worker renders and encodes it; we publish
// what it sends.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/option_schema.h"
#include "hub/directory.h"
#include "io/loop.h"
#include "worker/supervisor.h"

namespace eyas::sources {

struct DemoOptions {
  std::string name = "live/demo";
  worker::DemoJob job;
  worker::ProcessOptions process;
};

// Binds the keys "demo.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, DemoOptions& options);

// Lives on its loop. While the worker is away the stream keeps its viewers; the publisher comes back with the
// worker's next first frame.
class DemoFlight final : worker::Supervisor::Sink {
 public:
  // Errors: kMalformed for a name that no stream can have.
  static base::Result<std::unique_ptr<DemoFlight>> start(io::Loop& loop, hub::Directory& directory,
                                                         DemoOptions options);
  ~DemoFlight() override;

  worker::WorkerState state() const { return supervisor_.state(); }
  uint64_t restarts() const { return supervisor_.restarts(); }
  pid_t worker_pid() const { return supervisor_.pid(); }

 private:
  DemoFlight(io::Loop& loop, hub::Directory& directory, hub::StreamName name, DemoOptions options);

  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_state(worker::WorkerState state) override;

  void attach();
  void attached(base::Result<hub::Publisher> publisher);
  void detach();

  io::Loop& loop_;
  hub::Directory& directory_;
  hub::StreamName name_;
  std::map<media::TrackId, media::TrackPtr> tracks_;
  hub::Publisher publisher_;
  io::Timer retry_;
  // Dies with us, or with the worker's run: an answer of the directory that comes later is dropped.
  std::shared_ptr<bool> run_;
  worker::Supervisor supervisor_;
};

}  // namespace eyas::sources
