#include "hub/directory.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/log.h"

namespace eyas::hub {

void run_on(io::Executor& executor, base::Task task) {
  if (executor.on_loop())
    executor.defer(std::move(task));
  else
    executor.post(std::move(task));
}

namespace {

// Lives on its caller's loop; other loops hold it weakly and never lock it.
struct Subscriber {
  std::function<void(const std::string&)> callback;
};

struct Subscribed {
  io::Executor* caller;
  std::weak_ptr<Subscriber> subscriber;
};

}  // namespace

// A reader that waits for its stream to begin.
struct Directory::Waiting {
  base::UniqueFunction<void(std::shared_ptr<Stream>)> done;
  io::Timer timer;
};

// Somebody who wants to know a stream that is being started.
struct Directory::Awaiting {
  base::UniqueFunction<void(std::vector<StreamFacts>)> done;
  io::Timer timer;
};

// The streams of one loop. Lives on that loop, but for the subscribers.
struct Directory::Shard {
  explicit Shard(io::Executor& executor) : home(executor) {}

  io::Executor& home;
  std::map<std::string, std::shared_ptr<Stream>> streams;
  std::multimap<std::string, std::shared_ptr<Waiting>> waiting;    // for the stream
  std::multimap<std::string, std::shared_ptr<Awaiting>> awaiting;  // for its tracks
  std::set<std::string> changed;

  std::mutex subscribers_mutex;  // held to copy or edit the list, never while a callback runs
  std::vector<Subscribed> subscribers;

  void note_change(const std::string& name) {
    bool first = changed.empty();
    changed.insert(name);
    if (first) home.defer([this] { tell(); });
  }

  void tell() {
    for (const std::string& name : changed) serve_awaiting(name);
    auto names = std::make_shared<const std::set<std::string>>(std::move(changed));
    changed.clear();
    std::lock_guard lock(subscribers_mutex);
    std::erase_if(subscribers, [](const Subscribed& one) { return one.subscriber.expired(); });
    for (const Subscribed& one : subscribers) {
      one.caller->post([weak = one.subscriber, names] {
        for (const std::string& name : *names) {
          // Asked each time: a callback may drop the token.
          if (auto held = weak.lock()) held->callback(name);
        }
      });
    }
  }

  void stream_is_over(const std::string& name) {
    base::log::info("hub.over", {{"stream", name}});
    note_change(name);
    auto it = streams.find(name);
    if (it == streams.end()) return;
    // The stream is calling us: it may go when it has returned.
    home.defer([stream = std::move(it->second)] {});
    streams.erase(it);
  }

  std::vector<StreamFacts> facts_of(const std::string& name) {
    std::vector<StreamFacts> facts;
    auto it = streams.find(name);
    if (it != streams.end()) facts.push_back(it->second->facts());
    return facts;
  }
  bool can_be_seen(const std::string& name) {
    auto it = streams.find(name);
    return it != streams.end() && it->second->live() && !it->second->tracks().empty();
  }
  void serve_awaiting(const std::string& name) {
    if (!awaiting.contains(name) || !can_be_seen(name)) return;
    auto [from, to] = awaiting.equal_range(name);
    std::vector<std::shared_ptr<Awaiting>> ready;
    for (auto it = from; it != to; ++it) ready.push_back(it->second);
    awaiting.erase(from, to);
    for (auto& one : ready) {
      one->timer.cancel();
      one->done(facts_of(name));
    }
  }

