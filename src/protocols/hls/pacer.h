// Pacer: segments come in bursts of seconds; their frames leave when they are due.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <variant>

#include "io/executor.h"
#include "media/frame.h"

namespace eyas::hls {

// One lane for each playlist that is read, at most two: pictures and sound. Lives on its pull's loop.
class Pacer {
 public:
  static constexpr size_t kLanes = 2;
  static constexpr base::Duration kAheadMax =
      std::chrono::seconds(20);                                // queued before nothing more is fetched
  static constexpr size_t kQueuedBytesMax = 64 * 1024 * 1024;  // likewise
  // A step of times that is longer begins a new timeline.
  static constexpr base::Duration kLeap = std::chrono::seconds(10);

  // Called from the loop, never inside a call; must not destroy the pacer.
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_due(media::TrackPtr track) = 0;
    virtual void on_due(media::Frame frame) = 0;
    // After each round: there may be room again, or nothing left.
    virtual void on_round() = 0;
  };

  Pacer(io::Executor& executor, Sink& sink) : executor_(executor), sink_(sink) {}

  void push(size_t lane, media::TrackPtr track);
  void push(size_t lane, media::Frame frame);
  bool has_room(size_t lane) const;
  bool empty() const;

 private:
  using Item = std::variant<media::TrackPtr, media::Frame>;
  struct Lane {
    std::deque<Item> items;
    base::Duration media_queued{0};  // from the last frame that left to the last that came
    size_t bytes = 0;
    std::optional<base::Duration>
        offset;        // a frame's dts plus this is when it is due, after the clock's epoch
    bool dry = false;  // it had nothing left
    media::MediaTime last_in;
    media::MediaTime last_out;
  };

  void round();
  void arm(base::Duration delay);
  // When it is due; settles the lane's offset where a timeline begins or was late.
  base::MonoTime due(Lane& lane, const media::Frame& frame, base::MonoTime now);

  io::Executor& executor_;
  Sink& sink_;
  std::array<Lane, kLanes> lanes_;
  io::Timer timer_;
};

}  // namespace eyas::hls
