#include "base/memory_file.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace eyas::base {
namespace {

std::atomic<size_t> g_open_files{0};

size_t files_max() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<size_t>(limit.rlim_cur / MemoryFile::kDescriptorShare);
}

}  // namespace

struct MemoryFile::File : FileMemory {
  void* memory = nullptr;
  size_t size = 0;

  File() { g_open_files.fetch_add(1, std::memory_order_relaxed); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (memory != nullptr) munmap(memory, size);
    if (fd >= 0) ::close(fd);
    g_open_files.fetch_sub(1, std::memory_order_relaxed);
  }

  // Null when the kernel gives none.
  static std::shared_ptr<File> make(size_t size) {
    if (open_files() >= files_max()) return nullptr;
    auto file = std::make_shared<File>();
    file->fd = memfd_create("eyas", MFD_CLOEXEC);
    if (file->fd < 0 || ftruncate(file->fd, static_cast<off_t>(size)) != 0) return nullptr;
    void* memory = mmap(nullptr, size, PROT_READ, MAP_SHARED, file->fd, 0);
    if (memory == MAP_FAILED) return nullptr;
    file->memory = memory;
    file->begin = static_cast<const uint8_t*>(memory);
    file->size = size;
    return file;
  }
};

Slice MemoryFile::keep(const Slice& bytes) {
  if (bytes.size() < kWorthwhile) return bytes;
  if (!file_ || file_->size - used_ < bytes.size()) {
    file_ = File::make(std::max(kFileBytes, bytes.size()));
    used_ = 0;
    if (!file_) return bytes;
  }
  // Written as a file, not as memory: a machine without any left says so here instead of ending the process.
  const ssize_t written = pwrite(file_->fd, bytes.data(), bytes.size(), static_cast<off_t>(used_));
  if (written != static_cast<ssize_t>(bytes.size())) return file_.reset(), bytes;
  const Bytes kept{file_->begin + used_, bytes.size()};
  used_ += bytes.size();
  return Slice::in_file(file_, kept);
}

size_t MemoryFile::open_files() {
  return g_open_files.load(std::memory_order_relaxed);
}

}  // namespace eyas::base
