#include "http/exchange.h"

#include "base/words.h"
#include "http/cors.h"
#include "http/exchange_state.h"
#include "http/websocket_frame.h"

namespace eyas::http {

using Phase = ExchangeState::Phase;

ExchangeState::~ExchangeState() {
  if (!transport) return;
  if (phase == Phase::kUnanswered)
    transport->respond(*this, Response::error(500, "internal", "no answer was given"));
  if (phase == Phase::kBody) transport->reset_body(*this);
}

void ExchangeState::lose() {
  transport = nullptr;
  auto gone = std::move(on_gone);
  auto closed = std::move(on_closed);
  Phase before = phase;
  done();
  if (before == Phase::kUnanswered && gone) gone();
  if (before == Phase::kBody && closed) closed();
}

void ExchangeState::drained() {
  auto self = shared_from_this();
  auto callback = std::move(on_drained);
  if (!callback) return;
  callback();
  if (phase == Phase::kBody && !on_drained) on_drained = std::move(callback);
}

void ExchangeState::done() {
  phase = Phase::kDone;
  transport = nullptr;
  request.reset();
  // Moved out first: what a callback holds may be what owns this.
  auto gone = std::move(on_gone);
  auto drained_callback = std::move(on_drained);
  auto closed = std::move(on_closed);
}

BodyStream& BodyStream::operator=(BodyStream&& other) noexcept {
  if (this != &other) {
    reset();
    state_ = std::move(other.state_);
  }
  return *this;
}

bool BodyStream::open() const {
  return state_ && state_->transport && state_->phase == Phase::kBody;
}

size_t BodyStream::send(std::span<const base::Slice> slices) {
  return open() ? state_->transport->send_body(*state_, slices) : 0;
}

size_t BodyStream::pending() const {
  return open() ? state_->transport->pending_body(*state_) : 0;
}

void BodyStream::on_drained(base::Task callback) {
  if (open()) state_->on_drained = std::move(callback);
}

void BodyStream::on_closed(base::Task callback) {
  if (open()) state_->on_closed = std::move(callback);
}

void BodyStream::finish() {
  bool was_open = open();
  if (auto state = std::move(state_); was_open) state->transport->finish_body(*state);
}

void BodyStream::reset() {
  bool was_open = open();
  if (auto state = std::move(state_); was_open) state->transport->reset_body(*state);
}

void Exchange::respond(Response response) {
  if (state_->transport && state_->phase == Phase::kUnanswered) {
    state_->transport->respond(*state_, std::move(response));
  }
}

BodyStream Exchange::stream(StreamHead head) {
  if (!state_->transport || state_->phase != Phase::kUnanswered) return {};
  state_->transport->begin_body(*state_, std::move(head));
  return BodyStream(state_);
}

base::Result<WebSocket> Exchange::upgrade_websocket(const WebSocketOptions& options) {
  if (!state_->transport || state_->phase != Phase::kUnanswered) {
    return base::Error{base::Code::kClosed, "websocket upgrade", {}};
  }
  const Request& request = *state_->request;
  auto refuse = [this](int status, const char* code, const char* why) {
    Response response = Response::error(status, code, why);
    if (status == 426) response.headers.set("upgrade", "websocket");
    respond(std::move(response));
    return base::Error{base::Code::kRefused, "websocket upgrade", why};
  };
  // [RFC 6455 4.2.1]
  if (!request.wants_websocket()) return refuse(426, "upgrade_required", "this address speaks WebSocket");
  // [RFC 8441 5] Over HTTP/2 there is no key: nothing that is not meant so can look like an extended CONNECT.
  auto accept = request.connects_websocket
                    ? std::optional<std::string>("")
                    : websocket_accept(request.header("sec-websocket-key").value_or(""));
  if (!accept) return refuse(400, "bad_request", "Sec-WebSocket-Key is not 16 bytes in base64");
  if (request.header("sec-websocket-version") != "13") {
    return refuse(426, "upgrade_required", "WebSocket version 13 is spoken here");
  }
  if (!origin_allowed(request, state_->route, state_->transport->cors_origins())) {
    return refuse(403, "origin_refused", "another site may not open this WebSocket");
  }
  Headers headers;
  bool offered = base::list_has_word(request.headers.joined("sec-websocket-protocol"), options.subprotocol);
  if (offered && !options.subprotocol.empty()) headers.set("sec-websocket-protocol", options.subprotocol);
  auto session = state_->transport->upgrade(*state_, *accept, std::move(headers), options);
  if (!session) return refuse(501, "not_implemented", "this stream cannot become a WebSocket");
  return WebSocket(std::move(session));
}

void Exchange::on_gone(base::Task callback) {
  if (state_->transport && state_->phase == Phase::kUnanswered) state_->on_gone = std::move(callback);
}

bool Exchange::gone() const {
  return state_->phase != Phase::kUnanswered || !state_->transport;
}

io::Executor& Exchange::executor() const {
  return state_->executor;
}

}  // namespace eyas::http
