#include "http/http1_connection.h"

#include <cstdio>
#include <utility>

#include "base/check.h"
#include "http/dispatch.h"
#include "http/reply.h"

namespace eyas::http {

using Phase = ExchangeState::Phase;

namespace {

constexpr size_t kHeadBytesUsual = 512;   // of an answer: written without growing
constexpr size_t kInputBytesKept = 4096;  // room for the next request; idle connections keep no more

}  // namespace

Http1Connection::Http1Connection(Connection& connection)
    : connection_(connection), deadline_(connection.now() + connection.options().idle_timeout) {}

Http1Connection::~Http1Connection() = default;

void Http1Connection::on_data(base::Bytes bytes) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kWebSocket && in_.empty()) return websocket_->on_data(bytes, connection_.now());
  // The answer ends with the connection: whatever else the peer says will not be read.
  if (state_ == State::kAnswering && !keep_alive_) return;
  in_.insert(in_.end(), bytes.begin(), bytes.end());
  advance();
  if (in_.size() > connection_.options().pipelined_bytes_max && !may_read() && !paused_) {
    paused_ = true;
    connection_.pause_reading(true);
  }
}

bool Http1Connection::may_read() const {
  bool reads = state_ == State::kIdle || state_ == State::kHead || state_ == State::kBody;
  return reads && !connection_.ending() && connection_.pending() <= connection_.options().unsent_bytes_max;
}

void Http1Connection::advance() {
  if (advancing_) return;
  advancing_ = true;
  while (may_read() && step()) {
  }
  advancing_ = false;
  if (in_.empty()) discard_input();
}

void Http1Connection::discard_input() {
  in_.clear();
  if (in_.capacity() > kInputBytesKept) in_.shrink_to_fit();
}

bool Http1Connection::step() {
  if (state_ == State::kIdle) {
    if (in_.empty()) return false;
    incoming_ = std::make_unique<Incoming>(connection_.options());
    state_ = State::kHead;
    deadline_ = connection_.now() + connection_.options().header_timeout;
  }
  auto fed = incoming_->parser.feed(in_);
  if (!fed) {
    int status = incoming_->parser.status();
    if (status == 414)
      connection_.hit(Limit::kUri);
    else if (status == 431)
      connection_.hit(Limit::kHeader);
    else if (status == 413)
      connection_.hit(Limit::kBody);
    else
      connection_.stats().malformed.fetch_add(1, std::memory_order_relaxed);
    refuse(status, fed.error().context);
    return false;
  }
  in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(fed->consumed));
  if (fed->progress == Http1Parser::Progress::kHead) on_head();
  if (state_ == State::kBody && incoming_->sink && !fill_sink()) return false;
  if (fed->progress == Http1Parser::Progress::kComplete) on_request();
  return fed->progress != Http1Parser::Progress::kNeedMore;
}

void Http1Connection::on_head() {
  const Options& options = connection_.options();
  Incoming& incoming = *incoming_;
  incoming.request = incoming.parser.take_request();
  incoming.match = connection_.router().match(incoming.request->method, incoming.request->path);
  size_t limit = incoming.match.route ? incoming.match.route->options.body_bytes_max : 0;
  if (limit == 0) limit = options.body_bytes_max;
  const Http1Parser::Head& head = incoming.parser.head();
  if (head.content_length.value_or(0) > limit) {
    connection_.hit(Limit::kBody);
    return refuse(413, "http1: body");
  }
  incoming.parser.set_body_limit(limit);
  keep_alive_ = head.keep_alive;
  state_ = State::kBody;
  deadline_ = connection_.now() + options.body_timeout;
  if (!open_sink()) return;
  bool has_body = head.chunked || head.content_length.value_or(0) > 0;
  if (head.expects_continue && has_body && in_.empty()) {
    base::Slice go_on = base::Slice::literal("HTTP/1.1 100 Continue\r\n\r\n");
    connection_.send(std::span(&go_on, 1));
  }
}

bool Http1Connection::open_sink() {
  Incoming& incoming = *incoming_;
  if (!incoming.match.route || !incoming.match.route->options.open_sink) return true;
  incoming.request->params = incoming.match.params;
  incoming.request->peer = connection_.peer();
  auto opened = http::open_sink(incoming.match.route->options, connection_.options(), *incoming.request,
                                connection_.executor());
  if (auto* refusal = std::get_if<Response>(&opened)) {
    refuse(std::move(*refusal));
    return false;
  }
  incoming.sink = std::move(std::get<std::unique_ptr<BodySink>>(opened));
  return true;
}

