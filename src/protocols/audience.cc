#include "protocols/audience.h"

#include "protocols/media_answer.h"

namespace eyas::protocols {

Audience::Audience(io::Executor& loop, base::Duration viewer_window, size_t viewers_max)
    : loop_(loop), viewers_(viewer_window, viewers_max), last_request_(loop.clock().mono()) {}

bool Audience::came(const http::Request& request, bool tells_of_viewer) {
  last_request_ = loop_.clock().mono();
  return !tells_of_viewer || viewers_.seen(request.peer, request.header("user-agent").value_or(""),
                                           request.query_value("sid").value_or(""), last_request_);
}

void Audience::dismiss(std::string_view why) {
  for (Waiting& waiting : std::exchange(waiting_, {})) respond_not_found(waiting.exchange, why);
}

}  // namespace eyas::protocols
