#include "hub/stream.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace eyas::hub {
namespace {

using base::Duration;
using media::TrackKind;

// Audio alone has no keyframes: a group each second keeps starts quick and the ring bounded.
constexpr Duration kAudioGroup = std::chrono::seconds(1);
// Readers that are told one by one; all of them are counted.
constexpr size_t kReadersToldMax = 100;
// The best transit time is forgotten slowly, so that a clock that drifts is not taken for a backlog: 1 in
// 5,000.
constexpr int64_t kTransitForgetting = 5000;

bool has_track(const media::TrackSet& tracks, media::TrackId id) {
  return std::ranges::any_of(tracks, [id](const auto& track) { return track->id == id; });
}

}  // namespace

Stream::Stream(StreamName name, io::Executor& home, StreamOptions options, Events events)
    : name_(std::move(name)),
      home_(home),
      options_(options),
      events_(std::move(events)),
      since_(home.clock().wall()) {
  feed<FrameFormat>();
}

Stream::~Stream() = default;

base::Status Stream::make_room(const PublisherInfo& info) {
  auto same_rank = std::ranges::find_if(sources_, [&](const auto& s) { return s->info.rank == info.rank; });
  if (!info.companion && same_rank != sources_.end()) {
    // A drone that lost its link comes back long before TCP has noticed that it was gone.
    bool silent = home_.clock().mono() - (*same_rank)->last_arrival > options_.stall;
    if (!info.takeover && !silent)
      return base::Error{base::Code::kRefused, "publish: the name is taken", name_.text()};
    auto gone = std::move((*same_rank)->controls.revoked);
    remove_publisher((*same_rank)->id);
    if (gone) gone({base::Code::kRefused, "publish: another publisher took over", {}});
  }
  if (sources_.size() + companions_.size() >= options_.publishers_max) {
    return base::Error{base::Code::kLimit, "publish: too many publishers of one stream", name_.text()};
  }
  return {};
}

base::Result<PublisherId> Stream::add_publisher(const PublisherInfo& info, PublisherControls controls) {
  if (base::Status room = make_room(info); !room) return room.error();
  auto source = std::make_unique<Source>();
  source->id = next_id_++;
  source->info = info;
  source->controls = std::move(controls);
  source->since = home_.clock().wall();
  source->last_arrival = home_.clock().mono();
  PublisherId id = source->id;
  if (info.companion) {
    companions_.push_back(std::move(source));
    return id;
  }
  auto place = std::ranges::find_if(sources_, [&](const auto& s) { return s->info.rank > info.rank; });
  sources_.insert(place, std::move(source));
  linger_.cancel();
  changed();
  return id;
}

void Stream::remove_publisher(PublisherId id) {
  Source* source = find(id);
  if (source == nullptr) return;
  if (source->info.companion) return remove_companion(id);
  if (on_air_ == source) take_off_air();
  std::erase_if(sources_, [&](const auto& s) { return s->id == id; });
  if (sources_.empty()) {
    linger_ = home_.after(options_.linger, [this] {
      for (auto& [name, feed] : feeds_) feed->end();
      events_.on_over();
    });
  }
  changed();
}

void Stream::remove_companion(PublisherId id) {
  std::erase_if(companions_, [&](const auto& s) { return s->id == id; });
  if (on_air_ != nullptr) announce_tracks();
}

void Stream::set_track(PublisherId id, media::TrackPtr track) {
  Source* source = find(id);
  if (source == nullptr) return;
  if (!has_track(source->tracks, track->id) && source->tracks.size() >= options_.tracks_max) return;
  replace_track(source->tracks, track);
  if (source == on_air_ || (source->info.companion && on_air_ != nullptr)) announce_tracks();
}

void Stream::ingest(PublisherId id, media::Frame frame) {
  Source* source = find(id);
  if (source == nullptr || !has_track(source->tracks, frame.track->id)) return;
  source->last_arrival = frame.arrival;
  if (source->info.companion) {
    // It was made from frames that have their place on the timeline; what it was made from may be gone by
    // now.
    if (on_air_ != nullptr && has_track(tracks_, frame.track->id))
      deliver(std::make_shared<const media::Frame>(std::move(frame)));
    return;
  }
  if (source != on_air_) {
    if (!may_go_on_air(*source, frame)) return;
    put_on_air(source);
  }
  normaliser_.place(frame);
  measure_backlog(frame);
  deliver(std::make_shared<const media::Frame>(std::move(frame)));
}

void Stream::report(PublisherId id, Counters quirks) {
  if (Source* source = find(id)) source->quirks = std::move(quirks);
}

bool Stream::reconnect_publisher() {
  if (on_air_ == nullptr) return false;
  auto revoked = std::move(on_air_->controls.revoked);
  log_event(base::LogLevel::kInfo, "hub.reconnect",
            {{"stream", name_.text()}, {"session", on_air_->info.session}});
  remove_publisher(on_air_->id);
  if (revoked) revoked({base::Code::kClosed, "publish: asked to connect anew", {}});
  return true;
}

