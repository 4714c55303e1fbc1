// RenditionPull: follows one media playlist of another server: its reloads, its segments, what is in them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "container/mp4/segment_demuxer.h"
#include "container/mpegts/demuxer.h"
#include "http/client.h"
#include "protocols/hls/pull_playlist.h"
#include "protocols/hls/segment_cipher.h"

namespace eyas::hls {

// Segments are MPEG-TS or, with EXT-X-MAP, fragmented MP4. Lives on its pull's loop.
class RenditionPull final : private mpegts::Demuxer::Sink, private mp4::SegmentDemuxer::Sink {
 public:
  // A live playlist is begun this many segments before its end. [RFC 8216 6.3.3]
  static constexpr size_t kStartSegments = 3;
  static constexpr unsigned kFailuresMax = 3;  // of segments, or of reloads, in a row
  // Of a live playlist, while there is no room for more; the newest are kept.
  static constexpr size_t kWaitingMax = 100;
  static constexpr base::Duration kStandsStillMin = std::chrono::seconds(15);

  // Called from the loop; must not destroy the rendition.
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_track(size_t rendition, media::TrackPtr track) = 0;
    virtual void on_frame(size_t rendition, media::Frame frame) = 0;
    virtual bool has_room(size_t rendition) = 0;
    // Once: kClosed at a regular end, what is queued is still good; else why it cannot go on.
    virtual void on_over(size_t rendition, base::Error why) = 0;
  };
  struct Facts {
    uint64_t bytes = 0;
    uint64_t segments = 0;
    uint64_t segments_missed = 0;  // gone before we came for them
    uint64_t segments_failed = 0;
    uint64_t reloads = 0;
  };

  // `index` is its number towards the sink and sets its tracks' ids apart.
  RenditionPull(io::Loop& loop, http::Client& client, base::Url playlist, size_t index, Sink& sink);

  // Begins, with the playlist when it is known already.
  void start(std::optional<PulledPlaylist> playlist);
  // There is room again.
  void resume() { advance(); }
  const Facts& facts() const { return facts_; }

 private:
  void load();
  void on_playlist(base::Result<http::ClientResponse> response);
  void take(const PulledPlaylist& playlist);
  void take_segments(const PulledPlaylist& playlist);
  void advance();
  void fetch_key(const std::string& uri);
  void fetch_map(std::shared_ptr<const PulledMap> map);
  // What the answer holds, decrypted where it is encrypted; `key` has been loaded.
  base::Result<base::Slice> opened(const base::Slice& bytes, const PulledKeyPtr& key,
                                   uint64_t sequence) const;
  void fetch_segment();
  void on_segment(base::Result<http::ClientResponse> response);
  base::Status demux(const PulledSegment& segment, const base::Slice& bytes);
  base::Result<base::Url> address(const std::string& uri) const;
  void over(base::Error why);

  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;

  io::Loop& loop_;
  http::Client& client_;
  base::Url url_;
  size_t index_;
  Sink& sink_;
  Facts facts_;
  std::shared_ptr<void> loading_, fetching_;
  io::Timer reload_;
  base::MonoTime loaded_{}, changed_{};
  unsigned failed_reloads_ = 0, failed_segments_ = 0;
  std::optional<uint64_t> next_;  // the sequence number that comes next
  std::deque<PulledSegment> waiting_;
  bool ended_ = false;
  bool over_ = false;
  std::string map_uri_;  // that was loaded
  std::string key_uri_;  // ... and
  CipherBlock key_{};    // what it gave
  std::unique_ptr<mp4::SegmentDemuxer> mp4_;
  std::unique_ptr<mpegts::Demuxer> mpegts_;
  std::map<media::TrackPtr, media::TrackPtr> renumbered_;
  bool has_video_ = false;
  std::optional<base::WallTime> date_;            // of the segment, until a frame of it came
  std::optional<base::Duration> capture_offset_;  // a frame's pts plus this is when it was taken
};

}  // namespace eyas::hls
