// Directory: finds streams by name on whichever loop they live, and hands out publishers and readers.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/option_schema.h"
#include "hub/demand.h"
#include "hub/publisher.h"
#include "hub/stream.h"

namespace eyas::hub {

// Runs `task` on `executor`: at the end of this turn when we are there, else by post.
void run_on(io::Executor& executor, base::Task task);

// Thread-safe. A stream lives on the loop that its name hashes to; callbacks run on the caller's loop, never
// inside the call. Outlives every session; destroyed after the loops have stopped.
class Directory {
 public:
  struct Options {
    StreamOptions stream;
    size_t streams_max = 10'000;         // per loop
    size_t waiting_readers_max = 1'000;  // per loop: readers that wait for a stream to begin
  };

  Directory(std::vector<io::Executor*> loops, Options options);
  ~Directory();

  // What feeds of this format are made with from now on. Before the loops run.
  template <typename Format>
  void set_format(typename Format::Settings settings) {
    options_.stream.formats.set<Format>(std::move(settings));
  }

  // Who is asked for streams that are not live. Before the loops run, and with null after they have stopped.
  void set_demand(Demand* demand) { demand_ = demand; }

  // The index of the loop on which a stream of that name lives.
  size_t home_index(const StreamName& name) const;

  // Errors: kRefused when the name is taken; kLimit.
  void publish(const StreamName& name, PublisherInfo info, io::Executor& caller,
               base::UniqueFunction<void(base::Result<Publisher>)> done);

  // `on_more` runs on the caller's loop whenever next() has given nothing and there is more now. Errors:
  // kNotFound.
  template <FeedFormat Format>
  void read(const StreamName& name, ReaderInfo info, io::Executor& caller, base::Task on_more,
            base::UniqueFunction<void(base::Result<Reader<Format>>)> done);

  // Facts of all streams, by name; of one: empty when there is none.
  void snapshot(io::Executor& caller, base::UniqueFunction<void(std::vector<StreamFacts>)> done);
  void snapshot(const StreamName& name, io::Executor& caller,
                base::UniqueFunction<void(std::vector<StreamFacts>)> done);
  // The same for somebody who wants to see it: a stream that can be started is, and `done` comes when it has
  // tracks, or when that was waited for in vain.
  void await(const StreamName& name, io::Executor& caller,
             base::UniqueFunction<void(std::vector<StreamFacts>)> done);
  // Asks the publisher on air to connect anew; false when there is none.
  void reconnect(const StreamName& name, io::Executor& caller, base::UniqueFunction<void(bool)> done);
  void set_alarms(const StreamName& name, std::vector<Alarm> alarms);
  void set_viewers(const StreamName& name, std::string protocol, uint64_t count);

  // `callback` runs on `caller`, coalesced, after streams came, changed or went; until the token dies on that
  // loop.
  using Subscription = std::shared_ptr<void>;
  [[nodiscard]] Subscription on_change(io::Executor& caller,
                                       std::function<void(const std::string& name)> callback);

 private:
  struct Shard;
  struct Waiting;
  struct Awaiting;

  Shard& shard_of(const StreamName& name);
  // Finds the stream now, or waits up to `wait`; null when it did not come. Runs on the shard's loop.
  void find(Shard& shard, const StreamName& name, base::Duration wait, Interest interest,
            base::UniqueFunction<void(std::shared_ptr<Stream>)> done);
  static io::Executor& home_of(Shard& shard);
  void tell_demand(Shard& shard, const StreamName& name);

  Options options_;
  Demand* demand_ = nullptr;
  std::vector<std::unique_ptr<Shard>> shards_;
};

// Binds the keys "hub.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Directory::Options& options);

template <FeedFormat Format>
void Directory::read(const StreamName& name, ReaderInfo info, io::Executor& caller, base::Task on_more,
                     base::UniqueFunction<void(base::Result<Reader<Format>>)> done) {
  Shard& shard = shard_of(name);
  io::Executor& home = home_of(shard);
  run_on(home, [this, &shard, &home, &caller, name, info = std::move(info), on_more = std::move(on_more),
                done = std::move(done)]() mutable {
    base::Duration wait = info.wait;
    Interest interest = info.interest;
    find(shard, name, wait, interest,
         [&home, &caller, info = std::move(info), on_more = std::move(on_more),
          done = std::move(done)](std::shared_ptr<Stream> stream) mutable {
           if (!stream) {
             run_on(caller, [done = std::move(done)]() mutable {
               done(base::Error{base::Code::kNotFound, "no such stream", {}});
             });
             return;
           }
           auto view = stream->feed<Format>().view_on(caller);
           uint64_t id = stream->add_reader(info);
           // The stream's last reference is never dropped on another loop than its own: it moves home.
           typename Reader<Format>::Upstream upstream;
           upstream.want_key = [&home, stream = std::weak_ptr(stream)](media::TrackId track) {
             home.post([stream, track] {
               if (auto held = stream.lock()) held->request_key(track);
             });
           };
           upstream.report = [&home, stream = std::weak_ptr(stream), id](Counters counters) {
             home.post([stream, id, counters = std::move(counters)]() mutable {
               if (auto held = stream.lock()) held->report_reader(id, std::move(counters));
             });
           };
           upstream.released = [&home, &caller, stream = std::move(stream), id]() mutable {
             home.post(
                 [&caller, stream = std::move(stream), id] { stream->remove_reader<Format>(id, caller); });
           };
           // Made here and not there: if it is dropped on the way, the stream is told all the same.
           Reader<Format> reader(std::move(view), info.lag_max, std::move(on_more), std::move(upstream));
           run_on(caller, [reader = std::move(reader), done = std::move(done)]() mutable {
             done(std::move(reader));
           });
         });
  });
}

}  // namespace eyas::hub
