// The client against scripted servers on loopback, with real sockets and real TLS.
#include "http/client.h"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <functional>

#include "http/http1_response_parser.h"
#include "io/tcp.h"
#include "io/test_certificate.h"
#include "io/tls.h"

namespace eyas::http {
namespace {

using namespace std::chrono_literals;
using Fetched = base::Result<ClientResponse>;

// Answers each request (without body) by a function; "" says nothing, "close" closes.
class ScriptedServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  ScriptedServer(io::Loop& loop, Answer answer, std::shared_ptr<const io::TlsContext> tls = nullptr)
      : answer_(std::move(answer)) {
    listener_ = std::move(*io::Listener::open(
        loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
        [this, &loop, tls](int fd, const io::Address&) {
          ++connections;
          peers_.push_back(std::make_unique<Peer>(
              *this, tls ? io::adopt_tls_server(loop, fd, tls) : io::adopt_socket(loop, fd)));
        }));
  }
  std::string url(const std::string& rest = "/", const std::string& scheme = "http",
                  const std::string& user = "") const {
    return scheme + "://" + user + "127.0.0.1:" + std::to_string(listener_->address().port()) + rest;
  }
  void send(const std::string& text) {
    base::Slice slice = base::Slice::copy_of(text);
    peers_.back()->stream->send({&slice, 1});
  }
  size_t pending() const { return peers_.back()->stream->pending(); }
  void close_all() {
    for (auto& peer : peers_) peer->stream->close_after_flush();
  }
  int connections = 0;
  std::vector<std::string> requests;
  int closed = 0;

 private:
  struct Peer : io::ByteStream::Handler {
    Peer(ScriptedServer& s, std::unique_ptr<io::ByteStream> its) : server(s), stream(std::move(its)) {
      stream->start(*this);
    }
    void on_data(base::Bytes bytes) override {
      held += base::as_text(bytes);
      size_t end;
      while ((end = held.find("\r\n\r\n")) != std::string::npos) {
        std::string request = held.substr(0, end + 4);
        held.erase(0, end + 4);
        size_t length = request.find("Content-Length: ");
        if (length != std::string::npos) {
          size_t bytes_of_body = std::stoul(request.substr(length + 16));
          request += held.substr(0, bytes_of_body);
          held.erase(0, bytes_of_body);
        }
        server.requests.push_back(request);
        std::string text = server.answer_(request);
        if (text == "close") return stream->close_after_flush();
        base::Slice slice = base::Slice::copy_of(text);
        if (!text.empty()) stream->send({&slice, 1});
      }
    }
    void on_closed(const base::Error&) override { ++server.closed; }
    ScriptedServer& server;
    std::unique_ptr<io::ByteStream> stream;
    std::string held;
  };
  Answer answer_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unique_ptr<io::Listener> listener_;
};

std::string ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}
std::string moved(int status, const std::string& to, const std::string& body = "") {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + to +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class HttpClient : public testing::Test {
 protected:
  HttpClient() {
    std::signal(SIGPIPE, SIG_IGN);
    dialer_ = std::make_unique<io::Dialer>(*io::DialPolicy::make({"127.0.0.0/8"}));
    configure({});
  }
  void configure(ClientOptions options) {
    client_ = std::make_unique<Client>(loop_, *dialer_, std::move(options));
  }
  template <typename Predicate>
  bool run_until(Predicate done) {
    auto limit = base::system_clock().mono() + 20s;
    while (!done() && base::system_clock().mono() < limit) loop_.run_once(5ms);
    return done();
  }
  ClientRequest get(const std::string& url) {
    ClientRequest request;
    request.url = *base::Url::parse(url);
    return request;
  }
  Fetched fetch(ClientRequest request) {
    std::optional<Fetched> got;
    auto token = client_->fetch(std::move(request), [&](Fetched response) { got = std::move(response); });
    EXPECT_FALSE(got) << "called inside the call";
    EXPECT_TRUE(run_until([&] { return got.has_value(); }));
    return *got;
  }
  Fetched fetch(const std::string& url) { return fetch(get(url)); }
  static std::string body_of(const Fetched& response) {
    return response ? std::string(base::as_text(response->body)) : response.error().message();
  }

  io::Loop loop_;
  std::unique_ptr<io::Dialer> dialer_;
  std::unique_ptr<Client> client_;
};

TEST_F(HttpClient, FetchesAndUsesTheConnectionAgain) {
  ScriptedServer server(loop_, [](const std::string&) { return ok("hello", "ETag: \"1\"\r\n"); });
  Fetched first = fetch(server.url("/a?b=c"));
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->headers.get("etag"), "\"1\"");
  EXPECT_EQ(body_of(first), "hello");
  EXPECT_EQ(server.requests[0].substr(0, 26), "GET /a?b=c HTTP/1.1\r\nHost:");
  EXPECT_EQ(body_of(fetch(server.url("/2"))), "hello");
  EXPECT_EQ(server.connections, 1);
}

