// Pull: fetches a camera's MJPEG over HTTP and publishes it as H.264, which a worker makes of it.
#pragma once

#include <memory>

#include "hub/pictures.h"
#include "protocols/http_pull.h"
#include "protocols/mjpeg/mjpeg.h"
#include "protocols/mjpeg/wire/image_cutter.h"

namespace eyas::mjpeg {

// The options beside the URL that a pull knows.
base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options);

// One attempt. It ends with the body, or when nothing came for http::ClientOptions::stall_timeout. Lives on
// its loop.
class Pull final : public protocols::HttpPull,
                   private http::ResponseHandler,
                   private ImageCutter::Sink,
                   private hub::JpegVideo::Sink {
 public:
  Pull(protocols::TransferRequest request, hub::Directory& directory, hub::Pictures& pictures,
       Statistics& statistics);

 private:
  void on_head(const http::ResponseHead& head) override;
  void on_body(base::Bytes bytes) override;
  void on_end(base::Status status) override;
  void on_image(base::Slice jpeg) override;
  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;
  void add_facts(protocols::TransferFacts& facts) const override;
  void let_go() override;

  hub::Pictures& pictures_;
  ImageCutter cutter_;
  base::MonoTime begun_;  // zero of the images' times, which are those of their arrival
  std::unique_ptr<hub::JpegVideo> video_;
  std::unique_ptr<http::ClientExchange> exchange_;
  uint64_t bytes_ = 0;
};

}  // namespace eyas::mjpeg
