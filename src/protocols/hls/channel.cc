#include "protocols/hls/channel.h"

#include <utility>

#include "base/log.h"

namespace eyas::hls {
namespace {

// Seconds of the Unix epoch: names of segments never come back, not even after a restart.
uint64_t first_number(const base::Clock& clock) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count());
}

}  // namespace

Channel::Channel(hub::StreamName name, const Options& options, Statistics& statistics, io::Executor& home,
                 std::function<void(SnapshotPtr)> publish)
    : name_(std::move(name)),
      statistics_(statistics),
      home_(home),
      publish_(std::move(publish)),
      muxer_(name_.text(), options, first_number(home.clock())) {}

void Channel::open(hub::Directory& directory) {
  hub::ReaderInfo info;
  info.protocol = "hls_packager";
  info.session = "hls";
  const std::weak_ptr<Channel> self = weak_from_this();
  const auto on_more = [self] {
    if (auto channel = self.lock()) channel->pump_soon();
  };
  directory.read<hub::ProgrammeFormat>(name_, std::move(info), home_, on_more,
                                       [self](base::Result<hub::Reader<hub::ProgrammeFormat>> reader) {
                                         if (auto channel = self.lock()) channel->opened(std::move(reader));
                                       });
}

void Channel::opened(base::Result<hub::Reader<hub::ProgrammeFormat>> reader) {
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
  const Now now{home_.clock().mono(), home_.clock().wall()};
  while (auto item = reader_.next()) {
    if (item->head) muxer_.set_tracks(*item->head);
    if (item->unit) muxer_.push(*item->unit, now);
  }
  count();
  if (SnapshotPtr snapshot = muxer_.take_snapshot()) {
    newest_ = snapshot;
    publish_(std::move(snapshot));
  }
  if (!reader_.ended()) return;
  base::log::info("hls.close", {{"stream", name_.text()}});
  reader_.detach();
  publish_(nullptr);
}

void Channel::count() {
  statistics_.silent_frames += muxer_.silent_frames() - std::exchange(silent_frames_, muxer_.silent_frames());
  statistics_.limit_window_bytes +=
      muxer_.dropped_segments() - std::exchange(dropped_segments_, muxer_.dropped_segments());
}

}  // namespace eyas::hls
