#include "container/mpegts/resync.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace eyas::mpegts {

void PacketFinder::add(base::Bytes bytes) {
  size_t used = std::min(at_, held_.size());
  held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(used));
  at_ -= used;
  held_.insert(held_.end(), bytes.begin(), bytes.end());
}

base::Bytes PacketFinder::next() {
  while (true) {
    if (!synced_ && !find()) return {};
    if (at_ + kPacketBytes > held_.size()) return {};
    if (held_[at_] == kSyncByte) break;
    synced_ = false;
  }
  base::Bytes packet = base::Bytes(held_).subspan(at_, kPacketBytes);
  at_ += stride_;
  unsynced_ = 0;
  return packet;
}

// Whether sync bytes stand at `at` and `stride` apart after it. `more`: so far as the bytes go they do.
bool PacketFinder::run_at(size_t at, size_t stride, bool& more) const {
  for (size_t i = 0; i < kSyncRun; ++i) {
    size_t here = at + i * stride;
    if (here >= held_.size()) {
      if (finishing_ && here == held_.size()) return i > 0;
      more = true;
      return false;
    }
    if (held_[here] != kSyncByte) return false;
  }
  return true;
}

bool PacketFinder::find() {
  constexpr std::array<size_t, 3> kStrides = {kPacketBytes, 192, kStrideMax};
  size_t from = at_;
  bool more = false;
  for (; at_ < held_.size(); ++at_) {
    const void* sync = std::memchr(held_.data() + at_, kSyncByte, held_.size() - at_);
    at_ = sync == nullptr ? held_.size()
                          : static_cast<size_t>(static_cast<const uint8_t*>(sync) - held_.data());
    if (sync == nullptr) break;
    auto found = std::ranges::find_if(kStrides, [&](size_t stride) { return run_at(at_, stride, more); });
    if (found != kStrides.end()) {
      stride_ = *found;
      synced_ = true;
      break;
    }
    if (more) break;
  }
  lost_ += at_ - from;
  unsynced_ += at_ - from;
  if (synced_ && at_ > from) ++resyncs_;
  return synced_;
}

}  // namespace eyas::mpegts