// False when there is nothing more to read: for good, or until the sink is ready for more.
bool Http1Connection::fill_sink() {
  BodySink& sink = *incoming_->sink;
  std::string part = incoming_->parser.take_part();
  if (part.empty()) return true;
  deadline_ = connection_.now() + connection_.options().body_timeout;
  if (auto refusal = sink.take(base::as_bytes(part))) {
    refuse(std::move(*refusal));
    return false;
  }
  if (!sink.busy() || paused_) return true;
  connection_.pause_reading(paused_ = true);
  sink.on_ready([this] {
    deadline_ = connection_.now() + connection_.options().body_timeout;
    if (paused_) connection_.pause_reading(paused_ = false);
  });
  return true;
}

void Http1Connection::on_request() {
  auto request = std::move(incoming_->request);
  request->sink = std::move(incoming_->sink);
  if (request->sink) request->sink->on_ready({});  // it may outlive us
  request->body = incoming_->parser.take_body();
  request->peer = connection_.peer();
  request->secure = connection_.secure();
  Router::Match match = std::move(incoming_->match);
  incoming_.reset();
  state_ = State::kAnswering;
  if (++requests_ >= connection_.options().requests_per_connection_max || draining_) keep_alive_ = false;
  auto exchange = std::make_shared<ExchangeState>(static_cast<Transport&>(*this), connection_.executor());
  exchange_ = exchange.get();
  dispatch(connection_.router(), connection_.options(), std::move(match), std::move(request),
           std::move(exchange));
}

void Http1Connection::refuse(int status, const char* why) {
  refuse(Response::error(status, "bad_request", why));
}

void Http1Connection::refuse(Response response) {
  incoming_.reset();
  discard_input();
  state_ = State::kClosed;
  response.headers.set("content-length", std::to_string(response.body_bytes()));
  std::vector<base::Slice> out;
  send_head(response.status, response.headers, false, Version::kHttp11, out);
  out.push_back(response.body.front());
  connection_.send(out);
  connection_.end();
}

void Http1Connection::send_head(int status, const Headers& headers, bool keep, Version version,
                                std::vector<base::Slice>& out) {
  connection_.count_response(status);
  std::string text;
  text.reserve(kHeadBytesUsual);
  text += "HTTP/1.1 ";
  text += std::to_string(status);
  text += ' ';
  text += reason_phrase(status);
  text += "\r\n";
  for (const Headers::Line& line : headers.lines()) {
    text += line.name;
    text += ": ";
    text += line.value;
    text += "\r\n";
  }
  if (!keep)
    text += "connection: close\r\n";
  else if (version == Version::kHttp10)
    text += "connection: keep-alive\r\n";
  text += "\r\n";
  out.push_back(base::Slice::copy_of(text));
}

void Http1Connection::next_request() {
  exchange_ = nullptr;
  if (!keep_alive_ || draining_) {
    state_ = State::kClosed;
    discard_input();
    return connection_.end();
  }
  state_ = State::kIdle;
  deadline_ = connection_.now() + connection_.options().idle_timeout;
  if (paused_) connection_.pause_reading(paused_ = false);
  // Not from here: we may be inside a handler's call.
  if (!in_.empty() && !advancing_) resume_ = connection_.executor().after({}, [this] { advance(); });
}

void Http1Connection::respond(ExchangeState& exchange, Response response) {
  const Request& request = *exchange.request;
  complete_response(request, exchange.route, connection_.options(), connection_.wall(), response);
  std::vector<base::Slice> out;
  out.reserve(response.body.size() + 1);
  if (draining_) keep_alive_ = false;
  send_head(response.status, response.headers, keep_alive_, request.version, out);
  for (base::Slice& slice : response.body) out.push_back(std::move(slice));
  exchange.done();
  connection_.send(out);
  next_request();
}

void Http1Connection::begin_body(ExchangeState& exchange, StreamHead head) {
  const Request& request = *exchange.request;
  // [RFC 9112 6.1] HTTP/1.0 knows no chunks.
  if (head.framing == StreamHead::Framing::kChunked && request.version == Version::kHttp10) {
    head.framing = StreamHead::Framing::kUntilClose;
  }
  framing_ = static_cast<Framing>(head.framing);
  complete_head(request, exchange.route, connection_.options(), connection_.wall(), head);
  if (framing_ == Framing::kChunked) head.headers.set("transfer-encoding", "chunked");
  if (framing_ == Framing::kUntilClose || draining_) keep_alive_ = false;
  body_left_ = head.content_length;
  if (request.method == Method::kHead) framing_ = Framing::kNoBody;
  std::vector<base::Slice> out;
  send_head(head.status, head.headers, keep_alive_, request.version, out);
  exchange.phase = Phase::kBody;
  exchange.request.reset();
  if (!keep_alive_) discard_input();
  connection_.send(out);
}