TEST_F(HttpClient, SendsBodies) {
  ScriptedServer server(
      loop_, [](const std::string&) { return "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"; });
  for (Method method : {Method::kPost, Method::kPatch}) {
    ClientRequest request = get(server.url("/whip"));
    request.method = method;
    request.headers.add("Content-Type", "application/sdp");
    request.body = base::Slice::literal("v=0");
    Fetched response = fetch(std::move(request));
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->status, 201);
    EXPECT_TRUE(server.requests.back().starts_with(method_name(method)));
    EXPECT_TRUE(server.requests.back().ends_with("\r\n\r\nv=0"));
  }
  ClientRequest request = get(server.url("/"));
  request.method = Method::kDelete;
  EXPECT_TRUE(fetch(std::move(request)).ok());
  EXPECT_TRUE(server.requests.back().starts_with("DELETE / HTTP/1.1"));
}

TEST_F(HttpClient, AConnectionThatDiedWhileItWaitedIsReplaced) {
  ScriptedServer server(loop_, [](const std::string& request) {
    return request.find("/close") != std::string::npos ? "close" : ok("x");
  });
  EXPECT_EQ(body_of(fetch(server.url())), "x");
  server.close_all();
  EXPECT_TRUE(run_until([&] { return server.closed == 1; }));
  EXPECT_EQ(body_of(fetch(server.url())), "x");
  EXPECT_EQ(server.connections, 2);
  // Once only: who closes each time without an answer does not get a third request.
  Fetched refused = fetch(server.url("/close"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::Code::kClosed);
  EXPECT_EQ(server.connections, 3);
}

TEST_F(HttpClient, RedirectsAreFollowedAndCounted) {
  std::string self;
  ScriptedServer server(loop_, [&](const std::string& request) {
    if (request.starts_with("GET /1 ")) return moved(302, "2?x=y", "moved");
    if (request.starts_with("GET /2?x=y ")) return moved(301, self + "/3");
    if (request.starts_with("GET /3 ")) return ok("here");
    if (request.starts_with("POST /307 ")) return moved(307, "/post");
    if (request.starts_with("POST /303 ")) return moved(303, "/3");
    if (request.starts_with("POST /302 ")) return moved(302, "/3");
    if (request.starts_with("POST /post "))
      return ok("posted " + request.substr(request.find("\r\n\r\n") + 4));
    return moved(302, "/again");
  });
  self = server.url("");
  Fetched response = fetch(server.url("/1"));
  EXPECT_EQ(body_of(response), "here");
  EXPECT_EQ(response->url.path, "/3");
  EXPECT_EQ(server.connections, 1);
  ClientRequest post = get(server.url("/307"));
  post.method = Method::kPost;
  post.body = base::Slice::literal("body");
  EXPECT_EQ(body_of(fetch(post)), "posted body");
  post.url.path = "/303";
  EXPECT_EQ(body_of(fetch(post)), "here");
  post.url.path = "/302";
  EXPECT_EQ(fetch(post)->status, 302);
  Fetched endless = fetch(server.url("/again"));
  ASSERT_FALSE(endless.ok());
  EXPECT_EQ(endless.error().code, base::Code::kLimit);
}

TEST_F(HttpClient, RedirectsObeyThePolicyToo) {
  ScriptedServer server(loop_, [](const std::string& request) {
    if (request.starts_with("GET /file ")) return moved(302, "file:///etc/passwd");
    return moved(302, "http://169.254.169.254/latest/meta-data/");
  });
  for (const char* path : {"/", "/file"}) {
    Fetched response = fetch(server.url(path));
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().code, base::Code::kRefused) << response.error().message();
  }
}

