#include "sources/transfer_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace eyas::sources {
namespace {

using base::Code;
using base::Error;
using nlohmann::json;

constexpr int kVersion = 1;

json list_of(const std::vector<base::RecordText>& records) {
  json list = json::array();
  for (const base::RecordText& record : records) {
    json row = json::object();
    for (const auto& [key, value] : record) row[key] = value;
    list.push_back(std::move(row));
  }
  return list;
}

bool read_list(const json& root, const char* key, std::vector<base::RecordText>& records) {
  auto list = root.find(key);
  if (list == root.end() || !list->is_array()) return false;
  for (const json& row : *list) {
    if (!row.is_object()) return false;
    base::RecordText& record = records.emplace_back();
    for (const auto& [name, value] : row.items()) {
      if (!value.is_string()) return false;
      record.emplace_back(name, value.get<std::string>());
    }
  }
  return true;
}

Error system_error(const char* what, const std::string& path) {
  return {Code::kSystem, what, path + ": " + std::strerror(errno)};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

// Under another name first: a crash leaves the old file or the new one.
base::Status replace_file(const std::string& folder, const std::string& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Error{Code::kSystem, "sources: cannot make the data folder", folder + ": " + error.message()};
  std::string fresh = path + ".new";
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return system_error("sources: cannot write", fresh);
  bool written = fchmod(fd, 0600) == 0 && write_all(fd, text) && fsync(fd) == 0;
  base::Status status = written ? base::Status() : base::Status(system_error("sources: cannot write", fresh));
  ::close(fd);
  if (!status) return status;
  if (rename(fresh.c_str(), path.c_str()) != 0) return system_error("sources: cannot replace", path);
  return {};
}

}  // namespace

TransferStore::TransferStore(std::string folder)
    : folder_(std::move(folder)), path_(folder_ + "/sources.json") {}

TransferStore::~TransferStore() {
  if (writing_.joinable()) writing_.join();
}

base::Result<AddedTransfers> TransferStore::read() const {
  std::error_code error;
  auto size = std::filesystem::file_size(path_, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return AddedTransfers{};
  if (error) return Error{Code::kSystem, "sources: cannot read", path_ + ": " + error.message()};
  if (size > kBytesMax) return Error{Code::kLimit, "sources: the file is too large", path_};
  std::ifstream file(path_, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) return Error{Code::kSystem, "sources: cannot read", path_};
  json root = json::parse(text, nullptr, false);
  AddedTransfers added;
  bool ours = root.is_object() && root.value("version", json()) == kVersion &&
              read_list(root, "pulls", added.pulls) && read_list(root, "pushes", added.pushes);
  if (!ours) return Error{Code::kMalformed, "sources: the file is not ours, or broken", path_};
  return added;
}

void TransferStore::write(const AddedTransfers& added, base::UniqueFunction<void(base::Status)> done) {
  json root = {{"version", kVersion}, {"pulls", list_of(added.pulls)}, {"pushes", list_of(added.pushes)}};
  std::string text = root.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
  // One after another: the newest is written last.
  if (writing_.joinable()) writing_.join();
  writing_ = std::thread([folder = folder_, path = path_, text = std::move(text),
                          done = std::move(done)]() mutable { done(replace_file(folder, path, text)); });
}

}  // namespace eyas::sources
