#include "protocols/http_flv/pull.h"

namespace eyas::http_flv {

base::Status check_pull(const base::Url& url, const protocols::TransferOptions& options) {
  return protocols::check_http_pull(url, options, {"format", "tls_verify", "tls_authority"});
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory, Statistics& statistics)
    : HttpPull(
          kName, std::move(request), directory,
          {statistics.pulls, statistics.pulls_open, statistics.pulls_failed, statistics.pull_limit_hits}),
      demuxer_(*this),
      reader_(*this),
      exchange_(client().stream({.url = this->request().url}, *this)) {}

void Pull::add_facts(protocols::TransferFacts& facts) const {
  facts.bytes = bytes_;
  for (const auto& [name, value] : demuxer_.quirks().list()) facts.counters.emplace_back(name, value);
}

void Pull::on_head(const http::ResponseHead& head) {
  if (head.status != 200) return end(protocols::not_served("http_flv: the server's answer", head.status));
  begin(exchange_->peer());
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
  return demuxer_.on_tag(header.type, header.timestamp_ms, loop().clock().mono(), body);
}

void Pull::on_track(media::TrackPtr track) {
  publisher().set_track(std::move(track));
}

void Pull::on_frame(media::Frame frame) {
  publisher().publish(std::move(frame));
}

}  // namespace eyas::http_flv
