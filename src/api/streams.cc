#include "api/streams.h"

#include <algorithm>

namespace eyas::api {
namespace {

using sources::TransferReport;
using sources::TransferState;

// A row that stands for one stream and could bring it.
bool brings(const TransferReport& pull) {
  return !pull.several && pull.state != TransferState::kStopped;
}

// Streams that no publisher has begun: on demand, or whose source has failed so far.
void add_absent(Listing& listing) {
  std::vector<hub::StreamFacts> absent;
  auto known = [](const std::vector<hub::StreamFacts>& streams, const std::string& name) {
    auto it = std::ranges::lower_bound(streams, name, {}, &hub::StreamFacts::name);
    return it != streams.end() && it->name == name;
  };
  for (const TransferReport& pull : listing.pulls) {
    bool twice = !absent.empty() && absent.back().name == pull.stream;
    if (!brings(pull) || twice || known(listing.streams, pull.stream)) continue;
    hub::StreamFacts& facts = absent.emplace_back();
    facts.name = pull.stream;
    facts.since = pull.since.value_or(base::WallTime());
  }
  std::ranges::move(absent, std::back_inserter(listing.streams));
  std::ranges::sort(listing.streams, {}, &hub::StreamFacts::name);
}

}  // namespace

const TransferReport* source_of(const Listing& listing, const std::string& stream) {
  auto pull = std::ranges::lower_bound(listing.pulls, stream, {}, &TransferReport::stream);
  const TransferReport* best = nullptr;
  for (; pull != listing.pulls.end() && pull->stream == stream; ++pull) {
    if (pull->several) continue;
    bool runs = pull->state == TransferState::kRunning;
    if (best == nullptr || (runs && best->state != TransferState::kRunning)) best = &*pull;
  }
  return best;
}

void list(hub::Directory& directory, sources::Transfers* transfers, io::Executor& caller,
          std::function<void(Listing)> done) {
  directory.snapshot(
      caller, [transfers, &caller, done = std::move(done)](std::vector<hub::StreamFacts> streams) mutable {
        Listing listing{std::move(streams), {}, {}};
        if (transfers == nullptr) return done(std::move(listing));
        transfers->report(caller, [listing = std::move(listing),
                                   done = std::move(done)](sources::TransferReports reports) mutable {
          listing.pulls = std::move(reports.pulls);
          listing.pushes = std::move(reports.pushes);
          std::ranges::stable_sort(listing.pulls, [](const TransferReport& a, const TransferReport& b) {
            return std::tie(a.stream, a.rank) < std::tie(b.stream, b.rank);
          });
          add_absent(listing);
          done(std::move(listing));
        });
      });
}

}  // namespace eyas::api
