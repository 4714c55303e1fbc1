#include "http/http2_connection.h"

#include <algorithm>

#include "http/dispatch.h"
#include "http/http2_session.h"
#include "http/reply.h"
#include "http/target.h"

namespace eyas::http {

using Phase = ExchangeState::Phase;

Http2Connection::Http2Connection(Connection& connection)
    : connection_(connection),
      session_(std::make_unique<Session>(*this)),
      idle_since_(connection.now()),
      resets_since_(idle_since_) {}

Http2Connection::~Http2Connection() = default;

Http2Connection::Stream* Http2Connection::find(int32_t id) {
  auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void Http2Connection::on_data(base::Bytes bytes) {
  in_session_ = true;
  ssize_t read = nghttp2_session_mem_recv(session_->native, bytes.data(), bytes.size());
  in_session_ = false;
  if (read < 0) connection_.stats().malformed.fetch_add(1, std::memory_order_relaxed);
  process_ready();
  flush();
  tell_drained();  // a WINDOW_UPDATE may have let out what waited
  pace();
  // A fatal error has no GOAWAY of nghttp2's own making.
  if (read < 0) connection_.fail(base::Code::kMalformed, "http2: frames");
}

void Http2Connection::process_ready() {
  auto closed = std::move(closed_);
  closed_.clear();
  for (auto& stream : closed) {
    if (auto* exchange = std::exchange(stream->exchange, nullptr)) exchange->shared_from_this()->lose();
    if (stream->socket) stream->socket->session->lose();
  }
  process_heard();
  fill_sinks();
  auto ready = std::move(ready_);
  ready_.clear();
  for (int32_t id : ready) {
    if (Stream* stream = find(id)) dispatch_stream(*stream);
  }
}

void Http2Connection::on_request_head(Stream& stream) {
  const Options& options = connection_.options();
  Request& request = *stream.request;
  stream.has_head = true;
  stream.deadline = connection_.now() + options.body_timeout;
  request.version = Version::kHttp2;
  if (stream.refused) return;
  request.connects_websocket = stream.method == "CONNECT" && stream.protocol == "websocket";
  auto method = request.connects_websocket ? Method::kGet : method_from(stream.method);
  auto target = parse_target(stream.target);
  if (!method || !target || (target->path == "*" && *method != Method::kOptions)) {
    stream.refused = method ? 400 : 501;
    return;
  }
  request.method = *method;
  request.path = std::move(target->path);
  request.raw_query = std::move(target->raw_query);
  request.query = std::move(target->query);
  stream.match = connection_.router().match(request.method, request.path);
  size_t limit = stream.match.route ? stream.match.route->options.body_bytes_max : 0;
  stream.body_bytes_max = limit ? limit : options.body_bytes_max;
  stream.wants_sink = stream.match.route && stream.match.route->options.open_sink;
}

void Http2Connection::dispatch_stream(Stream& stream) {
  if (stream.head_sent) return;
  if (stream.refused) return refuse(stream, stream.refused);
  if (stream.wants_sink && !fill_sink(stream)) return;  // one whose body is empty
  auto request = std::move(stream.request);
  request->body = base::Slice(std::move(stream.body));
  request->sink = std::move(stream.sink);
  if (request->sink) request->sink->on_ready({});  // it may outlive us
  sink_ready();
  request->peer = connection_.peer();
  request->secure = connection_.secure();
  stream.body = {};
  auto exchange = std::make_shared<ExchangeState>(static_cast<Transport&>(*this), connection_.executor());
  exchange->stream_id = stream.id;
  stream.exchange = exchange.get();
  if (++requests_ == connection_.options().requests_per_connection_max) drain();
  dispatch(connection_.router(), connection_.options(), std::move(stream.match), std::move(request),
           std::move(exchange));
}

void Http2Connection::refuse(Stream& stream, int status) {
  if (status == 431) connection_.hit(Limit::kHeader);
  if (status == 414) connection_.hit(Limit::kUri);
  if (status == 413 || status == 503) connection_.hit(Limit::kBody);
  Response response = Response::error(status, "bad_request", reason_phrase(status));
  append(stream, response.body);
  stream.out_ended = true;
  submit_head(stream, status, response.headers, true);
}

size_t Http2Connection::bodies_bytes() const {
  size_t bytes = 0;
  for (const auto& [id, stream] : streams_) bytes += stream->body.size();
  return bytes;
}

size_t Http2Connection::bodies_bytes_max(const Stream& stream) const {
  return std::max(2 * connection_.options().body_bytes_max, stream.body_bytes_max);
}

void Http2Connection::fill_sinks() {
  auto sinking = std::move(sinking_);
  sinking_.clear();
  for (int32_t id : sinking) {
    Stream* stream = find(id);
    if (stream && !stream->refused && !stream->head_sent) fill_sink(*stream);
  }
}

bool Http2Connection::fill_sink(Stream& stream) {
  if (!stream.sink) {
    stream.request->params = stream.match.params;
    stream.request->peer = connection_.peer();
    auto opened = open_sink(stream.match.route->options, connection_.options(), *stream.request,
                            connection_.executor());
    if (auto* refusal = std::get_if<Response>(&opened)) {
      refuse_body(stream, std::move(*refusal));
      return false;
    }
    stream.sink = std::move(std::get<std::unique_ptr<BodySink>>(opened));
  }
  std::vector<uint8_t> part = std::exchange(stream.body, {});
  if (part.empty()) return true;
  stream.deadline = connection_.now() + connection_.options().body_timeout;
  if (auto refusal = stream.sink->take(part)) {
    refuse_body(stream, std::move(*refusal));
    return false;
  }
  if (!stream.sink->busy() || sink_busy_) return true;
  // The whole connection waits: what this one body is too fast for is the disk.
  sink_busy_ = true;
  pace();
  stream.sink->on_ready([this] { sink_ready(); });
  return true;
}

void Http2Connection::sink_ready() {
  sink_busy_ = false;
  pace();
}

void Http2Connection::pace() {
  if (connection_.ending()) return;
  bool hold = sink_busy_ || connection_.pending() > 2 * connection_.options().unsent_bytes_max;
  if (hold != paused_) connection_.pause_reading(paused_ = hold);
}

void Http2Connection::refuse_body(Stream& stream, Response response) {
  stream.complete = true;  // what still comes of the body is dropped
  stream.sink.reset();
  sink_ready();
  append(stream, response.body);
  stream.out_ended = true;
  submit_head(stream, response.status, response.headers, true);
}

void Http2Connection::submit_head(Stream& stream, int status, const Headers& headers, bool with_body) {
  connection_.count_response(status);
  stream.head_sent = true;
  session_->submit_response(stream.id, status, headers, with_body);
}

void Http2Connection::append(Stream& stream, std::span<const base::Slice> slices) {
  for (const base::Slice& slice : slices) {
    if (slice.empty()) continue;
    stream.out.push_back(slice);
    stream.out_bytes += slice.size();
  }
}

void Http2Connection::resume(Stream& stream) {
  if (stream.out_waits) {
    stream.out_waits = false;
    nghttp2_session_resume_data(session_->native, stream.id);
  }
  flush();
}

void Http2Connection::flush() {
  if (in_session_ || gone_ || connection_.ending()) return;
  in_session_ = true;
  int failed = nghttp2_session_send(session_->native);
  in_session_ = false;
  session_->gather();
  auto frames = std::move(frames_);
  frames_.clear();
  if (!frames.empty()) connection_.send(frames);
  if (failed) return connection_.fail(base::Code::kMalformed, "http2: session");
  // Not from here: we may be inside a call of those who are to be told.
  if (!closed_.empty()) later_ = connection_.executor().after({}, [this] { process_ready(); });
  if (draining_ && streams_.empty()) return connection_.end();
  if (!nghttp2_session_want_read(session_->native) && !nghttp2_session_want_write(session_->native))
    connection_.end();
}

void Http2Connection::forget(const ExchangeState& exchange) {
  for (auto& stream : closed_) {
    if (stream->exchange == &exchange) stream->exchange = nullptr;
  }
}

void Http2Connection::respond(ExchangeState& exchange, Response response) {
  Stream* stream = find(exchange.stream_id);
  complete_response(*exchange.request, exchange.route, connection_.options(), connection_.wall(), response);
  exchange.done();
  if (!stream) return forget(exchange);
  stream->exchange = nullptr;
  bool with_body = response.body_bytes() > 0;
  append(*stream, response.body);
  stream->out_ended = true;
  submit_head(*stream, response.status, response.headers, with_body);
  if (stream->protocol == "websocket") await_end(*stream);
  flush();
}

void Http2Connection::begin_body(ExchangeState& exchange, StreamHead head) {
  Stream* stream = find(exchange.stream_id);
  complete_head(*exchange.request, exchange.route, connection_.options(), connection_.wall(), head);
  exchange.phase = Phase::kBody;
  if (!stream) return;
  stream->discards_body = exchange.request->method == Method::kHead;
  exchange.request.reset();
  submit_head(*stream, head.status, head.headers, true);
  flush();
}

size_t Http2Connection::send_body(ExchangeState& exchange, std::span<const base::Slice> slices) {
  Stream* stream = find(exchange.stream_id);
  if (!stream || stream->discards_body) return 0;
  append(*stream, slices);
  resume(*stream);
  // flush() may have closed it.
  size_t pending = pending_body(exchange);
  stream = find(exchange.stream_id);
  if (stream && pending > 0) stream->told_pending = true;
  return pending;
}

size_t Http2Connection::pending_body(const ExchangeState& exchange) const {
  auto found = streams_.find(exchange.stream_id);
  if (found == streams_.end() || connection_.ending()) return 0;
  return found->second->out_bytes + connection_.pending();
}

void Http2Connection::finish_body(ExchangeState& exchange) {
  Stream* stream = find(exchange.stream_id);
  exchange.done();
  if (!stream) return forget(exchange);
  stream->exchange = nullptr;
  stream->out_ended = true;
  resume(*stream);
}

void Http2Connection::reset_body(ExchangeState& exchange) {
  Stream* stream = find(exchange.stream_id);
  exchange.done();
  if (!stream) return forget(exchange);
  stream->exchange = nullptr;
  nghttp2_submit_rst_stream(session_->native, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
  flush();
}

void Http2Connection::on_drained() {
  for (auto& [id, stream] : streams_) {
    if (!stream->out_waits || stream->out_bytes == 0) continue;
    stream->out_waits = false;
    nghttp2_session_resume_data(session_->native, id);
  }
  flush();
  tell_drained();
  pace();
}

void Http2Connection::tell_drained() {
  if (connection_.ending() || connection_.pending() > 0) return;
  // By id: a callback may end its own stream or another.
  std::vector<int32_t> drained;
  for (auto& [id, stream] : streams_) {
    if (stream->told_pending && stream->out_bytes == 0) drained.push_back(id);
  }
  for (int32_t id : drained) {
    Stream* stream = find(id);
    if (!stream || (!stream->exchange && !stream->socket)) continue;
    stream->told_pending = false;
    if (stream->socket)
      stream->socket->session->on_drained();
    else
      stream->exchange->drained();
  }
}

void Http2Connection::on_closed() {
  gone_ = true;
  ready_.clear();
  auto streams = std::move(streams_);
  streams_.clear();
  for (auto& [id, stream] : streams) closed_.push_back(std::move(stream));
  process_ready();
}

bool Http2Connection::too_many_resets() {
  base::MonoTime now = connection_.now();
  if (now - resets_since_ >= connection_.options().h2_reset_window) {
    resets_since_ = now;
    resets_ = 0;
  }
  return ++resets_ > connection_.options().h2_resets_max;
}

void Http2Connection::sweep(base::MonoTime now) {
  if (streams_.empty()) {
    if (now - idle_since_ < connection_.options().idle_timeout) return;
    connection_.hit(Limit::kIdleTimeout);
    nghttp2_session_terminate_session(session_->native, NGHTTP2_NO_ERROR);
    return flush();
  }
  for (int32_t id : sockets()) {
    Stream* stream = find(id);
    if (!stream || stream->socket->session->tick(now)) continue;
    connection_.hit(Limit::kIdleTimeout);
    nghttp2_submit_rst_stream(session_->native, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  }
  for (auto& [id, stream] : streams_) {
    if (stream->complete || now < stream->deadline) continue;
    if (!stream->has_head) {
      // Until its last CONTINUATION nothing else may come on the connection [RFC 9113 6.10].
      connection_.hit(Limit::kHeaderTimeout);
      return connection_.fail(base::Code::kTimeout, "http2: the head took too long");
    }
    connection_.hit(Limit::kBodyTimeout);
    stream->complete = true;
    nghttp2_submit_rst_stream(session_->native, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  }
  flush();
}

void Http2Connection::drain() {
  // [RFC 9113 6.8] Streams that have begun are still answered.
  nghttp2_submit_goaway(session_->native, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_->native), NGHTTP2_NO_ERROR, nullptr,
                        0);
  draining_ = true;
  for (int32_t id : sockets()) {
    if (Stream* stream = find(id)) stream->socket->session->close_from_server();
  }
  flush();
}

}  // namespace eyas::http