TEST_F(HttpClient, FromHttpsNothingLeadsToHttp) {
  io::Certificate certificate(3001, "IP:127.0.0.1");
  auto tls = *io::TlsContext::load(certificate.file(), certificate.key(), {"http/1.1"});
  ScriptedServer plain(loop_, [](const std::string&) { return ok("plain"); });
  ScriptedServer secure(
      loop_,
      [&](const std::string& request) {
        return request.starts_with("GET /away ") ? moved(302, plain.url()) : ok("secure");
      },
      tls);
  ClientOptions options;
  options.tls_authority_file = certificate.file();
  configure(options);
  EXPECT_EQ(body_of(fetch(secure.url("/", "https"))), "secure");
  Fetched away = fetch(secure.url("/away", "https"));
  ASSERT_FALSE(away.ok());
  EXPECT_EQ(away.error().code, base::Code::kRefused);
  EXPECT_EQ(plain.connections, 0);
  configure({});
  EXPECT_EQ(fetch(secure.url("/", "https")).error().code, base::Code::kRefused);  // a stranger's certificate
}

TEST_F(HttpClient, CredentialsAreShownToWhoAsksAndToNobodyElse) {
  ScriptedServer other(loop_, [](const std::string&) { return ok("other"); });
  ScriptedServer server(loop_, [&](const std::string& request) -> std::string {
    if (request.find("Authorization: Basic dTpw\r\n") == std::string::npos)
      return "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno";
    return request.starts_with("GET /away ") ? moved(302, other.url()) : ok("yes");
  });
  EXPECT_EQ(body_of(fetch(server.url("/", "http", "u:p@"))), "yes");
  EXPECT_EQ(server.requests[0].find("Authorization"), std::string::npos);
  // Known by now.
  EXPECT_EQ(body_of(fetch(server.url("/", "http", "u:p@"))), "yes");
  EXPECT_EQ(server.requests.size(), 3u);
  EXPECT_EQ(body_of(fetch(server.url("/away", "http", "u:p@"))), "other");
  EXPECT_EQ(other.requests[0].find("Authorization"), std::string::npos);
  EXPECT_EQ(fetch(server.url("/", "http", "u:wrong@"))->status, 401);
  EXPECT_EQ(server.requests.size(), 6u);  // asked twice, not for ever
  EXPECT_EQ(fetch(server.url())->status, 401);
}

TEST_F(HttpClient, DigestNoncesMayGrowOld) {
  int nonce = 1;
  ScriptedServer server(loop_, [&](const std::string& request) -> std::string {
    std::string wanted = "nonce=\"" + std::to_string(nonce) + "\"";
    if (request.find(wanted) != std::string::npos) return ok("yes");
    return "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"x\", " + wanted +
           ", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n";
  });
  EXPECT_EQ(body_of(fetch(server.url("/", "http", "u:p@"))), "yes");
  nonce = 2;  // without saying that the old one is stale
  EXPECT_EQ(body_of(fetch(server.url("/", "http", "u:p@"))), "yes");
  EXPECT_EQ(server.requests.size(), 4u);
}

struct Collector : ResponseHandler {
  void on_head(const ResponseHead& head) override { status = head.status; }
  void on_body(base::Bytes bytes) override {
    body_bytes += bytes.size();
    if (drop_at > 0 && body_bytes >= drop_at) exchange.reset();
  }
  void on_end(base::Status end) override { ended = end ? "whole" : end.error().message(); }
  int status = 0;
  size_t body_bytes = 0;
  size_t drop_at = 0;
  std::string ended;
  std::unique_ptr<ClientExchange> exchange;
};

