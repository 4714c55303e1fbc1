#include "protocols/mjpeg/viewer.h"

#include <array>
#include <cstdio>

#include "base/log.h"

namespace eyas::mjpeg {
namespace {

constexpr const char* kFirstBoundary = "--eyas\r\n";
// A browser shows a part when it sees where the next one begins: that is sent along with it.
constexpr const char* kNextBoundary = "\r\n--eyas\r\n";
constexpr const char* kRetryAfter = "1";

http::StreamHead multipart_head() {
  http::StreamHead head;
  head.headers.set("content-type", "multipart/x-mixed-replace; boundary=eyas");
  head.headers.set("cache-control", "no-store");
  head.framing = http::StreamHead::Framing::kUntilClose;
  return head;
}

base::Slice part_head(const hub::Picture& picture) {
  int64_t ms = media::media_time_to_ms(picture.time);
  char text[160];
  int length = std::snprintf(
      text, sizeof text, "Content-Type: image/jpeg\r\nContent-Length: %zu\r\nX-Timestamp: %lld.%03d\r\n\r\n",
      picture.image.size(), static_cast<long long>(ms / 1000), static_cast<int>(ms % 1000));
  return base::Slice::copy_of(std::string_view(text, static_cast<size_t>(length)));
}

}  // namespace

// --- what both have

Waiting::Waiting(const Options& options, Statistics& statistics, http::RequestPtr request,
                 http::Exchange exchange, hub::StreamName name)
    : statistics_(statistics),
      request_(std::move(request)),
      exchange_(std::move(exchange)),
      name_(std::move(name)),
      picture_wait_(options.picture_wait) {
  statistics_.viewers.fetch_add(1, std::memory_order_relaxed);
}

Waiting::~Waiting() {
  statistics_.viewers.fetch_sub(1, std::memory_order_relaxed);
}

void Waiting::start(hub::Pictures& pictures, const hub::PictureVariant& variant) {
  self_ = shared_from_this();
  exchange_.on_gone([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->let_go();
  });
  patience_ = exchange_.executor().after(picture_wait_, [weak = weak_from_this()] {
    if (auto self = weak.lock())
      self->on_error({base::Code::kTimeout, "no picture came", self->name_.text()});
  });
  lease_ = pictures.watch(name_, variant, exchange_.executor(),
                          [weak = weak_from_this()](base::Result<hub::PicturePtr> picture) {
                            auto self = weak.lock();
                            if (!self || !self->self_) return;
                            picture ? self->on_picture(std::move(*picture)) : self->on_error(picture.error());
                          });
}

void Waiting::on_error(const base::Error& error) {
  bool absent = error.code == base::Code::kNotFound || error.code == base::Code::kClosed;
  if (absent) return refuse(404, "not_found", "no such stream: " + name_.text());
  refuse(503, error.code == base::Code::kLimit ? "limit" : "no_picture", error.message());
}

void Waiting::refuse(int status, const char* code, const std::string& message) {
  (status == 404 ? statistics_.not_found : statistics_.refused).fetch_add(1, std::memory_order_relaxed);
  auto response = http::Response::error(status, code, message);
  if (status == 503) response.header("retry-after", kRetryAfter);
  exchange_.respond(std::move(response));
  let_go();
}

void Waiting::let_go() {
  patience_.cancel();
  // Not here: we may be inside the lease's own callback.
  if (self_) exchange_.executor().defer([self = std::move(self_)] { self->lease_.reset(); });
}

// --- a snapshot

void Shot::on_picture(hub::PicturePtr picture) {
  statistics_.snapshots.fetch_add(1, std::memory_order_relaxed);
  auto response = http::Response::bytes("image/jpeg", picture->image);
  response.header("etag", "\"" + std::to_string(picture->number) + "-" +
                              std::to_string(media::media_time_to_ms(picture->time)) + "\"");
  response.header("cache-control", "public, max-age=1");
  response.compressible = false;
  exchange_.respond(std::move(response));
  let_go();
}

// --- a series

Viewer::Viewer(const Options& options, Statistics& statistics, Audience& audience, http::RequestPtr request,
               http::Exchange exchange, hub::StreamName name)
    : Waiting(options, statistics, std::move(request), std::move(exchange), std::move(name)),
      audience_(audience),
      session_("mjpeg-" + std::to_string(statistics.next_session.fetch_add(1, std::memory_order_relaxed))) {}

Viewer::~Viewer() {
  if (playing_) audience_.change(name_, -1);
}

void Viewer::on_picture(hub::PicturePtr picture) {
  if (!playing_) begin();
  if (!self_) return;
  if (body_.pending() == 0) return send(*picture);
  if (held_) statistics_.pictures_skipped.fetch_add(1, std::memory_order_relaxed);
  held_ = std::move(picture);
}

void Viewer::begin() {
  found();
  if (request_->method == http::Method::kHead) {
    exchange_.respond(http::Response::bytes("multipart/x-mixed-replace; boundary=eyas", {}));
    return let_go();
  }
  playing_ = true;
  audience_.change(name_, 1);
  statistics_.plays.fetch_add(1, std::memory_order_relaxed);
  base::log::info("mjpeg.play", {{"stream", name_.text()}, {"session", session_}, {"peer", request_->peer}});
  body_ = exchange_.stream(multipart_head());
  std::weak_ptr<Viewer> weak = std::static_pointer_cast<Viewer>(shared_from_this());
  body_.on_closed([weak] {
    if (auto viewer = weak.lock()) viewer->finish("the peer left");
  });
  body_.on_drained([weak] {
    if (auto viewer = weak.lock()) viewer->drained();
  });
  body_.send(base::Slice::literal(kFirstBoundary));
}

void Viewer::send(const hub::Picture& picture) {
  statistics_.pictures.fetch_add(1, std::memory_order_relaxed);
  std::array<base::Slice, 3> part = {part_head(picture), picture.image, base::Slice::literal(kNextBoundary)};
  body_.send(part);
}

void Viewer::drained() {
  if (auto picture = std::exchange(held_, nullptr)) send(*picture);
}

void Viewer::on_error(const base::Error& error) {
  if (!playing_) return Waiting::on_error(error);
  finish(error.message());
}

void Viewer::finish(const std::string& reason) {
  if (!self_) return;
  base::log::info("mjpeg.closed", {{"stream", name_.text()}, {"session", session_}, {"reason", reason}});
  body_.finish();
  let_go();
}

}  // namespace eyas::mjpeg
