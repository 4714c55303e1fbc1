#include "sources/retry.h"

#include <algorithm>

namespace eyas::sources {
namespace {

// Doublings after which every backoff is at its maximum, so that no shift overflows.
constexpr uint64_t kDoublingsMax = 20;

}  // namespace

const char* state_name(TransferState state) {
  switch (state) {
    case TransferState::kStopped:
      return "stopped";
    case TransferState::kIdle:
      return "idle";
    case TransferState::kConnecting:
      return "connecting";
    case TransferState::kRunning:
      return "running";
    case TransferState::kWaiting:
      return "waiting";
  }
  return "";
}

Retry::Do Retry::begin(base::MonoTime now) {
  ++attempts_;
  state_ = TransferState::kConnecting;
  due_ = now + options_.connect_timeout;
  return Do::kBegin;
}

Retry::Do Retry::want(bool enabled, bool wanted, base::MonoTime now) {
  bool at_rest = state_ == TransferState::kStopped || state_ == TransferState::kIdle;
  if (enabled && wanted) return at_rest ? begin(now) : Do::kNothing;
  bool under_way = state_ == TransferState::kConnecting || state_ == TransferState::kRunning;
  state_ = enabled ? TransferState::kIdle : TransferState::kStopped;
  due_.reset();
  failures_ = 0;
  return under_way ? Do::kEnd : Do::kNothing;
}

Retry::Do Retry::restart(base::MonoTime now) {
  if (state_ == TransferState::kStopped || state_ == TransferState::kIdle) return Do::kNothing;
  bool under_way = state_ != TransferState::kWaiting;
  failures_ = 0;
  begin(now);
  return under_way ? Do::kEndAndBegin : Do::kBegin;
}

void Retry::on_running() {
  if (state_ != TransferState::kConnecting) return;
  state_ = TransferState::kRunning;
  due_.reset();
  failures_ = 0;
  error_.clear();
}

void Retry::on_ended(const base::Error& why, base::MonoTime now) {
  error_ = why.message();
  ++failures_;
  state_ = TransferState::kWaiting;
  due_ = now + pause();
}

Retry::Do Retry::on_time(base::MonoTime now) {
  if (!due_ || now < *due_) return Do::kNothing;
  if (state_ == TransferState::kWaiting) return begin(now);
  if (state_ != TransferState::kConnecting) return Do::kNothing;
  on_ended({base::Code::kTimeout, "no media came within sources.connect_timeout_ms", {}}, now);
  return Do::kEnd;
}

// Doubled with each failure, then between half and the whole of it.
base::Duration Retry::pause() {
  uint64_t doublings = std::min(failures_ - 1, kDoublingsMax);
  base::Duration whole = std::min(options_.backoff_max, options_.backoff_first * (int64_t{1} << doublings));
  // [SplitMix64]
  random_ += 0x9E3779B97F4A7C15;
  uint64_t mixed = random_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  mixed ^= mixed >> 31;
  double share = static_cast<double>(mixed >> 11) / static_cast<double>(uint64_t{1} << 53);
  return whole / 2 + base::Duration(static_cast<int64_t>(static_cast<double>(whole.count()) / 2 * share));
}

}  // namespace eyas::sources
