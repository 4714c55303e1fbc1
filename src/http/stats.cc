#include "http/stats.h"

namespace eyas::http {

const char* limit_name(Limit limit) {
  switch (limit) {
    case Limit::kUri:
      return "uri";
    case Limit::kHeader:
      return "header";
    case Limit::kBody:
      return "body";
    case Limit::kHeaderTimeout:
      return "header_timeout";
    case Limit::kBodyTimeout:
      return "body_timeout";
    case Limit::kIdleTimeout:
      return "idle_timeout";
    case Limit::kStallTimeout:
      return "stall_timeout";
    case Limit::kAddressConnections:
      return "address_connections";
    case Limit::kConnections:
      return "connections";
    case Limit::kH2Resets:
      return "h2_resets";
    case Limit::kH2Streams:
      return "h2_streams";
    case Limit::kWebSocketMessage:
      return "websocket_message";
    case Limit::kCount:
      break;
  }
  return "unknown";
}

}  // namespace eyas::http
