// Pull: fetches a stream from another server as FLV over HTTP.
#pragma once

#include <memory>

#include "container/flv/demuxer.h"
#include "container/flv/file_reader.h"
#include "protocols/http_flv/http_flv.h"
#include "protocols/http_pull.h"

namespace eyas::http_flv {

// The options beside the URL that a pull knows.
base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options);

// One attempt. It ends with the body, or when nothing came for http::ClientOptions::stall_timeout. Lives on
// its loop.
class Pull final : public protocols::HttpPull,
                   private http::ResponseHandler,
                   private flv::FileReader::Sink,
                   private flv::Demuxer::Sink {
 public:
  Pull(protocols::TransferRequest request, hub::Directory& directory, Statistics& statistics);

 private:
  void on_head(const http::ResponseHead& head) override;
  void on_body(base::Bytes bytes) override;
  void on_end(base::Status status) override;
  base::Status on_tag(const flv::TagHeader& header, base::Slice body) override;
  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;
  void add_facts(protocols::TransferFacts& facts) const override;
  void let_go() override { exchange_.reset(); }

  flv::Demuxer demuxer_;
  flv::FileReader reader_;
  std::unique_ptr<http::ClientExchange> exchange_;
  uint64_t bytes_ = 0;
};

}  // namespace eyas::http_flv
