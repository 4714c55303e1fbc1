#include "worker/supervisor.h"

#include <algorithm>

#include "base/log.h"

namespace eyas::worker {

namespace log = base::log;

const char* state_name(WorkerState state) {
  switch (state) {
    case WorkerState::kStarting:
      return "starting";
    case WorkerState::kRunning:
      return "running";
    case WorkerState::kBackoff:
      return "backoff";
  }
  return "";
}

Supervisor::Supervisor(io::Executor& executor, std::string name, base::Slice job, Launch launch, Sink& sink,
                       SupervisorOptions options)
    : executor_(executor),
      name_(std::move(name)),
      job_(std::move(job)),
      launch_(std::move(launch)),
      sink_(sink),
      options_(options),
      backoff_(options.backoff_first) {}

Supervisor::~Supervisor() = default;

void Supervisor::start() {
  launch();
}

void Supervisor::launch() {
  launched_ = heard_ = executor_.clock().mono();
  asked_.reset();
  trespass_.reset();
  through_ = ended_well_ = false;
  decoder_ = std::make_unique<Decoder>(static_cast<Decoder::Sink&>(*this), options_.limits);
  auto process = launch_(*this);
  if (!process) return back_off(process.error());
  process_ = std::move(*process);
  process_->send(job_);
  log::info("worker.start", {{"worker", name_}, {"pid", process_->pid()}});
  enter(WorkerState::kStarting);
  watch_silence();
}

void Supervisor::on_bytes(base::Bytes bytes) {
  heard_ = executor_.clock().mono();
  asked_.reset();
  if (!decoder_) return;  // it broke the protocol before, and is being killed
  if (auto status = decoder_->feed(bytes); !status) {
    decoder_.reset();
    kill(status.error());
  }
}

void Supervisor::kill(base::Error why) {
  through_ = false;
  if (process_) process_->kill(std::move(why));
}

void Supervisor::on_drained() {
  sink_.on_drained();
}

size_t Supervisor::send(const base::Slice& message) {
  if (!process_) return 0;
  if (!asked_) asked_ = executor_.clock().mono();
  return process_->send(message);
}

void Supervisor::on_exit(const base::Error& why) {
  base::Error reason = why;
  ended_well_ = through_ && !trespass_;
  Incidents* incidents = process_->incidents();
  if (incidents != nullptr && !ended_well_) incidents->count_exit();
  if (why.code == base::Code::kRefused) report_trespass(reason);
  process_.reset();
  back_off(reason);
}

// A worker that was taken over may lie about the call, or say nothing; that the kernel killed it is certain.
void Supervisor::report_trespass(base::Error& why) {
  CallClass what = trespass_ ? trespass_->what : CallClass::kUnknown;
  const char* call = trespass_ ? call_name(trespass_->call) : "?";
  if (Incidents* incidents = process_->incidents()) incidents->count_trespass(what);
  log::error("worker.trespass",
             {{"worker", name_}, {"pid", process_->pid()}, {"class", class_name(what)}, {"call", call}});
  why.detail = std::string(call) + " (" + class_name(what) + ")";
}

void Supervisor::back_off(const base::Error& why) {
  silence_.cancel();
  if (executor_.clock().mono() - launched_ >= options_.healthy_after) backoff_ = options_.backoff_first;
  last_exit_ = why.message();
  if (options_.once)
    log::info("worker.exit", {{"worker", name_}, {"why", last_exit_}});
  else
    restart_later();
  enter(WorkerState::kBackoff);
}

void Supervisor::restart_later() {
  log::warning("worker.exit",
               {{"worker", name_}, {"why", last_exit_}, {"restart_in_ms", base::to_ms(backoff_)}});
  restart_ = executor_.after(backoff_, [this] {
    ++restarts_;
    launch();
  });
  backoff_ = std::min(backoff_ * 2, options_.backoff_max);
}

void Supervisor::watch_silence() {
  base::MonoTime now = executor_.clock().mono();
  base::MonoTime silent_since = options_.speaks_unasked ? heard_ : asked_.value_or(now);
  base::Duration left = silent_since + options_.silence_max - now;
  if (left <= base::Duration::zero())
    return kill({base::Code::kTimeout, "worker said nothing for too long", {}});
  silence_ = executor_.after(left, [this] { watch_silence(); });
}

void Supervisor::enter(WorkerState state) {
  state_ = state;
  sink_.on_state(state);
}

void Supervisor::on_track(TrackMessage track) {
  sink_.on_track(std::move(track));
}

void Supervisor::on_frame(FrameMessage frame) {
  if (state_ == WorkerState::kStarting) enter(WorkerState::kRunning);
  sink_.on_frame(std::move(frame));
}

void Supervisor::on_shut_in(ShutInMessage shut_in) {
  if (shut_in.how != Confinement::kRefused || !process_) return;
  Incidents* incidents = process_->incidents();
  if (incidents == nullptr || !incidents->count_unconfined()) return;
  log::warning("worker.unconfined",
               {{"worker", name_},
                {"why", "the kernel or the container refuses seccomp filters"},
                {"hint", "what strangers send is decoded without one; this is said once"}});
}

void Supervisor::on_trespass(TrespassMessage trespass) {
  trespass_ = trespass;
}

void Supervisor::on_read_through(ReadThroughMessage through) {
  through_ = true;
  sink_.on_read_through(through);
}

void Supervisor::on_log(LogMessage line) {
  auto level = options_.grumbles ? std::min(line.level, base::LogLevel::kInfo) : line.level;
  base::log_event(level, "worker.says", {{"worker", name_}, {"text", line.text}});
  sink_.on_said(line);
}

}  // namespace eyas::worker
