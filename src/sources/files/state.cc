#include "sources/files/state.h"

#include <nlohmann/json.hpp>

#include "hub/name.h"
#include "sources/files/folder.h"

namespace eyas::files {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr int64_t kPositionMsMax = int64_t{365} * 24 * 3600 * 1000;

bool read_names(const json& row, const char* key, std::vector<std::string>& names) {
  auto list = row.find(key);
  if (list == row.end() || !list->is_array() || list->size() > Queue::kEntriesMax) return false;
  for (const json& one : *list) {
    if (!one.is_string() || !Folder::check_name(one.get_ref<const std::string&>())) return false;
    names.push_back(one.get<std::string>());
  }
  return true;
}

bool read_one(const json& row, QueueState& state) {
  if (!row.is_object()) return false;
  auto text = [&](const char* key, std::string& into) {
    auto found = row.find(key);
    if (found == row.end() || !found->is_string()) return false;
    into = found->get<std::string>();
    return true;
  };
  auto position = row.find("position_ms");
  if (position == row.end() || !position->is_number_integer()) return false;
  auto ms = position->get<int64_t>();
  if (ms < 0 || ms > kPositionMsMax) return false;
  state.position = std::chrono::milliseconds(ms);
  return text("configured", state.configured) && text("playing", state.playing) &&
         read_names(row, "files", state.files) && read_names(row, "removed", state.removed);
}

}  // namespace

std::string state_text(const QueueStates& states) {
  json streams = json::object();
  for (const auto& [name, state] : states) {
    streams[name] = {{"configured", state.configured},
                     {"files", state.files},
                     {"removed", state.removed},
                     {"playing", state.playing},
                     {"position_ms", std::max<int64_t>(0, base::to_ms(state.position))}};
  }
  json root = {{"version", kVersion}, {"streams", std::move(streams)}};
  return root.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

base::Result<QueueStates> read_state(std::string_view text) {
  json root = json::parse(text, nullptr, false);
  QueueStates states;
  bool ours = root.is_object() && root.value("version", json()) == kVersion && root.contains("streams") &&
              root["streams"].is_object();
  if (ours) {
    for (const auto& [name, row] : root["streams"].items())
      ours = ours && hub::StreamName::parse(name).ok() && read_one(row, states[name]);
  }
  if (!ours) return base::Error{base::Code::kMalformed, "files: the state is not ours, or broken", {}};
  return states;
}

}  // namespace eyas::files
