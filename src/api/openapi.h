// The OpenAPI description, as openapi.json beside this file has it; built into the program.
#pragma once

#include <string_view>

namespace eyas::api {

extern const std::string_view kOpenApi;

}  // namespace eyas::api
