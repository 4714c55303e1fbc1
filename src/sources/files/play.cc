#include "sources/files/play.h"

#include "base/log.h"

namespace eyas::files {

Play::Play(io::Loop& loop, std::string title, worker::ProcessOptions process, Sink& sink)
    : loop_(loop), title_(std::move(title)), options_(std::move(process)), sink_(sink) {}

Play::~Play() = default;

base::Status Play::start(Fd file, const worker::FileJob& job) {
  decoder_ = std::make_unique<worker::Decoder>(static_cast<worker::Decoder::Sink&>(*this));
  options_.input = file.get();
  auto process = worker::start_process(loop_, options_, *this);
  options_.input = -1;
  if (!process) return process.error();
  process_ = std::move(*process);
  process_->send(base::Slice(worker::encode(job)));
  heard_ = loop_.clock().mono();
  watch_silence();
  return {};
}

void Play::give_up(base::Error why) {
  through_ = false;
  if (process_) process_->kill(std::move(why));
}

void Play::on_bytes(base::Bytes bytes) {
  heard_ = loop_.clock().mono();
  if (!decoder_) return;  // it broke the protocol before, and is being killed
  if (auto status = decoder_->feed(bytes); !status) {
    decoder_.reset();
    process_->kill(status.error());
  }
}

void Play::on_shut_in(worker::ShutInMessage shut_in) {
  if (shut_in.how != worker::Confinement::kRefused || !options_.incidents->count_unconfined()) return;
  base::log::warning("worker.unconfined",
                     {{"worker", title_}, {"why", "the kernel or the container refuses seccomp filters"}});
}

void Play::on_trespass(worker::TrespassMessage trespass) {
  trespass_ = trespass;
}

// One that ended itself at its file's end did well.
void Play::count_exit(const base::Error& why) {
  if (through_ && !trespass_) return;
  options_.incidents->count_exit();
  if (why.code != base::Code::kRefused) return;
  auto what = trespass_ ? trespass_->what : worker::CallClass::kUnknown;
  options_.incidents->count_trespass(what);
  base::log::error("worker.trespass",
                   {{"worker", title_}, {"call", trespass_ ? worker::call_name(trespass_->call) : "?"}});
}

void Play::on_exit(const base::Error& why) {
  count_exit(why);
  process_.reset();
  silence_.cancel();
  bool broke_off = !through_ || !decoder_ || !last_error_.empty();
  base::Error error = why;
  if (!last_error_.empty()) error = {base::Code::kMalformed, "", last_error_};
  sink_.on_over(*this, broke_off ? base::Status(error) : base::Status());  // may destroy us
}

void Play::on_opened(worker::OpenedMessage opened) {
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

// FFmpeg grumbles at much that plays well; the worker's own last word says why it gave up.
void Play::on_log(worker::LogMessage line) {
  base::log_event(std::min(line.level, base::LogLevel::kInfo), "worker.says",
                  {{"worker", title_}, {"text", line.text}});
  if (line.level == base::LogLevel::kError && !through_) last_error_ = std::move(line.text);
}

void Play::watch_silence() {
  base::Duration left = heard_ + kSilenceMax - loop_.clock().mono();
  if (left <= base::Duration::zero())
    return process_->kill({base::Code::kTimeout, "worker said nothing for too long", {}});
  silence_ = loop_.after(left, [this] { watch_silence(); });
}

}  // namespace eyas::files
