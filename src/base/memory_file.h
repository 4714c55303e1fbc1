// MemoryFile: keeps bytes in files of memory (memfd), so that the kernel sends them to many without copying.
#pragma once

#include <cstddef>
#include <memory>

#include "base/slice.h"

namespace eyas::base {

// Fills one file after another; each lives until the last slice of it is gone, and is never written where a
// slice was given out, for the kernel may still be sending from there. Lives in one thread; its slices go
// anywhere.
class MemoryFile {
 public:
  // Smaller bytes stay on the heap: a copy of them costs less than handing pages over.
  static constexpr size_t kWorthwhile = 16 * 1024;
  static constexpr size_t kFileBytes = 1024 * 1024;
  // Of the descriptors that the process may have, this share at most are files of memory; beyond it, and
  // where the kernel has none to give, the heap serves as well.
  static constexpr unsigned kDescriptorShare = 4;

  // The same bytes, in a file where that is worthwhile.
  Slice keep(const Slice& bytes);

  // Files that all of them have open. Thread-safe.
  static size_t open_files();

 private:
  struct File;

  std::shared_ptr<File> file_;  // being filled
  size_t used_ = 0;
};

}  // namespace eyas::base
