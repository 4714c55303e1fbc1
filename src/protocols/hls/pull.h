// Pull: fetches a stream from another server over HLS.
#pragma once

#include <array>
#include <memory>

#include "http/client.h"
#include "protocols/hls/hls.h"
#include "protocols/hls/pacer.h"
#include "protocols/hls/pull_statistics.h"
#include "protocols/hls/rendition_pull.h"
#include "protocols/pull_publisher.h"

namespace eyas::hls {

// The options beside the URL that a pull knows.
base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options);

// One attempt. Lives on its loop.
class Pull final : public protocols::Transfer, private RenditionPull::Sink, private Pacer::Sink {
 public:
  static constexpr size_t kSegmentBytesMax = 64 * 1024 * 1024;

  Pull(protocols::TransferRequest request, hub::Directory& directory, PullStatistics& statistics);
  ~Pull() override;

  protocols::TransferFacts facts() const override;

 private:
  void on_playlist(base::Result<http::ClientResponse> response);
  base::Status follow(const PulledPlaylist& playlist, const base::Url& from);
  void add(const base::Url& url, std::optional<PulledPlaylist> playlist);
  void report();
  void end(base::Error why);
  void end_later(base::Error why);

  void on_track(size_t rendition, media::TrackPtr track) override {
    pacer_.push(rendition, std::move(track));
  }
  void on_frame(size_t rendition, media::Frame frame) override { pacer_.push(rendition, std::move(frame)); }
  bool has_room(size_t rendition) override { return pacer_.has_room(rendition); }
  void on_over(size_t rendition, base::Error why) override;

  void on_due(media::TrackPtr track) override { publisher_.set_track(std::move(track)); }
  void on_due(media::Frame frame) override { publisher_.publish(std::move(frame)); }
  void on_round() override;

  protocols::TransferRequest request_;
  PullStatistics& statistics_;
  http::Client client_;
  protocols::PullPublisher publisher_;
  Pacer pacer_;
  std::string peer_;
  std::shared_ptr<void> loading_;
  std::array<std::unique_ptr<RenditionPull>, Pacer::kLanes> renditions_;
  size_t finished_ = 0;  // renditions that ended regularly
  io::Timer report_timer_, end_timer_;
  bool over_ = false;
};

}  // namespace eyas::hls
