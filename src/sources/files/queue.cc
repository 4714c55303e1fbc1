#include "sources/files/queue.h"

#include <algorithm>

namespace eyas::files {
namespace {

base::Error no_entry() {
  return {base::Code::kNotFound, "no such entry in the queue", {}};
}

}  // namespace

std::vector<Queue::Entry>::iterator Queue::at(uint64_t id) {
  return std::ranges::find(entries_, id, &Entry::id);
}

const Queue::Entry* Queue::find(uint64_t id) const {
  auto found = std::ranges::find(entries_, id, &Entry::id);
  return found == entries_.end() ? nullptr : &*found;
}

void Queue::follow(const std::vector<std::string>& listing) {
  std::set<std::string> there(listing.begin(), listing.end());
  for (size_t i = entries_.size(); i-- > 0;) {
    if (!there.contains(entries_[i].file)) static_cast<void>(remove(entries_[i].id));
  }
  std::erase_if(removed_, [&](const std::string& file) { return !there.contains(file); });
  std::set<std::string> known = removed_;
  for (const Entry& entry : entries_) known.insert(entry.file);
  for (const std::string& file : listing) {
    if (!known.contains(file) && entries_.size() < kEntriesMax) entries_.push_back({++last_id_, file, {}});
  }
}

base::Result<uint64_t> Queue::add(std::string file, std::optional<size_t> index) {
  if (entries_.size() >= kEntriesMax) return base::Error{base::Code::kLimit, "the queue is full", {}};
  size_t place = std::min(index.value_or(entries_.size()), entries_.size());
  removed_.erase(file);
  entries_.insert(entries_.begin() + static_cast<ptrdiff_t>(place), {++last_id_, std::move(file), {}});
  if (place < next_) ++next_;
  return last_id_;
}

base::Status Queue::move(uint64_t id, size_t index) {
  auto from = at(id);
  if (from == entries_.end()) return no_entry();
  // What follows the entry that was taken last is next, wherever that goes.
  uint64_t last_taken = next_ == 0 ? 0 : entries_[next_ - 1].id;
  Entry entry = std::move(*from);
  entries_.erase(from);
  index = std::min(index, entries_.size());
  entries_.insert(entries_.begin() + static_cast<ptrdiff_t>(index), std::move(entry));
  next_ = last_taken == 0 ? 0 : static_cast<size_t>(at(last_taken) - entries_.begin()) + 1;
  return {};
}

base::Status Queue::remove(uint64_t id) {
  auto entry = at(id);
  if (entry == entries_.end()) return no_entry();
  if (static_cast<size_t>(entry - entries_.begin()) < next_) --next_;
  if (removed_.size() < kEntriesMax) removed_.insert(entry->file);
  entries_.erase(entry);
  return {};
}

void Queue::note(uint64_t id, std::string error) {
  if (auto entry = at(id); entry != entries_.end()) entry->error = std::move(error);
}

const Queue::Entry* Queue::take_next(bool loop) {
  if (next_ >= entries_.size() && loop) next_ = 0;
  if (next_ >= entries_.size()) return nullptr;
  return &entries_[next_++];
}

base::Status Queue::jump(uint64_t id) {
  auto entry = at(id);
  if (entry == entries_.end()) return no_entry();
  next_ = static_cast<size_t>(entry - entries_.begin());
  return {};
}

QueueState Queue::save() const {
  QueueState state;
  for (const Entry& entry : entries_) state.files.push_back(entry.file);
  state.removed.assign(removed_.begin(), removed_.end());
  return state;
}

void Queue::restore(const QueueState& state) {
  entries_.clear();
  next_ = 0;
  for (const std::string& file : state.files) static_cast<void>(add(file));
  removed_ = {state.removed.begin(), state.removed.end()};
  auto playing = std::ranges::find(entries_, state.playing, &Entry::file);
  if (playing != entries_.end()) next_ = static_cast<size_t>(playing - entries_.begin());
}

}  // namespace eyas::files
