// DerivedTrack: one track of a stream made from another by a worker, for those who cannot take the original.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "hub/derivations.h"
#include "hub/directory.h"
#include "io/loop.h"
#include "worker/supervisor.h"

namespace eyas::sources {

inline constexpr size_t kDerivations = 3;
// "opus", "aac", "h264": for log, metrics and sessions.
const char* derivation_name(hub::Derivation derivation);

struct DerivationOptions {
  size_t workers_max = 16;  // that transcode at one time, on all loops together
  // A track that nobody holds a lease of goes on for so long: the next viewer starts at once.
  base::Duration linger = std::chrono::seconds(10);
  worker::ProcessOptions process;
};

// What all of one kind did. Thread-safe.
struct DerivationCounters {
  std::atomic<uint64_t> workers{0};      // now
  std::atomic<uint64_t> restarts{0};     // of workers that died
  std::atomic<uint64_t> frames_in{0};    // given to workers
  std::atomic<uint64_t> frames_out{0};   // published
  std::atomic<uint64_t> frames_lost{0};  // not given: the worker was too slow
  std::atomic<uint64_t> frames_bad{0};   // made, and not fit to be published
  std::atomic<uint64_t> workers_refused{0};
};

struct DerivationStats {
  std::array<DerivationCounters, kDerivations> of;
  std::atomic<size_t> workers{0};
};

// Lives on its loop. Waits for the stream when it is not there, and for its return when it went.
class DerivedTrack final : worker::Supervisor::Sink {
 public:
  DerivedTrack(io::Loop& loop, hub::Directory& directory, hub::StreamName name, hub::Derivation derivation,
               const DerivationOptions& options, std::shared_ptr<DerivationStats> stats);
  ~DerivedTrack() override;

  pid_t worker_pid() const { return supervisor_ ? supervisor_->pid() : 0; }

 private:
  using Reader = hub::Reader<hub::ProgrammeFormat>;

  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_state(worker::WorkerState state) override;
  void on_drained() override;

  // The stream's side.
  void read();
  void found(base::Result<Reader> reader);
  void attach();
  void attached(base::Result<hub::Publisher> publisher);
  void begin_anew(base::Duration after);
  void leave();

  // The worker's side.
  bool can_feed() const;
  void pump();
  bool is_source(const media::Frame& frame);
  void feed(const media::Frame& frame);
  bool start_worker();
  void want_key();
  void stop_worker();
  DerivationCounters& counters() { return stats_->of[static_cast<size_t>(derivation_)]; }

  io::Loop& loop_;
  hub::Directory& directory_;
  hub::StreamName name_;
  hub::Derivation derivation_;
  DerivationOptions options_;
  std::shared_ptr<DerivationStats> stats_;

  Reader reader_;
  hub::Publisher publisher_;
  media::TrackId source_id_ = 0;  // 0: not known yet
  media::TrackPtr source_;        // as the worker was told of it
  media::TrackPtr derived_;       // as the worker told of it
  bool needs_key_ = true;
  bool choked_ = false;  // the worker has not taken all that it was sent
  media::MediaTime fed_;
  std::optional<media::MediaTime> published_;
  // After a worker's death: its successor begins with a keyframe later than what was published.
  bool resuming_ = false;
  bool key_asked_ = false;
  io::Timer retry_;
  // Dies with each beginning: an answer of the directory that comes later is dropped.
  std::shared_ptr<bool> run_;
  std::unique_ptr<worker::Supervisor> supervisor_;
};

}  // namespace eyas::sources
