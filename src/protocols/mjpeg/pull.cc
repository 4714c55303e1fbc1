#include "protocols/mjpeg/pull.h"

#include <utility>

namespace eyas::mjpeg {
namespace {

base::Status judge(const http::ResponseHead& head) {
  if (head.status != 200) return protocols::not_served("mjpeg: the camera's answer", head.status);
  // DEVIATION: cameras name many types beside multipart/x-mixed-replace; a page is what it surely is not.
  auto type = head.headers.get("content-type");
  if (type && type->starts_with("text/"))
    return base::Error{base::Code::kUnsupported, "mjpeg: the camera sends no images", std::string(*type)};
  return {};
}

}  // namespace

base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options) {
  return protocols::check_http_pull(url, options, {"format", "tls_verify", "tls_authority"});
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory, hub::Pictures& pictures,
           Statistics& statistics)
    : HttpPull(
          kName, std::move(request), directory,
          {statistics.pulls, statistics.pulls_open, statistics.pulls_failed, statistics.pull_limit_hits}),
      pictures_(pictures),
      cutter_(*this),
      begun_(loop().clock().mono()),
      exchange_(client().stream({.url = this->request().url}, *this)) {}

void Pull::add_facts(protocols::TransferFacts& facts) const {
  facts.bytes = bytes_;
  const ImageCutter::Counters& counters = cutter_.counters();
  facts.counters = {{"images", counters.images},
                    {"images_without_end", counters.without_end},
                    {"images_broken", counters.broken},
                    {"images_left_out", video_ ? video_->left_out() : 0}};
}

void Pull::on_head(const http::ResponseHead& head) {
  if (auto status = judge(head); !status) return end(status.error());
  auto video = pictures_.video_of_jpeg(request().stream.text(), loop(), *this);
  if (!video) return end(video.error());
  video_ = std::move(*video);
  begin(exchange_->peer());
}

void Pull::on_body(base::Bytes bytes) {
  bytes_ += bytes.size();
  if (auto status = cutter_.feed(bytes); !status) end(status.error());
}

void Pull::on_end(base::Status status) {
  end(status ? base::Error{base::Code::kClosed, "mjpeg: the camera's answer is over", {}} : status.error());
}

void Pull::on_image(base::Slice jpeg) {
  video_->feed(std::move(jpeg), media::MediaTime(loop().clock().mono() - begun_));
}

void Pull::on_track(media::TrackPtr track) {
  publisher().set_track(std::move(track));
}

void Pull::on_frame(media::Frame frame) {
  publisher().publish(std::move(frame));
}

void Pull::let_go() {
  exchange_.reset();
  video_.reset();
}

}  // namespace eyas::mjpeg
