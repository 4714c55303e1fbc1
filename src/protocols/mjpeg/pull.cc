#include "protocols/mjpeg/pull.h"

#include <utility>

#include "base/log.h"

namespace eyas::mjpeg {
namespace {

constexpr base::Duration kReportEvery = std::chrono::seconds(1);

http::ClientOptions client_options(const protocols::TransferRequest& request) {
  http::ClientOptions options;
  // check_pull() found them good.
  if (auto tls = protocols::tls_towards(request.url, request.options)) {
    options.tls_verify = tls->verify;
    options.tls_authority_file = tls->authority_file;
  }
  return options;
}

hub::PublisherInfo info_of(const protocols::TransferRequest& request) {
  hub::PublisherInfo info;
  info.protocol = kName;
  info.session = request.session;
  info.rank = request.rank;
  return info;
}

base::Status judge(const http::ResponseHead& head) {
  if (head.status != 200) {
    auto code = head.status == 404 ? base::Code::kNotFound : base::Code::kRefused;
    return base::Error{code, "mjpeg: the camera's answer", std::to_string(head.status)};
  }
  // DEVIATION: cameras name many types beside multipart/x-mixed-replace; a page is what it surely is not.
  auto type = head.headers.get("content-type");
  if (type && type->starts_with("text/"))
    return base::Error{base::Code::kUnsupported, "mjpeg: the camera sends no images", std::string(*type)};
  return {};
}

}  // namespace

base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options) {
  if (auto status = protocols::check_options(options, {"format", "tls_verify", "tls_authority"}); !status)
    return status;
  if (url.host.empty()) return base::Error{base::Code::kInvalidConfig, "mjpeg: the URL names no host", {}};
  auto tls = protocols::tls_towards(url, options);
  return tls ? base::Status() : tls.error();
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory, hub::Pictures& pictures,
           Statistics& statistics)
    : request_(std::move(request)),
      pictures_(pictures),
      statistics_(statistics),
      client_(request_.loop, request_.dialer, client_options(request_)),
      publisher_(
          directory, request_.loop, request_.stream, info_of(request_),
          [this] {
            if (request_.on_running) request_.on_running();
          },
          [this](base::Error why) { end(std::move(why)); }),
      cutter_(*this) {
  statistics_.pulls.fetch_add(1, std::memory_order_relaxed);
  statistics_.pulls_open.fetch_add(1, std::memory_order_relaxed);
  http::ClientRequest get;
  get.url = request_.url;
  exchange_ = client_.stream(std::move(get), *this);
}

Pull::~Pull() {
  statistics_.pulls_open.fetch_sub(1, std::memory_order_relaxed);
}

protocols::TransferFacts Pull::facts() const {
  protocols::TransferFacts facts;
  if (exchange_) facts.peer = exchange_->peer();
  facts.transport = request_.url.scheme == "https" ? "tls" : "tcp";
  facts.bytes = bytes_;
  const ImageCutter::Counters& counters = cutter_.counters();
  facts.counters = {{"images", counters.images},
                    {"images_without_end", counters.without_end},
                    {"images_broken", counters.broken},
                    {"images_left_out", video_ ? video_->left_out() : 0}};
  return facts;
}

void Pull::on_head(const http::ResponseHead& head) {
  if (auto status = judge(head); !status) return end(status.error());
  auto video = pictures_.video_of_jpeg(request_.stream.text(), request_.loop, *this);
  if (!video) return end(video.error());
  video_ = std::move(*video);
  publisher_.set_peer(exchange_->peer());
  base::log::info("mjpeg.pull", {{"stream", request_.stream.text()},
                                 {"session", request_.session},
                                 {"peer", exchange_->peer()},
                                 {"url", request_.url.shown()}});
  report();
}

void Pull::on_body(base::Bytes bytes) {
  bytes_ += bytes.size();
  if (auto status = cutter_.feed(bytes); !status) end(status.error());
}

void Pull::on_end(base::Status status) {
  end(status ? base::Error{base::Code::kClosed, "mjpeg: the camera's answer is over", {}} : status.error());
}

void Pull::on_image(base::Slice jpeg) {
  video_->feed(std::move(jpeg));
}

void Pull::on_track(media::TrackPtr track) {
  publisher_.set_track(std::move(track));
}

void Pull::on_frame(media::Frame frame) {
  publisher_.publish(std::move(frame));
}

void Pull::report() {
  publisher_.report(facts().counters);
  report_timer_ = request_.loop.after(kReportEvery, [this] { report(); });
}

void Pull::end(base::Error why) {
  if (std::exchange(over_, true)) return;
  if (why.code != base::Code::kClosed) statistics_.pulls_failed.fetch_add(1, std::memory_order_relaxed);
  if (why.code == base::Code::kLimit) statistics_.pull_limit_hits.fetch_add(1, std::memory_order_relaxed);
  exchange_.reset();
  video_.reset();
  report_timer_.cancel();
  auto on_ended = std::move(request_.on_ended);
  on_ended(std::move(why));  // may destroy us
}

}  // namespace eyas::mjpeg
