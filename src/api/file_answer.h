// Answers that name files.
#pragma once

#include <nlohmann/json.hpp>

#include "http/response.h"

namespace eyas::api {

// Not to be kept by caches. Names of files are the disk's: what is not UTF-8 is replaced.
inline http::Response file_answer(const nlohmann::json& value, int status = 200) {
  using nlohmann::json;
  http::Response response =
      http::Response::json(value.dump(-1, ' ', false, json::error_handler_t::replace), status);
  response.header("cache-control", "no-store");
  return response;
}

}  // namespace eyas::api
