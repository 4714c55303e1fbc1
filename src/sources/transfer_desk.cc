#include "sources/transfer_desk.h"

#include <algorithm>

#include "base/log.h"

namespace eyas::sources {
namespace {

namespace log = base::log;

std::string label_of(const PullOptions& pull) {
  std::string label = "pull-" + pull.name;
  return pull.rank == 0 ? label : label + "-rank" + std::to_string(pull.rank);
}

// True while the count was below its limit, and is now one more.
bool take_place(std::atomic<size_t>& count, size_t most, TransferStatistics& statistics) {
  if (count.fetch_add(1) < most) return true;
  --count;
  ++statistics.refused_by_limit;
  return false;
}

TransferPlan limits_of(const TransferPlan& plan) {
  TransferPlan limits = plan;
  limits.pulls.clear();
  limits.pushes.clear();
  return limits;
}

}  // namespace

TransferDesk::TransferDesk(const TransferGround& ground, const TransferPlan& limits, size_t index, bool first)
    : ground_(ground), limits_(limits_of(limits)), index_(index), first_(first) {}

TransferDesk::~TransferDesk() = default;

void TransferDesk::close() {
  closed_ = true;
  changes_.reset();
  pulls_.clear();
  templates_.clear();
  pushes_.clear();
}

// --- pulls

void TransferDesk::put(const PullOptions& pull, bool configured) {
  if (closed_) return;
  drop(PullKey{pull.name, pull.rank});
  if (StreamTemplate::is_template(pull.name)) {
    auto pattern = StreamTemplate::make(pull.name, pull.url);
    if (!pattern) return;  // it was checked
    templates_.push_back({pull, configured, std::move(*pattern)});
    templates_.back().options.on_demand = true;
    return;
  }
  auto name = hub::StreamName::parse(pull.name);
  auto url = base::Url::parse(pull.url);
  if (name && url) add_pull(*name, pull, configured, *url, false);
}

void TransferDesk::add_pull(const hub::StreamName& name, const PullOptions& options, bool configured,
                            const base::Url& url, bool from_template) {
  auto protocol = ground_.table.choose(Direction::kPull, url, options.options);
  if (!protocol) return;
  Assignment assignment{Direction::kPull, label_of(options), name,         url,
                        url.shown(),      options.options,   options.rank, *protocol};
  auto pull = std::make_unique<Pull>(ground_, limits_, options, configured, std::move(assignment));
  Pull& made = *pull;
  pulls_[name.text()].push_back(std::move(pull));
  if (watched_.contains(name.text())) made.watch(true);
  if (!from_template) return;
  made.ask();
  // From the loop's end of turn: it is called from inside of what is to go.
  made.on_idle([this, stream = name.text(), key = PullKey{options.name, options.rank}] {
    ground_.loop.defer([this, alive = std::weak_ptr(alive_), stream, key] {
      if (!alive.expired()) erase_pulls(stream, key);
    });
  });
}

bool TransferDesk::fill_template(const hub::StreamName& name) {
  bool filled = false;
  for (const Template& row : templates_) {
    auto values = row.options.enabled ? row.pattern.match(name) : std::nullopt;
    if (!values) continue;
    auto url = row.pattern.fill(*values);
    if (!url) {
      log::warning("pull.template", {{"stream", name.text()}, {"error", url.error().message()}});
      continue;
    }
    if (!take_place(ground_.statistics.template_streams, limits_.templates_streams_max, ground_.statistics)) {
      log::warning("pull.refused",
                   {{"stream", name.text()}, {"templates_streams_max", limits_.templates_streams_max}});
      continue;
    }
    add_pull(name, row.options, row.configured, *url, true);
    filled = true;
  }
  return filled;
}

void TransferDesk::erase_pulls(const std::string& stream, const PullKey& key) {
  auto found = pulls_.find(stream);
  if (found == pulls_.end()) return;
  size_t gone = std::erase_if(found->second, [&](const auto& pull) {
    return pull->options().name == key.name && pull->options().rank == key.rank;
  });
  if (StreamTemplate::is_template(key.name)) ground_.statistics.template_streams -= gone;
  if (found->second.empty()) pulls_.erase(found);
}

void TransferDesk::drop(const PullKey& key) {
  if (!StreamTemplate::is_template(key.name)) return erase_pulls(key.name, key);
  std::erase_if(templates_, [&](const Template& row) {
    return row.options.name == key.name && row.options.rank == key.rank;
  });
  std::vector<std::string> streams;
  for (const auto& [stream, pulls] : pulls_) streams.push_back(stream);
  for (const std::string& stream : streams) erase_pulls(stream, key);
}

void TransferDesk::restart(const PullKey& key) {
  for (auto& [stream, pulls] : pulls_) {
    for (auto& pull : pulls) {
      if (pull->options().name == key.name && pull->options().rank == key.rank) pull->restart();
    }
  }
}

base::Duration TransferDesk::wanted(const hub::StreamName& name) {
  if (closed_) return base::Duration::zero();
  auto found = pulls_.find(name.text());
  if (found == pulls_.end()) return fill_template(name) ? limits_.start_wait : base::Duration::zero();
  bool comes = false;
  for (auto& pull : found->second) {
    if (!pull->options().enabled) continue;
    pull->ask();
    comes = true;
  }
  return comes ? limits_.start_wait : base::Duration::zero();
}

void TransferDesk::watched(const hub::StreamName& name, bool by_anybody) {
  if (closed_) return;
  if (by_anybody)
    watched_.insert(name.text());
  else
    watched_.erase(name.text());
  auto found = pulls_.find(name.text());
  if (found == pulls_.end()) return;
  for (auto& pull : found->second) pull->watch(by_anybody);
}

// --- pushes

void TransferDesk::put(const PushOptions& push, bool configured) {
  if (closed_) return;
  drop_push(push.id);
  follow_streams();
  Push& row = pushes_[push.id];
  row.options = push;
  row.configured = configured;
  if (!is_pattern(push.stream)) {
    if (auto name = hub::StreamName::parse(push.stream)) {
      if (Attempts* attempts = push_of(row, *name)) attempts->want(push.enabled, false);
      look(*name);
    }
    return;
  }
  ground_.directory.snapshot(ground_.loop,
                             [this, alive = std::weak_ptr(alive_)](std::vector<hub::StreamFacts> all) {
                               if (alive.expired()) return;
                               for (const hub::StreamFacts& facts : all) {
                                 auto name = hub::StreamName::parse(facts.name);
                                 if (name && ground_.directory.home_index(*name) == index_)
                                   seen(*name, true, facts.live);
                               }
                             });
}

void TransferDesk::drop_push(const std::string& id) {
  auto found = pushes_.find(id);
  if (found == pushes_.end()) return;
  if (is_pattern(found->second.options.stream))
    ground_.statistics.pattern_pushes -= found->second.sent.size();
  pushes_.erase(found);
}

void TransferDesk::restart_push(const std::string& id) {
  auto found = pushes_.find(id);
  if (found == pushes_.end()) return;
  for (auto& [stream, attempts] : found->second.sent) attempts->restart();
}

// Only where somebody pushes: each change of any stream comes here then.
void TransferDesk::follow_streams() {
  if (changes_) return;
  changes_ = ground_.directory.on_change(ground_.loop, [this](const std::string& text) {
    auto name = hub::StreamName::parse(text);
    if (name && ground_.directory.home_index(*name) == index_ && anybody_pushes(text)) look(*name);
  });
}

bool TransferDesk::anybody_pushes(const std::string& stream) const {
  return std::ranges::any_of(
      pushes_, [&](const auto& row) { return fits_pattern(row.second.options.stream, stream); });
}

void TransferDesk::look(const hub::StreamName& name) {
  ground_.directory.snapshot(
      name, ground_.loop, [this, alive = std::weak_ptr(alive_), name](std::vector<hub::StreamFacts> facts) {
        if (!alive.expired()) seen(name, !facts.empty(), !facts.empty() && facts[0].live);
      });
}

void TransferDesk::seen(const hub::StreamName& name, bool exists, bool live) {
  if (closed_) return;
  for (auto& [id, push] : pushes_) {
    if (fits_pattern(push.options.stream, name.text())) see(push, name, exists, live);
  }
}

void TransferDesk::see(Push& push, const hub::StreamName& name, bool exists, bool live) {
  auto found = push.sent.find(name.text());
  bool pattern = is_pattern(push.options.stream);
  if (found == push.sent.end() && (!live || !push.options.enabled)) return;
  if (!exists && pattern) {
    --ground_.statistics.pattern_pushes;
    push.sent.erase(found);
    return;
  }
  Attempts* attempts = found == push.sent.end() ? push_of(push, name) : found->second.get();
  if (attempts == nullptr) return;
  // While the stream waits for its publisher, the target keeps its session.
  bool begun = attempts->state() != TransferState::kIdle && attempts->state() != TransferState::kStopped;
  attempts->want(push.options.enabled, live || (exists && begun));
  if (!exists) attempts->forget_error();
}

// Makes what sends the stream; null when it cannot be sent there.
Attempts* TransferDesk::push_of(Push& push, const hub::StreamName& stream) {
  StreamTemplate::Values values;
  if (is_pattern(push.options.stream)) {
    size_t slash = stream.text().find('/');
    values = {{"app", stream.text().substr(0, slash)}, {"name", stream.text().substr(slash + 1)}};
  }
  auto url = fill_url(push.options.url, values);
  auto protocol = url ? ground_.table.choose(Direction::kPush, *url, push.options.options)
                      : base::Result<protocols::Protocol*>(url.error());
  bool room = protocol && (values.empty() || take_place(ground_.statistics.pattern_pushes, limits_.pushes_max,
                                                        ground_.statistics));
  if (!room) {
    log::warning("push.refused",
                 {{"stream", stream.text()},
                  {"push", push.options.id},
                  {"error", protocol ? "sources.pushes_max is reached" : protocol.error().message()}});
    return nullptr;
  }
  Assignment assignment{Direction::kPush,         "push-" + push.options.id, stream, *url,
                        url->shown_without_key(), push.options.options,      0,      *protocol};
  auto& slot = push.sent[stream.text()];
  slot = std::make_unique<Attempts>(ground_, limits_.retry, std::move(assignment));
  return slot.get();
}

// --- what is told

TransferReports TransferDesk::report() const {
  TransferReports reports;
  for (const auto& [stream, pulls] : pulls_) {
    for (const auto& pull : pulls) reports.pulls.push_back(pull->report());
  }
  if (first_) {
    for (const Template& row : templates_) {
      TransferReport& report = reports.pulls.emplace_back();
      report.name = report.stream = row.options.name;
      report.url = shown_url(row.options.url, Mask::kCredentials);
      report.options = shown_options(row.options.options);
      report.rank = row.options.rank;
      report.configured = row.configured;
      report.enabled = row.options.enabled;
      report.on_demand = report.several = true;
      report.idle_timeout = row.options.idle_timeout;
      report.state = row.options.enabled ? TransferState::kIdle : TransferState::kStopped;
    }
  }
  for (const auto& [id, push] : pushes_) {
    TransferReport about;
    about.name = id;
    about.stream = push.options.stream;
    about.url = shown_url(push.options.url, Mask::kKey);
    about.options = shown_options(push.options.options);
    about.configured = push.configured;
    about.enabled = push.options.enabled;
    about.state = push.options.enabled ? TransferState::kIdle : TransferState::kStopped;
    about.several = is_pattern(push.options.stream);
    if (about.several && first_) reports.pushes.push_back(about);
    about.several = false;
    for (const auto& [stream, attempts] : push.sent) {
      attempts->describe(about);
      reports.pushes.push_back(about);
    }
  }
  return reports;
}

}  // namespace eyas::sources
