// Player: a stream that plays files one after another, in real time and on one timeline.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hub/directory.h"
#include "io/loop.h"
#include "sources/files/options.h"
#include "sources/files/play.h"
#include "sources/files/queue.h"
#include "sources/files/timeline.h"

namespace eyas::files {

// kWaiting: there is nothing to play, or nothing that can be; it looks again. kDone: played through once.
enum class PlayerState : uint8_t { kOpening, kPlaying, kWaiting, kDone, kOff };
const char* state_name(PlayerState state);

struct PlayerReport {
  PlaylistOptions options;
  PlayerState state = PlayerState::kWaiting;
  uint64_t entry = 0;  // of the queue, that is playing; 0: none
  std::string file;
  base::Duration position{0};
  base::Duration duration{0};  // 0: unknown
  std::string left_out;        // what of the file cannot be carried
  std::string error;           // the last one
  bool on_air = false;         // it has the stream's name
  uint64_t played = 0, failed = 0;
  std::vector<Queue::Entry> queue;
};

// Lives on its loop.
class Player final : Play::Sink {
 public:
  // An empty folder, or a queue of which nothing can be played, is looked at again after so long.
  static constexpr base::Duration kLookAgain = std::chrono::seconds(3);
  // While a new publisher has no answer from the hub, so much is kept; and so much of a file before its turn.
  static constexpr size_t kEarlyBytesMax = 32u << 20;

  // What all players have; the counters are thread-safe. Outlives them.
  struct Shared {
    std::shared_ptr<const Folder> folder;
    worker::ProcessOptions process;
    std::atomic<uint64_t> playing{0};  // now
    std::atomic<uint64_t> played{0};   // files to their end
    std::atomic<uint64_t> failed{0};   // files that could not be played, or not to their end
    std::atomic<uint64_t> skipped{0};
    std::atomic<uint64_t> frames_bad{0};  // of workers, which no stream can bear
  };

  Player(io::Loop& loop, hub::Directory& directory, PlaylistOptions options, Shared& shared);
  ~Player() override;

  // Goes on where it was.
  void start(const std::optional<QueueState>& kept);
  QueueState save() const;
  PlayerReport report() const;
  const PlaylistOptions& options() const { return options_; }

  // To the next file, or to an entry of the queue. Errors: kNotFound; kRefused when it is off.
  base::Status skip(std::optional<uint64_t> to);
  // `file`: below the root. Errors: Folder::open_file()'s; kLimit.
  base::Result<uint64_t> add(const std::string& file, std::optional<size_t> index);
  base::Status move(uint64_t entry, size_t index) { return queue_.move(entry, index); }
  // What is playing is skipped.
  base::Status remove(uint64_t entry);

 private:
  // One file, from its opening to its end.
  struct Turn {
    uint64_t entry = 0;
    std::string file;
    std::unique_ptr<Play> play;
    worker::OpenedMessage opened;
    std::vector<media::TrackPtr> tracks;
    bool is_open = false;
    std::optional<base::Duration> through;  // it is read through, and ends there
    bool prepared = false;                  // the next one was looked for
    base::Duration position{0};
    // Of the one that is next: what came before its turn, and whether that was all.
    std::vector<std::variant<worker::TrackMessage, worker::FrameMessage>> early;
    size_t early_bytes = 0;
    bool over = false;
  };
  using Early = std::variant<media::TrackPtr, media::Frame>;

  void on_opened(Play& play, worker::OpenedMessage opened) override;
  void on_track(Play& play, worker::TrackMessage track) override;
  void on_frame(Play& play, worker::FrameMessage frame) override;
  void on_read_through(Play& play, base::Duration end) override;
  void on_over(Play& play, base::Status status) override;

  void look_into_folder();
  // The next file of the queue that can be opened, due at `begin`; null when there is none.
  std::unique_ptr<Turn> next_turn(base::MonoTime begin);
  void play_next();
  void take_turn(std::unique_ptr<Turn> turn);
  void begin_turn();
  void end_turn(base::Status status);
  // The next one gets ready, so that nobody waits for it: once it is known when it will be due.
  void prepare_next();
  base::MonoTime next_due() const;
  void wait();
  void fail(Turn& turn, const base::Error& why);
  Turn* turn_of(const Play& play);

  void attach();
  void attached(base::Result<hub::Publisher> publisher);
  void detach();
  void give(Early one);
  void take_track(worker::TrackMessage message);
  void take_frame(worker::FrameMessage message);

  io::Loop& loop_;
  hub::Directory& directory_;
  hub::StreamName name_;
  PlaylistOptions options_;
  Shared& shared_;
  Queue queue_;
  Timeline timeline_;
  PlayerState state_ = PlayerState::kOff;
  std::unique_ptr<Turn> current_, upcoming_;
  std::string error_;
  std::optional<QueueState> resume_;  // where it was before a restart, until it is there
  // When the timeline's zero would have been due, by the frame that came soonest; the epoch: nothing came.
  // Each file is due where the timeline has it, so that lateness does not add up from joint to joint.
  base::MonoTime origin_;
  size_t failed_in_a_row_ = 0;
  uint64_t played_ = 0, failed_ = 0;
  uint64_t attaches_ = 0;
  hub::Publisher publisher_;
  std::vector<media::TrackPtr> published_;  // as the publisher was told
  std::vector<Early> early_;
  size_t early_bytes_ = 0;
  io::Timer again_, retry_;
  std::shared_ptr<bool> attachment_;  // an answer of the hub to another one is dropped
};

}  // namespace eyas::files
