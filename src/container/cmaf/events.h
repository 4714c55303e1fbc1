// What data tracks become in fragments: event messages, which wait for the part that they go out with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "container/mp4/event.h"
#include "media/frame.h"

namespace eyas::cmaf {

// What players are told to listen for.
struct EventStream {
  std::string scheme;
  std::string value;  // the track's id
  bool operator==(const EventStream&) const = default;
};
// Nothing of what players could not make anything of: tracks other than data, and data that does not say that
// it is KLV, JSON or ID3.
std::optional<EventStream> event_stream_of(const media::Track& track);

// Pure. Lives on its stream's channel.
class EventQueue {
 public:
  // Of one part: telemetry is a few messages of some hundred bytes.
  static constexpr size_t kMessagesMax = 256;
  static constexpr size_t kBytesMax = 256 * 1024;

  // False when there is no room for it before the next part.
  bool push(EventStream stream, media::MediaTime at, base::Slice data);
  // All that wait, in the order in which they came.
  std::vector<mp4::Event> take(uint32_t timescale);

 private:
  struct Waiting {
    EventStream stream;
    media::MediaTime at;
    base::Slice data;
  };
  std::vector<Waiting> waiting_;
  size_t bytes_ = 0;
  uint32_t next_id_ = 0;
};

}  // namespace eyas::cmaf
