// Client: HTTP/1.1 requests of ours, to servers that may be anybody's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/url.h"
#include "http/credentials.h"
#include "http/http1_response_parser.h"
#include "http/request.h"
#include "io/dial.h"
#include "io/loop.h"

namespace eyas::http {

class ClientConnection;

struct ClientRequest {
  Method method = Method::kGet;
  base::Url url;      // http or https; its user and password answer a 401
  Headers headers{};  // beside Host, Content-Length, Connection and Authorization, unless that is given here
  base::Slice body{};
};

struct ClientOptions {
  bool tls_verify = true;
  std::string tls_authority_file;
  base::Duration connect_timeout = std::chrono::seconds(10);
  base::Duration response_timeout = std::chrono::seconds(15);  // from the request to the head of its answer
  base::Duration stall_timeout = std::chrono::seconds(15);     // the body stands still although we read
  base::Duration fetch_timeout = std::chrono::seconds(60);     // fetch(): all of it
  size_t fetch_bytes_max = 16 * 1024 * 1024;                   // fetch(): the body
  unsigned redirects_max = 5;
  base::Duration idle_timeout = std::chrono::seconds(15);  // a connection that waits for another request
  Http1ResponseParser::Limits head{};
};

// Told of one answer. The exchange may be dropped in any of these, which is then the last.
struct ResponseHandler {
  virtual ~ResponseHandler() = default;
  // The answer that counts: not redirects that were followed, nor a 401 that was answered. Any status.
  virtual void on_head(const ResponseHead& head) = 0;
  virtual void on_body(base::Bytes bytes) = 0;
  // Once; nothing follows. An error when the answer is not whole.
  virtual void on_end(base::Status status) = 0;
};

// A request under way; its death cancels it. Lives on its client's loop.
class ClientExchange {
 public:
  virtual ~ClientExchange() = default;
  virtual void pause_reading(bool paused) = 0;
  virtual std::string peer() const = 0;      // "10.0.0.5:80"; empty while it connects
  virtual const base::Url& url() const = 0;  // after redirects
};

// A whole answer.
struct ClientResponse {
  int status = 0;
  Headers headers;
  base::Slice body;
  base::Url url;  // after redirects
  std::string peer;
};

// Keeps connections that can be used again, and what servers asked of us. Outlives its exchanges. Lives on
// its loop.
class Client {
 public:
  static constexpr size_t kIdleConnectionsMax = 4;
  static constexpr size_t kOriginsMax = 64;            // whose challenges are remembered
  static constexpr size_t kDiscardedBytesMax = 65536;  // of the body of a redirect, to keep its connection

  Client(io::Loop& loop, io::Dialer& dialer, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Redirects are followed for GET and HEAD, and with the body for 307 and 308; never from https to http, and
  // nothing secret goes along to another host. `handler` outlives the exchange; nothing is called inside the
  // call. Errors come by on_end: those of io::Dialer::connect, kTimeout, kClosed, kMalformed, kLimit,
  // kRefused (a redirect that may not be followed), kUnsupported.
  [[nodiscard]] std::unique_ptr<ClientExchange> stream(ClientRequest request, ResponseHandler& handler);
  // The answer as a whole. The same errors, and kLimit for a body that is too long.
  [[nodiscard]] std::shared_ptr<void> fetch(ClientRequest request,
                                            base::UniqueFunction<void(base::Result<ClientResponse>)> done);

  const ClientOptions& options() const { return options_; }

 private:
  class Exchange;
  class Fetch;
  struct Idle;

  std::unique_ptr<ClientConnection> take_idle(const base::Url& url);
  void keep(const base::Url& url, std::unique_ptr<ClientConnection> connection);
  void bury(std::unique_ptr<ClientConnection> connection);
  Credentials* credentials_for(const base::Url& url);

  io::Loop& loop_;
  io::Dialer& dialer_;
  const ClientOptions options_;
  std::vector<Idle> idle_;
  std::map<std::string, Credentials> credentials_;  // by origin
};

// "http": 80, "https": 443; 0 for others.
uint16_t default_port(const base::Url& url);

}  // namespace eyas::http
