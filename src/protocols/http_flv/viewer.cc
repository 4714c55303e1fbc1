#include "protocols/http_flv/viewer.h"

#include "base/log.h"

namespace eyas::http_flv {
namespace {

http::StreamHead flv_head() {
  http::StreamHead head;
  head.headers.set("content-type", "video/x-flv");
  head.headers.set("cache-control", "no-store");
  head.framing = http::StreamHead::Framing::kUntilClose;
  return head;
}

}  // namespace

Viewer::Viewer(const Parts& parts, http::RequestPtr request, http::Exchange exchange, hub::StreamName name)
    : parts_(parts),
      request_(std::move(request)),
      exchange_(std::move(exchange)),
      executor_(exchange_.executor()),
      name_(std::move(name)),
      session_("flv-" +
               std::to_string(parts.statistics.next_session.fetch_add(1, std::memory_order_relaxed))) {}

Viewer::~Viewer() = default;

void Viewer::start() {
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = session_;
  info.peer = request_->peer;
  info.arguments = request_->raw_query;
  info.wait = parts_.options.play_wait;
  parts_.directory.read<flv::CommonFormat>(
      name_, std::move(info), executor_,
      [self = weak_from_this()] {
        if (auto viewer = self.lock()) viewer->wake();
      },
      [self = shared_from_this()](base::Result<Reader> reader) { self->answer(std::move(reader)); });
}

void Viewer::answer(base::Result<Reader> reader) {
  if (exchange_.gone()) return;
  if (!reader) {
    parts_.statistics.not_found.fetch_add(1, std::memory_order_relaxed);
    return exchange_.respond(http::Response::error(404, "not_found", "no such stream: " + name_.text()));
  }
  if (request_->method == http::Method::kHead) {
    return exchange_.respond(http::Response::bytes("video/x-flv", {}).header("cache-control", "no-store"));
  }
  if (!request_->wants_websocket())
    return play(std::move(*reader), make_output(exchange_.stream(flv_head())));
  base::Result<http::WebSocket> socket = exchange_.upgrade_websocket();
  if (!socket) return;  // answered already
  parts_.statistics.plays_over_websocket.fetch_add(1, std::memory_order_relaxed);
  play(std::move(*reader), make_output(std::move(*socket)));
}

void Viewer::play(Reader reader, std::unique_ptr<Output> output) {
  reader_ = std::move(reader);
  output_ = std::move(output);
  parts_.statistics.plays.fetch_add(1, std::memory_order_relaxed);
  parts_.statistics.viewers.fetch_add(1, std::memory_order_relaxed);
  base::log::info("http_flv.play",
                  {{"stream", name_.text()}, {"session", session_}, {"peer", request_->peer}});
  self_ = shared_from_this();
  output_->on_closed([self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->finish("the peer left");
  });
  output_->on_drained([self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->pump();
  });
  pump();
}

void Viewer::wake() {
  if (over_ || !output_ || delayed_.armed()) return;
  if (parts_.options.max_send_delay == base::Duration::zero()) return pump();
  delayed_ = executor_.after(parts_.options.max_send_delay, [self = weak_from_this()] {
    if (auto viewer = self.lock()) viewer->pump();
  });
}

void Viewer::pump() {
  while (!over_ && output_->pending() == 0) {
    bool more = gather();
    output_->flush();
    if (more) continue;
    if (!reader_.ended()) return;
    // Not here: we may be inside the reader's own call.
    executor_.defer([self = shared_from_this()] { self->finish("the stream has ended"); });
    return;
  }
}

// False when the reader has nothing more for now.
bool Viewer::gather() {
  size_t bytes = 0;
  while (bytes < parts_.options.send_bytes_max) {
    auto item = reader_.next();
    if (!item) return false;
    if (item->head) {
      if (item->head->wants_aac && !aac_ && parts_.derivations != nullptr)
        aac_ = parts_.derivations->want(name_, hub::Derivation::kAac);
      base::Slice head = head_bytes(*item->head, item->unit->timestamp_ms, !started_);
      started_ = true;
      output_->add({&head, 1});
    }
    output_->add({&item->unit->flv, 1});
    bytes += item->unit->bytes();
  }
  return true;
}

void Viewer::finish(const char* reason) {
  if (over_) return;
  over_ = true;
  parts_.statistics.viewers.fetch_sub(1, std::memory_order_relaxed);
  base::log::info(
      "http_flv.closed",
      {{"stream", name_.text()}, {"session", session_}, {"peer", request_->peer}, {"reason", reason}});
  reader_.detach();
  aac_.reset();
  output_->finish();
  self_.reset();  // the caller holds another reference
}

}  // namespace eyas::http_flv
