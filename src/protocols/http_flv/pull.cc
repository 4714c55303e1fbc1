#include "protocols/http_flv/pull.h"

#include "base/log.h"

namespace eyas::http_flv {
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

}  // namespace

base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options) {
  if (base::Status status = protocols::check_options(options, {"format", "tls_verify", "tls_authority"});
      !status)
    return status;
  if (url.host.empty()) return base::Error{base::Code::kInvalidConfig, "http_flv: the URL names no host", {}};
  base::Result<io::DialTls> tls = protocols::tls_towards(url, options);
  return tls ? base::Status() : tls.error();
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory, Statistics& statistics)
    : request_(std::move(request)),
      statistics_(statistics),
      client_(request_.loop, request_.dialer, client_options(request_)),
      publisher_(
          directory, request_.loop, request_.stream, info_of(request_),
          [this] {
            if (request_.on_running) request_.on_running();
          },
          [this](base::Error why) { end(std::move(why)); }),
      demuxer_(*this),
      reader_(*this) {
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
  for (const auto& [name, value] : demuxer_.quirks().list()) facts.counters.emplace_back(name, value);
  return facts;
}

void Pull::on_head(const http::ResponseHead& head) {
  if (head.status != 200)
    return end({head.status == 404 ? base::Code::kNotFound : base::Code::kRefused,
                "http_flv: the server's answer", std::to_string(head.status)});
  publisher_.set_peer(exchange_->peer());
  base::log::info("http_flv.pull", {{"stream", request_.stream.text()},
                                    {"session", request_.session},
                                    {"peer", exchange_->peer()},
                                    {"url", request_.url.shown()}});
  report();
}

void Pull::on_body(base::Bytes bytes) {
  bytes_ += bytes.size();
  if (base::Status status = reader_.feed(bytes); !status) end(status.error());
}

void Pull::on_end(base::Status status) {
  demuxer_.flush();
  end(status ? base::Error{base::Code::kClosed, "http_flv: the stream is over", {}} : status.error());
}

base::Status Pull::on_tag(const flv::TagHeader& header, base::Slice body) {
  return demuxer_.on_tag(header.type, header.timestamp_ms, request_.loop.clock().mono(), body);
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
  report_timer_.cancel();
  auto on_ended = std::move(request_.on_ended);
  on_ended(std::move(why));  // may destroy us
}

}  // namespace eyas::http_flv
