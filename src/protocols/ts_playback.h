// TsPlayback: a stream's transport packets as slices, in the order in which they are sent.
#pragma once

#include <optional>
#include <vector>

#include "container/mpegts/packager.h"
#include "hub/derivations.h"
#include "hub/directory.h"

namespace eyas::protocols {

// Lives on the loop that asked.
class TsPlayback {
 public:
  using Reader = hub::Reader<mpegts::Format>;

  TsPlayback() = default;
  // `derivations` may be null: nobody makes AAC of sound that cannot be carried; else it outlives this.
  TsPlayback(hub::Derivations* derivations, hub::StreamName name, Reader reader);

  // One unit with what must stand before it; false: nothing for now, and the reader's callback comes once
  // when there is more.
  bool take(std::vector<base::Slice>& out);
  // The time of what take() gave last.
  media::MediaTime dts() const { return dts_; }
  bool ended() const { return reader_.ended(); }
  // Units that this reader was too slow for.
  uint64_t lost() const { return lost_; }
  // What the session measures of its path, for the stream's list of readers.
  void report(hub::Counters counters) { reader_.report(std::move(counters)); }
  void stop();

 private:
  hub::Derivations* derivations_ = nullptr;
  std::optional<hub::StreamName> name_;
  Reader reader_;
  hub::Derivations::Lease aac_;  // while we play what cannot be carried otherwise
  media::MediaTime dts_;
  uint64_t lost_ = 0;
  bool started_ = false;
};

}  // namespace eyas::protocols
