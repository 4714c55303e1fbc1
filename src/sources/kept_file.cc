#include "sources/kept_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sources/write_whole.h"

namespace eyas::sources {
namespace {

using base::Code;
using base::Error;

Error system_error(const char* what, const std::string& path) {
  return {Code::kSystem, what, path + ": " + std::strerror(errno)};
}

}  // namespace

base::Result<std::optional<std::string>> read_kept(const std::string& path, size_t bytes_max) {
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return std::optional<std::string>();
  if (error) return Error{Code::kSystem, "sources: cannot read", path + ": " + error.message()};
  if (size > bytes_max) return Error{Code::kLimit, "sources: the file is too large", path};
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) return Error{Code::kSystem, "sources: cannot read", path};
  return std::optional<std::string>(std::move(text));
}

base::Status replace_kept(const std::string& folder, const std::string& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Error{Code::kSystem, "sources: cannot make the data folder", folder + ": " + error.message()};
  std::string fresh = path + ".new";
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return system_error("sources: cannot write", fresh);
  bool written = fchmod(fd, 0600) == 0 && write_whole(fd, base::as_bytes(text)) && fsync(fd) == 0;
  base::Status status = written ? base::Status() : base::Status(system_error("sources: cannot write", fresh));
  ::close(fd);
  if (!status) return status;
  if (rename(fresh.c_str(), path.c_str()) != 0) return system_error("sources: cannot replace", path);
  return {};
}

}  // namespace eyas::sources
