// Uploads: files that come through the API, on their way to the disk.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/metric.h"
#include "base/task.h"
#include "io/executor.h"
#include "sources/files/folder.h"

namespace eyas::files {

struct UploadReport {
  std::string name;
  uint64_t bytes = 0;  // on the disk
  uint64_t total = 0;
};

class Uploads;

// One file. What comes is handed to a thread of its own, which writes it under another name first; the file
// is there under its own name when all of it is. Lives on its connection's loop; what dies before its end
// leaves nothing behind.
class Upload {
 public:
  // More than this is not held: the sender waits for the disk.
  static constexpr size_t kHeldBytesMax = 8u << 20;

  ~Upload();

  // Errors: those of the disk, from an earlier call; kLimit for more than was announced.
  base::Status write(base::Bytes bytes);
  bool busy() const;
  // Called once, on the loop, when it is no longer busy.
  void on_ready(base::Task callback);
  // All has come. Answers on the loop. Errors: the disk's; kMalformed when something is missing; kRefused
  // when the name was taken meanwhile. It does not come when the upload dies before.
  void finish(base::UniqueFunction<void(base::Status)> done);

 private:
  friend class Uploads;
  struct State;
  explicit Upload(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// Thread-safe. Destroyed after the loops have stopped.
class Uploads {
 public:
  struct Limits {
    uint64_t bytes_max = 0;
    size_t at_once = 4;
  };
  Uploads(std::shared_ptr<const Folder> folder, Limits limits);
  ~Uploads();

  // What uploads of a server that was killed left: files that are called as ours are, and that nobody holds.
  // Blocks on the disk.
  void remove_leftovers();
  // Errors: kMalformed and kUnsupported for the name, or for an empty file; kRefused when there is such a
  // file, or it is being uploaded; kLimit for its size, with a detail of "size", and for too many at once;
  // kSystem, with a detail of "space", when the disk has no room for it.
  base::Result<std::unique_ptr<Upload>> begin(const std::string& name, uint64_t total, io::Executor& loop);
  std::vector<UploadReport> report() const;
  std::vector<base::Metric> metrics() const;

 private:
  void bury_finished();
  base::Result<Fd> create_part(Upload::State& state);

  std::shared_ptr<const Folder> folder_;
  Limits limits_;
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<Upload::State>> states_;
  std::atomic<uint64_t> done_{0}, failed_{0}, refused_{0}, next_{0};
};

}  // namespace eyas::files
