#include "sources/derivations.h"

#include <functional>
#include <map>
#include <utility>

namespace eyas::sources {

using hub::Derivation;

// The derived tracks of one loop. Lives on that loop.
struct WorkerDerivations::Desk : std::enable_shared_from_this<Desk> {
  using Key = std::pair<std::string, Derivation>;
  struct Entry {
    std::unique_ptr<DerivedTrack> track;
    size_t leases = 0;
    io::Timer linger;
  };

  Desk(io::Loop& l, hub::Directory& d, const DerivationOptions& o, std::shared_ptr<DerivationStats> s)
      : loop(l), directory(d), options(o), stats(std::move(s)) {}

  void lease(const hub::StreamName& name, Derivation derivation) {
    Entry& entry = entries[{name.text(), derivation}];
    ++entry.leases;
    entry.linger.cancel();
    if (!entry.track)
      entry.track = std::make_unique<DerivedTrack>(loop, directory, name, derivation, options, stats);
  }

  void release(const Key& key) {
    Entry& entry = entries.at(key);
    if (--entry.leases > 0) return;
    entry.linger = loop.after(options.linger, [this, key] { entries.erase(key); });
  }

  io::Loop& loop;
  hub::Directory& directory;
  DerivationOptions options;
  std::shared_ptr<DerivationStats> stats;
  std::map<Key, Entry> entries;
};

// A lease. Lives wherever its holder does.
struct WorkerDerivations::Token {
  ~Token() {
    loop->post([desk = desk, key = key] {
      if (auto held = desk.lock()) held->release(key);
    });
  }
  io::Loop* loop;
  std::weak_ptr<Desk> desk;
  Desk::Key key;
};

WorkerDerivations::WorkerDerivations(const std::vector<io::Loop*>& loops, hub::Directory& directory,
                                     DerivationOptions options) {
  for (io::Loop* loop : loops) desks_.push_back(std::make_shared<Desk>(*loop, directory, options, stats_));
}

WorkerDerivations::~WorkerDerivations() = default;

hub::Derivations::Lease WorkerDerivations::want(const hub::StreamName& name, Derivation derivation) {
  auto& desk = desks_[std::hash<std::string>{}(name.text()) % desks_.size()];
  desk->loop.post([weak = std::weak_ptr(desk), name, derivation] {
    if (auto held = weak.lock()) held->lease(name, derivation);
  });
  return std::shared_ptr<Token>(new Token{&desk->loop, desk, {name.text(), derivation}});
}

std::vector<base::Metric> WorkerDerivations::metrics() const {
  using Kind = base::Metric::Kind;
  struct Row {
    const char* name;
    const char* help;
    Kind kind;
    std::atomic<uint64_t> DerivationCounters::*value;
  };
  constexpr Row kRows[] = {
      {"eyas_derive_workers", "Workers that transcode now", Kind::kGauge, &DerivationCounters::workers},
      {"eyas_derive_restarts_total", "Deaths of transcoding workers", Kind::kCounter,
       &DerivationCounters::restarts},
      {"eyas_derive_frames_in_total", "Frames given to transcoding workers", Kind::kCounter,
       &DerivationCounters::frames_in},
      {"eyas_derive_frames_out_total", "Frames published of derived tracks", Kind::kCounter,
       &DerivationCounters::frames_out},
      {"eyas_derive_frames_lost_total", "Frames left out because a worker was too slow", Kind::kCounter,
       &DerivationCounters::frames_lost},
      {"eyas_derive_frames_bad_total", "Frames of workers that no stream can bear", Kind::kCounter,
       &DerivationCounters::frames_bad},
      {"eyas_derive_refused_total", "Times that derive.workers_max kept a worker from starting",
       Kind::kCounter, &DerivationCounters::workers_refused},
  };
  std::vector<base::Metric> all;
  for (const Row& row : kRows) {
    for (size_t i = 0; i < kDerivations; ++i) {
      auto value = static_cast<double>((stats_->of[i].*row.value).load(std::memory_order_relaxed));
      all.push_back(
          {row.name, row.help, row.kind, value, {{"make", derivation_name(static_cast<Derivation>(i))}}});
    }
  }
  return all;
}

void describe(base::OptionSchema& schema, DerivationOptions& o) {
  schema.number("derive.workers_max", o.workers_max, 0, 1024,
                "Workers that transcode for viewers at one time; 0: none.");
  schema.milliseconds("derive.linger_ms", o.linger, 0, 3'600'000,
                      "How long a derived track is made after its last viewer has gone.");
}

}  // namespace eyas::sources
