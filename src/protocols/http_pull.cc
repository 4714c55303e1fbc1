#include "protocols/http_pull.h"

#include <utility>

#include "base/log.h"

namespace eyas::protocols {
namespace {

constexpr base::Duration kReportEvery = std::chrono::seconds(1);

hub::PublisherInfo info_of(const char* protocol, const TransferRequest& request) {
  hub::PublisherInfo info;
  info.protocol = protocol;
  info.session = request.session;
  info.rank = request.rank;
  return info;
}

}  // namespace

base::Status check_http_pull(const base::Url& url, const TransferOptions& options,
                             std::initializer_list<std::string_view> known) {
  if (base::Status status = check_options(options, known); !status) return status;
  if (url.host.empty()) return base::Error{base::Code::kInvalidConfig, "transfer: the URL names no host", {}};
  const base::Result<io::DialTls> tls = tls_towards(url, options);
  return tls ? base::Status() : tls.error();
}

http::ClientOptions with_tls_of(const TransferRequest& request, http::ClientOptions options) {
  if (const auto tls = tls_towards(request.url, request.options)) {
    options.tls_verify = tls->verify;
    options.tls_authority_file = tls->authority_file;
  }
  return options;
}

base::Error not_served(const char* context, int status) {
  return {status == 404 ? base::Code::kNotFound : base::Code::kRefused, context, std::to_string(status)};
}

HttpPull::HttpPull(const char* protocol, TransferRequest request, hub::Directory& directory,
                   PullCounters counters, http::ClientOptions options)
    : protocol_(protocol),
      request_(std::move(request)),
      counters_(counters),
      client_(request_.loop, request_.dialer, with_tls_of(request_, std::move(options))),
      publisher_(
          directory, request_.loop, request_.stream, info_of(protocol, request_),
          [this] {
            if (request_.on_running) request_.on_running();
          },
          [this](base::Error why) { end(std::move(why)); }) {
  counters_.pulls.fetch_add(1, std::memory_order_relaxed);
  counters_.open.fetch_add(1, std::memory_order_relaxed);
}

HttpPull::~HttpPull() {
  counters_.open.fetch_sub(1, std::memory_order_relaxed);
}

TransferFacts HttpPull::facts() const {
  TransferFacts facts;
  facts.peer = peer_;
  facts.transport = request_.url.scheme == "https" ? "tls" : "tcp";
  add_facts(facts);
  return facts;
}

void HttpPull::begin(std::string peer) {
  peer_ = std::move(peer);
  publisher_.set_peer(peer_);
  base::log::info(std::string(protocol_) + ".pull", {{"stream", request_.stream.text()},
                                                     {"session", request_.session},
                                                     {"peer", peer_},
                                                     {"url", request_.url.shown()}});
  report();
}

void HttpPull::report() {
  publisher_.report(facts().counters);
  report_timer_ = request_.loop.after(kReportEvery, [this] { report(); });
}

void HttpPull::end(base::Error why) {
  if (std::exchange(over_, true)) return;
  if (why.code != base::Code::kClosed) counters_.failed.fetch_add(1, std::memory_order_relaxed);
  if (why.code == base::Code::kLimit) counters_.limit_hits.fetch_add(1, std::memory_order_relaxed);
  report_timer_.cancel();
  let_go();
  auto on_ended = std::move(request_.on_ended);
  on_ended(std::move(why));  // may destroy us
}

}  // namespace eyas::protocols
