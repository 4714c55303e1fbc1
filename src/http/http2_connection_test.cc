#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>

#include "http/test_http2_client.h"
#include "http/test_peer.h"
#include "http/test_routes.h"

namespace eyas::http {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::Peer;

struct Http2 : testing::Test {
  Http2() { test::add_routes(router, held); }
  io::sim::SimWorld world;
  io::sim::SimExecutor& executor = world.add_loop();
  test::Held held;
  Router router;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  Server server{executor, router, {}, shared};
  Peer peer{executor, server};
  Client client{peer};
};

// One frame [RFC 9113 4.1].
std::string frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string bytes;
  for (int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  for (int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift);
  return bytes.append(payload);
}
const std::string kRawPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(0x04, 0, 0, "");
// With the acknowledgement of the server's SETTINGS.
const std::string kRawOpening = kRawPreface + frame(0x04, 0x01, 0, "");

TEST_F(Http2, AnswersManyRequestsAtOnceInPiecesOfAnySize) {
  for (size_t piece : {1u, 2u, 7u, 24u, 1000u}) {
    int32_t hello = client.ask("GET", "/hello/alpha?x=1");
    int32_t echo = client.ask("POST", "/echo", std::string(100'000, 'e'));
    int32_t missing = client.ask("GET", "/nope");
    int32_t head = client.ask("HEAD", "/hello/alpha");
    client.exchange(piece);
    EXPECT_EQ(client.answers[hello].headers[":status"], "200");
    EXPECT_EQ(client.answers[hello].body, "hello alpha");
    EXPECT_EQ(client.answers[echo].body, std::string(100'000, 'e'));
    EXPECT_EQ(client.answers[missing].headers[":status"], "404");
    EXPECT_EQ(client.answers[head].headers["content-length"], "11");
    EXPECT_EQ(client.answers[head].body, "");
    EXPECT_TRUE(client.answers[head].closed);
  }
  EXPECT_EQ(shared->stats.connections_h2.load(), 1u);
}

TEST_F(Http2, LimitsAnswerTheStreamAndKeepTheConnection) {
  int32_t uri = client.ask("GET", "/" + std::string(9000, 'u'));
  int32_t header = client.ask("GET", "/hello/a", {}, std::string(17'000, 'h'));
  int32_t body = client.ask("POST", "/tiny", "12345");
  int32_t path = client.ask("GET", "/../etc/passwd");
  int32_t fine = client.ask("GET", "/hello/a");
  client.exchange();
  EXPECT_EQ(client.answers[uri].headers[":status"], "414");
  EXPECT_EQ(client.answers[header].headers[":status"], "431");
  EXPECT_EQ(client.answers[body].headers[":status"], "413");
  EXPECT_EQ(client.answers[path].headers[":status"], "400");
  EXPECT_EQ(client.answers[fine].headers[":status"], "200");
  EXPECT_FALSE(peer.closed());
}

// Each is small enough; that all of them are held until the last byte of one comes is what a stranger could
// use.
TEST_F(Http2, UnfinishedBodiesOfAConnectionAreBoundedTogether) {
  std::vector<int32_t> asked;
  for (int i = 0; i < 8; ++i) asked.push_back(client.ask("POST", "/echo", std::string(900'000, 'b')));
  client.exchange();
  auto answered = [&](const char* status) {
    return std::ranges::count_if(asked,
                                 [&](int32_t id) { return client.answers[id].headers[":status"] == status; });
  };
  EXPECT_GT(answered("503"), 0);
  EXPECT_GT(answered("200"), 0);
  EXPECT_EQ(answered("503") + answered("200"), 8);
  EXPECT_EQ(shared->stats.hits(Limit::kBody), static_cast<uint64_t>(answered("503")));
  int32_t alone = client.ask("POST", "/echo", std::string(900'000, 'a'));
  client.exchange();
  EXPECT_EQ(client.answers[alone].headers[":status"], "200");
}

TEST_F(Http2, EndlessBodiesRespectTheWindowAndTellWhenTheyDrain) {
  int32_t id = client.ask("GET", "/raw");
  client.exchange();
  EXPECT_EQ(client.answers[id].body, "01234");
  // More than the peer's window of 65,535 bytes: the rest waits for its WINDOW_UPDATE.
  EXPECT_GT(held.bodies.at(0).send(base::Slice(std::vector<uint8_t>(200'000, 'x'))), 100'000u);
  EXPECT_EQ(held.drained, 0);
  client.exchange();
  EXPECT_EQ(client.answers[id].body.size(), 200'005u);
  EXPECT_EQ(held.bodies.at(0).pending(), 0u);
  EXPECT_EQ(held.drained, 1);
  held.bodies.at(0).finish();
  client.exchange();
  EXPECT_TRUE(client.answers[id].closed);
  EXPECT_EQ(client.answers[id].error, 0u);
}

TEST_F(Http2, ASlowKernelHoldsBackAllStreams) {
  int32_t id = client.ask("GET", "/raw");
  client.exchange();
  peer.take_nothing_beyond(0);
  EXPECT_GT(held.bodies.at(0).send(base::Slice(std::vector<uint8_t>(50'000, 'x'))), 49'999u);
  EXPECT_EQ(held.drained, 0);
  peer.drain();
  client.exchange();
  EXPECT_EQ(held.drained, 1);
  EXPECT_EQ(client.answers[id].body.size(), 50'005u);
}

// Each ping is answered: who takes no answers could make us hold them without end.
TEST_F(Http2, APeerThatTakesNoAnswersIsReadNoFurther) {
  client.exchange();
  peer.take_nothing_beyond(0);
  for (int i = 0; i < 1000 && !peer.paused(); ++i) client.ping(100);
  EXPECT_TRUE(peer.paused());
  EXPECT_LT(peer.held(), 3 * Options{}.unsent_bytes_max);
  peer.drain();
  EXPECT_FALSE(peer.paused());
  int32_t id = client.ask("GET", "/hello/a");
  client.exchange();
  EXPECT_EQ(client.answers[id].headers[":status"], "200");
}

TEST_F(Http2, AResetTellsTheHandler) {
  int32_t raw = client.ask("GET", "/raw");
  int32_t later = client.ask("GET", "/later");
  client.exchange();
  client.reset(raw);
  client.reset(later);
  client.exchange();
  world.settle();
  EXPECT_EQ(held.closed, 1);
  EXPECT_EQ(held.gone, 1);
  held.exchanges.at(0).respond(Response::text("late"));
  EXPECT_EQ(held.bodies.at(0).send(base::Slice::copy_of("late")), 0u);
  client.exchange();
  EXPECT_FALSE(peer.closed());
}

TEST_F(Http2, ABrokenBodyIsAReset) {
  int32_t id = client.ask("GET", "/raw");
  client.exchange();
  held.bodies.clear();
  client.exchange();
  EXPECT_EQ(client.answers[id].error, static_cast<uint32_t>(NGHTTP2_INTERNAL_ERROR));
}

TEST_F(Http2, RapidResetsEndTheConnection) {
  for (int i = 0; i < 300 && !peer.closed(); ++i) {
    int32_t id = client.ask("GET", "/later");
    client.exchange();
    client.reset(id);
    client.exchange();
  }
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(client.goaway_error, static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
  EXPECT_EQ(shared->stats.hits(Limit::kH2Resets), 1u);
}

TEST_F(Http2, DrainingFinishesWhatHasBegun) {
  int32_t id = client.ask("GET", "/later");
  client.exchange();
  bool done = false;
  server.drain(5s, [&] { done = true; });
  client.exchange();
  EXPECT_EQ(client.goaway_error, 0u);
  EXPECT_FALSE(done);
  held.exchanges.at(0).respond(Response::text("answer"));
  client.exchange();
  world.settle();
  EXPECT_EQ(client.answers[id].body, "answer");
  EXPECT_TRUE(peer.closed());
  EXPECT_TRUE(done);
}

TEST_F(Http2, IdleConnectionsEnd) {
  client.exchange();
  world.advance(80s);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(shared->stats.hits(Limit::kIdleTimeout), 1u);
}

TEST_F(Http2, ABodyThatNeverEndsIsReset) {
  std::string raw = kRawOpening;
  // HEADERS with END_HEADERS and without END_STREAM: POST, "/", https, authority "x".
  raw += frame(0x01, 0x04, 1, "\x83\x84\x87\x01\x01x");
  Peer slow(executor, server);
  slow.send(raw);
  world.advance(29s);
  EXPECT_EQ(shared->stats.hits(Limit::kBodyTimeout), 0u);
  world.advance(3s);
  EXPECT_EQ(shared->stats.hits(Limit::kBodyTimeout), 1u);
  EXPECT_NE(slow.take().find(frame(0x03, 0, 1, std::string("\0\0\0\x08", 4))), std::string::npos) << "CANCEL";
  EXPECT_FALSE(slow.closed());
}

TEST_F(Http2, AHeadThatNeverEndsEndsTheConnection) {
  Peer slow(executor, server);
  slow.send(kRawOpening + frame(0x01, 0x01, 1, "\x82"));  // HEADERS without END_HEADERS
  for (int i = 0; i < 7; ++i)
    slow.send(frame(0x09, 0, 1, std::string("\0\1a\1b", 5))), world.advance(1s);  // CONTINUATION
  EXPECT_FALSE(slow.closed());
  world.advance(3s);
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(shared->stats.hits(Limit::kHeaderTimeout), 1u);
}

// Five requests that wait for their answers; GET, https, authority and path as literals without indexing.
std::string five_requests() {
  std::string all;
  for (uint32_t id = 1; id <= 9; id += 2) all += frame(0x01, 0x05, id, "\x82\x87\x01\x01x\x04\x06/later");
  return all;
}

TEST_F(Http2, StreamsBeyondTheLimitAreRefusedUntilThePeerKnowsIt) {
  Options options;
  options.h2_streams_max = 2;
  server.set_options(options);
  Peer early(executor, server);
  early.send(kRawPreface + five_requests());
  EXPECT_EQ(held.exchanges.size(), 2u);
  EXPECT_EQ(shared->stats.hits(Limit::kH2Streams), 3u);
  std::string said = early.take();
  for (uint32_t id = 5; id <= 9; id += 2) {
    EXPECT_NE(said.find(frame(0x03, 0, id, std::string("\0\0\0\7", 4))), std::string::npos)
        << "REFUSED_STREAM";
  }
  EXPECT_FALSE(early.closed());
}

TEST_F(Http2, StreamsBeyondTheLimitThatThePeerKnowsEndTheConnection) {
  Options options;
  options.h2_streams_max = 2;
  server.set_options(options);
  Peer greedy(executor, server);
  greedy.send(kRawOpening + five_requests());
  EXPECT_EQ(held.exchanges.size(), 2u);
  EXPECT_EQ(shared->stats.hits(Limit::kH2Streams), 1u);
  EXPECT_TRUE(greedy.closed());
}

TEST_F(Http2, AnOrdinaryRequestIsNoWebSocket) {
  int32_t id = client.ask("GET", "/ws");
  client.exchange();
  EXPECT_EQ(client.answers[id].headers[":status"], "426");
}

// A frame of a client, masked with zeros [RFC 6455 5.2].
std::string websocket_frame(uint8_t opcode, const std::string& text) {
  std::string frame = {static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | text.size())};
  return frame + std::string(4, '\0') + text;
}

TEST_F(Http2, AWebSocketIsAStreamBesideOthers) {
  int32_t ws = client.connect_websocket("/ws");
  client.exchange();
  EXPECT_EQ(client.answers[ws].headers[":status"], "200");
  EXPECT_EQ(client.answers[ws].headers["sec-websocket-protocol"], "chat");
  client.say(ws, websocket_frame(1, "over h2"));
  EXPECT_EQ(client.answers[ws].body, "\x81\x07over h2");
  int32_t other = client.ask("GET", "/hello/a");
  client.exchange();
  EXPECT_EQ(client.answers[other].body, "hello a");
  // In pieces, and a ping in between.
  std::string split = websocket_frame(1, "pieces");
  client.answers[ws].body.clear();
  client.say(ws, split.substr(0, 3));
  client.say(ws, split.substr(3));
  client.say(ws, websocket_frame(9, "p"));
  EXPECT_EQ(client.answers[ws].body, std::string("\x81\x06pieces") + "\x8a\x01p");
  EXPECT_EQ(shared->stats.websockets_opened.load(), 1u);
}

TEST_F(Http2, AWebSocketEndsByItsCloseFrameAndTheConnectionGoesOn) {
  int32_t ws = client.connect_websocket("/ws");
  client.exchange();
  client.say(ws, websocket_frame(8, std::string("\x03\xe8")));
  EXPECT_EQ(client.answers[ws].body, "\x88\x02\x03\xe8");
  world.advance(32s);  // the client never ends its side: reset
  client.exchange();
  EXPECT_TRUE(client.answers[ws].closed);
  EXPECT_EQ(held.closed, 1);
  EXPECT_FALSE(peer.closed());
}

TEST_F(Http2, AResetAndAVanishedPeerTellTheWebSocketsOwner) {
  int32_t first = client.connect_websocket("/ws");
  client.connect_websocket("/ws");
  client.exchange();
  client.reset(first);
  client.exchange();
  EXPECT_EQ(held.closed, 1);
  peer.vanish();
  EXPECT_EQ(held.closed, 2);
  base::Slice late = base::Slice::literal("late");
  EXPECT_EQ(held.sockets.at(1)->send(WebSocket::Kind::kText, {&late, 1}), 0u);
}

TEST_F(Http2, AnotherSiteMayNotOpenAWebSocket) {
  int32_t ws = client.connect_websocket("/ws", "https://evil.example");
  int32_t missing = client.connect_websocket("/nope");
  client.exchange();
  EXPECT_EQ(client.answers[ws].headers[":status"], "403");
  EXPECT_EQ(client.answers[missing].headers[":status"], "404");
  EXPECT_FALSE(peer.closed());
}

TEST_F(Http2, ASilentWebSocketIsPingedAndThenEnded) {
  int32_t ws = client.connect_websocket("/ws");
  client.exchange();
  world.advance(22s);
  client.exchange();
  EXPECT_EQ(client.answers[ws].body, std::string("\x89\0", 2));
  world.advance(20s);
  client.exchange();
  EXPECT_TRUE(client.answers[ws].closed);
  EXPECT_EQ(held.closed, 1);
}

TEST_F(Http2, DrainingClosesWebSockets) {
  int32_t ws = client.connect_websocket("/ws");
  client.exchange();
  server.drain(5s, [] {});
  client.exchange();
  EXPECT_EQ(client.answers[ws].body, "\x88\x02\x03\xe9");
}

TEST_F(Http2, AWebSocketThatSendsIsToldWhenItDrained) {
  int32_t ws = client.connect_websocket("/ws");
  client.exchange();
  int drained = 0;
  held.sockets.at(0)->on_drained([&] { ++drained; });
  base::Slice large(std::vector<uint8_t>(200'000, 'x'));
  EXPECT_GT(held.sockets.at(0)->send(WebSocket::Kind::kBinary, {&large, 1}), 0u);
  client.exchange();
  EXPECT_EQ(client.answers[ws].body.size(), 200'010u);
  EXPECT_EQ(drained, 1);
}

TEST_F(Http2, BodiesTooLargeToBeHeldGoToTheirSinks) {
  int32_t large = client.ask("PUT", "/store/9000000", std::string(3u << 20, 'x'));
  int32_t refused = client.ask("PUT", "/store/0", std::string(100'000, 'x'));
  int32_t full = client.ask("PUT", "/store/5000", std::string(100'000, 'x'));
  int32_t empty = client.ask("PUT", "/store/5000");
  client.exchange();
  EXPECT_EQ(client.answers[large].body, "stored " + std::to_string(3u << 20));
  EXPECT_EQ(client.answers[refused].headers[":status"], "403");
  EXPECT_EQ(client.answers[full].headers[":status"], "507");
  EXPECT_EQ(client.answers[empty].body, "stored 0");
  EXPECT_EQ(held.sinks, 0);
  EXPECT_FALSE(peer.closed());
}

TEST_F(Http2, ABusySinkSlowsItsConnectionDown) {
  held.slow = true;
  int32_t id = client.ask("PUT", "/store/9000000", std::string(200'000, 'x'));
  client.exchange();
  EXPECT_GT(peer.pauses(), 0);
  EXPECT_EQ(client.answers[id].body, "stored 200000");
  EXPECT_FALSE(peer.paused()) << "nobody is left who would end it";
}

TEST_F(Http2, WhenABusySinkIsGoneItsConnectionIsReadAgain) {
  held.slow = true;
  int32_t id = client.begin_body("/store/9000000");
  client.exchange();
  client.say(id, "12345");
  EXPECT_TRUE(peer.paused());
  world.advance(32s);  // its disk takes no more: reset
  EXPECT_EQ(held.sinks, 0);
  EXPECT_FALSE(peer.paused());
  client.exchange();
  EXPECT_TRUE(client.answers[id].closed);
  int32_t next = client.ask("GET", "/hello/b");
  client.exchange();
  EXPECT_EQ(client.answers[next].body, "hello b");
}

}  // namespace
}  // namespace eyas::http
