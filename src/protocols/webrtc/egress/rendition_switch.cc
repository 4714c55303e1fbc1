#include "protocols/webrtc/egress/rendition_switch.h"

#include <algorithm>

namespace eyas::webrtc {
namespace {

// What a rendition may take of the path: to stay on it (an estimate swings a little), to fall to it, to rise
// to it.
constexpr double kStay = 0.9;
constexpr double kFall = 1.1;
constexpr double kRise = 1.15;

bool fits(uint64_t bps, double margin, uint64_t carried_bps) {
  return carried_bps == 0 || static_cast<double>(bps) * margin <= static_cast<double>(carried_bps);
}

}  // namespace

RenditionSwitch::Verdict RenditionSwitch::admit(const PacketUnit& unit, base::MonoTime now) {
  if (!track_.covers(*unit.track, now)) return Verdict::kSkip;
  uint8_t rank = note(unit, now).rank;
  if (rank == target_ && rank != current_) {
    return unit.key ? begin(unit, current_.has_value()) : Verdict::kSkip;
  }
  if (rank != current_) return Verdict::kSkip;
  if (unit.number <= last_number_) {
    // Seen before: the start of a group that is read once more, or what the reader had already.
    if (!unit.key || !replay_expected_) return Verdict::kSkip;
    return begin(unit, true);
  }
  if (unit.number != last_number_ + 1 && !unit.key) waiting_for_key_ = true;
  if (unit.key && rank == target_) waiting_for_key_ = false;
  if (waiting_for_key_) return Verdict::kSkip;
  last_number_ = unit.number;
  return Verdict::kSend;
}

bool RenditionSwitch::choose(uint64_t carried_bps, base::MonoTime now) {
  // A browser that publishes stops its best layers when its own path is narrow.
  std::erase_if(renditions_, [&](const Rendition& r) {
    return now - r.seen > kSeenMax && std::ranges::any_of(renditions_, [&](const Rendition& other) {
             return other.seen - r.seen > kSeenMax;
           });
  });
  if (renditions_.empty()) return false;
  uint8_t before = target_;
  if (pinned_) {
    auto held = std::ranges::find_if(renditions_, [&](const Rendition& r) { return r.rank >= *pinned_; });
    target_ = held == renditions_.end() ? renditions_.back().rank : held->rank;
    return target_ != before;
  }
  const Rendition* aimed = find(target_);
  if (aimed == nullptr || !fits(aimed->bps, kStay, carried_bps)) {
    auto lower = std::ranges::find_if(renditions_,
                                      [&](const Rendition& r) { return fits(r.bps, kFall, carried_bps); });
    target_ = lower == renditions_.end() ? renditions_.back().rank : lower->rank;
  } else {
    auto higher = std::ranges::find_if(renditions_,
                                       [&](const Rendition& r) { return fits(r.bps, kRise, carried_bps); });
    if (higher != renditions_.end() && higher->rank < target_) target_ = higher->rank;
  }
  return target_ != before;
}

std::optional<media::TrackId> RenditionSwitch::wanted_track() const {
  const Rendition* aimed = find(target_);
  if (aimed == nullptr) return std::nullopt;
  return aimed->track;
}

uint64_t RenditionSwitch::current_bps() const {
  const Rendition* rendition = find(current_.value_or(target_));
  return rendition == nullptr ? 0 : rendition->bps;
}

uint64_t RenditionSwitch::better_bps(base::MonoTime now) const {
  uint64_t best = 0;
  for (const Rendition& r : renditions_) {
    if (r.rank >= target_ || (pinned_ && r.rank < *pinned_) || now - r.seen > kSeenMax) continue;
    best = r.bps;  // by rank: the last one is the nearest
  }
  return best;
}

RenditionSwitch::Rendition& RenditionSwitch::note(const PacketUnit& unit, base::MonoTime now) {
  auto place =
      std::ranges::find_if(renditions_, [&](const Rendition& r) { return r.rank >= unit.track->rendition; });
  if (place == renditions_.end() || place->rank != unit.track->rendition) {
    if (renditions_.size() >= kRenditionsMax)
      place = std::prev(renditions_.end());
    else
      place = renditions_.insert(place, Rendition{});
  }
  *place = {unit.track->rendition, unit.track->id, unit.track_bps, now};
  return *place;
}

const RenditionSwitch::Rendition* RenditionSwitch::find(uint8_t rank) const {
  auto found = std::ranges::find_if(renditions_, [&](const Rendition& r) { return r.rank == rank; });
  return found == renditions_.end() ? nullptr : &*found;
}

RenditionSwitch::Verdict RenditionSwitch::begin(const PacketUnit& unit, bool rejoin) {
  if (current_ && *current_ != unit.track->rendition) ++changes_;
  current_ = unit.track->rendition;
  last_number_ = unit.number;
  waiting_for_key_ = false;
  replay_expected_ = false;
  return rejoin ? Verdict::kRejoin : Verdict::kSend;
}

}  // namespace eyas::webrtc
