// Demand: who starts streams when somebody wants to see them. The hub knows the interface only; pulls are
// above it.
#pragma once

#include "base/time.h"
#include "hub/name.h"

namespace eyas::hub {

// Called on the loop that the stream's name hashes to, never while a stream is on the stack that it could
// change. Both must be cheap: any stranger's request for any name comes here.
class Demand {
 public:
  virtual ~Demand() = default;

  // Somebody asks for a stream that is not live. How long it is worth waiting for; zero: nobody here starts
  // it.
  virtual base::Duration wanted(const StreamName& name) = 0;
  // The first who watches came to a stream, or the last one left: readers of Interest::kWatches, and viewers
  // that hold no reader of their own.
  virtual void watched(const StreamName& name, bool by_anybody) = 0;
};

}  // namespace eyas::hub
