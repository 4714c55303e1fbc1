// Queue: which files one stream plays, in which order. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyas::files {

// What is kept of a queue over a restart.
struct QueueState {
  std::string configured;            // what the configuration said; another word begins anew
  std::vector<std::string> files;    // in their order
  std::vector<std::string> removed;  // of the folder's: not to be taken up again
  std::string playing;               // empty: nothing
  base::Duration position{0};
  bool operator==(const QueueState&) const = default;
};

// Lives with its player.
class Queue {
 public:
  static constexpr size_t kEntriesMax = 10'000;

  struct Entry {
    uint64_t id = 0;  // the same as long as it is in the queue
    std::string file;
    std::string error;  // why it could not be played the last time; empty: it could, or was not tried
  };

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(uint64_t id) const;

  // Makes the queue what a folder holds: new files go to its end, those that are gone leave it. Those
  // removed by hand stay away while the folder has them.
  void follow(const std::vector<std::string>& listing);
  // At the place `index`, or at the end. Errors: kLimit.
  base::Result<uint64_t> add(std::string file, std::optional<size_t> index = std::nullopt);
  // Errors: kNotFound. What is playing goes on to its end.
  base::Status move(uint64_t id, size_t index);
  base::Status remove(uint64_t id);
  void note(uint64_t id, std::string error);

  // The entry after the one that was taken last, which it becomes; nullptr at the end when not `loop`, and in
  // an empty queue.
  const Entry* take_next(bool loop);
  // The next to be taken is this one.
  base::Status jump(uint64_t id);
  void start_over() { next_ = 0; }

  QueueState save() const;
  // `playing` is the next to be taken.
  void restore(const QueueState& state);

 private:
  std::vector<Entry>::iterator at(uint64_t id);

  std::vector<Entry> entries_;
  std::set<std::string> removed_;
  size_t next_ = 0;  // of the entry to be taken next
  uint64_t last_id_ = 0;
};

}  // namespace eyas::files
