#include "sources/transfer_book.h"

#include <algorithm>

namespace eyas::sources {
namespace {

using base::Code;
using base::Error;

PullKey key_of(const PullOptions& pull) {
  return {pull.name, pull.rank};
}

// Sets the leaves on top of what stands there. Errors: every finding, one after another.
template <typename Options>
base::Status take(Options& options, const base::RecordText& text) {
  base::OptionSchema schema;
  describe(schema, options);
  std::vector<std::string> findings;
  schema.take("", text, findings);
  std::string all;
  for (const std::string& finding : findings) all += (all.empty() ? "" : "; ") + finding;
  if (findings.empty()) return {};
  return Error{Code::kInvalidConfig, "", all};
}

template <typename Options>
base::RecordText text_of(Options options) {
  Options plain;
  base::OptionSchema defaults, schema;
  describe(defaults, plain);
  describe(schema, options);
  return schema.differing_from(defaults);
}

Error configured(const char* what) {
  return {Code::kRefused, "the configuration holds it: change it there and reload", what};
}

}  // namespace

TransferBook::PullRow* TransferBook::find(const PullKey& key) {
  auto it = std::ranges::find_if(pulls_, [&](const PullRow& row) { return key_of(row.options) == key; });
  return it == pulls_.end() ? nullptr : &*it;
}

TransferBook::PushRow* TransferBook::find(const std::string& id) {
  auto it = std::ranges::find_if(pushes_, [&](const PushRow& row) { return row.options.id == id; });
  return it == pushes_.end() ? nullptr : &*it;
}

bool TransferBook::has_push(const std::string& id) const {
  return std::ranges::any_of(pushes_, [&](const PushRow& row) { return row.options.id == id; });
}

// --- the configuration

TransferChanges TransferBook::configure(const TransferPlan& plan) {
  limits_ = plan;
  limits_.pulls.clear();
  limits_.pushes.clear();
  TransferChanges changes;
  configure_pulls(plan, changes);
  configure_pushes(plan, changes);
  return changes;
}

void TransferBook::configure_pulls(const TransferPlan& plan, TransferChanges& changes) {
  std::erase_if(pulls_, [&](const PullRow& row) {
    bool stays = std::ranges::any_of(
        plan.pulls, [&](const PullOptions& pull) { return key_of(pull) == key_of(row.options); });
    if (row.configured && !stays) changes.pulls_dropped.push_back(key_of(row.options));
    return row.configured && !stays;
  });
  for (const PullOptions& pull : plan.pulls) {
    PullRow* row = find(key_of(pull));
    if (row != nullptr && row->configured && row->options == pull) continue;
    if (row == nullptr) row = &pulls_.emplace_back();
    *row = {pull, true};
    changes.pulls.push_back({pull, true});
  }
}

void TransferBook::configure_pushes(const TransferPlan& plan, TransferChanges& changes) {
  std::vector<PushOptions> named = plan.pushes;
  name_pushes(named);
  std::erase_if(pushes_, [&](const PushRow& row) {
    bool stays =
        std::ranges::any_of(named, [&](const PushOptions& push) { return push.id == row.options.id; });
    if (row.configured && !stays) changes.pushes_dropped.push_back(row.options.id);
    return row.configured && !stays;
  });
  for (const PushOptions& push : named) {
    PushRow* row = find(push.id);
    if (row != nullptr && row->configured && row->options == push) continue;
    if (row == nullptr) row = &pushes_.emplace_back();
    *row = {push, true};
    changes.pushes.push_back({push, true});
  }
}

// --- what is added

TransferChanges TransferBook::restore(const AddedTransfers& added, std::vector<std::string>& findings) {
  TransferChanges all;
  for (const base::RecordText& text : added.pulls) {
    auto changes = add_pull(text);
    if (changes)
      std::ranges::move(changes->pulls, std::back_inserter(all.pulls));
    else
      findings.push_back(changes.error().message());
  }
  for (const base::RecordText& text : added.pushes) {
    auto changes = add_push(text);
    if (changes)
      std::ranges::move(changes->pushes, std::back_inserter(all.pushes));
    else
      findings.push_back(changes.error().message());
  }
  return all;
}

base::Result<TransferChanges> TransferBook::add_pull(const base::RecordText& text) {
  PullOptions pull;
  if (auto status = take(pull, text); !status) return status.error();
  if (auto status = check(pull, table_); !status) return status.error();
  if (find(key_of(pull)) != nullptr)
    return Error{Code::kRefused, "there is a pull of this name and rank already", pull.name};
  if (pulls_.size() >= limits_.pulls_max)
    return Error{Code::kLimit, "sources.pulls_max is reached", std::to_string(limits_.pulls_max)};
  pulls_.push_back({pull, false});
  TransferChanges changes;
  changes.pulls.push_back({std::move(pull), false});
  return changes;
}

base::Result<TransferChanges> TransferBook::add_push(const base::RecordText& text) {
  PushOptions push;
  if (auto status = take(push, text); !status) return status.error();
  if (auto status = check(push, table_); !status) return status.error();
  if (pushes_.size() >= limits_.pushes_max)
    return Error{Code::kLimit, "sources.pushes_max is reached", std::to_string(limits_.pushes_max)};
  if (push.id.empty()) {
    // Beside the others, so that it gets an id of its own.
    std::vector<PushOptions> all;
    for (const PushRow& row : pushes_) all.push_back(row.options);
    all.push_back(push);
    name_pushes(all);
    push.id = all.back().id;
  }
  if (has_push(push.id)) return Error{Code::kRefused, "there is a push of this id already", push.id};
  pushes_.push_back({push, false});
  TransferChanges changes;
  changes.pushes.push_back({std::move(push), false});
  return changes;
}

base::Result<TransferChanges> TransferBook::change_pull(const PullKey& key, const base::RecordText& text) {
  PullRow* row = find(key);
  if (row == nullptr) return Error{Code::kNotFound, "no such pull", key.name};
  if (row->configured) return configured("sources.pulls");
  PullOptions fresh = row->options;
  if (auto status = take(fresh, text); !status) return status.error();
  if (auto status = check(fresh, table_); !status) return status.error();
  if (key_of(fresh) != key)
    return Error{Code::kInvalidConfig, "name, rank: they name the pull; add another one", key.name};
  row->options = fresh;
  TransferChanges changes;
  changes.pulls.push_back({std::move(fresh), false});
  return changes;
}

base::Result<TransferChanges> TransferBook::change_push(const std::string& id, const base::RecordText& text) {
  PushRow* row = find(id);
  if (row == nullptr) return Error{Code::kNotFound, "no such push", id};
  if (row->configured) return configured("sources.pushes");
  PushOptions fresh = row->options;
  if (auto status = take(fresh, text); !status) return status.error();
  if (auto status = check(fresh, table_); !status) return status.error();
  if (fresh.id != id) return Error{Code::kInvalidConfig, "id: it names the push; add another one", id};
  row->options = fresh;
  TransferChanges changes;
  changes.pushes.push_back({std::move(fresh), false});
  return changes;
}

base::Result<TransferChanges> TransferBook::drop_pull(const PullKey& key) {
  PullRow* row = find(key);
  if (row == nullptr) return Error{Code::kNotFound, "no such pull", key.name};
  if (row->configured) return configured("sources.pulls");
  pulls_.erase(pulls_.begin() + (row - pulls_.data()));
  TransferChanges changes;
  changes.pulls_dropped.push_back(key);
  return changes;
}

base::Result<TransferChanges> TransferBook::drop_push(const std::string& id) {
  PushRow* row = find(id);
  if (row == nullptr) return Error{Code::kNotFound, "no such push", id};
  if (row->configured) return configured("sources.pushes");
  pushes_.erase(pushes_.begin() + (row - pushes_.data()));
  TransferChanges changes;
  changes.pushes_dropped.push_back(id);
  return changes;
}

base::Result<PullKey> TransferBook::find_pull(const std::string& name, std::optional<int> rank) const {
  std::optional<PullKey> found;
  for (const PullRow& row : pulls_) {
    if (row.options.name != name || (rank && row.options.rank != *rank)) continue;
    if (found) return Error{Code::kRefused, "there are several of this name: say which by ?rank=", name};
    found = key_of(row.options);
  }
  if (!found) return Error{Code::kNotFound, "no such pull", name};
  return *found;
}

AddedTransfers TransferBook::added() const {
  AddedTransfers added;
  for (const PullRow& row : pulls_) {
    if (!row.configured) added.pulls.push_back(text_of(row.options));
  }
  for (const PushRow& row : pushes_) {
    if (!row.configured) added.pushes.push_back(text_of(row.options));
  }
  return added;
}

}  // namespace eyas::sources
