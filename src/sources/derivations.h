// WorkerDerivations: makes derived tracks by worker processes, each while somebody holds a lease of it.
#pragma once

#include <memory>
#include <vector>

#include "base/metric.h"
#include "base/option_schema.h"
#include "hub/derivations.h"
#include "sources/derived_track.h"

namespace eyas::sources {

// Binds the keys "derive.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, DerivationOptions& options);

// Thread-safe. A track lives on the loop that its stream's name hashes to. Made before the loops run;
// destroyed after they have stopped, when the leases may still be held, and before the directory.
class WorkerDerivations final : public hub::Derivations {
 public:
  WorkerDerivations(const std::vector<io::Loop*>& loops, hub::Directory& directory,
                    DerivationOptions options);
  ~WorkerDerivations() override;

  Lease want(const hub::StreamName& name, hub::Derivation derivation) override;
  std::vector<base::Metric> metrics() const;

 private:
  struct Desk;
  struct Token;

  std::vector<std::shared_ptr<Desk>> desks_;  // one per loop
  std::shared_ptr<DerivationStats> stats_ = std::make_shared<DerivationStats>();
};

}  // namespace eyas::sources
