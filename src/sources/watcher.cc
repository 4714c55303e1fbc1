#include "sources/watcher.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "sources/slate.h"
#include "sources/transfer_plan.h"

namespace eyas::sources {

namespace log = base::log;

Watcher::Watcher(io::Executor& loop, hub::Directory& directory, hub::Pictures* pictures, AlarmOptions options)
    : loop_(loop), directory_(directory), pictures_(pictures), options_(std::move(options)) {
  if (options_.enabled) next_ = loop_.after(kInterval, [this] { look(); });
}

Watcher::~Watcher() = default;

void Watcher::look() {
  next_ = loop_.after(kInterval, [this] { look(); });
  directory_.snapshot(loop_, [this, alive = std::weak_ptr(alive_)](std::vector<hub::StreamFacts> streams) {
    if (!alive.expired()) judge(streams);
  });
}

void Watcher::judge(const std::vector<hub::StreamFacts>& streams) {
  std::set<std::string> there;
  for (const hub::StreamFacts& facts : streams) {
    auto name = hub::StreamName::parse(facts.name);
    if (!name) continue;
    there.insert(facts.name);
    auto& watched = watched_[facts.name];
    if (!watched) watched = std::make_unique<Watched>();
    watch_pictures(*name, facts, *watched);
    judge(*name, facts, *watched);
  }
  std::erase_if(watched_, [&](const auto& one) { return !there.contains(one.first); });
}

void Watcher::judge(const hub::StreamName& name, const hub::StreamFacts& facts, Watched& watched) {
  auto verdict =
      watched.judge.judge(options_, facts, watched.eyes.sight(), loop_.clock().mono(), loop_.clock().wall());
  for (AlarmKind kind : verdict.began) {
    auto of_kind = [kind](const hub::Alarm& alarm) { return alarm.kind == alarm_name(kind); };
    auto alarm = std::ranges::find_if(verdict.raised, of_kind);
    log::warning("alarm.raised", {{"stream", facts.name}, {"kind", alarm->kind}, {"detail", alarm->detail}});
  }
  for (AlarmKind kind : verdict.ended)
    log::info("alarm.cleared", {{"stream", facts.name}, {"kind", alarm_name(kind)}});
  if (verdict.raised != facts.alarms) directory_.set_alarms(name, std::move(verdict.raised));
}

bool Watcher::wants_look(const hub::StreamFacts& facts) const {
  if (!options_.look || pictures_ == nullptr || !facts.live) return false;
  auto fits = [&](const std::string& pattern) { return fits_pattern(pattern, facts.name); };
  bool listed = options_.look_streams.empty() || std::ranges::any_of(options_.look_streams, fits);
  bool slate = std::ranges::any_of(facts.publishers, [](const hub::PublisherFacts& one) {
    return one.on_air && one.rank >= SlateOptions::kRank;
  });
  return listed && !slate;
}

void Watcher::watch_pictures(const hub::StreamName& name, const hub::StreamFacts& facts, Watched& watched) {
  if (std::exchange(watched.failed, false) || !wants_look(facts)) {
    watched.lease.reset();
    watched.eyes.forget();
    return;
  }
  if (watched.lease) return;
  hub::PictureVariant variant{.form = hub::PictureVariant::Form::kLook, .interval = kInterval};
  // The lease, whose death ends the calls, dies with what they name.
  watched.lease = pictures_->watch(name, variant, loop_, [&watched](base::Result<hub::PicturePtr> picture) {
    if (picture)
      watched.eyes.see((*picture)->image);
    else
      watched.failed = true;
  });
}

}  // namespace eyas::sources