void Stream::request_key(media::TrackId track) {
  if (on_air_ == nullptr || !has_track(tracks_, track)) return;
  base::MonoTime now = home_.clock().mono();
  std::optional<base::MonoTime>& last = meters_[track].key_requested;
  if (last && now - *last < options_.key_request_interval) return;
  last = now;
  Source* maker = on_air_;
  for (const auto& companion : companions_) {
    if (has_track(companion->tracks, track)) maker = companion.get();
  }
  if (maker->controls.want_key) maker->controls.want_key(track);
}

Stream::Source* Stream::find(PublisherId id) {
  for (const auto* among : {&sources_, &companions_}) {
    auto it = std::ranges::find_if(*among, [&](const auto& s) { return s->id == id; });
    if (it != among->end()) return it->get();
  }
  return nullptr;
}

// Changes of publisher happen at a keyframe, so that no picture is broken.
bool Stream::may_go_on_air(const Source& source, const media::Frame& frame) const {
  if (on_air_ == nullptr) {
    // Better ones that are connected but silent do not keep this one waiting.
    return true;
  }
  bool has_video =
      std::ranges::any_of(source.tracks, [](const auto& t) { return t->kind() == TrackKind::kVideo; });
  bool at_key = has_video ? frame.key && frame.track->kind() == TrackKind::kVideo : true;
  bool better = source.info.rank < on_air_->info.rank;
  bool stalled = frame.arrival - on_air_->last_arrival > options_.stall;
  return at_key && (better || stalled);
}

void Stream::put_on_air(Source* source) {
  on_air_ = source;
  on_air_since_ = source->last_arrival;
  normaliser_.begin_source();
  best_transit_.reset();
  backlog_ = Duration::zero();
  for (auto& [id, meter] : meters_) meter.reordered = false;
  in_group_ = false;
  video_seen_ = false;
  announce_tracks();
  base::log::info("hub.on_air", {{"stream", name_.text()},
                                 {"session", source->info.session},
                                 {"protocol", source->info.protocol},
                                 {"rank", source->info.rank}});
  changed();
}

void Stream::take_off_air() {
  base::log::info("hub.off_air", {{"stream", name_.text()}, {"session", on_air_->info.session}});
  on_air_ = nullptr;
  in_group_ = false;
}

void Stream::replace_track(media::TrackSet& tracks, media::TrackPtr track) {
  auto same = std::ranges::find_if(tracks, [&](const auto& t) { return t->id == track->id; });
  if (same != tracks.end())
    *same = std::move(track);
  else
    tracks.insert(std::ranges::upper_bound(tracks, track->id, {}, [](const auto& t) { return t->id; }),
                  track);
}

void Stream::announce_tracks() {
  tracks_ = on_air_->tracks;
  for (const auto& companion : companions_) {
    for (const media::TrackPtr& track : companion->tracks) {
      if (has_track(on_air_->tracks, track->derived_from)) replace_track(tracks_, track);
    }
  }
  for (auto& [name, feed] : feeds_) feed->set_tracks(tracks_);
  schedule_flush();
  changed();
}

bool Stream::audio_alone(base::MonoTime now) const {
  bool announced = std::ranges::any_of(tracks_, [](const auto& t) { return t->kind() == TrackKind::kVideo; });
  if (!announced) return now - on_air_since_ > std::chrono::milliseconds(500);
  return !video_seen_ && now - on_air_since_ > options_.video_wait;
}

bool Stream::starts_group(const media::Frame& frame) {
  if (frame.track->kind() == TrackKind::kVideo) {
    // Further video tracks (renditions, derived ones) ride in the groups of the first.
    auto first = std::ranges::find_if(tracks_, [](const auto& t) {
      return t->kind() == TrackKind::kVideo && t->rendition == 0 && !t->derived();
    });
    bool main = first == tracks_.end() || (*first)->id == frame.track->id;
    video_seen_ |= main;
    return frame.key && main;
  }
  bool audio = frame.track->kind() == TrackKind::kAudio && !frame.track->derived();
  if (!audio || !audio_alone(frame.arrival)) return false;
  return !in_group_ || frame.dts - group_start_ >= kAudioGroup;
}

void Stream::deliver(media::FramePtr frame) {
  bool start = starts_group(*frame);
  meter(*frame);
  if (!in_group_ && !start) {
    ++frames_before_key_;
    return;
  }
  if (start) {
    if (in_group_) keyframe_interval_ = frame->dts - group_start_;
    in_group_ = true;
    group_start_ = frame->dts;
    normaliser_.look_for_missing(on_air_->tracks);
  }
  for (auto& [name, feed] : feeds_) feed->package(frame, start);
  schedule_flush();
}

