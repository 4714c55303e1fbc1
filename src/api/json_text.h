// JSON as we send it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace eyas::api {

// What peers, cameras and disks call themselves need not be UTF-8: what is not is replaced, never thrown
// about.
inline std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace eyas::api
