// PictureTap: decodes one stream's video in a worker, once, and hands out pictures of it in every variant
// that is wanted.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "hub/directory.h"
#include "hub/pictures.h"
#include "io/loop.h"
#include "worker/supervisor.h"

namespace eyas::sources {

struct PictureOptions {
  size_t workers_max = 16;  // that decode at one time, on all loops together
  size_t variants_max = 8;  // of one stream; kVariantsMax at most
  // A variant that nobody holds a lease of is made for so long: the next viewer starts at once.
  base::Duration linger = std::chrono::seconds(5);
  worker::ProcessOptions process;
};

// What all of them did. Thread-safe.
struct PictureStats {
  std::atomic<uint64_t> workers{0};          // now
  std::atomic<uint64_t> restarts{0};         // of workers that died
  std::atomic<uint64_t> frames_in{0};        // given to workers
  std::atomic<uint64_t> frames_lost{0};      // not given: the worker was too slow
  std::atomic<uint64_t> pictures{0};         // made, JPEG and looks
  std::atomic<uint64_t> workers_refused{0};  // for `workers_max`
  std::atomic<uint64_t> variants_refused{0};
  std::atomic<uint64_t> images_in{0};    // of cameras that send JPEG
  std::atomic<uint64_t> images_lost{0};  // not made into video: the worker was too slow

  // A place for one more worker; false when there is none.
  bool take_worker(size_t workers_max);
  void leave_worker() { --workers; }
};

// Lives on its loop.
class PictureTap final : worker::Supervisor::Sink {
 public:
  // Variants are numbered from 1 to this: a worker knows no more tracks.
  static constexpr uint32_t kVariantsMax = 16;

  struct Events {
    std::function<void(uint32_t variant, hub::PicturePtr picture)> on_picture;
    // Nothing follows; not inside a call of ours. The owner may destroy the tap here.
    std::function<void(const base::Error& why)> on_ended;
  };

  PictureTap(io::Loop& loop, hub::Directory& directory, hub::StreamName name, const PictureOptions& options,
             std::shared_ptr<PictureStats> stats, Events events);
  ~PictureTap() override;

  // The newest picture comes soon, even where keyframes are rare.
  void add(uint32_t variant, const hub::PictureVariant& wanted);
  void remove(uint32_t variant);

  pid_t worker_pid() const { return supervisor_ ? supervisor_->pid() : 0; }

 private:
  using Reader = hub::Reader<hub::ProgrammeFormat>;

  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_state(worker::WorkerState state) override;
  void on_drained() override;

  void read();
  void end(base::Error why);
  bool can_feed() const;
  void pump();
  bool is_source(const media::Frame& frame);
  void consider(media::FramePtr frame);
  bool keyframes_suffice() const;
  void feed(const media::Frame& frame, bool hidden);
  bool start_worker();
  void tell(uint32_t variant, bool wanted);

  io::Loop& loop_;
  hub::Directory& directory_;
  hub::StreamName name_;
  PictureOptions options_;
  std::shared_ptr<PictureStats> stats_;
  Events events_;
  std::map<uint32_t, hub::PictureVariant> variants_;
  // Of each number, how many variants the worker was told of and has not begun. Until it has, what it sends
  // under that number is of the variant that had it before.
  std::map<uint32_t, unsigned> beginnings_awaited_;

  Reader reader_;
  media::TrackId source_id_ = 0;  // 0: not known yet
  media::TrackPtr source_;        // as the worker was told of it
  bool needs_key_ = true;
  bool keyframes_only_ = false;
  std::optional<media::MediaTime> last_key_;
  base::Duration key_interval_{0};  // 0: not known yet
  media::FramePtr held_;            // the last that was read: shown when nothing follows it at once
  bool choked_ = false;             // the worker has not taken all that it was sent
  uint64_t made_ = 0;
  io::Timer later_;
  // Dies with each beginning: an answer of the directory that comes later is dropped.
  std::shared_ptr<bool> run_;
  std::unique_ptr<worker::Supervisor> supervisor_;
};

}  // namespace eyas::sources
