// Redirects: where a transfer may be led.
#pragma once

#include "protocols/rtsp/client/client.h"

namespace eyas::rtsp {

// Counts those of one transfer, and refuses what is too many or weaker than what the operator asked for;
// where a redirect may lead the dialler's policy says. Lives on its transfer's loop.
class Redirects {
 public:
  Redirects(const ClientOptions& options, ClientStatistics& statistics)
      : options_(options), statistics_(statistics) {}

  // Errors: kLimit; kRefused.
  base::Status check(const base::Url& from, const base::Url& to) {
    ClientStatistics::add(statistics_.redirects);
    if (++count_ > options_.redirects_max) {
      ClientStatistics::add(statistics_.redirect_limit);
      return base::Error{base::Code::kLimit, "rtsp: redirects", std::to_string(count_)};
    }
    bool known = to.scheme == "rtsp" || to.scheme == "rtsps";
    bool weaker = from.scheme == "rtsps" && to.scheme != "rtsps";
    if (known && !weaker) return {};
    return base::Error{base::Code::kRefused, "rtsp: a redirect to another protocol", to.shown()};
  }

 private:
  const ClientOptions& options_;
  ClientStatistics& statistics_;
  unsigned count_ = 0;
};

// The port that the scheme stands for where none is given [RFC 2326 3.2], [RFC 7826 4.2].
inline uint16_t port_of(const base::Url& url) {
  constexpr uint16_t kRtsp = 554, kRtsps = 322;
  if (url.port != 0) return url.port;
  return url.scheme == "rtsps" ? kRtsps : kRtsp;
}

}  // namespace eyas::rtsp
