#include "sources/files/play.h"

namespace eyas::files {

Play::Play(io::Loop& loop, std::string title, worker::ProcessOptions process, Sink& sink)
    : loop_(loop), title_(std::move(title)), options_(std::move(process)), sink_(sink) {}

Play::~Play() = default;

base::Status Play::start(Fd file, const worker::FileJob& job) {
  options_.input = file.get();
  supervisor_.emplace(loop_, title_, base::Slice(worker::encode(job)),
                      worker::launch_program(loop_, options_), static_cast<worker::Supervisor::Sink&>(*this),
                      worker::SupervisorOptions{.once = true, .grumbles = true, .limits = {}});
  supervisor_->start();
  if (supervisor_->state() == worker::WorkerState::kBackoff)
    return base::Error{base::Code::kSystem, "", supervisor_->last_exit()};
  running_ = true;
  return {};
}

void Play::on_state(worker::WorkerState state) {
  if (state != worker::WorkerState::kBackoff || !running_) return;
  bool whole = supervisor_->ended_well() && opened_ && last_error_.empty();
  base::Error why{base::Code::kMalformed, "", last_error_.empty() ? supervisor_->last_exit() : last_error_};
  sink_.on_over(*this, whole ? base::Status() : base::Status(std::move(why)));  // may destroy us
}

void Play::on_opened(worker::OpenedMessage opened) {
  opened_ = true;
  sink_.on_opened(*this, std::move(opened));
}

void Play::on_track(worker::TrackMessage track) {
  sink_.on_track(*this, std::move(track));
}

void Play::on_frame(worker::FrameMessage frame) {
  sink_.on_frame(*this, std::move(frame));
}

void Play::on_read_through(worker::ReadThroughMessage through) {
  through_ = true;
  sink_.on_read_through(*this, through.end);
}

// The worker's own last word says why it gave up.
void Play::on_said(const worker::LogMessage& line) {
  if (line.level == base::LogLevel::kError && !through_) last_error_ = line.text;
}

}  // namespace eyas::files
