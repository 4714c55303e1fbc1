#include "sources/transfers.h"

#include "base/log.h"

namespace eyas::sources {
namespace {

namespace log = base::log;

bool for_every_desk(const std::string& name) {
  return StreamTemplate::is_template(name) || is_pattern(name);
}

}  // namespace

Transfers::Transfers(const std::vector<io::Loop*>& loops, hub::Directory& directory, io::Dialer& dialer,
                     TransferTable table, const TransferPlan& plan, std::string data_folder)
    : loops_(loops),
      directory_(directory),
      table_(std::move(table)),
      book_(table_),
      store_(std::move(data_folder)) {
  for (size_t i = 0; i < loops_.size(); ++i) {
    TransferGround ground{*loops_[i], dialer, directory_, table_, statistics_};
    desks_.push_back(std::make_shared<TransferDesk>(ground, plan, i, i == 0));
  }
}

Transfers::~Transfers() {
  directory_.set_demand(nullptr);
}

base::Status Transfers::start(const TransferPlan& plan) {
  directory_.set_demand(this);
  apply(book_.configure(plan));
  auto added = store_.read();
  if (!added) return added.error();
  std::vector<std::string> findings;
  apply(book_.restore(*added, findings));
  for (const std::string& finding : findings) log::warning("sources.not_restored", {{"error", finding}});
  return {};
}

void Transfers::reload(const TransferPlan& plan) {
  apply(book_.configure(plan));
}

void Transfers::drain() {
  for (size_t i = 0; i < desks_.size(); ++i) loops_[i]->post([desk = desks_[i]] { desk->close(); });
}

base::Duration Transfers::wanted(const hub::StreamName& name) {
  return desks_[directory_.home_index(name)]->wanted(name);
}

void Transfers::watched(const hub::StreamName& name, bool by_anybody) {
  desks_[directory_.home_index(name)]->watched(name, by_anybody);
}

void Transfers::on_desks(const std::string& name, std::function<void(TransferDesk&)> task) {
  if (for_every_desk(name)) {
    for (size_t i = 0; i < desks_.size(); ++i) loops_[i]->post([desk = desks_[i], task] { task(*desk); });
    return;
  }
  auto stream = hub::StreamName::parse(name);
  if (!stream) return;
  size_t home = directory_.home_index(*stream);
  loops_[home]->post([desk = desks_[home], task = std::move(task)] { task(*desk); });
}

void Transfers::apply(const TransferChanges& changes) {
  for (const PullKey& key : changes.pulls_dropped)
    on_desks(key.name, [key](TransferDesk& desk) { desk.drop(key); });
  // Of a push only its id is known any more: its desk is the one that has it.
  for (const std::string& id : changes.pushes_dropped) {
    for (size_t i = 0; i < desks_.size(); ++i)
      loops_[i]->post([desk = desks_[i], id] { desk->drop_push(id); });
  }
  for (const auto& put : changes.pulls)
    on_desks(put.options.name, [put](TransferDesk& desk) { desk.put(put.options, put.configured); });
  for (const auto& put : changes.pushes) {
    // Its stream may have been another one before.
    for (size_t i = 0; i < desks_.size(); ++i)
      loops_[i]->post([desk = desks_[i], id = put.options.id] { desk->drop_push(id); });
    on_desks(put.options.stream, [put](TransferDesk& desk) { desk.put(put.options, put.configured); });
  }
}

// --- the API's side

void Transfers::report(io::Executor& caller, std::function<void(TransferReports)> done) {
  struct Gathering {
    std::function<void(TransferReports)> done;
    TransferReports reports;
    size_t missing;
  };
  auto gathering = std::make_shared<Gathering>(Gathering{std::move(done), {}, desks_.size()});
  for (size_t i = 0; i < desks_.size(); ++i) {
    loops_[i]->post([desk = desks_[i], &caller, gathering] {
      caller.post([gathering, part = desk->report()]() mutable {
        TransferReports& all = gathering->reports;
        std::ranges::move(part.pulls, std::back_inserter(all.pulls));
        std::ranges::move(part.pushes, std::back_inserter(all.pushes));
        if (--gathering->missing > 0) return;
        auto order = [](const TransferReport& a, const TransferReport& b) {
          return std::tie(a.name, a.rank, b.several, a.stream) <
                 std::tie(b.name, b.rank, a.several, b.stream);
        };
        std::ranges::sort(all.pulls, order);
        std::ranges::sort(all.pushes, order);
        gathering->done(std::move(all));
      });
    });
  }
}

void Transfers::edit(Edit edit, std::function<std::string(const TransferChanges&)> name, io::Executor& caller,
                     Done done) {
  loops_[0]->post([this, edit = std::move(edit), name = std::move(name), &caller,
                   done = std::move(done)]() mutable {
    auto changes = edit(book_);
    if (!changes) {
      caller.post([done = std::move(done), error = changes.error()]() mutable { done(std::move(error)); });
      return;
    }
    apply(*changes);
    store_.write(book_.added(),
                 [&caller, done = std::move(done), name = name(*changes)](base::Status kept) mutable {
                   if (!kept) log::error("sources.not_kept", {{"error", kept.error().message()}});
                   caller.post([done = std::move(done), name = std::move(name), kept]() mutable {
                     kept.ok() ? done(std::move(name)) : done(kept.error());
                   });
                 });
  });
}

void Transfers::add(Direction direction, base::RecordText text, io::Executor& caller, Done done) {
  bool pull = direction == Direction::kPull;
  edit([pull, text = std::move(text)](
           TransferBook& book) { return pull ? book.add_pull(text) : book.add_push(text); },
       [pull](const TransferChanges& changes) {
         return pull ? changes.pulls.at(0).options.name : changes.pushes.at(0).options.id;
       },
       caller, std::move(done));
}

void Transfers::change(Direction direction, std::string id, std::optional<int> rank, base::RecordText text,
                       io::Executor& caller, Done done) {
  edit(
      [=, text = std::move(text)](TransferBook& book) -> base::Result<TransferChanges> {
        if (direction == Direction::kPush) return book.change_push(id, text);
        auto key = book.find_pull(id, rank);
        if (!key) return key.error();
        return book.change_pull(*key, text);
      },
      [id](const TransferChanges&) { return id; }, caller, std::move(done));
}

void Transfers::drop(Direction direction, std::string id, std::optional<int> rank, io::Executor& caller,
                     Done done) {
  edit(
      [=](TransferBook& book) -> base::Result<TransferChanges> {
        if (direction == Direction::kPush) return book.drop_push(id);
        auto key = book.find_pull(id, rank);
        if (!key) return key.error();
        return book.drop_pull(*key);
      },
      [id](const TransferChanges&) { return id; }, caller, std::move(done));
}

void Transfers::restart(Direction direction, std::string id, std::optional<int> rank, io::Executor& caller,
                        Done done) {
  loops_[0]->post([this, direction, id = std::move(id), rank, &caller, done = std::move(done)]() mutable {
    base::Result<std::string> answer = id;
    if (direction == Direction::kPush) {
      if (!book_.has_push(id)) answer = base::Error{base::Code::kNotFound, "no such push", id};
      for (size_t i = 0; i < desks_.size(); ++i)
        loops_[i]->post([desk = desks_[i], id] { desk->restart_push(id); });
    } else if (auto key = book_.find_pull(id, rank); !key) {
      answer = key.error();
    } else {
      on_desks(id, [key = *key](TransferDesk& desk) { desk.restart(key); });
    }
    caller.post([answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
  });
}

std::vector<base::Metric> Transfers::metrics() const {
  using Kind = base::Metric::Kind;
  std::vector<base::Metric> metrics;
  auto add = [&](const std::string& name, const char* help, Kind kind, double value,
                 std::vector<std::pair<std::string, std::string>> labels) {
    metrics.push_back({name, help, kind, value, std::move(labels)});
  };
  for (Direction direction : {Direction::kPull, Direction::kPush}) {
    bool pull = direction == Direction::kPull;
    const TransferStatistics::Counts& counts = pull ? statistics_.pulls : statistics_.pushes;
    std::string stem = pull ? "eyas_pulls" : "eyas_pushes";
    for (size_t i = 0; i < TransferStatistics::kStates; ++i)
      add(stem, "Pulls or pushes by state.", Kind::kGauge, static_cast<double>(counts.in_state[i]),
          {{"state", state_name(static_cast<TransferState>(i))}});
    add(stem + "_attempts_total", "Attempts that began.", Kind::kCounter,
        static_cast<double>(counts.attempts), {});
    add(stem + "_failures_total", "Attempts that failed or ended.", Kind::kCounter,
        static_cast<double>(counts.failures), {});
    add(stem + "_timeouts_total", "Attempts given up because no media came.", Kind::kCounter,
        static_cast<double>(counts.timeouts), {});
  }
  add("eyas_sources_template_streams", "Streams that templates fetch now.", Kind::kGauge,
      static_cast<double>(statistics_.template_streams), {});
  add("eyas_sources_refused_by_limit_total", "Streams of templates or patterns that found no place.",
      Kind::kCounter, static_cast<double>(statistics_.refused_by_limit), {});
  return metrics;
}

}  // namespace eyas::sources
