// Stream: a live programme: its tracks, its publishers by rank, its recent past, its feeds.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/facts.h"
#include "hub/feed.h"
#include "hub/name.h"
#include "hub/normaliser.h"
#include "hub/rate_meter.h"
#include "io/executor.h"

namespace eyas::hub {

struct StreamOptions {
  RingLimits ring;
  // How long a stream waits for a publisher to come back before its readers are let go.
  base::Duration linger = std::chrono::seconds(10);
  // A publisher without a frame for this long gives way to the next in rank, and to one who publishes its
  // name.
  base::Duration stall = std::chrono::seconds(3);
  // Without a video frame for this long, an audio track alone makes the stream.
  base::Duration video_wait = std::chrono::seconds(3);
  // A feed without readers is kept for this long, so that the next reader starts at once.
  base::Duration feed_linger = std::chrono::seconds(10);
  // A publisher is asked for keyframes of one track no more often than this.
  base::Duration key_request_interval = std::chrono::milliseconds(500);
  size_t tracks_max = 16;
  size_t publishers_max = 8;
  FormatSettings formats;
};

struct PublisherInfo {
  std::string protocol;
  std::string session;
  std::string peer;
  int rank = 0;           // 0 is best; of two equal the one that came first is on air
  bool takeover = false;  // ends publishers of the same rank; otherwise the name is taken while they send
  // Adds derived tracks to those on air, at times of the stream's own timeline, and keeps no stream alive.
  bool companion = false;
  // What stood behind '?' in the address: "user=a&pass=b". May be secret: neither logged nor shown.
  std::string arguments{};
};

// How a stream reaches a publisher; both are called on the stream's loop.
struct PublisherControls {
  base::UniqueFunction<void(base::Error)> revoked;  // once: the publisher must go
  base::UniqueFunction<void(media::TrackId)> want_key;
};

using PublisherId = uint64_t;

// Lives on its home loop.
class Stream {
 public:
  struct Events {
    base::UniqueFunction<void()> on_change;  // live state, tracks or publishers changed
    base::UniqueFunction<void()> on_over;  // nobody came back: the owner may drop the stream after this turn
    // Whether anybody watches has changed; see Demand::watched().
    base::UniqueFunction<void(bool)> on_watched;
  };

  Stream(StreamName name, io::Executor& home, StreamOptions options, Events events);
  ~Stream();

  // Errors: kRefused when the rank is taken and takeover was not asked for; kLimit.
  base::Result<PublisherId> add_publisher(const PublisherInfo& info, PublisherControls controls);
  void remove_publisher(PublisherId id);
  void set_track(PublisherId id, media::TrackPtr track);
  void ingest(PublisherId id, media::Frame frame);
  void report(PublisherId id, Counters quirks);
  // Asks the publisher on air to connect anew; false when nobody is on air.
  bool reconnect_publisher();
  // Asks whoever makes the track for a keyframe.
  void request_key(media::TrackId track);

  template <FeedFormat Format>
  Feed<Format>& feed();
  uint64_t add_reader(const ReaderInfo& info);
  template <FeedFormat Format>
  void remove_reader(uint64_t id, io::Executor& executor);
  void report_reader(uint64_t id, Counters counters);
  // Viewers that hold no reader of their own, e.g. those of HLS.
  void set_viewers(const std::string& protocol, uint64_t count);

  const StreamName& name() const { return name_; }
  bool live() const { return on_air_ != nullptr; }
  bool watched() const { return watched_; }
  const media::TrackSet& tracks() const { return tracks_; }
  // What is wrong with it, as its watcher says.
  void set_alarms(std::vector<Alarm> alarms);
  StreamFacts facts();

 private:
  struct Source {
    PublisherId id;
    PublisherInfo info;
    PublisherControls controls;
    base::WallTime since;
    media::TrackSet tracks;
    base::MonoTime last_arrival;
    Counters quirks;
  };
  struct TrackMeter {
    RateMeter rate;
    uint64_t frames = 0;
    std::optional<base::MonoTime> key_requested;
    media::MediaTime shown_last;  // the latest pts so far
    bool reordered = false;
  };

  Source* find(PublisherId id);
  base::Status make_room(const PublisherInfo& info);
  void remove_companion(PublisherId id);
  bool may_go_on_air(const Source& source, const media::Frame& frame) const;
  void put_on_air(Source* source);
  void take_off_air();
  void replace_track(media::TrackSet& tracks, media::TrackPtr track);
  void announce_tracks();
  bool starts_group(const media::Frame& frame);
  bool audio_alone(base::MonoTime now) const;
  void deliver(media::FramePtr frame);
  void meter(const media::Frame& frame);
  void measure_backlog(const media::Frame& frame);
  void schedule_flush();
  void schedule_feed_check();
  void count_watchers();
  void changed();

  StreamName name_;
  io::Executor& home_;
  StreamOptions options_;
  Events events_;
  base::WallTime since_;

  std::vector<std::unique_ptr<Source>> sources_;  // by rank, then by age
  std::vector<std::unique_ptr<Source>> companions_;
  Source* on_air_ = nullptr;
  PublisherId next_id_ = 1;
  base::MonoTime on_air_since_;
  media::TrackSet tracks_;
  Normaliser normaliser_;

  bool in_group_ = false;
  bool video_seen_ = false;
  media::MediaTime group_start_;
  std::shared_ptr<GapCounters> gaps_ = std::make_shared<GapCounters>();
  std::map<std::string, std::unique_ptr<AnyFeed>> feeds_;  // by format name
  struct ReaderRow {
    ReaderFacts facts;
    bool watches;
  };
  std::map<uint64_t, ReaderRow> readers_;  // by id
  std::map<std::string, uint64_t> viewers_;
  bool watched_ = false;
  uint64_t next_reader_ = 1;
  bool flush_scheduled_ = false;
  io::Timer linger_;
  io::Timer feed_check_;

  RateMeter rate_;
  std::map<media::TrackId, TrackMeter> meters_;
  base::Duration keyframe_interval_{0};
  std::optional<base::Duration> best_transit_;
  base::Duration backlog_{0};
  uint64_t frames_in_ = 0;
  uint64_t bytes_in_ = 0;
  uint64_t frames_before_key_ = 0;
  std::vector<Alarm> alarms_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

template <FeedFormat Format>
Feed<Format>& Stream::feed() {
  auto& slot = feeds_[Format::kName];
  if (!slot) {
    RingLimits limits = options_.ring;
    if constexpr (!std::derived_from<Format, FrameFormat>)
      limits.span_max = std::min(limits.span_max, kLagMax);
    auto made = std::make_unique<Feed<Format>>(home_, limits, gaps_, name_.text(), options_.formats);
    made->set_tracks(tracks_);
    if constexpr (!std::same_as<Format, FrameFormat>) {
      // What the stream remembers of its newest group, so that the first reader starts at once.
      // Frames of this turn are in no ring yet: they would be missing here.
      feed<FrameFormat>().flush();
      bool first = true;
      feed<FrameFormat>().ring().visit_newest_group([](const auto&) {},
                                                    [&](const media::FramePtr& frame) {
                                                      made->package(frame, first);
                                                      first = false;
                                                    });
      made->flush();
    }
    slot = std::move(made);
  }
  return static_cast<Feed<Format>&>(*slot);
}

template <FeedFormat Format>
void Stream::remove_reader(uint64_t id, io::Executor& executor) {
  if (readers_.erase(id) == 0) return;
  feed<Format>().release(executor);
  schedule_feed_check();
  count_watchers();
}

}  // namespace eyas::hub
