// Feed: a stream in one wire format, packaged once on the stream's loop; FeedView: its copy on one loop;
// Reader: a cursor into that copy.
#pragma once

#include <algorithm>
#include <any>
#include <atomic>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "hub/facts.h"
#include "hub/group_ring.h"
#include "io/executor.h"
#include "media/frame.h"

namespace eyas::hub {

// What a feed's format does. Made once per stream, lives on the stream's loop.
template <typename F>
concept FeedFormat = requires(F format, const media::TrackSet& tracks, const media::FramePtr& frame,
                              std::vector<std::shared_ptr<const typename F::Unit>>& out) {
  { F::kName } -> std::convertible_to<const char*>;
  format.set_tracks(tracks, out);  // tracks or configurations changed; may put out units that announce them
  format.package(frame, out);
  { format.head() } -> std::convertible_to<std::shared_ptr<const typename F::Head>>;
};

// A format whose units each hold all there is, so that a reader needs the newest alone, says so by
// `static constexpr bool kUnitsAreWhole = true`. Rings keep one unit of it, and what a reader skips is not
// lost.
template <typename Format>
constexpr bool units_are_whole() {
  if constexpr (requires { Format::kUnitsAreWhole; })
    return Format::kUnitsAreWhole;
  else
    return false;
}

// What formats are made with that have a `Settings` of their own; the defaults when nobody set them. Such a
// format is made from its settings, its stream's name and its loop's clock.
class FormatSettings {
 public:
  template <typename Format>
  void set(typename Format::Settings settings) {
    by_name_[Format::kName] = std::move(settings);
  }
  template <typename Format>
  Format make(const std::string& stream, const base::Clock& clock) const {
    if constexpr (requires { typename Format::Settings; }) {
      const auto found = by_name_.find(Format::kName);
      using Settings = typename Format::Settings;
      return Format(found == by_name_.end() ? Settings{} : std::any_cast<const Settings&>(found->second),
                    stream, clock);
    } else {
      return Format();
    }
  }

 private:
  std::map<std::string, std::any> by_name_;
};

// The tracks of a stream that a format carries. A format says so by `static TrackSet select(const TrackSet&
// all)`; one that does not carries the programme.
template <typename Format>
media::TrackSet tracks_for(const media::TrackSet& all) {
  if constexpr (requires { Format::select(all); })
    return Format::select(all);
  else
    return media::programme_of(all);
}

// The stream itself, unpackaged and whole: units are frames, a head is the set of tracks, with all renditions
// and what was derived.
class FrameFormat {
 public:
  using Unit = media::Frame;
  using Head = media::TrackSet;
  static constexpr const char* kName = "frames";

  static media::TrackSet select(const media::TrackSet& all) { return all; }
  void set_tracks(const media::TrackSet& tracks, std::vector<media::FramePtr>&) {
    head_ = std::make_shared<const media::TrackSet>(tracks);
  }
  void package(const media::FramePtr& frame, std::vector<media::FramePtr>& out) { out.push_back(frame); }
  std::shared_ptr<const Head> head() { return head_; }

 private:
  std::shared_ptr<const Head> head_ = std::make_shared<const media::TrackSet>();
};

// The frames of the programme alone.
class ProgrammeFormat : public FrameFormat {
 public:
  static constexpr const char* kName = "programme";
  static media::TrackSet select(const media::TrackSet& all) { return media::programme_of(all); }
};

// Counters that readers on every loop add to. Thread-safe.
struct GapCounters {
  std::atomic<uint64_t> readers_lapped{0};
  std::atomic<uint64_t> units_lost{0};
};

// A reader this far behind jumps to the newest group when there is one. What is older has no readers:
// packaged feeds do not keep it.
constexpr base::Duration kLagMax = std::chrono::seconds(4);

// What a reader means for a stream that is fetched on demand.
enum class Interest : uint8_t {
  kWatches,  // it starts the stream, and keeps it running
  kBegins,   // it starts the stream; who watches is told by Directory::set_viewers()
  kFollows,  // it goes along with a stream that others watch
};

// Who reads: for the API and the log.
struct ReaderInfo {
  std::string protocol;  // "rtmp", "http_flv", "hls"
  std::string session;
  std::string peer;
  // How far behind this one may be; at most kLagMax in a packaged feed.
  base::Duration lag_max = kLagMax;
  // How long to wait for a stream that nobody publishes yet.
  base::Duration wait{0};
  Interest interest = Interest::kWatches;
  // What stood behind '?' in the address. May be secret: neither logged nor shown.
  std::string arguments{};
};

// A change of a feed, the same object on every loop.
template <typename Format>
struct FeedEvent {
  std::shared_ptr<const typename Format::Head> group;  // not null: a group starts here, with this head
  std::shared_ptr<const typename Format::Unit> unit;   // else this unit follows
};

// A feed's copy on one loop: the ring and the readers that wait for more. Lives on that loop.
template <typename Format>
class FeedView {
 public:
  using Ring = GroupRing<typename Format::Unit, typename Format::Head>;
  using Batch = std::vector<FeedEvent<Format>>;

