// Slate: what a stream shows while nobody else is on air. A worker draws and encodes it; it publishes at the
// lowest rank, so that the stream takes it and gives it up at keyframes.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/option_schema.h"
#include "hub/directory.h"
#include "io/loop.h"
#include "worker/supervisor.h"

namespace eyas::sources {

struct SlateOptions {
  static constexpr int kRank = 999;

  std::vector<std::string> streams;  // "live/alpha", "live/*", "*"; empty: no slates
  std::string file;                  // a JPEG, PNG or video file to show instead of the drawn card
  // Of a stream that was never on air.
  uint32_t width = 1280;
  uint32_t height = 720;
  uint32_t frame_rate = 30;
  // How long a stream that a pattern named is kept up after its last publisher left; one that is named in
  // full always is.
  base::Duration hold = std::chrono::minutes(10);
  size_t workers_max = 16;
  worker::ProcessOptions process;
};

// An image for slates, read once.
struct SlateImage {
  std::string media_type;
  base::Slice bytes;
};

// Lives on its loop.
class Slate final : worker::Supervisor::Sink {
 public:
  // What all slates have. The counters are thread-safe.
  struct Shared {
    SlateOptions options;
    std::optional<SlateImage> image;
    int film = -1;                      // descriptor of a video file; -1: none. Its owner's
    std::atomic<uint64_t> workers{0};   // now
    std::atomic<uint64_t> shown{0};     // times that one went on air
    std::atomic<uint64_t> restarts{0};  // of workers that died
    std::atomic<uint64_t> refused{0};   // for `workers_max`
  };

  // `shared` outlives it.
  Slate(io::Loop& loop, hub::Directory& directory, hub::StreamName name, bool held_forever, Shared& shared);
  ~Slate() override;

  // Looks at the stream, and comes or goes. To be called when it changed, and now and then: nobody tells of a
  // publisher that fell silent.
  void look();
  // Nobody has been there for `hold`: the owner drops it.
  bool over() const { return over_; }
  bool showing() const { return supervisor_ != nullptr; }
  pid_t worker_pid() const { return supervisor_ ? supervisor_->pid() : 0; }

 private:
  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_state(worker::WorkerState state) override;

  void consider(const hub::StreamFacts& facts);
  void remember(const hub::StreamFacts& facts);
  void attach();
  void attached(base::Result<hub::Publisher> publisher);
  void show();
  void hide();
  void send_image();

  io::Loop& loop_;
  hub::Directory& directory_;
  hub::StreamName name_;
  bool held_forever_;
  Shared& shared_;
  std::string session_;

  worker::SlateJob form_;  // of the stream, as it last was
  bool looking_ = false;
  bool over_ = false;
  std::optional<base::MonoTime> alone_since_;
  std::optional<base::WallTime> lost_at_;
  std::optional<uint64_t> frames_seen_;  // of the stream, when it last moved
  base::MonoTime moved_;
  std::vector<media::TrackPtr> tracks_;
  hub::Publisher publisher_;
  io::Timer retry_;
  // Dies with us: an answer of the directory that comes later is dropped.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<worker::Supervisor> supervisor_;
};

}  // namespace eyas::sources