size_t Http1Connection::send_body(ExchangeState&, std::span<const base::Slice> slices) {
  if (framing_ == Framing::kNoBody) return connection_.pending();
  if (framing_ == Framing::kUntilClose) return connection_.send(slices);
  uint64_t total = 0;
  for (const base::Slice& slice : slices) total += slice.size();
  if (framing_ == Framing::kLength) {
    CHECK(total <= body_left_);
    body_left_ -= total;
    return connection_.send(slices);
  }
  if (total == 0) return connection_.pending();  // an empty chunk would be the end
  char size_line[20];
  std::snprintf(size_line, sizeof size_line, "%llx\r\n", static_cast<unsigned long long>(total));
  std::vector<base::Slice> out;
  out.reserve(slices.size() + 2);
  out.push_back(base::Slice::copy_of(std::string_view(size_line)));
  out.insert(out.end(), slices.begin(), slices.end());
  out.push_back(base::Slice::literal("\r\n"));
  return connection_.send(out);
}

void Http1Connection::finish_body(ExchangeState& exchange) {
  if (framing_ == Framing::kLength && body_left_ > 0) return reset_body(exchange);
  if (framing_ == Framing::kChunked) {
    base::Slice last = base::Slice::literal("0\r\n\r\n");
    connection_.send(std::span(&last, 1));
  }
  exchange.done();
  next_request();
}

void Http1Connection::reset_body(ExchangeState& exchange) {
  exchange.done();
  exchange_ = nullptr;
  state_ = State::kClosed;
  connection_.fail(base::Code::kClosed, "http1: the body was given up");
}

std::shared_ptr<WebSocketSession> Http1Connection::upgrade(ExchangeState& exchange, std::string_view accept,
                                                           Headers headers, const WebSocketOptions& options) {
  headers.set("upgrade", "websocket");
  headers.set("connection", "Upgrade");
  headers.set("sec-websocket-accept", accept);
  std::vector<base::Slice> out;
  send_head(101, headers, true, Version::kHttp11, out);
  exchange.done();
  exchange_ = nullptr;
  state_ = State::kWebSocket;
  connection_.stats().websockets_opened.fetch_add(1, std::memory_order_relaxed);
  websocket_ = std::make_shared<WebSocketSession>(static_cast<WebSocketLink&>(*this), options,
                                                  connection_.stats(), connection_.now());
  connection_.send(out);
  if (!in_.empty() || paused_) {
    resume_ = connection_.executor().after({}, [this] {
      std::vector<uint8_t> early = std::exchange(in_, {});
      if (paused_) connection_.pause_reading(paused_ = false);
      websocket_->on_data(early, connection_.now());
    });
  }
  return websocket_;
}

void Http1Connection::on_drained() {
  if (websocket_) return websocket_->on_drained();
  if (exchange_ && exchange_->phase == Phase::kBody) return exchange_->drained();
  if (!may_read()) return;
  if (paused_) connection_.pause_reading(paused_ = false);
  advance();
}

void Http1Connection::on_closed() {
  state_ = State::kClosed;
  if (auto websocket = std::move(websocket_)) websocket->lose();
  if (auto* exchange = std::exchange(exchange_, nullptr)) exchange->shared_from_this()->lose();
}

void Http1Connection::sweep(base::MonoTime now) {
  if (state_ == State::kWebSocket && !websocket_->tick(now)) {
    connection_.hit(Limit::kIdleTimeout);
    return connection_.fail(base::Code::kTimeout, "websocket: the peer is silent");
  }
  if (now < deadline_) return;
  if (state_ == State::kIdle && in_.empty()) {
    connection_.hit(Limit::kIdleTimeout);
    state_ = State::kClosed;
    connection_.end();
  } else if (state_ == State::kHead) {
    connection_.hit(Limit::kHeaderTimeout);
    refuse(408, "http1: the head took too long");
  } else if (state_ == State::kBody) {
    connection_.hit(Limit::kBodyTimeout);
    refuse(408, "http1: the body took too long");
  }
}

void Http1Connection::drain() {
  draining_ = true;
  if (websocket_)
    websocket_->close_from_server();
  else if (state_ == State::kIdle)
    connection_.end();
}

}  // namespace eyas::http
