// Retry: when a transfer is tried and tried again. Pure: events and the time go in, what to do comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace eyas::sources {

struct RetryOptions {
  base::Duration backoff_first = std::chrono::seconds(1);
  base::Duration backoff_max = std::chrono::seconds(30);
  base::Duration connect_timeout = std::chrono::seconds(10);  // until media flows
};

enum class TransferState : uint8_t {
  kStopped,     // turned off
  kIdle,        // nobody wants it: starts when watched, or when its stream is live
  kConnecting,  // no media yet
  kRunning,
  kWaiting,  // failed; until the next try
};
const char* state_name(TransferState state);

// One pull's or push's attempts. A value; lives where its owner does.
class Retry {
 public:
  enum class Do : uint8_t { kNothing, kBegin, kEnd, kEndAndBegin };

  // `seed`: of the jitter, so that a thousand cameras of one switch do not come back in step.
  Retry(RetryOptions options, uint64_t seed) : options_(options), random_(seed) {}

  // Whether it is to run at all, and whether it is wanted now.
  [[nodiscard]] Do want(bool enabled, bool wanted, base::MonoTime now);
  // At once, from whatever state; what is not wanted stays as it is.
  [[nodiscard]] Do restart(base::MonoTime now);
  void on_running();
  void on_ended(const base::Error& why, base::MonoTime now);
  // To be called at due(): begins anew, or gives up an attempt that takes too long.
  [[nodiscard]] Do on_time(base::MonoTime now);
  std::optional<base::MonoTime> due() const { return due_; }

  TransferState state() const { return state_; }
  void forget_error() { error_.clear(); }
  // Of the last attempt that failed, until media flows again; empty: none.
  const std::string& error() const { return error_; }
  uint64_t attempts() const { return attempts_; }
  uint64_t failures() const { return failures_; }  // one after another

 private:
  Do begin(base::MonoTime now);
  base::Duration pause();

  RetryOptions options_;
  uint64_t random_;
  TransferState state_ = TransferState::kStopped;
  std::optional<base::MonoTime> due_;
  std::string error_;
  uint64_t attempts_ = 0;
  uint64_t failures_ = 0;
};

}  // namespace eyas::sources
