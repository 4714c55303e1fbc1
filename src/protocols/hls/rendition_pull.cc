#include "protocols/hls/rendition_pull.h"

#include <algorithm>

namespace eyas::hls {
namespace {

constexpr base::Duration kReloadMin = std::chrono::milliseconds(250);
constexpr media::TrackId kIdsOfRendition = 1000;
constexpr uint8_t kTsSync = 0x47;

base::Error answer_error(const base::Result<http::ClientResponse>& response, const char* what) {
  if (!response) return response.error();
  return {response->status == 404 ? base::Code::kNotFound : base::Code::kRefused, what,
          std::to_string(response->status)};
}

}  // namespace

RenditionPull::RenditionPull(io::Loop& loop, http::Client& client, base::Url playlist, size_t index,
                             Sink& sink)
    : loop_(loop), client_(client), url_(std::move(playlist)), index_(index), sink_(sink) {}

void RenditionPull::start(std::optional<PulledPlaylist> playlist) {
  changed_ = loaded_ = loop_.clock().mono();
  if (!playlist) return load();
  take(*playlist);
}

void RenditionPull::load() {
  loaded_ = loop_.clock().mono();
  ++facts_.reloads;
  http::ClientRequest get;
  get.url = url_;
  loading_ = client_.fetch(std::move(get), [this](base::Result<http::ClientResponse> response) {
    on_playlist(std::move(response));
  });
}

void RenditionPull::on_playlist(base::Result<http::ClientResponse> response) {
  if (!response || response->status != 200) {
    if (!next_ || ++failed_reloads_ >= kFailuresMax)
      return over(answer_error(response, "hls: the server's answer to the playlist"));
    reload_ = loop_.after(std::chrono::seconds(1), [this] { load(); });
    return;
  }
  failed_reloads_ = 0;
  base::Result<PulledPlaylist> playlist = PulledPlaylist::parse(base::as_text(response->body));
  if (!playlist) return over(playlist.error());
  if (playlist->multivariant) return over({base::Code::kMalformed, "hls playlist: variants of variants", {}});
  url_ = response->url;  // after redirects: what it names is found from there
  take(*playlist);
}

void RenditionPull::take(const PulledPlaylist& playlist) {
  base::MonoTime now = loop_.clock().mono();
  std::optional<uint64_t> before = next_;
  ended_ = playlist.ended;
  take_segments(playlist);
  bool changed = before != next_;
  if (changed) changed_ = now;
  if (!ended_ && now - changed_ > std::max(3 * playlist.target, kStandsStillMin))
    return over({base::Code::kTimeout, "hls: the playlist stands still", {}});
  if (!ended_) {
    // [RFC 8216 6.3.4]
    base::Duration pause = changed ? playlist.target : playlist.target / 2;
    base::Duration left = loaded_ + pause - now;
    reload_ = loop_.after(std::max(left, kReloadMin), [this] { load(); });
  }
  advance();
}

void RenditionPull::take_segments(const PulledPlaylist& playlist) {
  const auto& segments = playlist.segments;
  if (segments.empty()) return;
  uint64_t first = segments.front().sequence, last = segments.back().sequence;
  bool began_anew = next_ && last + 1 < *next_;
  if (!next_ || began_anew) {
    size_t back = playlist.ended ? segments.size() : std::min(kStartSegments, segments.size());
    next_ = segments[segments.size() - back].sequence;
  } else if (first > *next_) {
    facts_.segments_missed += first - *next_;
    next_ = first;
  }
  for (const PulledSegment& segment : segments) {
    if (segment.sequence < *next_) continue;
    next_ = segment.sequence + 1;
    if (segment.gap) continue;
    waiting_.push_back(segment);
    waiting_.back().discontinuity |= std::exchange(began_anew, false);
  }
  if (playlist.ended) return;
  // The first one may be on its way.
  while (waiting_.size() > kWaitingMax + 1) {
    waiting_.erase(waiting_.begin() + 1);
    ++facts_.segments_missed;
  }
}

void RenditionPull::advance() {
  if (over_ || fetching_) return;
  if (waiting_.empty()) {
    if (ended_) over({base::Code::kClosed, "hls: the stream is over", {}});
    return;
  }
  if (!sink_.has_room(index_)) return;
  const PulledSegment& next = waiting_.front();
  const bool needs_map = next.map && next.map->uri != map_uri_;
  const PulledKeyPtr& key = needs_map ? next.map->key : next.key;
  if (key && key->uri != key_uri_) return fetch_key(key->uri);
  if (needs_map) return fetch_map(next.map);
  fetch_segment();
}

// Of what a playlist names: never from https to http.
base::Result<base::Url> RenditionPull::address(const std::string& uri) const {
  base::Result<base::Url> address = url_.resolved(uri);
  if (address && url_.scheme == "https" && address->scheme != "https")
    return base::Error{base::Code::kRefused, "hls: a playlist of https names what is not", address->shown()};
  return address;
}

void RenditionPull::fetch_key(const std::string& uri) {
  base::Result<base::Url> url = address(uri);
  if (!url) return over(url.error());
  http::ClientRequest get;
  get.url = *url;
  fetching_ = client_.fetch(std::move(get), [this, uri](base::Result<http::ClientResponse> response) {
    fetching_.reset();
    if (!response || response->status != 200)
      return over(answer_error(response, "hls: the server's answer to EXT-X-KEY"));
    if (response->body.size() != key_.size())
      return over({base::Code::kMalformed, "hls: a key that is not of 16 bytes", {}});
    std::ranges::copy(response->body.bytes(), key_.begin());
    key_uri_ = uri;
    advance();
  });
}

base::Result<base::Slice> RenditionPull::opened(const base::Slice& bytes, const PulledKeyPtr& key,
                                                uint64_t sequence) const {
  if (!key) return bytes;
  return decrypted(bytes, key_, key->vector.value_or(vector_of(sequence)));
}

void RenditionPull::fetch_map(std::shared_ptr<const PulledMap> map) {
  base::Result<base::Url> url = address(map->uri);
  if (!url) return over(url.error());
  http::ClientRequest get;
  get.url = *url;
  fetching_ = client_.fetch(std::move(get), [this, map](base::Result<http::ClientResponse> response) {
    fetching_.reset();
    if (!response || response->status != 200)
      return over(answer_error(response, "hls: the server's answer to EXT-X-MAP"));
    facts_.bytes += response->body.size();
    base::Result<base::Slice> header = opened(response->body, map->key, 0);
    if (!header) return over(header.error());
    mp4_ = std::make_unique<mp4::SegmentDemuxer>(static_cast<mp4::SegmentDemuxer::Sink&>(*this));
    map_uri_ = map->uri;
    auto first_id = static_cast<media::TrackId>(index_ * kIdsOfRendition);
    if (base::Status status = mp4_->on_init(*header, first_id); !status) return over(status.error());
    advance();
  });
}

void RenditionPull::fetch_segment() {
  base::Result<base::Url> url = address(waiting_.front().uri);
  if (!url) return over(url.error());
  http::ClientRequest get;
  get.url = *url;
  fetching_ = client_.fetch(std::move(get), [this](base::Result<http::ClientResponse> response) {
    on_segment(std::move(response));
  });
}

void RenditionPull::on_segment(base::Result<http::ClientResponse> response) {
  fetching_.reset();
  PulledSegment segment = std::move(waiting_.front());
  waiting_.pop_front();
  if (!response || response->status != 200) {
    ++facts_.segments_failed;
    // One that has just gone is no reason to give up; a policy that forbids its host is.
    bool forbidden = !response && response.error().code == base::Code::kRefused;
    if (forbidden || ++failed_segments_ >= kFailuresMax)
      return over(answer_error(response, "hls: the server's answer to segments"));
    return advance();
  }
  failed_segments_ = 0;
  ++facts_.segments;
  facts_.bytes += response->body.size();
  base::Result<base::Slice> media = opened(response->body, segment.key, segment.sequence);
  if (!media) return over(media.error());
  if (base::Status status = demux(segment, *media); !status) return over(status.error());
  advance();
}

base::Status RenditionPull::demux(const PulledSegment& segment, const base::Slice& bytes) {
  if (segment.discontinuity) capture_offset_.reset();
  date_ = segment.date;
  base::MonoTime now = loop_.clock().mono();
  if (segment.map) return mp4_->on_segment(bytes, now);
  if (bytes.empty()) return {};
  if (bytes.data()[0] != kTsSync)
    return base::Error{
        base::Code::kUnsupported, "hls: segments that are neither MPEG-TS nor fragmented MP4", {}};
  if (segment.discontinuity && mpegts_) mpegts_->flush();
  if (segment.discontinuity || !mpegts_)
    mpegts_ = std::make_unique<mpegts::Demuxer>(static_cast<mpegts::Demuxer::Sink&>(*this));
  return mpegts_->on_bytes(bytes, now);
}

void RenditionPull::on_track(media::TrackPtr track) {
  if (track->kind() == media::TrackKind::kVideo) has_video_ = true;
  if (index_ > 0 && track->id < kIdsOfRendition) {
    auto own = std::make_shared<media::Track>(*track);
    own->id += static_cast<media::TrackId>(index_ * kIdsOfRendition);
    std::erase_if(renumbered_, [&](const auto& entry) { return entry.first->id == track->id; });
    renumbered_[track] = own;
    track = own;
  }
  sink_.on_track(index_, std::move(track));
}

void RenditionPull::on_frame(media::Frame frame) {
  // A segment's date is that of its first picture; before it, frames of the segment before may come out.
  bool first = frame.key && (!has_video_ || frame.track->kind() == media::TrackKind::kVideo);
  if (date_ && first) {
    capture_offset_ = date_->time_since_epoch() - frame.pts.time_since_epoch();
    date_.reset();
  }
  if (capture_offset_) frame.capture = base::WallTime(frame.pts.time_since_epoch() + *capture_offset_);
  if (auto own = renumbered_.find(frame.track); own != renumbered_.end()) frame.track = own->second;
  sink_.on_frame(index_, std::move(frame));
}

void RenditionPull::over(base::Error why) {
  if (std::exchange(over_, true)) return;
  reload_.cancel();
  loading_.reset();
  if (why.code == base::Code::kClosed && mpegts_) mpegts_->flush();
  sink_.on_over(index_, std::move(why));
}

}  // namespace eyas::hls
