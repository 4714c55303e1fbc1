// Attempts: one pull or push of one stream: begins transfers one after another, as its Retry says.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/dial.h"
#include "io/loop.h"
#include "sources/retry.h"
#include "sources/transfer_report.h"
#include "sources/transfer_table.h"

namespace eyas::sources {

// What is to be carried where. Immutable.
struct Assignment {
  Direction direction;
  std::string label;  // "pull-cctv/front-0": sessions are numbered after it
  hub::StreamName stream;
  base::Url url;
  std::string shown;  // the address for people
  protocols::TransferOptions options;
  int rank = 0;
  protocols::Protocol* protocol;
};

// What every transfer of a loop needs. Outlives them.
struct TransferGround {
  io::Loop& loop;
  io::Dialer& dialer;
  hub::Directory& directory;
  const TransferTable& table;
  TransferStatistics& statistics;
};

// Lives on its loop.
class Attempts {
 public:
  Attempts(const TransferGround& ground, const RetryOptions& retry, Assignment assignment);
  ~Attempts();
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  void want(bool enabled, bool wanted);
  void restart();
  void forget_error() { retry_.forget_error(); }

  TransferState state() const { return retry_.state(); }
  const Assignment& assignment() const { return assignment_; }
  // Fills in what is known of the attempt.
  void describe(TransferReport& report) const;

 private:
  void act(Retry::Do what);
  void begin();
  void end();
  void note_state();
  void on_running();
  void on_ended(const base::Error& why);
  void log_failure();

  TransferGround ground_;
  Assignment assignment_;
  Retry retry_;
  TransferState noted_ = TransferState::kStopped;
  base::WallTime since_;
  std::string session_;
  std::unique_ptr<protocols::Transfer> transfer_;
  // Dies with the attempt: what it says later is dropped.
  std::shared_ptr<bool> attempt_;
  io::Timer timer_;
};

}  // namespace eyas::sources
