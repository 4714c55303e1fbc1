#include "protocols/media_answer.h"

#include <utility>

namespace eyas::protocols {

void respond_error(http::Exchange& exchange, int status, std::string_view code, std::string_view message) {
  exchange.respond(http::Response::error(status, code, message).header("cache-control", kOneSecond));
}

void respond_not_found(http::Exchange& exchange, std::string_view message) {
  respond_error(exchange, 404, "not_found", message);
}

void respond_media(http::Exchange& exchange, std::string_view type, std::vector<base::Slice> body) {
  http::Response response;
  response.body = std::move(body);
  response.compressible = false;
  response.ranges = true;
  response.header("content-type", type);
  response.header("cache-control", kForever);
  exchange.respond(std::move(response));
}

}  // namespace eyas::protocols
