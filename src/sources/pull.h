// Pull: one stream that is fetched: all the time, or while somebody watches it.
#pragma once

#include "sources/attempts.h"
#include "sources/transfer_plan.h"

namespace eyas::sources {

// Lives on its stream's loop.
class Pull {
 public:
  // `start_wait`: how long a viewer who asked waits; the stream is wanted for at least that.
  Pull(const TransferGround& ground, const TransferPlan& limits, PullOptions options, bool configured,
       Assignment assignment);

  // Somebody asks for the stream.
  void ask();
  void watch(bool by_anybody);
  void restart() { attempts_.restart(); }
  // Called from the loop when nobody has wanted it for so long that it stopped.
  void on_idle(base::Task callback) { on_idle_ = std::move(callback); }

  const PullOptions& options() const { return options_; }
  bool configured() const { return configured_; }
  TransferReport report() const;

 private:
  void decide();

  TransferGround ground_;
  PullOptions options_;
  bool configured_;
  base::Duration start_wait_;
  bool watched_ = false;
  base::MonoTime wanted_until_;
  base::Task on_idle_;
  io::Timer idle_;
  Attempts attempts_;
};

}  // namespace eyas::sources
