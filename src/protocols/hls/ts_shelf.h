// TsShelf: what one loop knows of one stream's transport stream segments, and the requests that wait for the
// first of them.
#pragma once

#include <memory>
#include <string>

#include "container/mpegts/segment_format.h"
#include "http/exchange.h"
#include "http/request.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/audience.h"
#include "protocols/hls/options.h"
#include "protocols/hls/statistics.h"

namespace eyas::hls {

// Reads its stream and answers from the newest window. Lives on its loop.
class TsShelf : public std::enable_shared_from_this<TsShelf> {
 public:
  using Reader = hub::Reader<mpegts::SegmentFormat>;

  TsShelf(hub::StreamName name, const Options& options, Statistics& statistics, io::Executor& loop);

  // `derivations` may be null; else both outlive it.
  void open(hub::Directory& directory, hub::Derivations* derivations);
  // `file` is empty for the playlist, else the name under ts/.
  void request(http::RequestPtr request, http::Exchange exchange, std::string file);
  // Answers requests that have waited long enough. Called every so often while the shelf stands.
  void sweep();
  // All who wait get 404.
  void close();

  bool over() const { return over_; }
  bool busy() const { return audience_.waiting() > 0; }
  protocols::Audience& audience() { return audience_; }

 private:
  using Waiting = protocols::Audience::Waiting;

  void pump_soon();
  void pump();
  void answer(http::Exchange& exchange, const std::string& file);
  void count(const mpegts::TsWindow& window);
  bool has_media() const { return window_ && !window_->listed.empty(); }

  const hub::StreamName name_;
  const Options& options_;
  Statistics& statistics_;
  io::Executor& loop_;
  Reader reader_;
  hub::Derivations* derivations_ = nullptr;
  hub::Derivations::Lease aac_;  // of sound that players do not know
  std::shared_ptr<const mpegts::TsWindow> window_;
  protocols::Audience audience_;
  bool over_ = false;
};

}  // namespace eyas::hls
