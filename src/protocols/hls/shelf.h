// Shelf: what one loop knows of one stream, and the requests that wait for more of it.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "http/exchange.h"
#include "http/request.h"
#include "io/executor.h"
#include "protocols/audience.h"
#include "protocols/hls/options.h"
#include "protocols/hls/snapshot.h"
#include "protocols/hls/statistics.h"

namespace eyas::hls {

// Answers requests from the newest snapshot, so that a segment costs a lookup and a send on the loop of the
// connection that asked. Lives on its loop.
class Shelf {
 public:
  Shelf(const Options& options, Statistics& statistics, io::Executor& loop);

  // `file` is empty for the multivariant playlist, else the name under hls/.
  void request(http::RequestPtr request, http::Exchange exchange, std::string file);
  void update(SnapshotPtr snapshot);
  // The stream is not there (any more): all who wait get 404.
  void close();
  // Answers requests that have waited long enough. Called every so often while the shelf stands.
  void sweep();

  bool over() const { return over_; }
  bool busy() const { return audience_.waiting() > 0; }
  protocols::Audience& audience() { return audience_; }

 private:
  using Waiting = protocols::Audience::Waiting;
  // False when it has to wait for longer. `expired`: it may not.
  bool answer(Waiting& waiting, bool expired);
  bool answer_playlist(Waiting& waiting, const Snapshot::Entry& entry, bool expired);
  bool answer_media(Waiting& waiting, const Snapshot::Entry& entry, const Resource& resource, bool expired);
  void respond_playlist(http::Exchange& exchange, const base::Slice& text, const std::string& cache);
  void retry(bool sweeping);

  const Options& options_;
  Statistics& statistics_;
  SnapshotPtr snapshot_;
  std::unordered_map<const uint8_t*, base::Slice> zipped_;  // playlists of the snapshot, by their bytes
  protocols::Audience audience_;
  bool over_ = false;
};

}  // namespace eyas::hls
