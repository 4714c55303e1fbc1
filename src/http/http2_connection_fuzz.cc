// Any bytes after the HTTP/2 preface into a connection with a router: no crash, no leak, however they are
// split.
#include "http/test_peer.h"
#include "http/test_routes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  if (size < 2 || size > 16 * 1024) return 0;
  io::sim::SimWorld world;
  io::sim::SimExecutor& executor = world.add_loop();
  http::test::Held held;
  http::Router router;
  http::test::add_routes(router, held);
  http::Options options;
  options.body_bytes_max = 4096;
  http::Server server(executor, router, options, std::make_shared<http::Shared>());
  http::test::Peer peer(executor, server);
  peer.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  peer.take_nothing_beyond(data[0] * 64);
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  peer.send_in_pieces(input, 1 + data[0] % 128);
  for (auto& exchange : held.exchanges) exchange.respond(http::Response::text("late"));
  for (auto& body : held.bodies) body.send(base::Slice::literal("more"));
  if (!held.bodies.empty()) held.bodies.pop_back();
  peer.drain();
  world.advance(std::chrono::seconds(40));
  return 0;
}
