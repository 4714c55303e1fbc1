#include "http/stats.h"

namespace eyas::http {

void append_metrics(const Stats& stats, std::vector<base::Metric>& out) {
  using Kind = base::Metric::Kind;
  auto counter = [&](const char* name, const char* help, const Stats::Counter& value) {
    out.push_back(
        {name, help, Kind::kCounter, static_cast<double>(value.load(std::memory_order_relaxed)), {}});
  };
  counter("eyas_http_connections_total", "Connections accepted.", stats.connections_accepted);
  counter("eyas_http_connections_h2_total", "Connections that speak HTTP/2.", stats.connections_h2);
  counter("eyas_http_websockets_total", "WebSockets opened.", stats.websockets_opened);
  counter("eyas_http_received_bytes_total", "Bytes received.", stats.bytes_received);
  counter("eyas_http_sent_bytes_total", "Bytes sent.", stats.bytes_sent);
  counter("eyas_http_malformed_total", "Connections ended for what the peer sent.", stats.malformed);
  out.push_back({"eyas_http_connections_open",
                 "Connections open now.",
                 Kind::kGauge,
                 static_cast<double>(stats.connections_open.load(std::memory_order_relaxed)),
                 {}});
  for (size_t status = 1; status < stats.responses.size(); ++status) {
    out.push_back({"eyas_http_responses_total",
                   "Responses by class of status.",
                   Kind::kCounter,
                   static_cast<double>(stats.responses[status].load(std::memory_order_relaxed)),
                   {{"class", std::to_string(status) + "xx"}}});
  }
  for (size_t i = 0; i < stats.limits.size(); ++i) {
    auto limit = static_cast<Limit>(i);
    out.push_back({"eyas_http_limit_hits_total",
                   "Times that a limit was hit, by its name.",
                   Kind::kCounter,
                   static_cast<double>(stats.hits(limit)),
                   {{"limit", limit_name(limit)}}});
  }
}

}  // namespace eyas::http
