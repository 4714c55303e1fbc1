// GroupRing: the recent past of a feed, as groups that each start where decoding can start.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/check.h"
#include "media/frame.h"

namespace eyas::hub {

// What a unit costs in a ring: payload and bookkeeping.
template <typename Unit>
requires requires(const Unit& unit) {
  unit.bytes();
}
size_t ring_bytes(const Unit& unit) {
  return unit.bytes() + sizeof(Unit);
}
inline size_t ring_bytes(const media::Frame& frame) {
  return frame.payload.size() + sizeof(media::Frame);
}

// Bounds of a ring. The newest group is kept whole unless it alone breaks the byte bound.
struct RingLimits {
  size_t bytes_max = 64u << 20;
  base::Duration span_max = std::chrono::seconds(10);
};

// Unit needs `dts` (media::MediaTime) and `ring_bytes(unit)`. Lives on its loop.
template <typename Unit, typename Head>
class GroupRing {
 public:
  using UnitPtr = std::shared_ptr<const Unit>;
  using HeadPtr = std::shared_ptr<const Head>;

  // Where a reader is. A reader that has no place yet starts at the newest group, or at the next one.
  struct Cursor {
    uint64_t next = 0;
    bool placed = false;
    uint64_t left_at = 0;  // the last unit not delivered when it lost its place; 0 for a newcomer
  };

  struct Item {
    HeadPtr head;  // not null: a newcomer, or a reader that jumped, needs it before the unit
    UnitPtr unit;
    uint64_t lost = 0;  // units between the last one delivered and this one
  };

  explicit GroupRing(RingLimits limits) : limits_(limits) {}

  // The next unit begins a group; `head` is what a reader that starts there must have first.
  void start_group(HeadPtr head) {
    if (!groups_.empty() && groups_.back().first == end()) groups_.pop_back();
    groups_.push_back({end(), std::move(head), false});
  }

  // Units before the first group are not kept: nobody could decode them.
  void push(UnitPtr unit) {
    if (groups_.empty()) return;
    bytes_ += ring_bytes(*unit);
    units_.push_back(std::move(unit));
    trim();
  }

  // The reader's next unit, or nothing yet. A reader whose place is gone, or which is more than `lag_max`
  // behind while a newer group stands, jumps to the newest group.
  std::optional<Item> next(Cursor& cursor, base::Duration lag_max) const {
    HeadPtr head;
    uint64_t lost = 0;
    if (cursor.placed && (cursor.next < begin_ || lags(cursor, lag_max))) {
      cursor.placed = false;
      cursor.left_at = cursor.next;
    }
    if (!cursor.placed) {
      const Group* start = newest_whole_group(cursor);
      if (start == nullptr) return std::nullopt;
      if (cursor.left_at != 0) lost = start->first - cursor.left_at;
      cursor = {start->first, true, 0};
      head = start->head;
    }
    if (cursor.next == end()) return std::nullopt;
    return Item{std::move(head), units_[cursor.next++ - begin_], lost};
  }

  // True when next() would give nothing.
  bool nothing_for(const Cursor& cursor) const {
    if (cursor.placed && cursor.next >= begin_) return cursor.next == end();
    return newest_whole_group(cursor) == nullptr;
  }

  // Visits the newest group's head and units: what a feed that is made now starts from.
  template <typename OnHead, typename OnUnit>
  void visit_newest_group(OnHead on_head, OnUnit on_unit) const {
    if (groups_.empty() || groups_.back().beheaded) return;
    on_head(groups_.back().head);
    for (uint64_t i = groups_.back().first; i < end(); ++i) on_unit(units_[i - begin_]);
  }

  // Visits every whole group, oldest first.
  template <typename OnHead, typename OnUnit>
  void visit_all(OnHead on_head, OnUnit on_unit) const {
    for (size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].beheaded) continue;
      on_head(groups_[g].head);
      uint64_t last = g + 1 < groups_.size() ? groups_[g + 1].first : end();
      for (uint64_t i = groups_[g].first; i < last; ++i) on_unit(units_[i - begin_]);
    }
  }

  size_t bytes() const { return bytes_; }
  size_t groups() const { return groups_.size(); }
  base::Duration span() const {
    return units_.empty() ? base::Duration::zero() : units_.back()->dts - units_.front()->dts;
  }

 private:
  struct Group {
    uint64_t first;
    HeadPtr head;
    bool beheaded;  // its first units had to go: readers inside may go on, nobody may start here
  };

  uint64_t end() const { return begin_ + units_.size(); }

  bool lags(const Cursor& cursor, base::Duration lag_max) const {
    if (cursor.next >= end() || groups_.back().first <= cursor.next || groups_.back().beheaded) return false;
    return units_.back()->dts - units_[cursor.next - begin_]->dts > lag_max;
  }

  // Where a reader without a place starts; never before the place it lost.
  const Group* newest_whole_group(const Cursor& cursor) const {
    if (groups_.empty()) return nullptr;
    const Group& group = groups_.back();
    if (group.beheaded || group.first == end() || group.first < cursor.left_at) return nullptr;
    return &group;
  }

  void trim() {
    while (groups_.size() > 1 && (bytes_ > limits_.bytes_max || too_long())) {
      while (begin_ < groups_[1].first) drop_front();
      groups_.pop_front();
    }
    while (bytes_ > limits_.bytes_max && units_.size() > 1) {
      drop_front();
      groups_.front().beheaded = true;
    }
  }

  // Whole groups older than the bound; the newest group may be longer than the bound.
  bool too_long() const {
    size_t second = groups_[1].first - begin_;
    return second < units_.size() && units_.back()->dts - units_[second]->dts >= limits_.span_max;
  }

  void drop_front() {
    bytes_ -= ring_bytes(*units_.front());
    units_.pop_front();
    ++begin_;
  }

  RingLimits limits_;
  std::deque<Group> groups_;
  std::deque<UnitPtr> units_;
  uint64_t begin_ = 1;  // the number of units_.front(); numbers start at 1
  size_t bytes_ = 0;
};

}  // namespace eyas::hub
