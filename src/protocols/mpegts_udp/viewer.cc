#include "protocols/mpegts_udp/viewer.h"

#include "base/log.h"
#include "base/slice_batch.h"
#include "io/executor.h"

namespace eyas::mpegts_udp {
namespace {

constexpr const char* kContentType = "video/mp2t";  // [RFC 3555 4.2.9]

}  // namespace

Viewer::Viewer(const Parts& parts, http::RequestPtr request, http::Exchange exchange, hub::StreamName name)
    : parts_(parts),
      request_(std::move(request)),
      exchange_(std::move(exchange)),
      executor_(exchange_.executor()),
      name_(std::move(name)),
      session_("ts-" +
               std::to_string(parts.statistics.next_session.fetch_add(1, std::memory_order_relaxed))) {}

void Viewer::start() {
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = session_;
  info.peer = request_->peer;
  info.arguments = request_->raw_query;
  info.wait = parts_.options.play_wait;
  parts_.directory.read<mpegts::Format>(
      name_, std::move(info), executor_,
      [self = weak_from_this()] {
        if (auto viewer = self.lock()) viewer->pump();
      },
      [self = shared_from_this()](base::Result<protocols::TsPlayback::Reader> reader) {
        self->answer(std::move(reader));
      });
}

void Viewer::answer(base::Result<protocols::TsPlayback::Reader> reader) {
  if (exchange_.gone()) return;
  if (!reader) {
    parts_.statistics.not_found.fetch_add(1, std::memory_order_relaxed);
    return exchange_.respond(http::Response::error(404, "not_found", "no such stream: " + name_.text()));
  }
  if (request_->method == http::Method::kHead) {
    return exchange_.respond(http::Response::bytes(kContentType, {}).header("cache-control", "no-store"));
  }
  playback_ = protocols::TsPlayback(parts_.derivations, name_, std::move(*reader));
  http::StreamHead head;
  head.headers.set("content-type", kContentType);
  head.headers.set("cache-control", "no-store");
  body_ = exchange_.stream(std::move(head));
  play();
}

void Viewer::play() {
  parts_.statistics.plays.fetch_add(1, std::memory_order_relaxed);
  parts_.statistics.viewers.fetch_add(1, std::memory_order_relaxed);
  base::log::info("mpegts.play", {{"stream", name_.text()}, {"session", session_}, {"peer", request_->peer}});
  self_ = shared_from_this();
  body_.on_closed([self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->finish("the peer left");
  });
  body_.on_drained([self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->pump();
  });
  pump();
}

void Viewer::pump() {
  while (self_ && !over_ && body_.pending() == 0) {
    bool more = gather();
    if (!slices_.empty()) body_.send(slices_);
    base::clear_batch(slices_);
    if (more) continue;
    if (!playback_.ended()) return;
    // Not here: we may be inside the reader's own call.
    executor_.defer([self = shared_from_this()] { self->finish("the stream has ended"); });
    return;
  }
}

// False when the reader has nothing more for now.
bool Viewer::gather() {
  size_t bytes = 0;
  while (bytes < parts_.options.send_bytes_max) {
    if (!playback_.take(slices_)) return false;
    bytes += slices_.back().size();
  }
  return true;
}

void Viewer::finish(const char* reason) {
  if (std::exchange(over_, true)) return;
  parts_.statistics.viewers.fetch_sub(1, std::memory_order_relaxed);
  base::log::info(
      "mpegts.closed",
      {{"stream", name_.text()}, {"session", session_}, {"peer", request_->peer}, {"reason", reason}});
  playback_.stop();
  body_.finish();
  self_.reset();  // the caller holds another reference
}

}  // namespace eyas::mpegts_udp
