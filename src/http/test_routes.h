// For the tests and fuzzers of this room: handlers of every kind.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "http/router.h"

namespace eyas::http::test {

// What the handlers hold on to, so that a test can go on with it.
struct Held {
  std::vector<Exchange> exchanges;
  std::vector<BodyStream> bodies;
  std::vector<std::shared_ptr<WebSocket>> sockets;
  int gone = 0;
  int closed = 0;
  int drained = 0;
  int sinks = 0;          // open now
  bool slow = false;      // sinks are busy once they have something
  base::Task sink_ready;  // what a busy one is to call
};

// Keeps count of a body up to a limit, and refuses what goes beyond.
class CountingSink final : public BodySink {
 public:
  CountingSink(Held& held, size_t limit) : held_(held), limit_(limit) { ++held_.sinks; }
  ~CountingSink() override { --held_.sinks; }
  std::optional<Response> take(base::Bytes bytes) override {
    count_ += bytes.size();
    if (count_ <= limit_) return std::nullopt;
    return Response::error(507, "full", "no room");
  }
  bool busy() const override { return held_.slow && count_ > 0; }
  void on_ready(base::Task callback) override { held_.sink_ready = std::move(callback); }
  size_t count() const { return count_; }

 private:
  Held& held_;
  size_t limit_;
  size_t count_ = 0;
};

inline void add_sink_route(Router& router, Held& held) {
  RouteOptions options;
  options.body_bytes_max = SIZE_MAX;
  options.open_sink = [&held](const Request& head, io::Executor&) -> OpenedSink {
    size_t limit = std::strtoul(std::string(head.param("limit")).c_str(), nullptr, 10);
    if (limit == 0) return Response::error(403, "off", "nothing is taken");
    return std::unique_ptr<BodySink>(std::make_unique<CountingSink>(held, limit));
  };
  router.add(
      Method::kPut, "/store/{limit}",
      [](RequestPtr request, Exchange exchange) {
        auto* sink = static_cast<CountingSink*>(request->sink.get());
        exchange.respond(Response::text("stored " + std::to_string(sink ? sink->count() : 0)));
      },
      std::move(options));
}

inline void add_stream_route(Router& router, Held& held, const std::string& path,
                             StreamHead::Framing framing) {
  router.add(Method::kGet, path, [&held, framing](RequestPtr, Exchange exchange) {
    StreamHead head;
    head.framing = framing;
    head.content_length = 10;
    BodyStream body = exchange.stream(std::move(head));
    body.on_closed([&held] { ++held.closed; });
    body.on_drained([&held] { ++held.drained; });
    body.send(base::Slice::copy_of("01234"));
    held.bodies.push_back(std::move(body));
  });
}

inline void add_routes(Router& router, Held& held) {
  router.add(Method::kGet, "/hello/{name}", [](RequestPtr request, Exchange exchange) {
    exchange.respond(Response::text("hello " + std::string(request->param("name"))));
  });
  router.add(Method::kPost, "/echo", [](RequestPtr request, Exchange exchange) {
    exchange.respond(Response::bytes("application/octet-stream", request->body));
  });
  router.add(Method::kPost, "/tiny", [](RequestPtr, Exchange exchange) { exchange.respond(Response(204)); },
             {Cors::kAny, 4});
  router.add(Method::kGet, "/large", [](RequestPtr, Exchange exchange) {
    Response response = Response::text(std::string(5000, 'a'));
    response.ranges = true;
    response.headers.set("etag", "\"v1\"");
    exchange.respond(std::move(response));
  });
  router.add(Method::kGet, "/later", [&held](RequestPtr, Exchange exchange) {
    exchange.on_gone([&held] { ++held.gone; });
    held.exchanges.push_back(exchange);
  });
  router.add(Method::kGet, "/silent", [](RequestPtr, Exchange) {});
  router.add(Method::kGet, "/ws", [&held](RequestPtr, Exchange exchange) {
    auto upgraded = exchange.upgrade_websocket({1000, std::chrono::seconds(20), "chat"});
    if (!upgraded) return;
    auto socket = std::make_shared<WebSocket>(std::move(*upgraded));
    std::weak_ptr<WebSocket> weak = socket;
    socket->on_message([weak](WebSocket::Kind kind, base::Bytes payload) {
      base::Slice copy = base::Slice::copy_of(payload);
      if (auto self = weak.lock()) self->send(kind, std::span(&copy, 1));
    });
    socket->on_closed([&held] { ++held.closed; });
    held.sockets.push_back(std::move(socket));
  });
  router.add(Method::kGet, "/media/{name}.flv",
             [](RequestPtr request, Exchange exchange) {
               exchange.respond(Response::text(std::string(request->param("name"))));
             },
             {Cors::kAny, 0});
  add_sink_route(router, held);
  add_stream_route(router, held, "/raw", StreamHead::Framing::kUntilClose);
  add_stream_route(router, held, "/chunks", StreamHead::Framing::kChunked);
  add_stream_route(router, held, "/length", StreamHead::Framing::kLength);
}

}  // namespace eyas::http::test
