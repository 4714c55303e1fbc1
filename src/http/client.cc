#include "http/client.h"

#include <algorithm>

#include "http/client_connection.h"
#include "http/client_exchange.h"

namespace eyas::http {
namespace {

std::string origin_of(const base::Url& url) {
  uint16_t port = url.port == 0 ? default_port(url) : url.port;
  return url.scheme + "://" + url.host + ":" + std::to_string(port);
}

}  // namespace

struct Client::Idle {
  std::string origin;
  base::MonoTime since;
  std::unique_ptr<ClientConnection> connection;
};

Client::Client(io::Loop& loop, io::Dialer& dialer, ClientOptions options)
    : loop_(loop), dialer_(dialer), options_(std::move(options)) {}

Client::~Client() = default;

std::unique_ptr<ClientConnection> Client::take_idle(const base::Url& url) {
  base::MonoTime now = loop_.clock().mono();
  std::string origin = origin_of(url);
  std::unique_ptr<ClientConnection> found;
  for (Idle& idle : idle_) {
    bool old = now - idle.since > options_.idle_timeout || !idle.connection->usable();
    if (old)
      bury(std::move(idle.connection));
    else if (!found && idle.origin == origin)
      found = std::move(idle.connection);
  }
  std::erase_if(idle_, [](const Idle& idle) { return idle.connection == nullptr; });
  return found;
}

void Client::keep(const base::Url& url, std::unique_ptr<ClientConnection> connection) {
  if (!connection->usable()) return bury(std::move(connection));
  idle_.push_back({origin_of(url), loop_.clock().mono(), std::move(connection)});
  if (idle_.size() <= kIdleConnectionsMax) return;
  bury(std::move(idle_.front().connection));
  idle_.erase(idle_.begin());
}

void Client::bury(std::unique_ptr<ClientConnection> connection) {
  // It may be its own call that we are in.
  loop_.defer([connection = std::move(connection)] {});
}

Credentials* Client::credentials_for(const base::Url& url) {
  if (url.user.empty()) return nullptr;
  Credentials wanted(url.user, url.password);
  std::string origin = origin_of(url);
  auto known = credentials_.find(origin);
  if (known != credentials_.end() && known->second == wanted) return &known->second;
  if (credentials_.size() >= kOriginsMax) credentials_.clear();
  return &credentials_.insert_or_assign(origin, std::move(wanted)).first->second;
}

namespace {

base::Status check_url(const base::Url& url) {
  if (default_port(url) != 0 && !url.host.empty()) return {};
  return base::Error{base::Code::kMalformed, "http client: want http://HOST/ or https://HOST/", url.shown()};
}

}  // namespace

std::unique_ptr<ClientExchange> Client::stream(ClientRequest request, ResponseHandler& handler) {
  struct Handle final : ClientExchange {
    ~Handle() override { exchange->cancel(); }
    void pause_reading(bool paused) override { exchange->pause_reading(paused); }
    std::string peer() const override { return exchange->peer(); }
    const base::Url& url() const override { return exchange->url(); }
    std::shared_ptr<Exchange> exchange;
  };
  auto handle = std::make_unique<Handle>();
  base::Status good = check_url(request.url);
  handle->exchange = std::make_shared<Exchange>(*this, std::move(request), handler);
  if (good)
    handle->exchange->start();
  else
    handle->exchange->fail_later(good.error());
  return handle;
}

// Gathers an answer. Its death cancels it.
class Client::Fetch final : private ResponseHandler {
 public:
  using Done = base::UniqueFunction<void(base::Result<ClientResponse>)>;

  Fetch(Client& client, ClientRequest request, Done done)
      : bytes_max_(client.options_.fetch_bytes_max), done_(std::move(done)) {
    deadline_ = client.loop_.after(client.options_.fetch_timeout, [this] {
      end(base::Error{base::Code::kTimeout, "http client: the answer is not whole in time", {}});
    });
    exchange_ = client.stream(std::move(request), *this);
  }

 private:
  void on_head(const ResponseHead& head) override {
    response_.status = head.status;
    response_.headers = head.headers;
  }
  void on_body(base::Bytes bytes) override {
    if (body_.size() + bytes.size() > bytes_max_)
      return end(base::Error{base::Code::kLimit, "http client: body bytes", std::to_string(bytes_max_)});
    body_.insert(body_.end(), bytes.begin(), bytes.end());
  }
  void on_end(base::Status status) override { end(std::move(status)); }
  void end(base::Status status) {
    auto done = std::move(done_);
    response_.url = exchange_->url();
    response_.peer = exchange_->peer();
    response_.body = base::Slice(std::move(body_));
    deadline_.cancel();
    exchange_.reset();
    if (status)
      done(std::move(response_));
    else
      done(status.error());
  }

  size_t bytes_max_;
  Done done_;
  ClientResponse response_;
  std::vector<uint8_t> body_;
  io::Timer deadline_;
  std::unique_ptr<ClientExchange> exchange_;
};

std::shared_ptr<void> Client::fetch(ClientRequest request,
                                    base::UniqueFunction<void(base::Result<ClientResponse>)> done) {
  return std::make_shared<Fetch>(*this, std::move(request), std::move(done));
}

}  // namespace eyas::http
