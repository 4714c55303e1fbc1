#include "container/cmaf/moment.h"

#include <algorithm>

namespace eyas::cmaf {

Position RenditionView::next() const {
  if (segments.empty()) return {};
  const Segment& last = *segments.back();
  return last.complete ? Position{last.msn + 1, 0} : Position{last.msn, last.parts.size()};
}

Bandwidth RenditionView::bandwidth() const {
  Bandwidth bandwidth;
  double bits = 0;
  double time = 0;
  for (const SegmentPtr& segment : segments) {
    const double length = base::to_seconds(segment->duration);
    const double segment_bits = 8.0 * static_cast<double>(segment->bytes());
    bits += segment_bits, time += length;
    if (segment->complete && length > 0) bandwidth.peak = std::max(bandwidth.peak, segment_bits / length);
  }
  bandwidth.average = time > 0 ? bits / time : 0;
  bandwidth.peak = std::max(bandwidth.peak, bandwidth.average);
  return bandwidth;
}

RenditionView::SlotParts RenditionView::slot(uint64_t number) const {
  SlotParts found;
  for_each_part([&](const Segment& segment, const Part& part) {
    if (part.slot > number) found.complete = true;
    if (part.slot != number) return;
    found.generation = segment.generation;
    found.parts.push_back(part.bytes);
  });
  return found;
}

bool Moment::ready() const {
  size_t most = 0;
  bool all = true;
  for (const RenditionView& view : views) {
    most = std::max(most, view.complete_segments());
    all = all && view.complete_segments() > 0;
  }
  // A track that has been silent for two segments of the other is not waited for.
  return !waits_for_aac && most > 0 && (all || most > 2);
}

const RenditionView* Moment::find(std::string_view name) const {
  const auto found = std::ranges::find(views, name, &RenditionView::name);
  return found == views.end() ? nullptr : &*found;
}

}  // namespace eyas::cmaf
