// Transfers: the pulls and pushes of a server: started, tried again, started by viewers, changed while it
// runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metric.h"
#include "hub/demand.h"
#include "sources/transfer_book.h"
#include "sources/transfer_desk.h"
#include "sources/transfer_store.h"

namespace eyas::sources {

// Made and destroyed on the main thread while no loop runs. Thread-safe where nothing else is said; a pull
// lives on the loop that its stream's name hashes to, so does a push.
class Transfers final : public hub::Demand {
 public:
  Transfers(const std::vector<io::Loop*>& loops, hub::Directory& directory, io::Dialer& dialer,
            TransferTable table, const TransferPlan& plan, std::string data_folder);
  ~Transfers() override;

  // Takes up what is configured and what was added before. Before the loops run. Errors: kSystem when what
  // was added cannot be read.
  base::Status start(const TransferPlan& plan);
  // The configuration changed: what is the same goes on. On the main loop.
  void reload(const TransferPlan& plan);
  // Ends everything. On the main loop.
  void drain();

  base::Duration wanted(const hub::StreamName& name) override;
  void watched(const hub::StreamName& name, bool by_anybody) override;

  // The following are answered on `caller`'s loop.
  void report(io::Executor& caller, std::function<void(TransferReports)> done);
  // Answers with the name or the id that it got; errors as TransferBook's, and kSystem when it could not be
  // kept.
  using Done = base::UniqueFunction<void(base::Result<std::string>)>;
  void add(Direction direction, base::RecordText text, io::Executor& caller, Done done);
  // `id`: a pull's name, which without `rank` must be the only one of its name, or a push's id.
  void change(Direction direction, std::string id, std::optional<int> rank, base::RecordText text,
              io::Executor& caller, Done done);
  void drop(Direction direction, std::string id, std::optional<int> rank, io::Executor& caller, Done done);
  void restart(Direction direction, std::string id, std::optional<int> rank, io::Executor& caller, Done done);

  std::vector<base::Metric> metrics() const;

 private:
  using Edit = std::function<base::Result<TransferChanges>(TransferBook& book)>;

  void apply(const TransferChanges& changes);
  // Runs `edit` on the main loop, applies and keeps what it changed, and answers with `name`.
  void edit(Edit edit, std::function<std::string(const TransferChanges&)> name, io::Executor& caller,
            Done done);
  // On the desk of a stream's name; of a template or pattern: on every desk.
  void on_desks(const std::string& name, std::function<void(TransferDesk&)> task);

  const std::vector<io::Loop*> loops_;
  hub::Directory& directory_;
  const TransferTable table_;
  TransferStatistics statistics_;
  std::vector<std::shared_ptr<TransferDesk>> desks_;  // one per loop, on that loop
  TransferBook book_;                                 // on the main loop
  TransferStore store_;
};

}  // namespace eyas::sources
