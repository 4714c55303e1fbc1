// TransferTable: which protocol fetches and which sends an address.
#pragma once

#include <vector>

#include "base/url.h"
#include "protocols/protocol.h"

namespace eyas::sources {

using protocols::Direction;

// The protocols outlive it. Immutable once filled, then thread-safe.
class TransferTable {
 public:
  void add(protocols::Protocol& protocol) { protocols_.push_back(&protocol); }

  // Who takes `url` with these options. Errors: kInvalidConfig when nobody does, or with what he has against
  // them.
  base::Result<protocols::Protocol*> choose(Direction direction, const base::Url& url,
                                            const protocols::TransferOptions& options) const;

 private:
  std::vector<protocols::Protocol*> protocols_;
};

}  // namespace eyas::sources
