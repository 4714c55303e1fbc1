#include "protocols/data/viewer.h"

#include "base/log.h"
#include "base/number.h"

namespace eyas::data {
namespace {

constexpr const char* kMediaType = "application/x-ndjson";

http::StreamHead lines_head() {
  http::StreamHead head;
  head.headers.set("content-type", kMediaType);
  head.headers.set("cache-control", "no-store");
  head.framing = http::StreamHead::Framing::kChunked;
  return head;
}

}  // namespace

base::Result<std::optional<media::TrackId>> wanted_track(std::optional<std::string_view> argument) {
  if (!argument) return std::optional<media::TrackId>();
  const auto track = base::number_of<media::TrackId>(*argument);
  if (!track) return base::Error{base::Code::kMalformed, "track is not a number", {}};
  return track;
}

Viewer::Viewer(const Parts& parts, http::RequestPtr request, http::Exchange exchange, hub::StreamName name,
               std::optional<media::TrackId> track)
    : parts_(parts),
      request_(std::move(request)),
      exchange_(std::move(exchange)),
      executor_(exchange_.executor()),
      name_(std::move(name)),
      track_(track),
      session_("data-" +
               std::to_string(parts.statistics.next_session.fetch_add(1, std::memory_order_relaxed))) {}

void Viewer::start() {
  if (parts_.statistics.viewers.load(std::memory_order_relaxed) >= parts_.options.viewers_max) {
    parts_.statistics.limit_viewers.fetch_add(1, std::memory_order_relaxed);
    return exchange_.respond(http::Response::error(503, "limit", "too many readers of data"));
  }
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = session_;
  info.peer = request_->peer;
  info.arguments = request_->raw_query;
  info.wait = parts_.options.play_wait;
  parts_.directory.read<LineFormat>(
      name_, std::move(info), executor_,
      [self = weak_from_this()] {
        if (auto viewer = self.lock()) viewer->pump();
      },
      [self = shared_from_this()](base::Result<Reader> reader) { self->answer(std::move(reader)); });
}

void Viewer::answer(base::Result<Reader> reader) {
  if (exchange_.gone()) return;
  if (!reader) {
    parts_.statistics.not_found.fetch_add(1, std::memory_order_relaxed);
    return exchange_.respond(http::Response::error(404, "not_found", "no such stream: " + name_.text()));
  }
  if (request_->method == http::Method::kHead)
    return exchange_.respond(http::Response::bytes(kMediaType, {}).header("cache-control", "no-store"));
  if (!request_->wants_websocket())
    return play(std::move(*reader), make_output(exchange_.stream(lines_head())));
  base::Result<http::WebSocket> socket = exchange_.upgrade_websocket();
  if (!socket) return;  // answered already
  play(std::move(*reader), make_output(std::move(*socket)));
}

void Viewer::play(Reader reader, std::unique_ptr<Output> output) {
  reader_ = std::move(reader);
  output_ = std::move(output);
  parts_.statistics.plays.fetch_add(1, std::memory_order_relaxed);
  parts_.statistics.viewers.fetch_add(1, std::memory_order_relaxed);
  base::log::info("data.play", {{"stream", name_.text()}, {"session", session_}, {"peer", request_->peer}});
  self_ = shared_from_this();
  output_->on_closed([self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->finish("the peer left");
  });
  output_->on_drained([self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->pump();
  });
  pump();
}

void Viewer::pump() {
  if (over_ || !output_) return;
  while (output_->pending() == 0) {
    auto item = reader_.next();
    if (!item) {
      // Not here: we may be inside the reader's own call.
      if (reader_.ended())
        executor_.defer([self = shared_from_this()] { self->finish("the stream has ended"); });
      return;
    }
    if (track_ && item->unit->track != *track_) continue;
    if (item->unit->omitted) parts_.statistics.limit_payload.fetch_add(1, std::memory_order_relaxed);
    output_->send(item->unit->text);
  }
}

void Viewer::finish(const char* reason) {
  if (over_) return;
  over_ = true;
  parts_.statistics.viewers.fetch_sub(1, std::memory_order_relaxed);
  base::log::info("data.closed", {{"stream", name_.text()}, {"session", session_}, {"reason", reason}});
  reader_.detach();
  output_->finish();
  self_.reset();  // the caller holds another reference
}

}  // namespace eyas::data
