#include "protocols/hls/shelf.h"

#include <utility>

#include "http/gzip.h"

namespace eyas::hls {
namespace {

using http::Exchange;
using http::Response;

constexpr const char* kPlaylistType = "application/vnd.apple.mpegurl";
constexpr const char* kForever = "public, max-age=31536000, immutable";
constexpr const char* kOneSecond = "public, max-age=1";
constexpr const char* kNotKept = "no-cache";

void respond_error(Exchange& exchange, int status, std::string_view code, std::string_view message) {
  exchange.respond(Response::error(status, code, message).header("cache-control", kOneSecond));
}

}  // namespace

void respond_not_found(Exchange& exchange, std::string_view message) {
  respond_error(exchange, 404, "not_found", message);
}

Shelf::Shelf(std::string stream, const Options& options, Statistics& statistics, io::Executor& loop)
    : stream_(std::move(stream)),
      options_(options),
      statistics_(statistics),
      loop_(loop),
      viewers_(options.viewer_window, options.viewers_max),
      last_request_(loop.clock().mono()) {}

void Shelf::request(http::RequestPtr request, Exchange exchange, std::string file) {
  last_request_ = loop_.clock().mono();
  bool counts = file.empty() || file.ends_with(".m3u8");
  if (counts && !viewers_.seen(request->peer, request->header("user-agent").value_or(""),
                               request->query_value("sid").value_or(""), last_request_)) {
    ++statistics_.limit_viewers;
  }
  Waiting waiting{std::move(request), std::move(exchange), std::move(file), last_request_};
  if (answer(waiting, false)) return;
  if (waiting_.size() >= options_.blocked_max) {
    ++statistics_.limit_blocked;
    return respond_error(waiting.exchange, 503, "limit", "too many requests wait for this stream");
  }
  waiting_.push_back(std::move(waiting));
}

void Shelf::respond_playlist(Exchange& exchange, const base::Slice& text, const std::string& cache) {
  Response response = Response::bytes(kPlaylistType, text).header("cache-control", cache);
  // All viewers of one moment share the work; each playlist of the snapshot is one.
  response.gzipped = [this, &text] {
    base::Slice& zipped = zipped_[text.data()];
    if (zipped.empty()) zipped = http::gzip({text});
    return zipped;
  };
  exchange.respond(std::move(response));
}

bool Shelf::answer(Waiting& waiting, bool expired) {
  if (!snapshot_ || !snapshot_->ready) {
    if (!expired) return false;
    ++statistics_.limit_start_time;
    respond_not_found(waiting.exchange, "the stream has no media yet");
    return true;
  }
  if (waiting.file.empty()) {
    respond_playlist(waiting.exchange, snapshot_->multivariant, kOneSecond);
    return true;
  }
  const auto resource = parse_resource(waiting.file);
  const Snapshot::Entry* entry = resource ? snapshot_->find(resource->track) : nullptr;
  if (entry == nullptr) return respond_not_found(waiting.exchange, "no such file"), true;
  if (resource->kind == Resource::Kind::kPlaylist) return answer_playlist(waiting, *entry, expired);
  return answer_media(waiting, *entry, *resource, expired);
}

bool Shelf::answer_playlist(Waiting& waiting, const Snapshot::Entry& entry, bool expired) {
  const http::Request& request = *waiting.request;
  const auto reload = parse_reload(request.query_value("_HLS_msn"), request.query_value("_HLS_part"),
                                   request.query_value("_HLS_skip"));
  if (!reload.ok()) return respond_error(waiting.exchange, 400, "malformed", reload.error().context), true;
  const base::Slice& text = reload->skip ? entry.delta : entry.playlist;
  switch (judge(entry.view, *reload)) {
    case Verdict::kRefuse:
      respond_error(waiting.exchange, 400, "malformed", "_HLS_msn or _HLS_part is too far ahead");
      return true;
    case Verdict::kReady: {
      // What a blocking request names is known to be in the answer, so caches may keep it [RFC
      // 8216bis 6.2.5.2].
      const auto target =
          std::chrono::duration_cast<std::chrono::seconds>(entry.view.target_duration).count();
      respond_playlist(waiting.exchange, text,
                       reload->msn ? "public, max-age=" + std::to_string(target) : kOneSecond);
      return true;
    }
    case Verdict::kWait:
      // DEVIATION: [RFC 8216bis 6.2.5.2] would have 503 after three target durations. While a publisher is
      // away players count errors and give up, but go on asking when they get the playlist as it was.
      if (!expired) return false;
      ++statistics_.limit_block_time;
      respond_playlist(waiting.exchange, text, kNotKept);
      return true;
  }
  return true;
}

bool Shelf::answer_media(Waiting& waiting, const Snapshot::Entry& entry, const Resource& resource,
                         bool expired) {
  Found found = find_media(entry.view, resource);
  if (found.verdict == Verdict::kWait && !expired) return false;
  if (found.verdict == Verdict::kWait) ++statistics_.limit_block_time;
  if (found.verdict != Verdict::kReady) return respond_not_found(waiting.exchange, "no such media"), true;
  Response response;
  response.body = std::move(found.bytes);
  response.compressible = false;
  response.ranges = true;
  response.header("content-type", entry.view.name == "video" ? "video/mp4" : "audio/mp4");
  response.header("cache-control", kForever);
  waiting.exchange.respond(std::move(response));
  return true;
}

void Shelf::update(SnapshotPtr snapshot) {
  snapshot_ = std::move(snapshot);
  zipped_.clear();
  retry(false);
}

void Shelf::sweep() {
  retry(true);
}

// An answer may let the next request of its connection in, which may wait too: hence the list of its own.
void Shelf::retry(bool sweeping) {
  const base::MonoTime now = loop_.clock().mono();
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (waiting.exchange.gone()) continue;
    const bool starting = !snapshot_ || !snapshot_->ready;
    const base::Duration limit = starting ? options_.start_timeout : options_.block_max;
    if (!answer(waiting, sweeping && now - waiting.since >= limit)) waiting_.push_back(std::move(waiting));
  }
}

void Shelf::close() {
  for (Waiting& waiting : std::exchange(waiting_, {})) respond_not_found(waiting.exchange, "no such stream");
}

}  // namespace eyas::hls
