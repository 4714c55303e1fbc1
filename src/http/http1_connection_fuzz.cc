// Any bytes into a connection with a router: no crash, and any split of them gives the same answers.
#include <cstdlib>

#include "http/test_peer.h"
#include "http/test_routes.h"

namespace {

using namespace eyas;

std::string answers(std::string_view input, size_t piece) {
  io::sim::SimWorld world;
  io::sim::SimExecutor& executor = world.add_loop();
  http::test::Held held;
  http::Router router;
  http::test::add_routes(router, held);
  http::Options options;
  options.header_bytes_max = 2048;
  options.uri_bytes_max = 512;
  options.body_bytes_max = 4096;
  http::Server server(executor, router, options, std::make_shared<http::Shared>());
  http::test::Peer peer(executor, server);
  peer.send_in_pieces(input, piece);
  return peer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 16 * 1024) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (input.starts_with("PRI")) return 0;  // http2_connection_fuzz's
  std::string whole = answers(input, input.size());
  std::string split = answers(input, 1 + data[0] % 64);
  // What is refused depends on how much was there to look at; what is answered does not.
  bool refused = whole.find("HTTP/1.1 4") != whole.npos || split.find("HTTP/1.1 4") != split.npos ||
                 whole.find("HTTP/1.1 5") != whole.npos || split.find("HTTP/1.1 5") != split.npos ||
                 whole.find("100 Continue") != whole.npos || split.find("100 Continue") != split.npos;
  bool upgraded = whole.find("HTTP/1.1 101") != whole.npos;
  if (!refused && !upgraded && whole != split) std::abort();
  return 0;
}
