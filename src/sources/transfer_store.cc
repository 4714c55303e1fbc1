#include "sources/transfer_store.h"

#include <nlohmann/json.hpp>

#include "sources/kept_file.h"

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

}  // namespace

TransferStore::TransferStore(std::string folder)
    : folder_(std::move(folder)), path_(folder_ + "/sources.json") {}

TransferStore::~TransferStore() {
  if (writing_.joinable()) writing_.join();
}

base::Result<AddedTransfers> TransferStore::read() const {
  auto text = read_kept(path_, kBytesMax);
  if (!text) return text.error();
  if (!*text) return AddedTransfers{};
  json root = json::parse(**text, nullptr, false);
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
                          done = std::move(done)]() mutable { done(replace_kept(folder, path, text)); });
}

}  // namespace eyas::sources
