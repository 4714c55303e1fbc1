#include "protocols/mpegts_udp/playback.h"

namespace eyas::mpegts_udp {

Playback::Playback(const Parts& parts, hub::StreamName name, Reader reader)
    : derivations_(parts.derivations), name_(std::move(name)), reader_(std::move(reader)) {}

bool Playback::take(std::vector<base::Slice>& out) {
  auto item = reader_.next();
  if (!item) return false;
  if (item->head) {
    if (item->head->wants_aac && !aac_ && derivations_ != nullptr)
      aac_ = derivations_->want(*name_, hub::Derivation::kAac);
    out.push_back(std::exchange(started_, true) ? item->head->resume : item->head->start);
  }
  lost_ += item->lost;
  dts_ = item->unit->dts;
  out.push_back(item->unit->packets);
  return true;
}

void Playback::stop() {
  reader_.detach();
  aac_.reset();
}

}  // namespace eyas::mpegts_udp
