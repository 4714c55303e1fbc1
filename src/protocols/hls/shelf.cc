#include "protocols/hls/shelf.h"

#include <utility>

#include "http/gzip.h"
#include "protocols/media_answer.h"

namespace eyas::hls {
namespace {

using http::Exchange;
using http::Response;
using protocols::kOneSecond;
using protocols::respond_error;
using protocols::respond_not_found;

constexpr const char* kPlaylistType = "application/vnd.apple.mpegurl";
constexpr const char* kNotKept = "no-cache";

}  // namespace

Shelf::Shelf(const Options& options, Statistics& statistics, io::Executor& loop)
    : options_(options),
      statistics_(statistics),
      audience_(loop, options.viewer_window, options.viewers_max) {}

void Shelf::request(http::RequestPtr request, Exchange exchange, std::string file) {
  const bool of_playlist = file.empty() || file.ends_with(".m3u8");
  if (!audience_.came(*request, of_playlist)) ++statistics_.limit_viewers;
  Waiting waiting{std::move(request), std::move(exchange), std::move(file), audience_.last_request()};
  if (answer(waiting, false)) return;
  if (audience_.waiting() >= options_.blocked_max) {
    ++statistics_.limit_blocked;
    return respond_error(waiting.exchange, 503, "limit", "too many requests wait for this stream");
  }
  audience_.wait(std::move(waiting));
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
  protocols::respond_media(waiting.exchange, entry.view.name == "video" ? "video/mp4" : "audio/mp4",
                           std::move(found.bytes));
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

void Shelf::retry(bool sweeping) {
  const bool starting = !snapshot_ || !snapshot_->ready;
  const base::Duration limit = starting ? options_.start_timeout : options_.block_max;
  audience_.retry(
      [&](Waiting& waiting, base::Duration waited) { return answer(waiting, sweeping && waited >= limit); });
}

void Shelf::close() {
  over_ = true;
  audience_.dismiss("no such stream");
}

}  // namespace eyas::hls