  struct Waiter {
    virtual ~Waiter() = default;
    virtual void on_more() = 0;
  };

  FeedView(RingLimits limits, std::shared_ptr<GapCounters> gaps) : ring_(limits), gaps_(std::move(gaps)) {}

  void apply(const Batch& batch) {
    for (const FeedEvent<Format>& event : batch) {
      if (event.group) ring_.start_group(event.group);
      if (event.unit) ring_.push(event.unit);
    }
    wake();
  }
  void end() {
    ended_ = true;
    wake();
  }

  const Ring& ring() const { return ring_; }
  GapCounters& gaps() { return *gaps_; }
  bool ended() const { return ended_; }

  void wait(Waiter& waiter) { waiting_.push_back(&waiter); }
  // A waiter that goes away, perhaps while others are being woken.
  void forget(Waiter& waiter) {
    std::erase(waiting_, &waiter);
    std::replace(waking_.begin(), waking_.end(), &waiter, static_cast<Waiter*>(nullptr));
  }

 private:
  void wake() {
    waking_.swap(waiting_);
    for (size_t i = 0; i < waking_.size(); ++i) {
      if (Waiter* waiter = waking_[i]) waiter->on_more();
    }
    waking_.clear();
  }

  Ring ring_;
  std::shared_ptr<GapCounters> gaps_;
  std::vector<Waiter*> waiting_;
  std::vector<Waiter*> waking_;
  bool ended_ = false;
};

// A cursor into a stream's recent past. Move-only; detaches on destruction. Lives on the loop that asked for
// it.
template <FeedFormat Format>
class Reader {
 public:
  using Item = typename FeedView<Format>::Ring::Item;

  // What a reader tells its stream's loop; both may run on the reader's.
  struct Upstream {
    base::Task released;  // this reader is gone
    base::UniqueFunction<void(media::TrackId)> want_key;
    base::UniqueFunction<void(Counters)> report;
  };

  Reader() = default;
  Reader(std::shared_ptr<FeedView<Format>> view, base::Duration lag_max, base::Task on_more,
         Upstream upstream)
      : state_(std::make_unique<State>(std::move(view), lag_max, std::move(on_more), std::move(upstream))) {}

  explicit operator bool() const { return state_ != nullptr; }

  // The next unit. After nothing was returned, `on_more` is called once when there is more or the stream
  // ended.
  std::optional<Item> next() { return state_->next(); }
  // The stream is over and everything of it was read.
  bool ended() const { return state_->view->ended() && state_->view->ring().nothing_for(state_->cursor); }
  // Asks the publisher for a keyframe of this track, where it can be asked. The stream bounds the rate.
  void request_key(media::TrackId track) { state_->upstream.want_key(track); }
  // Says what this one measured so far, for the API; about once a second.
  void report(Counters counters) { state_->upstream.report(std::move(counters)); }
  void detach() { state_.reset(); }

 private:
  struct State final : FeedView<Format>::Waiter {
    State(std::shared_ptr<FeedView<Format>> v, base::Duration lag, base::Task more, Upstream up)
        : view(std::move(v)),
          lag_max(lag),
          on_more_task(std::make_shared<base::Task>(std::move(more))),
          upstream(std::move(up)) {}
    ~State() override {
      if (waiting) view->forget(*this);
      if (upstream.released) upstream.released();
    }
    std::optional<Item> next() {
      auto item = view->ring().next(cursor, lag_max);
      if (item && item->lost > 0 && !units_are_whole<Format>()) {
        view->gaps().readers_lapped.fetch_add(1, std::memory_order_relaxed);
        view->gaps().units_lost.fetch_add(item->lost, std::memory_order_relaxed);
      }
      if (!item && !waiting) {
        waiting = true;
        view->wait(*this);
      }
      return item;
    }
    void on_more() override {
      waiting = false;
      // The task may drop this reader: it outlives its own call.
      auto task = on_more_task;
      (*task)();
    }

    std::shared_ptr<FeedView<Format>> view;
    typename FeedView<Format>::Ring::Cursor cursor;
    base::Duration lag_max;
    std::shared_ptr<base::Task> on_more_task;
    Upstream upstream;
    bool waiting = false;
  };