TEST_F(HttpClient, ABodyComesAsFastAsItIsTaken) {
  ScriptedServer server(loop_, [](const std::string&) { return "HTTP/1.1 200 OK\r\n\r\n"; });
  Collector collector;
  collector.exchange = client_->stream(get(server.url("/live.flv")), collector);
  EXPECT_TRUE(run_until([&] { return collector.status == 200; }));
  collector.exchange->pause_reading(true);
  const size_t total = 32 << 20;
  server.send(std::string(total, 'x'));
  for (int i = 0; i < 50; ++i) loop_.run_once(1ms);
  EXPECT_GT(server.pending(), total / 2);
  size_t before = collector.body_bytes;
  EXPECT_LE(before, io::Loop::kReadBufferBytes);
  collector.exchange->pause_reading(false);
  EXPECT_TRUE(run_until([&] { return collector.body_bytes == total; }));
  server.close_all();
  EXPECT_TRUE(run_until([&] { return collector.ended == "whole"; }));
}

TEST_F(HttpClient, AnExchangeMayBeDroppedAtAnyTime) {
  ScriptedServer server(loop_, [](const std::string&) { return "HTTP/1.1 200 OK\r\n\r\nbody"; });
  Collector inside;
  inside.drop_at = 1;
  inside.exchange = client_->stream(get(server.url()), inside);
  EXPECT_TRUE(run_until([&] { return inside.exchange == nullptr && server.closed == 1; }));
  EXPECT_EQ(inside.ended, "");
  for (int turns = 0; turns < 8; ++turns) {
    Collector collector;
    collector.exchange = client_->stream(get(server.url()), collector);
    for (int i = 0; i < turns; ++i) loop_.run_once(1ms);
    collector.exchange.reset();
    EXPECT_EQ(collector.ended, "");
  }
  auto token = client_->fetch(get(server.url()), [](Fetched) { FAIL(); });
  token.reset();
  loop_.run_once(1ms);
}

TEST_F(HttpClient, Limits) {
  ScriptedServer server(loop_, [](const std::string& request) -> std::string {
    if (request.starts_with("GET /silent ")) return "";
    if (request.starts_with("GET /stalls ")) return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";
    if (request.starts_with("GET /header ")) return ok("", "A: " + std::string(100'000, 'x') + "\r\n");
    if (request.starts_with("GET /moved "))
      return moved(302, "/", std::string(Client::kDiscardedBytesMax + 1, 'x'));
    return ok(std::string(1000, 'x'));
  });
  ClientOptions options;
  options.response_timeout = options.stall_timeout = 50ms;
  options.fetch_bytes_max = 999;
  configure(options);
  const std::pair<const char*, const char*> cases[] = {
      {"/silent", "timeout: http client: no answer in time"},
      {"/stalls", "timeout: http client: the body stands still"},
      {"/header", "limit: http client: header bytes"},
      {"/", "limit: http client: body bytes"},
      {"/moved", "limit: http client: body bytes"},  // of what it led to, over a connection of its own
  };
  for (const auto& [path, error] : cases) {
    Fetched response = fetch(server.url(path));
    ASSERT_FALSE(response.ok()) << path;
    EXPECT_TRUE(response.error().message().starts_with(error)) << response.error().message();
  }
  options.response_timeout = 10s;
  options.fetch_timeout = 50ms;
  configure(options);
  EXPECT_EQ(fetch(server.url("/silent")).error().code, base::Code::kTimeout);
}

TEST_F(HttpClient, WhatCannotBeAskedForIsAnErrorAtOnce) {
  EXPECT_EQ(fetch("rtsp://127.0.0.1/").error().code, base::Code::kMalformed);
  EXPECT_EQ(fetch("http:///").error().code, base::Code::kMalformed);
  ScriptedServer server(loop_, [](const std::string&) { return ok(""); });
  ClientRequest request = get(server.url());
  request.headers.add("If-Match", "x\r\nY: z");
  EXPECT_EQ(fetch(std::move(request)).error().code, base::Code::kMalformed);
  EXPECT_TRUE(server.requests.empty());
}

}  // namespace
}  // namespace eyas::http
