// Folder: files below one root, by names that cannot lead out of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace eyas::files {

// A descriptor of ours, closed with its owner.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  int get() const { return fd_; }
  int release();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct FileFacts {
  std::string name;  // below the root: "flights/one.mp4"
  uint64_t bytes = 0;
};

// Names are looked up by the kernel below the root: no "..", no absolute path, no symbolic link leads out
// (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS). Thread-safe; calls block on the disk for a moment.
class Folder {
 public:
  static constexpr size_t kNameBytesMax = 255;  // of one part
  static constexpr size_t kPathBytesMax = 1024;
  static constexpr size_t kListMax = 10'000;
  static constexpr size_t kDepthMax = 4;  // folders in folders below the root

  // Errors: kInvalidConfig when it is no folder.
  static base::Result<std::shared_ptr<const Folder>> open(const std::string& path);

  // Parts between slashes in UTF-8, none empty or beginning with a dot, without control characters,
  // backslashes. Errors: kMalformed, saying what is allowed.
  static base::Status check_name(std::string_view name);
  // Errors: kMalformed for a name that may not be; kNotFound; kRefused for what is no plain file, or behind a
  // link; kSystem.
  base::Result<Fd> open_file(const std::string& name) const;
  // A film that is not hidden.
  static bool is_playable(std::string_view part);
  // The files right in a folder below the root, by name; empty: the root itself. Links are left out. `wanted`
  // gets the last part of each name. Errors: as open_file(); kLimit beyond kListMax.
  using Wanted = bool (*)(std::string_view part);
  base::Result<std::vector<FileFacts>> list(const std::string& below, Wanted wanted = is_playable) const;
  // The same with all folders below, to kDepthMax; no more than kListMax files.
  std::vector<FileFacts> list_all(Wanted wanted = is_playable) const;
  // Begins a file that is not there yet; its folders must be. It is ours (flock) while the descriptor is
  // open. Errors: as open_file(); kRefused when it exists.
  base::Result<Fd> create(const std::string& name) const;
  base::Status rename(const std::string& from, const std::string& to) const;
  void remove(const std::string& name) const;
  // Removes what create() began, unless somebody who lives holds it. False: it stays.
  bool remove_orphan(const std::string& name) const;

 private:
  explicit Folder(Fd root) : root_(std::move(root)) {}
  base::Result<Fd> resolve(const std::string& name, uint64_t flags, uint64_t mode = 0) const;
  std::vector<std::string> folders(const std::string& below) const;
  void walk(const std::string& below, size_t depth, Wanted wanted, std::vector<FileFacts>& all) const;

  Fd root_;
};

}  // namespace eyas::files
