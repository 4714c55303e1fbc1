#include "protocols/hls/pull.h"

#include <algorithm>

#include "base/number.h"

namespace eyas::hls {
namespace {

std::optional<uint64_t> bandwidth_max(const protocols::TransferOptions& options) {
  auto found = options.find("bandwidth_max");
  if (found == options.end()) return 0;
  return base::number_of<uint64_t>(found->second);
}

http::ClientOptions client_options() {
  http::ClientOptions options;
  options.fetch_bytes_max = Pull::kSegmentBytesMax;
  return options;
}

}  // namespace

base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options) {
  const base::Status status =
      protocols::check_http_pull(url, options, {"format", "bandwidth_max", "tls_verify", "tls_authority"});
  if (!status || bandwidth_max(options)) return status;
  return base::Error{base::Code::kInvalidConfig, "hls: bandwidth_max is a whole number of bits a second",
                     options.at("bandwidth_max")};
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory, PullStatistics& statistics)
    : HttpPull(kName, std::move(request), directory,
               {statistics.pulls, statistics.pulls_open, statistics.pulls_failed, statistics.limit_pull},
               client_options()),
      pacer_(loop(), *this) {
  loading_ = client().fetch(
      {.url = this->request().url},
      [this](base::Result<http::ClientResponse> response) { on_playlist(std::move(response)); });
}

void Pull::on_playlist(base::Result<http::ClientResponse> response) {
  if (!response) return end(response.error());
  if (response->status != 200)
    return end(protocols::not_served("hls: the server's answer to the playlist", response->status));
  base::Result<PulledPlaylist> playlist = PulledPlaylist::parse(base::as_text(response->body));
  if (!playlist) return end(playlist.error());
  begin(response->peer);
  if (base::Status status = follow(*playlist, response->url); !status) end(status.error());
}

base::Status Pull::follow(const PulledPlaylist& playlist, const base::Url& from) {
  if (!playlist.multivariant) {
    add(from, playlist);
    return {};
  }
  const PulledVariant* variant = choose_variant(playlist, bandwidth_max(request().options).value_or(0));
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
  renditions_[index] =
      std::make_unique<RenditionPull>(loop(), client(), url, index, static_cast<RenditionPull::Sink&>(*this));
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

void Pull::add_facts(protocols::TransferFacts& facts) const {
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
}

// From inside a rendition's call, or the pacer's.
void Pull::end_later(base::Error why) {
  if (end_timer_.armed()) return;
  end_timer_ = loop().after(base::Duration::zero(), [this, why = std::move(why)] { end(why); });
}

}  // namespace eyas::hls
