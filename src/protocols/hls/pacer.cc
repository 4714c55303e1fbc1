#include "protocols/hls/pacer.h"

#include <algorithm>
#include <utility>

namespace eyas::hls {
namespace {

bool leaps(base::Duration step) {
  return step > Pacer::kLeap || step < -Pacer::kLeap;
}

}  // namespace

void Pacer::push(size_t lane, media::TrackPtr track) {
  lanes_[lane].items.emplace_back(std::move(track));
  arm(base::Duration::zero());
}

void Pacer::push(size_t index, media::Frame frame) {
  Lane& lane = lanes_[index];
  lane.bytes += frame.payload.size();
  base::Duration step = frame.dts - lane.last_in;
  if (lane.offset && !leaps(step)) lane.media_queued += step;
  lane.last_in = frame.dts;
  bool waits = !lane.items.empty();
  lane.items.emplace_back(std::move(frame));
  if (!waits) arm(base::Duration::zero());
}

bool Pacer::has_room(size_t index) const {
  const Lane& lane = lanes_[index];
  return lane.items.empty() || (lane.media_queued < kAheadMax && lane.bytes < kQueuedBytesMax);
}

bool Pacer::empty() const {
  return std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.items.empty(); });
}

void Pacer::arm(base::Duration delay) {
  timer_ = executor_.after(delay, [this] { round(); });
}

base::MonoTime Pacer::due(Lane& lane, const media::Frame& frame, base::MonoTime now) {
  base::Duration dts = frame.dts.time_since_epoch();
  auto at = [&](base::Duration offset) { return base::MonoTime(dts + offset); };
  if (lane.offset && !leaps(frame.dts - lane.last_out)) {
    // What comes late moves all that follows, else each segment would come late from now on.
    if (std::exchange(lane.dry, false) && at(*lane.offset) < now) lane.offset = now.time_since_epoch() - dts;
    return at(*lane.offset);
  }
  lane.offset = now.time_since_epoch() - dts;
  lane.media_queued = lane.last_in - frame.dts;
  // Pictures and sound of one timeline stay together.
  for (const Lane& other : lanes_) {
    if (&other != &lane && other.offset && !leaps(at(*other.offset) - now)) lane.offset = other.offset;
  }
  return at(*lane.offset);
}

void Pacer::round() {
  base::MonoTime now = executor_.clock().mono();
  base::MonoTime next = base::MonoTime::max();
  for (Lane& lane : lanes_) {
    while (!lane.items.empty()) {
      auto* frame = std::get_if<media::Frame>(&lane.items.front());
      if (frame == nullptr) {
        sink_.on_due(std::get<media::TrackPtr>(lane.items.front()));
        lane.items.pop_front();
        continue;
      }
      base::MonoTime at = due(lane, *frame, now);
      if (at > now) {
        next = std::min(next, at);
        break;
      }
      lane.last_out = frame->dts;
      lane.media_queued = lane.last_in - frame->dts;
      lane.bytes -= frame->payload.size();
      frame->arrival = now;
      media::Frame out = std::move(*frame);
      lane.items.pop_front();
      lane.dry = lane.items.empty();
      sink_.on_due(std::move(out));
    }
  }
  if (next != base::MonoTime::max()) arm(next - now);
  sink_.on_round();
}

}  // namespace eyas::hls