  // Those who waited for it get it, once.
  void serve_waiting(const std::string& name) {
    auto [from, to] = waiting.equal_range(name);
    std::vector<std::shared_ptr<Waiting>> ready;
    for (auto it = from; it != to; ++it) ready.push_back(it->second);
    waiting.erase(from, to);
    for (auto& one : ready) {
      one->timer.cancel();
      one->done(streams.at(name));
    }
  }
};

Directory::Directory(std::vector<io::Executor*> loops, Options options) : options_(options) {
  for (io::Executor* loop : loops) shards_.push_back(std::make_unique<Shard>(*loop));
}

Directory::~Directory() = default;

Directory::Shard& Directory::shard_of(const StreamName& name) {
  return *shards_[home_index(name)];
}

size_t Directory::home_index(const StreamName& name) const {
  return std::hash<std::string>{}(name.text()) % shards_.size();
}

io::Executor& Directory::home_of(Shard& shard) {
  return shard.home;
}

void Directory::publish(const StreamName& name, PublisherInfo info, io::Executor& caller,
                        base::UniqueFunction<void(base::Result<Publisher>)> done) {
  Shard& shard = shard_of(name);
  run_on(shard.home, [this, &shard, &caller, name, info = std::move(info), done = std::move(done)]() mutable {
    auto fail = [&](base::Error error) {
      run_on(caller,
             [error = std::move(error), done = std::move(done)]() mutable { done(std::move(error)); });
    };
    if (info.companion && !shard.streams.contains(name.text())) {
      return fail({base::Code::kNotFound, "publish: no stream to add tracks to", name.text()});
    }
    auto& slot = shard.streams[name.text()];
    if (!slot) {
      if (shard.streams.size() > options_.streams_max) {
        shard.streams.erase(name.text());
        return fail({base::Code::kLimit, "publish: too many streams", {}});
      }
      slot = std::make_shared<Stream>(
          name, shard.home, options_.stream,
          Stream::Events{[&shard, text = name.text()] { shard.note_change(text); },
                         [&shard, text = name.text()] { shard.stream_is_over(text); },
                         // Not now: the stream is counting its readers.
                         [this, &shard, name](bool) {
                           shard.home.defer([this, &shard, name] { tell_demand(shard, name); });
                         }});
    }
    auto stream = slot;
    auto backchannel = std::make_shared<Backchannel>();
    PublisherControls controls;
    controls.revoked = [&caller, backchannel](base::Error why) {
      caller.post([backchannel, why = std::move(why)]() mutable { backchannel->revoke(std::move(why)); });
    };
    controls.want_key = [&caller, backchannel](media::TrackId track) {
      caller.post([backchannel, track] { backchannel->want_key(track); });
    };
    auto id = stream->add_publisher(info, std::move(controls));
    if (!id) return fail(id.error());
    shard.serve_waiting(name.text());
    // Made here and not there: if it is dropped on the way, the stream is told all the same.
    Publisher publisher(std::move(stream), shard.home, caller, *id, std::move(backchannel));
    run_on(caller, [publisher = std::move(publisher), done = std::move(done)]() mutable {
      done(std::move(publisher));
    });
  });
}

void Directory::find(Shard& shard, const StreamName& name, base::Duration wait, Interest interest,
                     base::UniqueFunction<void(std::shared_ptr<Stream>)> done) {
  auto it = shard.streams.find(name.text());
  bool found = it != shard.streams.end();
  bool asks = interest != Interest::kFollows && demand_ != nullptr && !(found && it->second->live());
  if (asks) wait = std::max(wait, demand_->wanted(name));
  if (found) return done(it->second);
  if (wait <= base::Duration::zero() || shard.waiting.size() >= options_.waiting_readers_max)
    return done(nullptr);
  auto waiting = std::make_shared<Waiting>();
  waiting->done = std::move(done);
  auto place = shard.waiting.emplace(name.text(), waiting);
  waiting->timer = shard.home.after(wait, [&shard, place] {
    auto late = std::move(place->second);
    shard.waiting.erase(place);
    late->done(nullptr);
  });
}

// As it is now: the last reader of a stream that is over may leave after the first of its successor came.
void Directory::tell_demand(Shard& shard, const StreamName& name) {
  if (demand_ == nullptr) return;
  auto it = shard.streams.find(name.text());
  bool watched = it != shard.streams.end() && it->second->watched();
  demand_->watched(name, watched);
}

void Directory::snapshot(io::Executor& caller, base::UniqueFunction<void(std::vector<StreamFacts>)> done) {
  struct Gathering {
    base::UniqueFunction<void(std::vector<StreamFacts>)> done;
    std::vector<StreamFacts> facts;
    size_t missing;
  };
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->missing = shards_.size();
  for (auto& shard : shards_) {
    run_on(shard->home, [&shard = *shard, &caller, gathering] {
      std::vector<StreamFacts> facts;
      for (auto& [name, stream] : shard.streams) facts.push_back(stream->facts());
      run_on(caller, [gathering, facts = std::move(facts)]() mutable {
        std::ranges::move(facts, std::back_inserter(gathering->facts));
        if (--gathering->missing > 0) return;
        std::ranges::sort(gathering->facts, {}, &StreamFacts::name);
        gathering->done(std::move(gathering->facts));
      });
    });
  }
}

void Directory::snapshot(const StreamName& name, io::Executor& caller,
                         base::UniqueFunction<void(std::vector<StreamFacts>)> done) {
  Shard& shard = shard_of(name);
  run_on(shard.home, [&shard, &caller, name, done = std::move(done)]() mutable {
    auto facts = shard.facts_of(name.text());
    run_on(caller, [facts = std::move(facts), done = std::move(done)]() mutable { done(std::move(facts)); });
  });
}

void Directory::await(const StreamName& name, io::Executor& caller,
                      base::UniqueFunction<void(std::vector<StreamFacts>)> done) {
  Shard& shard = shard_of(name);
  run_on(shard.home, [this, &shard, &caller, name, done = std::move(done)]() mutable {
    auto answer = [&caller, done = std::move(done)](std::vector<StreamFacts> facts) mutable {
      run_on(caller,
             [facts = std::move(facts), done = std::move(done)]() mutable { done(std::move(facts)); });
    };
    const std::string& text = name.text();
    base::Duration wait{0};
    if (!shard.can_be_seen(text) && demand_ != nullptr) wait = demand_->wanted(name);
    if (wait <= base::Duration::zero() || shard.awaiting.size() >= options_.waiting_readers_max)
      return answer(shard.facts_of(text));
    auto awaiting = std::make_shared<Awaiting>();
    awaiting->done = std::move(answer);
    auto place = shard.awaiting.emplace(text, awaiting);
    awaiting->timer = shard.home.after(wait, [&shard, place] {
      auto late = std::move(place->second);
      std::string name = place->first;
      shard.awaiting.erase(place);
      late->done(shard.facts_of(name));
    });
  });
}

void Directory::reconnect(const StreamName& name, io::Executor& caller,
                          base::UniqueFunction<void(bool)> done) {
  Shard& shard = shard_of(name);
  run_on(shard.home, [&shard, &caller, name, done = std::move(done)]() mutable {
    auto it = shard.streams.find(name.text());
    bool asked = it != shard.streams.end() && it->second->reconnect_publisher();
    run_on(caller, [asked, done = std::move(done)]() mutable { done(asked); });
  });
}

void Directory::set_alarms(const StreamName& name, std::vector<Alarm> alarms) {
  Shard& shard = shard_of(name);
  run_on(shard.home, [&shard, name, alarms = std::move(alarms)]() mutable {
    auto it = shard.streams.find(name.text());
    if (it != shard.streams.end()) it->second->set_alarms(std::move(alarms));
  });
}

void Directory::set_viewers(const StreamName& name, std::string protocol, uint64_t count) {
  Shard& shard = shard_of(name);
  run_on(shard.home, [&shard, name, protocol = std::move(protocol), count] {
    auto it = shard.streams.find(name.text());
    if (it != shard.streams.end()) it->second->set_viewers(protocol, count);
  });
}

Directory::Subscription Directory::on_change(io::Executor& caller,
                                             std::function<void(const std::string&)> callback) {
  auto subscriber = std::make_shared<Subscriber>(Subscriber{std::move(callback)});
  for (auto& shard : shards_) {
    std::lock_guard lock(shard->subscribers_mutex);
    shard->subscribers.push_back({&caller, subscriber});
  }
  return subscriber;
}

}  // namespace eyas::hub