  std::unique_ptr<State> state_;
};

// A feed as its stream sees it. Lives on the stream's loop.
class AnyFeed {
 public:
  virtual ~AnyFeed() = default;
  virtual void set_tracks(const media::TrackSet& tracks) = 0;
  virtual void package(const media::FramePtr& frame, bool starts_group) = 0;
  // Hands what was packaged since the last flush to every loop, one post each.
  virtual void flush() = 0;
  virtual void end() = 0;
  // The number of views; a feed without one can go.
  virtual size_t views() const = 0;
};

template <FeedFormat Format>
class Feed final : public AnyFeed {
 public:
  using View = FeedView<Format>;
  using Head = typename Format::Head;

  Feed(io::Executor& home, RingLimits limits, std::shared_ptr<GapCounters> gaps, const std::string& stream,
       const FormatSettings& settings)
      : home_(home),
        limits_(units_are_whole<Format>() ? RingLimits{0, base::Duration::zero()} : limits),
        gaps_(gaps),
        format_(settings.make<Format>(stream, home.clock())),
        own_(std::make_shared<View>(limits_, gaps)) {}

  void set_tracks(const media::TrackSet& all) override {
    media::TrackSet carried = tracks_for<Format>(all);
    // Others' tracks come and go without a word to our readers.
    if (announced_ && carried == carried_) return;
    announced_ = true;
    carried_ = std::move(carried);
    format_.set_tracks(carried_, packaged_);
    collect();
  }
  void package(const media::FramePtr& frame, bool starts_group) override {
    if (starts_group && !units_are_whole<Format>()) batch_.push_back({format_.head(), nullptr});
    if (!carries(*frame->track)) return;
    format_.package(frame, packaged_);
    collect();
  }
  void flush() override {
    if (batch_.empty()) return;
    auto batch = std::make_shared<const typename View::Batch>(std::move(batch_));
    batch_.clear();
    for (const Remote& remote : remotes_) {
      remote.executor->post([view = remote.view, batch] { view->apply(*batch); });
    }
    own_->apply(*batch);
  }
  void end() override {
    for (const Remote& remote : remotes_) remote.executor->post([view = remote.view] { view->end(); });
    own_->end();
  }
  size_t views() const override { return remotes_.size() + (own_readers_ > 0 ? 1 : 0); }

  // The view for readers on `executor`; made with the newest group inside when it is not there yet.
  std::shared_ptr<View> view_on(io::Executor& executor) {
    if (&executor == &home_) return ++own_readers_, own_;
    for (Remote& remote : remotes_) {
      if (remote.executor == &executor) return ++remote.readers, remote.view;
    }
    auto view = std::make_shared<View>(limits_, gaps_);
    auto past = std::make_shared<typename View::Batch>();
    own_->ring().visit_newest_group(
        [&](const std::shared_ptr<const Head>& head) {
          past->push_back({head, nullptr});
        },
        [&](const auto& unit) {
          past->push_back({nullptr, unit});
        });
    executor.post([view, past] { view->apply(*past); });
    remotes_.push_back({&executor, view, 1});
    return view;
  }
  void release(io::Executor& executor) {
    if (&executor == &home_) {
      --own_readers_;
      return;
    }
    std::erase_if(remotes_,
                  [&](Remote& remote) { return remote.executor == &executor && --remote.readers == 0; });
  }
  const typename View::Ring& ring() const { return own_->ring(); }

 private:
  struct Remote {
    io::Executor* executor;
    std::shared_ptr<View> view;
    size_t readers;
  };

  bool carries(const media::Track& track) const {
    return std::ranges::any_of(carried_, [&](const auto& carried) { return carried->id == track.id; });
  }

  void collect() {
    if constexpr (units_are_whole<Format>()) {
      if (packaged_.empty()) return;
      batch_ = {{format_.head(), nullptr}, {nullptr, std::move(packaged_.back())}};
      return packaged_.clear();
    }
    for (auto& unit : packaged_) batch_.push_back({nullptr, std::move(unit)});
    packaged_.clear();
  }

  io::Executor& home_;
  RingLimits limits_;
  std::shared_ptr<GapCounters> gaps_;
  Format format_;
  media::TrackSet carried_;
  bool announced_ = false;
  std::vector<std::shared_ptr<const typename Format::Unit>> packaged_;
  typename View::Batch batch_;
  std::shared_ptr<View> own_;
  size_t own_readers_ = 0;
  std::vector<Remote> remotes_;
};

}  // namespace eyas::hub
