#include "protocols/hls/channel.h"

#include <utility>

#include "base/log.h"

namespace eyas::hls {

Channel::Channel(hub::StreamName name, Statistics& statistics, io::Executor& home,
                 std::function<void(SnapshotPtr)> publish)
    : name_(std::move(name)), statistics_(statistics), home_(home), publish_(std::move(publish)) {}

void Channel::open(hub::Directory& directory, hub::Derivations* derivations, hub::Interest interest) {
  derivations_ = derivations;
  hub::ReaderInfo info;
  info.protocol = "hls_packager";
  info.session = "hls";
  info.interest = interest;
  const std::weak_ptr<Channel> self = weak_from_this();
  const auto on_more = [self] {
    if (auto channel = self.lock()) channel->pump_soon();
  };
  directory.read<cmaf::Format>(name_, std::move(info), home_, on_more,
                               [self](base::Result<hub::Reader<cmaf::Format>> reader) {
                                 if (auto channel = self.lock()) channel->opened(std::move(reader));
                               });
}

void Channel::opened(base::Result<hub::Reader<cmaf::Format>> reader) {
  if (!reader.ok()) return publish_(nullptr);
  base::log::info("hls.open", {{"stream", name_.text()}});
  ++statistics_.streams_packaged;
  reader_ = std::move(*reader);
  pump();
}

// A reader may not go away inside its own callback, and pump() may end it.
void Channel::pump_soon() {
  home_.defer([self = weak_from_this()] {
    if (auto channel = self.lock()) channel->pump();
  });
}

void Channel::pump() {
  if (!reader_) return;
  cmaf::MomentPtr moment;
  while (auto item = reader_.next()) moment = item->unit;
  if (moment) {
    count(*moment);
    if (moment->wants_aac && !aac_ && derivations_ != nullptr)
      aac_ = derivations_->want(name_, hub::Derivation::kAac);
    newest_ = make_snapshot(*moment);
    publish_(newest_);
  }
  if (!reader_.ended()) return;
  base::log::info("hls.close", {{"stream", name_.text()}});
  reader_.detach();
  aac_.reset();
  publish_(nullptr);
}

void Channel::count(const cmaf::Moment& moment) {
  statistics_.silent_frames += moment.silent_frames - std::exchange(silent_frames_, moment.silent_frames);
  statistics_.limit_window_bytes +=
      moment.dropped_segments - std::exchange(dropped_segments_, moment.dropped_segments);
  statistics_.limit_events += moment.dropped_events - std::exchange(dropped_events_, moment.dropped_events);
}

}  // namespace eyas::hls
