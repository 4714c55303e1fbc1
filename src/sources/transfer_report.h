// What the API, the page and the metrics say of pulls and pushes: plain values, without credentials.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "protocols/transfer.h"
#include "sources/retry.h"
#include "sources/transfer_table.h"

namespace eyas::sources {

struct TransferReport {
  std::string name;    // of a pull: its stream or template; of a push: its id
  std::string stream;  // the stream itself; of a template or pattern that has none now: as it is written
  std::string url;     // as people may see it
  protocols::TransferOptions options;  // those that may be secret are "***"
  std::string protocol;
  int rank = 0;
  bool configured = false;  // by the configuration file; else it was added while the server ran
  bool enabled = true;
  bool on_demand = false;
  bool several = false;  // a template, or a pattern of streams: this is the row of all of them
  base::Duration idle_timeout{0};

  TransferState state = TransferState::kIdle;
  std::string error;
  std::optional<base::WallTime> next_try;
  std::optional<base::WallTime> since;  // of the state
  uint64_t attempts = 0;
  std::string session;
  protocols::TransferFacts facts;
};

struct TransferReports {
  std::vector<TransferReport> pulls;
  std::vector<TransferReport> pushes;
};

// Counted on every loop. Thread-safe.
struct TransferStatistics {
  static constexpr size_t kStates = 5;
  struct Counts {
    std::atomic<uint64_t> attempts{0};
    std::atomic<uint64_t> failures{0};
    std::atomic<uint64_t> timeouts{0};
    std::atomic<int64_t> in_state[kStates] = {};
  };
  Counts pulls;
  Counts pushes;
  std::atomic<size_t> template_streams{0};
  std::atomic<size_t> pattern_pushes{0};
  std::atomic<uint64_t> refused_by_limit{0};

  Counts& of(Direction direction) { return direction == Direction::kPull ? pulls : pushes; }
};

// "passphrase" -> "***": an option whose name says that its value is a secret.
protocols::TransferOptions shown_options(const protocols::TransferOptions& options);

}  // namespace eyas::sources
