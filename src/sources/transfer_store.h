// TransferStore: the file that keeps what was added while the server ran.
#pragma once

#include <string>
#include <thread>

#include "base/task.h"
#include "sources/transfer_book.h"

namespace eyas::sources {

// Lives on the main loop; writes on a thread of its own.
class TransferStore {
 public:
  static constexpr size_t kBytesMax = 64 << 20;

  // `folder`: may not exist yet.
  explicit TransferStore(std::string folder);
  ~TransferStore();

  // Nothing when there is no file. Errors: kSystem; kMalformed for a file that is not ours; kLimit.
  base::Result<AddedTransfers> read() const;
  // Replaces the file as a whole; only its owner may read it. `done` runs on the writing thread.
  void write(const AddedTransfers& added, base::UniqueFunction<void(base::Status)> done);

  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
  std::thread writing_;
};

}  // namespace eyas::sources
