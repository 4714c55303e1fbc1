#include "container/cmaf/slots.h"

#include <algorithm>

namespace eyas::cmaf {

void Slots::begin(media::MediaTime start) {
  if (!epochs_.empty()) {
    if (start <= epochs_.back().start) return;
    epochs_.back().end = next_;
  }
  epochs_.push_back({next_, start, 0});
}

void Slots::settle(base::Duration length) {
  // A whole number of the ticks that DASH says it in, so that numbers and times never drift apart.
  if (!settled()) length_ = std::chrono::round<SlotTicks>(length);
}

void Slots::forget_before(uint64_t number) {
  std::erase_if(epochs_, [number](const Epoch& epoch) { return epoch.end != 0 && epoch.end <= number; });
}

uint64_t Slots::slot_of(media::MediaTime at, Entry entry, base::Duration part,
                        std::optional<uint64_t> before) {
  if (epochs_.empty()) begin(at);
  size_t index = epochs_.size() - 1;
  while (index > 0 && at < epochs_[index].start) --index;
  const Epoch& epoch = epochs_[index];
  uint64_t slot = epoch.first;
  if (settled()) {
    // Late costs nothing, as the slot before goes on meanwhile; of what is early players learn late.
    base::Duration early = part / 2;
    if (entry == Entry::kKey) early = length_ / 8;
    if (entry == Entry::kNone) early = std::min(part - length_ / 2, base::Duration(0));
    const base::Duration since = at - epoch.start + early;
    if (since > base::Duration::zero()) slot += static_cast<uint64_t>(since / length_);
  }
  if (before) slot = std::max(slot, *before);
  slot = std::max(slot, epoch.first);  // a part that follows the last of the epoch before
  // What ends late in one epoch takes no number of the next.
  if (epoch.end != 0) slot = std::min(slot, std::max(epoch.end, epoch.first + 1) - 1);
  next_ = std::max(next_, slot + 1);
  return slot;
}

}  // namespace eyas::cmaf