void Stream::meter(const media::Frame& frame) {
  if (!frame.track->derived()) {
    ++frames_in_;
    bytes_in_ += frame.payload.size();
    rate_.add(frame.arrival, frame.payload.size());
  }
  TrackMeter& track = meters_[frame.track->id];
  track.rate.add(frame.arrival, frame.payload.size());
  ++track.frames;
  // The record's reorder depth is what a sender reserves; this is what it does.
  bool video = frame.track->kind() == TrackKind::kVideo;
  track.reordered |= video && track.frames > 1 && !frame.key && frame.pts < track.shown_last;
  track.shown_last = std::max(track.shown_last, frame.pts);
}

void Stream::measure_backlog(const media::Frame& frame) {
  Duration transit = frame.arrival.time_since_epoch() - frame.dts.time_since_epoch();
  if (!best_transit_ || transit < *best_transit_)
    best_transit_ = transit;
  else
    *best_transit_ +=
        std::max(Duration::zero(), frame.duration.count() > 0 ? frame.duration : Duration(33'000'000)) /
        kTransitForgetting;
  backlog_ = std::max(Duration::zero(), transit - *best_transit_);
}

void Stream::schedule_flush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  home_.defer([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    flush_scheduled_ = false;
    for (auto& [name, feed] : feeds_) feed->flush();
  });
}

void Stream::schedule_feed_check() {
  if (feed_check_.armed()) return;
  feed_check_ = home_.after(options_.feed_linger, [this] {
    std::erase_if(feeds_, [](const auto& entry) {
      return entry.first != FrameFormat::kName && entry.second->views() == 0;
    });
  });
}

uint64_t Stream::add_reader(const ReaderInfo& info) {
  ReaderFacts facts{info.protocol, info.session, info.peer, home_.clock().wall(), {}};
  readers_[next_reader_] = {std::move(facts), info.interest == Interest::kWatches};
  count_watchers();
  return next_reader_++;
}

void Stream::report_reader(uint64_t id, Counters counters) {
  auto found = readers_.find(id);
  if (found != readers_.end()) found->second.facts.counters = std::move(counters);
}

void Stream::set_viewers(const std::string& protocol, uint64_t count) {
  viewers_[protocol] = count;
  count_watchers();
}

// The reader of a protocol that counts its viewers itself says nothing: it may outstay them.
void Stream::count_watchers() {
  bool now = std::ranges::any_of(viewers_, [](const auto& row) { return row.second > 0; }) ||
             std::ranges::any_of(readers_, [this](const auto& row) {
               return row.second.watches && !viewers_.contains(row.second.facts.protocol);
             });
  if (now == watched_) return;
  watched_ = now;
  if (events_.on_watched) events_.on_watched(now);
}

void Stream::changed() {
  if (events_.on_change) events_.on_change();
}

void Stream::set_alarms(std::vector<Alarm> alarms) {
  if (alarms == alarms_) return;
  alarms_ = std::move(alarms);
  changed();
}

StreamFacts Stream::facts() {
  base::MonoTime now = home_.clock().mono();
  StreamFacts facts;
  facts.name = name_.text();
  facts.live = on_air_ != nullptr;
  facts.since = since_;
  for (const auto& source : sources_) {
    bool on_air = source.get() == on_air_;
    facts.publishers.push_back({source->info.protocol, source->info.session, source->info.peer, source->since,
                                source->info.rank, on_air, on_air ? backlog_ : Duration::zero()});
    if (on_air) facts.quirks = source->quirks;
  }
  for (const media::TrackPtr& track : tracks_) {
    TrackMeter& meter = meters_[track->id];
    facts.tracks.push_back({track, meter.rate.bits_per_second(now), meter.rate.units_per_second(now),
                            meter.frames, meter.reordered});
  }
  for (const auto& [id, reader] : readers_) {
    ++facts.readers_by_protocol[reader.facts.protocol];
    bool tells = !reader.facts.counters.empty() && facts.readers.size() < kReadersToldMax;
    if (tells) facts.readers.push_back(reader.facts);
  }
  for (const auto& [protocol, count] : viewers_) {
    if (count > 0)
      facts.readers_by_protocol[protocol] = count;
    else
      facts.readers_by_protocol.erase(protocol);
  }
  facts.bitrate_bps = rate_.bits_per_second(now);
  facts.keyframe_interval = keyframe_interval_;
  if (in_group_) facts.keyframe_age = normaliser_.latest() - group_start_;
  facts.frames_in = frames_in_;
  facts.bytes_in = bytes_in_;
  facts.frames_before_key = frames_before_key_;
  facts.repairs = normaliser_.repairs();
  facts.readers_lapped = gaps_->readers_lapped.load(std::memory_order_relaxed);
  facts.units_lost = gaps_->units_lost.load(std::memory_order_relaxed);
  const auto& ring = feed<FrameFormat>().ring();
  facts.ring_bytes = ring.bytes();
  facts.ring_groups = ring.groups();
  facts.ring_span = ring.span();
  facts.alarms = alarms_;
  return facts;
}

}  // namespace eyas::hub
