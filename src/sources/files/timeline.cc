#include "sources/files/timeline.h"

#include <algorithm>

namespace eyas::files {
namespace {

// Between two decoding times of one track at least.
constexpr base::Duration kTick = std::chrono::microseconds(100);

}  // namespace

void Timeline::begin(std::span<const worker::OpenedMessage::First> firsts) {
  if (firsts.empty()) return;
  base::Duration earliest = firsts.front().dts;
  for (const auto& first : firsts) earliest = std::min(earliest, first.dts);
  base::Duration offset = end_.time_since_epoch() - earliest;
  bool met = false;
  for (const auto& first : firsts) {
    auto before = tracks_.find(first.track);
    if (before == tracks_.end()) continue;
    base::Duration shown = before->second.end.time_since_epoch() - first.pts;
    base::Duration decoded = (before->second.last_dts + kTick).time_since_epoch() - first.dts;
    base::Duration needed = std::max(shown, decoded);
    offset = met ? std::max(offset, needed) : needed;
    met = true;
  }
  offset_ = begun_ ? offset : -earliest;
  begun_ = true;
}

void Timeline::place(media::Frame& frame) {
  frame.pts += offset_;
  frame.dts += offset_;
  auto [at, fresh] = tracks_.try_emplace(frame.track->id);
  Track& track = at->second;
  if (!fresh && frame.dts <= track.last_dts) frame.dts = track.last_dts + kTick;
  frame.pts = std::max(frame.pts, frame.dts);
  if (!fresh) track.step = frame.dts - track.last_dts;
  track.last_dts = frame.dts;
  if (frame.track->kind() == media::TrackKind::kData) return;
  base::Duration length = frame.duration > base::Duration::zero() ? frame.duration : track.step;
  track.end = fresh ? frame.pts + length : std::max(track.end, frame.pts + length);
  end_ = std::max(end_, track.end);
}

}  // namespace eyas::files
