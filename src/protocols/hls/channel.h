// Channel: reads what is packaged of one stream from the hub, writes its playlists, and tells the shelves.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "container/cmaf/format.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/hls/snapshot.h"
#include "protocols/hls/statistics.h"

namespace eyas::hls {

// Lives on its home loop.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  // `publish` is called with each new snapshot; with null once, at the end, when the stream is not there or
  // is over. Neither is called from inside open().
  Channel(hub::StreamName name, Statistics& statistics, io::Executor& home,
          std::function<void(SnapshotPtr)> publish);
  // `derivations` may be null, and outlives this: nobody makes AAC then.
  void open(hub::Directory& directory, hub::Derivations* derivations, hub::Interest interest);
  const SnapshotPtr& newest() const { return newest_; }

 private:
  void opened(base::Result<hub::Reader<cmaf::Format>> reader);
  void pump_soon();
  void pump();

  // What the packager has counted since the last time.
  void count(const cmaf::Moment& moment);

  const hub::StreamName name_;
  Statistics& statistics_;
  io::Executor& home_;
  std::function<void(SnapshotPtr)> publish_;
  uint64_t silent_frames_ = 0;
  uint64_t dropped_events_ = 0;
  uint64_t dropped_segments_ = 0;
  hub::Reader<cmaf::Format> reader_;
  hub::Derivations* derivations_ = nullptr;
  hub::Derivations::Lease aac_;
  SnapshotPtr newest_;
};

}  // namespace eyas::hls
