// TransferBook: which pulls and pushes there are: those of the configuration, which the API only reads, and
// those that were added while the server runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/transfer_desk.h"
#include "sources/transfer_plan.h"

namespace eyas::sources {

// What was added while the server ran, as it is kept.
struct AddedTransfers {
  std::vector<base::RecordText> pulls;
  std::vector<base::RecordText> pushes;
};

// What is to be done for the book to be true.
struct TransferChanges {
  template <typename Options>
  struct Put {
    Options options;
    bool configured;
  };
  std::vector<PullKey> pulls_dropped;
  std::vector<std::string> pushes_dropped;
  std::vector<Put<PullOptions>> pulls;
  std::vector<Put<PushOptions>> pushes;
};

// A value without threads; lives on the main loop.
class TransferBook {
 public:
  explicit TransferBook(const TransferTable& table) : table_(table) {}

  // The configuration, checked; what of it changed. Where it has what was added, it wins.
  TransferChanges configure(const TransferPlan& plan);
  // What was kept. What can no longer be done is left out; `findings` says why.
  TransferChanges restore(const AddedTransfers& added, std::vector<std::string>& findings);

  // Errors of the following: kInvalidConfig with the same words as check-config's; kNotFound; kRefused for
  // what the configuration holds, or has already; kLimit.
  base::Result<TransferChanges> add_pull(const base::RecordText& text);
  base::Result<TransferChanges> add_push(const base::RecordText& text);
  base::Result<TransferChanges> change_pull(const PullKey& key, const base::RecordText& text);
  base::Result<TransferChanges> change_push(const std::string& id, const base::RecordText& text);
  base::Result<TransferChanges> drop_pull(const PullKey& key);
  base::Result<TransferChanges> drop_push(const std::string& id);

  // The pull that an address of the API means: without a rank it must be the only one of its name.
  base::Result<PullKey> find_pull(const std::string& name, std::optional<int> rank) const;
  bool has_push(const std::string& id) const;

  AddedTransfers added() const;

 private:
  template <typename Options>
  struct Row {
    Options options;
    bool configured;
  };
  using PullRow = Row<PullOptions>;
  using PushRow = Row<PushOptions>;

  PullRow* find(const PullKey& key);
  PushRow* find(const std::string& id);
  void configure_pulls(const TransferPlan& plan, TransferChanges& changes);
  void configure_pushes(const TransferPlan& plan, TransferChanges& changes);

  const TransferTable& table_;
  TransferPlan limits_;
  std::vector<PullRow> pulls_;
  std::vector<PushRow> pushes_;
};

}  // namespace eyas::sources
