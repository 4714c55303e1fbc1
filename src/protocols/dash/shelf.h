// Shelf: what one loop knows of one stream, and the requests that wait for more of it or grow with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "container/cmaf/format.h"
#include "http/exchange.h"
#include "http/request.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/audience.h"
#include "protocols/dash/options.h"
#include "protocols/dash/resource.h"
#include "protocols/dash/statistics.h"

namespace eyas::dash {

// Reads what is packaged of its stream and answers from the newest moment. Lives on its loop.
class Shelf : public std::enable_shared_from_this<Shelf> {
 public:
  Shelf(hub::StreamName name, const Options& options, Statistics& statistics, io::Executor& loop);

  // `derivations` may be null; else both outlive it.
  void open(hub::Directory& directory, hub::Derivations* derivations);
  // `file` is empty for the manifest, else the name under dash/.
  void request(http::RequestPtr request, http::Exchange exchange, std::string file);
  // Answers requests that have waited long enough. Called every so often while the shelf stands.
  void sweep();
  // All who wait get 404; what grows ends.
  void close();

  bool over() const { return over_; }
  bool busy() const { return requests() > 0; }
  protocols::Audience& audience() { return audience_; }

 private:
  using Waiting = protocols::Audience::Waiting;
  // An answer whose segment is not whole yet.
  struct Growing {
    http::BodyStream body;
    std::string track;
    uint64_t slot = 0;
    size_t parts_sent = 0;
    base::MonoTime last_part;
  };

  // That wait or are being answered.
  size_t requests() const { return audience_.waiting() + growing_.size(); }
  void opened(base::Result<hub::Reader<cmaf::Format>> reader);
  void pump_soon();
  void pump();
  // False when it has to wait for longer. `expired`: it may not.
  bool answer(Waiting& waiting, bool expired);
  bool answer_segment(Waiting& waiting, const cmaf::RenditionView& view, uint64_t slot, bool expired);
  void begin_growing(Waiting& waiting, const cmaf::RenditionView& view, uint64_t slot,
                     const cmaf::RenditionView::SlotParts& parts);
  void retry(bool sweeping);
  void grow();

  const hub::StreamName name_;
  const Options& options_;
  Statistics& statistics_;
  io::Executor& loop_;
  hub::Reader<cmaf::Format> reader_;
  hub::Derivations* derivations_ = nullptr;
  hub::Derivations::Lease aac_;  // of sound that players may not know
  cmaf::MomentPtr moment_;
  protocols::Audience audience_;
  std::vector<Growing> growing_;
  bool over_ = false;
};

}  // namespace eyas::dash
