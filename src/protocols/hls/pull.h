// Pull: fetches a stream from another server over HLS.
#pragma once

#include <array>
#include <memory>

#include "protocols/hls/hls.h"
#include "protocols/hls/pacer.h"
#include "protocols/hls/pull_statistics.h"
#include "protocols/hls/rendition_pull.h"
#include "protocols/http_pull.h"

namespace eyas::hls {

// The options beside the URL that a pull knows.
base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options);

// One attempt. Lives on its loop.
class Pull final : public protocols::HttpPull, private RenditionPull::Sink, private Pacer::Sink {
 public:
  static constexpr size_t kSegmentBytesMax = 64 * 1024 * 1024;

  Pull(protocols::TransferRequest request, hub::Directory& directory, PullStatistics& statistics);

 private:
  void on_playlist(base::Result<http::ClientResponse> response);
  base::Status follow(const PulledPlaylist& playlist, const base::Url& from);
  void add(const base::Url& url, std::optional<PulledPlaylist> playlist);
  void add_facts(protocols::TransferFacts& facts) const override;
  void let_go() override { end_timer_.cancel(); }
  void end_later(base::Error why);

  void on_track(size_t rendition, media::TrackPtr track) override {
    pacer_.push(rendition, std::move(track));
  }
  void on_frame(size_t rendition, media::Frame frame) override { pacer_.push(rendition, std::move(frame)); }
  bool has_room(size_t rendition) override { return pacer_.has_room(rendition); }
  void on_over(size_t rendition, base::Error why) override;

  void on_due(media::TrackPtr track) override { publisher().set_track(std::move(track)); }
  void on_due(media::Frame frame) override { publisher().publish(std::move(frame)); }
  void on_round() override;

  Pacer pacer_;
  std::shared_ptr<void> loading_;
  std::array<std::unique_ptr<RenditionPull>, Pacer::kLanes> renditions_;
  size_t finished_ = 0;  // renditions that ended regularly
  io::Timer end_timer_;
};

}  // namespace eyas::hls
