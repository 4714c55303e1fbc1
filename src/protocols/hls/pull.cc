#include "protocols/hls/pull.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace eyas::hls {
namespace {

constexpr base::Duration kReportEvery = std::chrono::seconds(1);

std::optional<uint64_t> bandwidth_max(const protocols::TransferOptions& options) {
  auto found = options.find("bandwidth_max");
  if (found == options.end()) return 0;
  const std::string& text = found->second;
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

http::ClientOptions client_options(const protocols::TransferRequest& request) {
  http::ClientOptions options;
  // check_pull() found them good.
  if (auto tls = protocols::tls_towards(request.url, request.options)) {
    options.tls_verify = tls->verify;
    options.tls_authority_file = tls->authority_file;
  }
  options.fetch_bytes_max = Pull::kSegmentBytesMax;
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
  if (base::Status status =
          protocols::check_options(options, {"format", "bandwidth_max", "tls_verify", "tls_authority"});
      !status)
    return status;
  if (url.host.empty()) return base::Error{base::Code::kInvalidConfig, "hls: the URL names no host", {}};
  if (!bandwidth_max(options))
    return base::Error{base::Code::kInvalidConfig, "hls: bandwidth_max is a whole number of bits a second",
                       options.at("bandwidth_max")};
  base::Result<io::DialTls> tls = protocols::tls_towards(url, options);
  return tls ? base::Status() : tls.error();
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory, PullStatistics& statistics)
    : request_(std::move(request)),
      statistics_(statistics),
      client_(request_.loop, request_.dialer, client_options(request_)),
      publisher_(
          directory, request_.loop, request_.stream, info_of(request_),
          [this] {
            if (request_.on_running) request_.on_running();
          },
          [this](base::Error why) { end(std::move(why)); }),
      pacer_(request_.loop, *this) {
  statistics_.pulls.fetch_add(1, std::memory_order_relaxed);
  statistics_.pulls_open.fetch_add(1, std::memory_order_relaxed);
  http::ClientRequest get;
  get.url = request_.url;
  loading_ = client_.fetch(std::move(get), [this](base::Result<http::ClientResponse> response) {
    on_playlist(std::move(response));
  });
}

Pull::~Pull() {
  statistics_.pulls_open.fetch_sub(1, std::memory_order_relaxed);
}

void Pull::on_playlist(base::Result<http::ClientResponse> response) {
  if (!response) return end(response.error());
  if (response->status != 200)
    return end({response->status == 404 ? base::Code::kNotFound : base::Code::kRefused,
                "hls: the server's answer to the playlist", std::to_string(response->status)});
  peer_ = response->peer;
  publisher_.set_peer(peer_);
  base::Result<PulledPlaylist> playlist = PulledPlaylist::parse(base::as_text(response->body));
  if (!playlist) return end(playlist.error());
  base::log::info("hls.pull", {{"stream", request_.stream.text()},
                               {"session", request_.session},
                               {"peer", peer_},
                               {"url", request_.url.shown()}});
  report();
  if (base::Status status = follow(*playlist, response->url); !status) end(status.error());
}

base::Status Pull::follow(const PulledPlaylist& playlist, const base::Url& from) {
  if (!playlist.multivariant) {
    add(from, playlist);
    return {};
  }
  const PulledVariant* variant = choose_variant(playlist, bandwidth_max(request_.options).value_or(0));
  if (variant == nullptr) return base::Error{base::Code::kMalformed, "hls playlist: no variant", {}};
  const PulledAudio* audio = choose_audio(playlist, *variant);
  // A variant of sound alone names its own playlist as the sound's.
  if (audio != nullptr && audio->uri == variant->uri) audio = nullptr;
  for (const std::string* uri : {&variant->uri, audio == nullptr ? nullptr : &audio->uri}) {
    if (uri == nullptr) continue;
    base::Result<base::Url> url = from.resolved(*uri);
    if (!url) return url.error();
    if (from.scheme == "https" && url->scheme != "https")
      return base::Error{base::Code::kRefused, "hls: a playlist of https names what is not", url->shown()};
    add(*url, std::nullopt);
  }
  return {};
}

void Pull::add(const base::Url& url, std::optional<PulledPlaylist> playlist) {
  size_t index = renditions_[0] ? 1 : 0;
  renditions_[index] = std::make_unique<RenditionPull>(request_.loop, client_, url, index,
                                                       static_cast<RenditionPull::Sink&>(*this));
  renditions_[index]->start(std::move(playlist));
}

void Pull::on_over(size_t, base::Error why) {
  if (why.code != base::Code::kClosed) return end_later(std::move(why));
  ++finished_;
  on_round();
}

void Pull::on_round() {
  size_t renditions = 0;
  for (const auto& rendition : renditions_) renditions += rendition ? 1 : 0;
  if (finished_ > 0 && finished_ == renditions && pacer_.empty())
    return end_later({base::Code::kClosed, "hls: the stream is over", {}});
  for (const auto& rendition : renditions_) {
    if (rendition) rendition->resume();
  }
}

protocols::TransferFacts Pull::facts() const {
  protocols::TransferFacts facts;
  facts.peer = peer_;
  facts.transport = request_.url.scheme == "https" ? "tls" : "tcp";
  RenditionPull::Facts sum;
  for (const auto& rendition : renditions_) {
    if (!rendition) continue;
    const RenditionPull::Facts& one = rendition->facts();
    sum.bytes += one.bytes;
    sum.segments += one.segments;
    sum.segments_missed += one.segments_missed;
    sum.segments_failed += one.segments_failed;
    sum.reloads += one.reloads;
  }
  facts.bytes = sum.bytes;
  facts.counters = {{"segments", sum.segments},
                    {"segments_missed", sum.segments_missed},
                    {"segments_failed", sum.segments_failed},
                    {"reloads", sum.reloads}};
  return facts;
}

void Pull::report() {
  publisher_.report(facts().counters);
  report_timer_ = request_.loop.after(kReportEvery, [this] { report(); });
}

// From inside a rendition's call, or the pacer's.
void Pull::end_later(base::Error why) {
  if (end_timer_.armed()) return;
  end_timer_ = request_.loop.after(base::Duration::zero(), [this, why = std::move(why)] { end(why); });
}

void Pull::end(base::Error why) {
  if (std::exchange(over_, true)) return;
  if (why.code != base::Code::kClosed) statistics_.pulls_failed.fetch_add(1, std::memory_order_relaxed);
  if (why.code == base::Code::kLimit) statistics_.limit_pull.fetch_add(1, std::memory_order_relaxed);
  report_timer_.cancel();
  end_timer_.cancel();
  auto on_ended = std::move(request_.on_ended);
  on_ended(std::move(why));  // may destroy us
}

}  // namespace eyas::hls
