#include "worker/program/file_run.h"

#include <algorithm>

#include "worker/program/pace.h"

namespace eyas::worker {
namespace {

bool is_data(uint32_t track, const std::vector<TrackMessage>& tracks) {
  return std::ranges::any_of(
      tracks, [&](const auto& one) { return one.id == track && one.codec == media::Codec::kData; });
}

}  // namespace

base::Result<std::unique_ptr<FileRun>> FileRun::prepare(const FileJob& job, Channel& channel) {
  auto bytes = MediaFile::bytes_of(kInputFd);
  if (!bytes) return bytes.error();
  return std::unique_ptr<FileRun>(new FileRun(job, channel, *bytes));
}

base::Error FileRun::run() {
  if (auto status = open(); !status) return status.error();
  while (!through_ || !ahead_.empty()) {
    if (auto status = fill(); !status) return status.error();
    if (auto status = send_next(); !status) return status.error();
  }
  if (file_->broken() > 0) {
    auto text = "packets that were broken and left out: " + std::to_string(file_->broken());
    if (auto status = channel_.say(LogMessage{base::LogLevel::kWarning, text}); !status)
      return status.error();
  }
  return {base::Code::kClosed, "file job: the file's end", {}};
}

base::Status FileRun::open() {
  auto file = MediaFile::open(kInputFd, bytes_, job_.name);
  if (!file) return file.error();
  file_ = std::move(*file);
  opened_.duration = file_->duration();
  opened_.left_out = file_->left_out();
  if (job_.from > base::Duration::zero()) {
    if (auto status = file_->seek(job_.from); !status) return status;
  }
  if (auto status = fill(); !status) return status;
  if (ahead_.empty()) return base::Error{base::Code::kMalformed, "nothing in the file can be played", {}};
  return tell_opened();
}

// Until enough is held, or all.
base::Status FileRun::fill() {
  MediaFile::Sink sink{[this](TrackMessage track) { keep_track(std::move(track)); },
                       [this](const FrameMessage& frame) { keep_frame(frame); }};
  while (!through_ && ahead_bytes_ < kAheadBytesMax &&
         (ahead_.empty() || ahead_.rbegin()->first - ahead_.begin()->first < kAhead)) {
    if (file_->read(sink)) continue;
    through_ = true;
    if (running_) return channel_.say(ReadThroughMessage{end_});
  }
  return {};
}

void FileRun::keep_track(TrackMessage track) {
  bool first = !running_ && std::ranges::none_of(first_tracks_, [&](auto& t) { return t.id == track.id; });
  if (!first) news_.push_back(encode(track));
  if (first || running_) first_tracks_.push_back(std::move(track));
}

void FileRun::keep_frame(const FrameMessage& frame) {
  bool data = is_data(frame.track, first_tracks_);
  auto known = std::ranges::find(opened_.firsts, frame.track, &OpenedMessage::First::track);
  if (!running_ && !data) {
    if (known == opened_.firsts.end())
      opened_.firsts.push_back({frame.track, frame.pts, frame.dts});
    else
      known->pts = std::min(known->pts, frame.pts);
  }
  if (!data) end_ = std::max(end_, frame.pts + frame.duration);
  for (auto& message : news_) ahead_.emplace(frame.dts, std::move(message));
  news_.clear();
  auto placed = ahead_.emplace(frame.dts, encode(frame));
  ahead_bytes_ += placed->second.size();
}

base::Status FileRun::tell_opened() {
  if (auto status = channel_.say(opened_); !status) return status;
  for (const TrackMessage& track : first_tracks_) {
    if (auto status = channel_.say(track); !status) return status;
  }
  running_ = true;
  last_ = ahead_.begin()->first;
  base::MonoTime now = base::system_clock().mono();
  start_ = (job_.begin == base::MonoTime() ? now : std::max(job_.begin, now - kLateMax)) - last_;
  return through_ ? channel_.say(ReadThroughMessage{end_}) : base::Status();
}

void FileRun::wait_for(base::Duration dts) {
  if (dts - last_ > kHoleMax) start_ -= dts - last_ - kHoleMax;
  last_ = std::max(last_, dts);
  if (start_ + dts > base::system_clock().mono()) sleep_until(start_ + dts);
}

base::Status FileRun::send_next() {
  if (ahead_.empty()) return {};
  auto next = ahead_.extract(ahead_.begin());
  ahead_bytes_ -= std::min(ahead_bytes_, next.mapped().size());
  wait_for(next.key());
  return channel_.write(next.mapped());
}

}  // namespace eyas::worker
