#include "api/answers.h"

namespace eyas::api {
namespace {

int status_of(base::Code code) {
  switch (code) {
    case base::Code::kNotFound:
      return 404;
    case base::Code::kRefused:
    case base::Code::kLimit:
      return 409;
    case base::Code::kSystem:
      return 500;
    default:
      return 400;
  }
}

}  // namespace

bool brings_json(const http::Request& request, http::Exchange& exchange) {
  auto type = request.header("content-type").value_or("");
  if (type.substr(0, type.find(';')) == "application/json") return true;
  exchange.respond(http::Response::error(415, "unsupported", "content-type: want application/json"));
  return false;
}

http::Response refusal(const base::Error& error) {
  // An option's finding says itself where it is.
  std::string message = error.context;
  if (!error.detail.empty()) message += (message.empty() ? "" : ": ") + error.detail;
  return http::Response::error(status_of(error.code), base::code_name(error.code), message);
}

}  // namespace eyas::api
