#include "protocols/ts_playback.h"

namespace eyas::protocols {

TsPlayback::TsPlayback(hub::Derivations* derivations, hub::StreamName name, Reader reader)
    : derivations_(derivations), name_(std::move(name)), reader_(std::move(reader)) {}

bool TsPlayback::take(std::vector<base::Slice>& out) {
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

void TsPlayback::stop() {
  reader_.detach();
  aac_.reset();
}

}  // namespace eyas::protocols
