#include "sources/transfer_table.h"

namespace eyas::sources {

base::Result<protocols::Protocol*> TransferTable::choose(Direction direction, const base::Url& url,
                                                         const protocols::TransferOptions& options) const {
  for (protocols::Protocol* protocol : protocols_) {
    bool claims =
        direction == Direction::kPull ? protocol->can_pull(url, options) : protocol->can_push(url, options);
    if (!claims) continue;
    base::Status status = protocol->check_transfer(direction, url, options);
    if (!status.ok()) return base::Error{base::Code::kInvalidConfig, "options", status.error().message()};
    return protocol;
  }
  bool http = url.scheme == "http" || url.scheme == "https";
  const char* hint = http ? "; say options.format, or end the path as that format's addresses do" : "";
  return base::Error{base::Code::kInvalidConfig,
                     direction == Direction::kPull ? "url: no protocol fetches such an address"
                                                   : "url: no protocol sends to such an address",
                     url.scheme + "://" + hint};
}

}  // namespace eyas::sources
