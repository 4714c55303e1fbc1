#include <nlohmann/json.hpp>

#include "api/json_text.h"
#include "api/transfers.h"
#include "base/iso_time.h"

namespace eyas::api {
namespace {

using nlohmann::json;

// Deeper than any option is.
constexpr int kDepthMax = 4;

base::Error malformed(const char* what, const std::string& key) {
  return {base::Code::kMalformed, what, key};
}

base::Status flatten(const json& object, const std::string& prefix, int depth, base::RecordText& record) {
  if (depth > kDepthMax) return malformed("the body is nested too deep", prefix);
  for (const auto& [name, value] : object.items()) {
    std::string key = prefix.empty() ? name : prefix + "." + name;
    if (value.is_object()) {
      if (auto status = flatten(value, key, depth + 1, record); !status) return status;
    } else if (value.is_string()) {
      record.emplace_back(key, value.get<std::string>());
    } else if (value.is_number_integer() || value.is_boolean()) {
      record.emplace_back(key, value.dump());
    } else {
      return malformed("want a text, a whole number, true or false", key);
    }
  }
  return {};
}

json time_of(const std::optional<base::WallTime>& time) {
  return time ? json(base::iso_time(*time)) : json();
}

}  // namespace

base::Result<base::RecordText> record_of(std::string_view body) {
  json root = json::parse(body, nullptr, false);
  if (!root.is_object()) return malformed("the body is no JSON object", {});
  base::RecordText record;
  if (auto status = flatten(root, {}, 0, record); !status) return status.error();
  return record;
}

std::string transfer_json(sources::Direction direction, const sources::TransferReport& report) {
  json counters = json::object();
  for (const auto& [name, value] : report.facts.counters) counters[name] = value;
  json row = {{"stream", report.stream},
              {"url", report.url},
              {"options", report.options},
              {"protocol", report.protocol},
              {"configured", report.configured},
              {"enabled", report.enabled},
              {"several", report.several},
              {"state", sources::state_name(report.state)},
              {"error", report.error},
              {"next_try", time_of(report.next_try)},
              {"since", time_of(report.since)},
              {"attempts", report.attempts},
              {"session", report.session},
              {"peer", report.facts.peer},
              {"transport", report.facts.transport},
              {"bytes", report.facts.bytes},
              {"counters", std::move(counters)}};
  if (direction == sources::Direction::kPush) {
    row["id"] = report.name;
  } else {
    row["name"] = report.name;
    row["rank"] = report.rank;
    row["on_demand"] = report.on_demand;
    row["idle_timeout_ms"] = base::to_ms(report.idle_timeout);
  }
  return json_text(row);
}

}  // namespace eyas::api
