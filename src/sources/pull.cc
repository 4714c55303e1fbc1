#include "sources/pull.h"

#include <algorithm>

namespace eyas::sources {

Pull::Pull(const TransferGround& ground, const TransferPlan& limits, PullOptions options, bool configured,
           Assignment assignment)
    : ground_(ground),
      options_(std::move(options)),
      configured_(configured),
      start_wait_(limits.start_wait),
      attempts_(ground, limits.retry, std::move(assignment)) {
  decide();
}

void Pull::ask() {
  wanted_until_ =
      std::max(wanted_until_, ground_.loop.clock().mono() + std::max(options_.idle_timeout, start_wait_));
  decide();
}

void Pull::watch(bool by_anybody) {
  if (watched_ && !by_anybody) wanted_until_ = ground_.loop.clock().mono() + options_.idle_timeout;
  watched_ = by_anybody;
  decide();
}

void Pull::decide() {
  base::MonoTime now = ground_.loop.clock().mono();
  bool asked = now < wanted_until_;
  attempts_.want(options_.enabled, !options_.on_demand || watched_ || asked);
  idle_.cancel();
  if (!options_.on_demand || watched_ || !options_.enabled) return;
  if (asked)
    idle_ = ground_.loop.after(wanted_until_ - now, [this] { decide(); });
  else if (on_idle_)
    on_idle_();
}

TransferReport Pull::report() const {
  TransferReport report;
  report.name = options_.name;
  report.configured = configured_;
  report.enabled = options_.enabled;
  report.on_demand = options_.on_demand;
  report.idle_timeout = options_.idle_timeout;
  attempts_.describe(report);
  return report;
}

}  // namespace eyas::sources
