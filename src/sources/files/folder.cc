#include "sources/files/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "sources/film_name.h"

namespace eyas::files {
namespace {

using base::Code;
using base::Error;

Error refusal(const std::string& name) {
  switch (errno) {
    case ENOENT:
    case ENOTDIR:
      return {Code::kNotFound, "no such file", name};
    case EEXIST:
      return {Code::kRefused, "there is such a file already", name};
    case ELOOP:
    case EXDEV:
      return {Code::kRefused, "the name leads out of the folder, or over a link", name};
    default:
      return {Code::kSystem, std::strerror(errno), name};
  }
}

bool allowed_part(std::string_view part) {
  auto bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\'; };
  return !part.empty() && part.size() <= Folder::kNameBytesMax && part.front() != '.' &&
         std::ranges::none_of(part, bad);
}

std::string folder_of(const std::string& name) {
  size_t slash = name.rfind('/');
  return slash == std::string::npos ? "." : name.substr(0, slash);
}
std::string last_of(const std::string& name) {
  size_t slash = name.rfind('/');
  return slash == std::string::npos ? name : name.substr(slash + 1);
}

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

using Entry = std::function<bool(const std::string& name, const struct stat& facts)>;

// Until `visit` says false; false then.
bool each_entry(Fd fd, const Entry& visit) {
  std::unique_ptr<DIR, CloseDir> dir(fdopendir(fd.get()));
  if (!dir) return true;
  fd.release();
  while (const dirent* entry = readdir(dir.get())) {
    std::string name = entry->d_name;
    struct stat facts {};
    if (fstatat(dirfd(dir.get()), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!visit(name, facts)) return false;
  }
  return true;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}
Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}
int Fd::release() {
  return std::exchange(fd_, -1);
}

base::Result<std::shared_ptr<const Folder>> Folder::open(const std::string& path) {
  Fd root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return Error{Code::kInvalidConfig, "is no folder", path};
  return std::shared_ptr<const Folder>(new Folder(std::move(root)));
}

base::Status Folder::check_name(std::string_view name) {
  bool good = !name.empty() && name.size() <= kPathBytesMax;
  for (size_t at = 0; good && at <= name.size();) {
    size_t end = std::min(name.find('/', at), name.size());
    good = allowed_part(name.substr(at, end - at));
    at = end + 1;
  }
  if (good) return {};
  return Error{Code::kMalformed,
               "want a name below the folder, without parts that are empty or begin with a dot",
               std::string(name.substr(0, kPathBytesMax))};
}

bool Folder::is_playable(std::string_view part) {
  return allowed_part(part) && sources::is_film_name(part);
}

base::Result<Fd> Folder::resolve(const std::string& name, uint64_t flags, uint64_t mode) const {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  Fd fd(static_cast<int>(::syscall(SYS_openat2, root_.get(), name.c_str(), &how, sizeof how)));
  if (!fd) return refusal(name);
  return fd;
}

base::Result<Fd> Folder::open_file(const std::string& name) const {
  if (auto status = check_name(name); !status) return status.error();
  // Not to wait for the writer of a pipe.
  auto fd = resolve(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) return fd;
  struct stat facts {};
  if (fstat(fd->get(), &facts) != 0) return refusal(name);
  if (!S_ISREG(facts.st_mode)) return Error{Code::kRefused, "is no plain file", name};
  return fd;
}

base::Result<std::vector<FileFacts>> Folder::list(const std::string& below, Wanted wanted) const {
  if (!below.empty()) {
    if (auto status = check_name(below); !status) return status.error();
  }
  auto fd = resolve(below.empty() ? "." : below, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.error();
  std::vector<FileFacts> files;
  bool whole = each_entry(std::move(*fd), [&](const std::string& name, const struct stat& facts) {
    if (!S_ISREG(facts.st_mode) || !wanted(name)) return true;
    files.push_back({join(below, name), static_cast<uint64_t>(facts.st_size)});
    return files.size() <= kListMax;
  });
  if (!whole) return Error{Code::kLimit, "too many files in one folder", below};
  std::ranges::sort(files, {}, &FileFacts::name);
  return files;
}

std::vector<FileFacts> Folder::list_all(Wanted wanted) const {
  std::vector<FileFacts> all;
  walk("", 0, wanted, all);
  if (all.size() > kListMax) all.resize(kListMax);
  return all;
}

std::vector<std::string> Folder::folders(const std::string& below) const {
  std::vector<std::string> found;
  auto fd = resolve(below.empty() ? "." : below, O_RDONLY | O_DIRECTORY);
  if (!fd) return found;
  each_entry(std::move(*fd), [&](const std::string& name, const struct stat& facts) {
    if (S_ISDIR(facts.st_mode) && allowed_part(name)) found.push_back(join(below, name));
    return found.size() < kListMax;
  });
  std::ranges::sort(found);
  return found;
}

void Folder::walk(const std::string& below, size_t depth, Wanted wanted, std::vector<FileFacts>& all) const {
  if (auto files = list(below, wanted)) std::ranges::move(*files, std::back_inserter(all));
  if (depth >= kDepthMax) return;
  for (const std::string& folder : folders(below)) {
    if (all.size() >= kListMax) return;
    walk(folder, depth + 1, wanted, all);
  }
}

base::Result<Fd> Folder::create(const std::string& name) const {
  auto fd = resolve(name, O_WRONLY | O_CREAT | O_EXCL, 0640);
  if (!fd) return fd;
  struct stat facts {};
  // Not every filesystem has locks; there, remove_orphan() removes nothing either.
  bool locked = flock(fd->get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
  if (!locked || fstat(fd->get(), &facts) != 0 || facts.st_nlink == 0)
    return Error{Code::kRefused, "somebody else is tidying up there", name};
  return fd;
}

base::Status Folder::rename(const std::string& from, const std::string& to) const {
  auto folder = resolve(folder_of(to), O_PATH | O_DIRECTORY);
  auto source = resolve(folder_of(from), O_PATH | O_DIRECTORY);
  if (!folder || !source) return (folder ? source : folder).error();
  // Not over a file that is there: somebody may be watching it.
  if (::syscall(SYS_renameat2, source->get(), last_of(from).c_str(), folder->get(), last_of(to).c_str(),
                1 /* RENAME_NOREPLACE */) != 0)
    return refusal(to);
  return {};
}

void Folder::remove(const std::string& name) const {
  auto folder = resolve(folder_of(name), O_PATH | O_DIRECTORY);
  if (folder) ::unlinkat(folder->get(), last_of(name).c_str(), 0);
}

bool Folder::remove_orphan(const std::string& name) const {
  auto file = resolve(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file || flock(file->get(), LOCK_EX | LOCK_NB) != 0) return false;
  remove(name);
  return true;
}

}  // namespace eyas::files
