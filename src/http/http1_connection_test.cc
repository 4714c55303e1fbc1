#include <gtest/gtest.h>

#include "http/test_peer.h"
#include "http/test_routes.h"
#include "io/address_census.h"

namespace eyas::http {
namespace {

using namespace std::chrono_literals;
using test::Peer;

struct Http1 : testing::Test {
  Http1() { test::add_routes(router, held); }
  Server& server(Options options = {}) {
    if (!server_) server_ = std::make_unique<Server>(executor, router, std::move(options), shared);
    return *server_;
  }
  // The whole answer to one request on a connection of its own.
  std::string ask(const std::string& request) {
    Peer peer(executor, server());
    peer.send(request);
    return peer.take();
  }
  int status_of(const std::string& answer) { return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3)); }
  int ask_status(const std::string& request) { return status_of(ask(request)); }
  uint64_t hits(Limit limit) { return shared->stats.hits(limit); }

  io::sim::SimWorld world;
  io::sim::SimExecutor& executor = world.add_loop();
  test::Held held;
  Router router;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::unique_ptr<Server> server_;
};

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Http1, AnswersAndKeepsTheConnection) {
  Peer peer(executor, server());
  peer.send("GET /hello/alpha HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string first = peer.take();
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\n")) << first;
  EXPECT_EQ(body_of(first), "hello alpha");
  EXPECT_TRUE(has(first, "content-length: 11\r\n"));
  EXPECT_FALSE(has(first, "connection: close"));
  peer.send("GET /hello/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(peer.take(), "connection: close\r\n"));
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(shared->stats.responses[2].load(), 2u);
}

TEST_F(Http1, AnySplitOfTheInputGivesTheSameAnswers) {
  const std::string input =
      "\r\nGET /hello/a%20b?x=1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde"
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;ext=1\r\nabc\r\n4\r\ndefg\r\n0\r\nT: v\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::string whole = ask(input);
  EXPECT_TRUE(has(whole, "hello a b")) << whole;
  EXPECT_TRUE(has(whole, "abcdefg")) << whole;
  EXPECT_TRUE(has(whole, "404 Not Found")) << whole;
  for (size_t piece = 1; piece < 80; ++piece) {
    Peer peer(executor, server());
    peer.send_in_pieces(input, piece);
    EXPECT_EQ(peer.take(), whole) << "pieces of " << piece;
    EXPECT_TRUE(peer.closed());
  }
}

TEST_F(Http1, PipelinedAnswersKeepTheirOrder) {
  Peer peer(executor, server());
  peer.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/second HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.take(), "");
  held.exchanges.at(0).respond(Response::text("first"));
  world.settle();
  std::string answers = peer.take();
  ASSERT_TRUE(has(answers, "first"));
  EXPECT_LT(answers.find("first"), answers.find("second"));
}

TEST_F(Http1, APeerThatPipelinesWithoutReadingIsPaused) {
  Options options;
  options.pipelined_bytes_max = 1000;
  options.unsent_bytes_max = 100;
  Peer peer(executor, server(options));
  peer.take_nothing_beyond(10);
  for (int i = 0; i < 100; ++i) peer.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(peer.paused());
  EXPECT_LT(peer.held(), 1000u);
  peer.drain();
  EXPECT_FALSE(peer.paused());
  EXPECT_EQ(shared->stats.responses[2].load(), 100u);
}

TEST_F(Http1, RefusesWhatSmugglersUse) {
  const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(ask_status(post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(ask_status(post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(ask_status(post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400);
  EXPECT_EQ(ask_status(post + "Content-Length: 3, 3\r\n\r\nabc"), 400);
  EXPECT_EQ(ask_status(post + "Content-Length: +3\r\n\r\nabc"), 400);
  EXPECT_EQ(ask_status(post + "Content-Length: -3\r\n\r\nabc"), 400);
  EXPECT_EQ(ask_status(post + "Content-Length: 99999999999999999999\r\n\r\nabc"), 400);
  EXPECT_EQ(ask_status(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(ask_status(post + "Transfer-Encoding: identity\r\n\r\n"), 501);
  EXPECT_EQ(ask_status(post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(ask_status("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(ask_status(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400);
  EXPECT_EQ(ask_status(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\nHost: x\n\n\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\r\nHost : x\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/%2e%2e/a HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a%2fb HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("GET /hello/a%00 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(ask_status("BREW /hello/a HTTP/1.1\r\nHost: x\r\n\r\n"), 501);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/2.7\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(ask_status("\x16\x03\x01\x02 something else\r\n"), 400);
  EXPECT_EQ(ask_status("GET http://h/hello/a HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  EXPECT_EQ(ask_status("GET /hello/a HTTP/1.0\r\n\r\n"), 200);
}

TEST_F(Http1, LimitsHaveTheirStatusAndCounter) {
  EXPECT_EQ(ask_status("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  EXPECT_EQ(ask_status("GET /" + std::string(9000, 'a')), 414);
  EXPECT_EQ(ask_status("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(17000, 'a')), 431);
  std::string lines;
  for (int i = 0; i < 101; ++i) lines += "A: b\r\n";
  EXPECT_EQ(ask_status("GET / HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n"), 431);
  EXPECT_EQ(ask_status("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"), 413);
  EXPECT_EQ(ask_status("POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"), 413);
  EXPECT_EQ(
      ask_status(
          "POST /tiny HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"),
      413);
  EXPECT_EQ(ask_status("POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd"), 204);
  EXPECT_EQ(hits(Limit::kUri), 2u);
  EXPECT_EQ(hits(Limit::kHeader), 2u);
  EXPECT_EQ(hits(Limit::kBody), 3u);
}

TEST_F(Http1, SlowPeersEnd) {
  Peer slow(executor, server());
  Peer slow_body(executor, server());
  Peer idle(executor, server());
  slow_body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  for (int i = 0; i < 9; ++i) slow.send("G"), world.advance(1s);
  EXPECT_FALSE(slow.closed());
  world.advance(3s);
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(status_of(slow.take()), 408);
  EXPECT_EQ(hits(Limit::kHeaderTimeout), 1u);
  world.advance(20s);
  EXPECT_TRUE(slow_body.closed());
  EXPECT_EQ(hits(Limit::kBodyTimeout), 1u);
  EXPECT_FALSE(idle.closed());
  world.advance(60s);
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(hits(Limit::kIdleTimeout), 1u);
  EXPECT_EQ(server().connections(), 0u);
}

TEST_F(Http1, APeerThatTakesNothingIsStalled) {
  Peer peer(executor, server());
  peer.take_nothing_beyond(0);
  peer.send("GET /raw HTTP/1.1\r\nHost: x\r\n\r\n");
  world.advance(15s);
  EXPECT_FALSE(peer.closed());
  world.advance(10s);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(hits(Limit::kStallTimeout), 1u);
  EXPECT_EQ(held.closed, 1);
}

TEST_F(Http1, ContinuesWhenExpected) {
  Peer peer(executor, server());
  peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.take(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("ab");
  EXPECT_EQ(body_of(peer.take()), "ab");
}

TEST_F(Http1, HeadHasTheLengthButNoBody) {
  std::string answer = ask("HEAD /hello/alpha HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(has(answer, "content-length: 11\r\n"));
  EXPECT_EQ(body_of(answer), "");
}

TEST_F(Http1, RangesConditionsAndCompression) {
  auto large = [this](const std::string& line) {
    return ask("GET /large HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\n");
  };
  std::string part = large("Range: bytes=10-19");
  EXPECT_EQ(status_of(part), 206);
  EXPECT_EQ(body_of(part), std::string(10, 'a'));
  EXPECT_TRUE(has(part, "content-range: bytes 10-19/5000\r\n"));
  EXPECT_EQ(status_of(large("Range: bytes=5000-")), 416);
  EXPECT_EQ(status_of(large("Range: bytes=0-1,3-4")), 200);
  EXPECT_EQ(status_of(large("Range: bytes=0-1\r\nIf-Range: \"old\"")), 200);
  EXPECT_EQ(status_of(large("If-None-Match: \"v0\", W/\"v1\"")), 304);
  std::string zipped = large("Accept-Encoding: br, gzip");
  EXPECT_TRUE(has(zipped, "content-encoding: gzip\r\n"));
  EXPECT_TRUE(has(zipped, "etag: W/\"v1\"\r\n"));
  EXPECT_LT(body_of(zipped).size(), 200u);
  EXPECT_FALSE(has(large("Accept-Encoding: gzip;q=0"), "content-encoding"));
}

TEST_F(Http1, MethodsAndPathsThatAreNotThere) {
  EXPECT_TRUE(has(ask("GET /nope HTTP/1.1\r\nHost: x\r\n\r\n"), "\"code\":\"not_found\""));
  std::string wrong = ask("DELETE /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(wrong), 405);
  EXPECT_TRUE(has(wrong, "allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_EQ(ask_status("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n"), 500);
}

TEST_F(Http1, OtherSitesMayReadMediaOnly) {
  EXPECT_TRUE(has(ask("GET /media/a.flv HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\n\r\n"),
                  "access-control-allow-origin: *\r\n"));
  EXPECT_FALSE(has(ask("GET /hello/a HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\n\r\n"),
                   "access-control-allow-origin"));
  EXPECT_EQ(ask_status("POST /echo HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\nContent-Length: 0\r\n\r\n"),
            403);
  EXPECT_EQ(ask_status("POST /echo HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: 0\r\n\r\n"),
            200);
  std::string preflight = ask(
      "OPTIONS /tiny HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  EXPECT_EQ(status_of(preflight), 204);
  EXPECT_TRUE(has(preflight, "access-control-allow-methods: OPTIONS, POST\r\n") ||
              has(preflight, "access-control-allow-methods: POST, OPTIONS\r\n"));
}

TEST_F(Http1, BodiesWithoutEndGoRawOrInChunks) {
  Peer raw(executor, server());
  raw.send("GET /raw HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string head = raw.take();
  EXPECT_TRUE(has(head, "connection: close\r\n"));
  EXPECT_FALSE(has(head, "chunked"));
  EXPECT_EQ(body_of(head), "01234");
  held.bodies.at(0).finish();
  world.settle();
  EXPECT_TRUE(raw.closed());

  Peer chunks(executor, server());
  chunks.send("GET /chunks HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/next HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(chunks.take()), "5\r\n01234\r\n");
  held.bodies.at(1).finish();
  world.settle();
  std::string rest = chunks.take();
  EXPECT_TRUE(rest.starts_with("0\r\n\r\nHTTP/1.1 200 OK")) << rest;

  Peer cut(executor, server());
  cut.send("GET /length HTTP/1.1\r\nHost: x\r\n\r\n");
  held.bodies.at(2).finish();  // five of ten bytes: the peer must see that it is broken
  world.settle();
  EXPECT_TRUE(cut.closed());
}

TEST_F(Http1, ABodyTellsThatItDrainedAndThatItsPeerLeft) {
  auto peer = std::make_unique<Peer>(executor, server());
  peer->send("GET /raw HTTP/1.1\r\nHost: x\r\n\r\n");
  peer->take_nothing_beyond(0);
  EXPECT_EQ(held.bodies.at(0).send(base::Slice::copy_of("more")), 4u);
  EXPECT_EQ(held.drained, 0);
  peer->drain();
  EXPECT_EQ(held.drained, 1);
  peer.reset();
  EXPECT_EQ(held.closed, 1);
  EXPECT_FALSE(held.bodies.at(0).open());
  EXPECT_EQ(held.bodies.at(0).send(base::Slice::copy_of("late")), 0u);
}

TEST_F(Http1, AnAnswerToAPeerThatLeftDoesNothing) {
  {
    Peer peer(executor, server());
    peer.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_EQ(held.gone, 1);
  EXPECT_TRUE(held.exchanges.at(0).gone());
  held.exchanges.at(0).respond(Response::text("late"));
  EXPECT_FALSE(held.exchanges.at(0).stream({}).open());
}

TEST_F(Http1, HandlesMayOutliveTheServer) {
  Peer later(executor, server());
  Peer raw(executor, server());
  later.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  raw.send("GET /raw HTTP/1.1\r\nHost: x\r\n\r\n");
  server_.reset();
  held.exchanges.at(0).respond(Response::text("late"));
  EXPECT_EQ(held.bodies.at(0).send(base::Slice::copy_of("late")), 0u);
  EXPECT_EQ(held.gone + held.closed, 2);
}

TEST_F(Http1, ConnectionsAreLimitedByAddress) {
  Options options;
  options.connections_per_address_max = 2;
  Peer a(executor, server(options), "10.0.0.1:1"), b(executor, server(), "10.0.0.1:2");
  Peer c(executor, server(), "10.0.0.1:3");
  EXPECT_EQ(server().connections(), 2u);
  EXPECT_EQ(hits(Limit::kAddressConnections), 1u);
  a.vanish();
  Peer d(executor, server(), "10.0.0.1:4");
  EXPECT_EQ(server().connections(), 2u);
  Peer e(executor, server(), "127.0.0.1:1"), f(executor, server(), "127.0.0.1:2"),
      g(executor, server(), "[::1]:3");
  EXPECT_EQ(server().connections(), 5u);
}

TEST_F(Http1, ConnectionsOfALoopAreBounded) {
  Options options;
  options.connections_max = 2;
  Peer a(executor, server(options)), c(executor, server());
  {
    Peer b(executor, server());
    Peer refused(executor, server());
    EXPECT_EQ(server().connections(), 2u);
  }
  a.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(a.take().find("200 OK"), std::string::npos);
  EXPECT_EQ(shared->stats.hits(Limit::kConnections), 2u);
  a.vanish();
  Peer later(executor, server());
  later.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(later.take().find("200 OK"), std::string::npos);
}

TEST_F(Http1, RequestsPerConnectionAreLimited) {
  Options options;
  options.requests_per_connection_max = 2;
  Peer peer(executor, server(options));
  peer.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(peer.closed());
  peer.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(peer.closed());
}

TEST_F(Http1, DrainingEndsIdleNowBusyAfterTheirAnswerAndEndlessAtTheDeadline) {
  Peer idle(executor, server()), busy(executor, server()), endless(executor, server());
  idle.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  endless.send("GET /raw HTTP/1.1\r\nHost: x\r\n\r\n");
  bool done = false;
  server().drain(5s, [&] { done = true; });
  world.settle();
  EXPECT_TRUE(idle.closed());
  EXPECT_FALSE(busy.closed());
  held.exchanges.at(0).respond(Response::text("answer"));
  world.settle();
  EXPECT_TRUE(has(busy.take(), "connection: close"));
  EXPECT_TRUE(busy.closed());
  EXPECT_FALSE(done);
  world.advance(6s);
  EXPECT_TRUE(endless.closed());
  EXPECT_TRUE(done);
}

std::string put(size_t limit, size_t bytes) {
  return "PUT /store/" + std::to_string(limit) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

TEST_F(Http1, ABodyThatIsTooLargeToBeHeldGoesToItsSinkAsItComes) {
  Peer peer(executor, server());
  const size_t total = 5u << 20;  // more than body_bytes_max
  peer.send(put(total, total));
  EXPECT_EQ(held.sinks, 1);
  for (size_t sent = 0; sent < total; sent += 1 << 16) peer.send(std::string(1 << 16, 'x'));
  EXPECT_TRUE(has(peer.take(), "stored " + std::to_string(total)));
  EXPECT_EQ(held.sinks, 0);
  peer.send("PUT /store/100 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_TRUE(has(peer.take(), "stored 3")) << "on the same connection";
  peer.send("GET /hello/b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(has(peer.take(), "hello b"));
}

TEST_F(Http1, ASinkRefusesAtOnceAndSlowsItsSenderDown) {
  EXPECT_EQ(ask_status(put(0, 10)), 403) << "before the first byte";
  EXPECT_EQ(ask_status(put(4, 10) + "12345"), 507) << "before the last one";
  EXPECT_EQ(
      ask_status("PUT /store/9 HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\nContent-Length: 1\r\n\r\n"),
      403);
  {
    Peer gone(executor, server());
    gone.send(put(100, 10) + "123");
    EXPECT_EQ(held.sinks, 1);
  }
  EXPECT_EQ(held.sinks, 0) << "its sender went away";
  held.slow = true;
  Peer peer(executor, server());
  peer.send(put(100, 10) + "123");
  EXPECT_TRUE(peer.paused());
  held.sink_ready();
  EXPECT_FALSE(peer.paused());
  peer.send("4567890");
  EXPECT_TRUE(has(peer.take(), "stored 10"));
  EXPECT_FALSE(peer.paused());
}

}  // namespace
}  // namespace eyas::http
