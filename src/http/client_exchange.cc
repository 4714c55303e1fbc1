#include "http/client_exchange.h"

#include <algorithm>

namespace eyas::http {
namespace {

using base::Code;
using base::Error;

constexpr unsigned kChallengesMax = 3;  // of one exchange

bool breaks_lines(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::string target_of(const base::Url& url) {
  std::string target = url.path.empty() ? "/" : url.path;
  return url.query.empty() ? target : target + "?" + url.query;
}

bool repeatable(Method method) {
  return method == Method::kGet || method == Method::kHead || method == Method::kDelete ||
         method == Method::kPut;
}

bool has_body(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

}  // namespace

uint16_t default_port(const base::Url& url) {
  if (url.scheme == "http") return 80;
  return url.scheme == "https" ? 443 : 0;
}

Client::Exchange::Exchange(Client& client, ClientRequest request, ResponseHandler& handler)
    : client_(client), request_(std::move(request)), handler_(&handler) {}

Client::Exchange::~Exchange() = default;

void Client::Exchange::start() {
  meaning_ = Meaning::kAnswer;
  discarded_bytes_ = 0;
  connection_ = retried_ ? nullptr : client_.take_idle(request_.url);
  if (connection_ != nullptr) return send(true);
  connect();
}

void Client::Exchange::fail_later(base::Error why) {
  timer_ = client_.loop_.after(base::Duration::zero(), [this, why = std::move(why)] {
    auto keep = shared_from_this();
    finish(why);
  });
}

void Client::Exchange::connect() {
  const base::Url& url = request_.url;
  const ClientOptions& options = client_.options_;
  io::DialTls tls;
  if (url.scheme == "https") {
    tls.server_name = url.host;
    tls.verify = options.tls_verify;
    tls.authority_file = options.tls_authority_file;
    tls.alpn = {"http/1.1"};
  }
  uint16_t port = url.port == 0 ? default_port(url) : url.port;
  dialling_ = client_.dialer_.connect(client_.loop_, url.host, port, std::move(tls), options.connect_timeout,
                                      [this](base::Result<std::unique_ptr<io::ByteStream>> stream) {
                                        auto keep = shared_from_this();
                                        if (!stream) return finish(stream.error());
                                        connection_ = std::make_unique<ClientConnection>(std::move(*stream));
                                        send(false);
                                      });
}

void Client::Exchange::send(bool reused) {
  reused_ = reused;
  base::Result<std::string> head = head_text();
  if (!head) return finish(head.error());
  peer_ = connection_->peer();
  connected_to_ = request_.url;
  connection_->pause_reading(paused_);
  connection_->request(*this, base::Slice::copy_of(*head), request_.body, client_.options_.head,
                       request_.method == Method::kHead);
  progress_ = client_.loop_.clock().mono();
  watch(client_.options_.response_timeout, "http client: no answer in time");
}

base::Result<std::string> Client::Exchange::head_text() {
  const base::Url& url = request_.url;
  const char* method = method_name(request_.method);
  std::string target = target_of(url);
  std::string out = std::string(method) + " " + target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n";
  bool names_agent = false, authorized = false;
  for (const Headers::Line& line : request_.headers.lines()) {
    if (breaks_lines(line.name) || breaks_lines(line.value))
      return Error{Code::kMalformed, "http client: a header with a line end", line.name};
    names_agent |= line.name == "user-agent";
    authorized |= line.name == "authorization";
    out += line.name + ": " + line.value + "\r\n";
  }
  if (!names_agent) out += "User-Agent: eyas\r\n";
  Credentials* credentials = authorized ? nullptr : client_.credentials_for(url);
  std::string proof = credentials == nullptr ? "" : credentials->answer(method, target);
  // The server chose the realm and nonce that are in it.
  if (breaks_lines(proof)) return Error{Code::kMalformed, "http client: a challenge with a line end", {}};
  if (!proof.empty()) out += "Authorization: " + proof + "\r\n";
  if (has_body(request_.method) || !request_.body.empty())
    out += "Content-Length: " + std::to_string(request_.body.size()) + "\r\n";
  return out + "\r\n";
}

void Client::Exchange::on_head(const ResponseHead& head) {
  auto keep = shared_from_this();
  progress_ = client_.loop_.clock().mono();
  base::Result<bool> again = asks_again(head);
  if (!again) {
    let_go(false);
    return finish(again.error());
  }
  meaning_ = *again ? Meaning::kAskAgain : Meaning::kAnswer;
  watch(client_.options_.stall_timeout, "http client: the body stands still");
  if (meaning_ == Meaning::kAnswer) handler_->on_head(head);
}

base::Result<bool> Client::Exchange::asks_again(const ResponseHead& head) {
  bool ours = request_.headers.count("authorization") == 0;
  if (head.status == 401 && ours) {
    Credentials* credentials = client_.credentials_for(request_.url);
    if (credentials == nullptr || !credentials->take_challenge(head.headers)) return false;
    // Answered with what this challenge's forerunner told, and refused: asking on would lock the account.
    bool wrong = challenges_ > 0 && !credentials->stale();
    return !wrong && ++challenges_ <= kChallengesMax;
  }
  return redirected(head);
}

base::Result<bool> Client::Exchange::redirected(const ResponseHead& head) {
  int status = head.status;
  bool fetches = request_.method == Method::kGet || request_.method == Method::kHead;
  bool follow =
      status == 303 || status == 307 || status == 308 || (fetches && (status == 301 || status == 302));
  auto location = head.headers.get("location");
  if (!follow || !location) return false;
  if (++redirects_ > client_.options_.redirects_max)
    return Error{Code::kLimit, "http client: redirects", std::to_string(redirects_)};
  base::Result<base::Url> next = request_.url.resolved(*location);
  if (!next) return next.error();
  if (next->scheme != "https" && (next->scheme != "http" || request_.url.scheme == "https"))
    return Error{Code::kRefused, "http client: a redirect that is not followed", next->shown()};
  if (!next->same_origin(request_.url, default_port(request_.url))) {
    // What was meant for one server is not told to another.
    request_.headers.remove("authorization");
    request_.headers.remove("cookie");
  }
  if (status == 303 && request_.method != Method::kHead) {
    request_.method = Method::kGet;
    request_.body = {};
  }
  request_.url = std::move(*next);
  return true;
}

void Client::Exchange::on_body(base::Bytes bytes) {
  auto keep = shared_from_this();
  progress_ = client_.loop_.clock().mono();
  if (meaning_ == Meaning::kAnswer) return handler_->on_body(bytes);
  discarded_bytes_ += bytes.size();
  if (discarded_bytes_ <= kDiscardedBytesMax) return;
  let_go(false);
  ask_again();
}

void Client::Exchange::on_end(base::Status status, bool reusable) {
  auto keep = shared_from_this();
  bool answered = connection_->answered();
  let_go(reusable);
  if (meaning_ == Meaning::kAskAgain) return ask_again();
  // The server may have closed a connection that waited, just as we took it.
  if (!status && reused_ && !answered && repeatable(request_.method) && !std::exchange(retried_, true))
    return ask_again();
  finish(std::move(status));
}

void Client::Exchange::ask_again() {
  timer_ = client_.loop_.after(base::Duration::zero(), [this] { start(); });
}

void Client::Exchange::let_go(bool reusable) {
  timer_.cancel();
  if (connection_ == nullptr) return;
  connection_->forget();
  if (reusable && !paused_)
    client_.keep(connected_to_, std::move(connection_));
  else
    client_.bury(std::move(connection_));
}

void Client::Exchange::watch(base::Duration limit, const char* why) {
  timer_ = client_.loop_.after(limit, [this, limit, why] {
    base::MonoTime now = client_.loop_.clock().mono();
    if (paused_) progress_ = now;
    base::Duration left = progress_ + limit - now;
    if (left > base::Duration::zero())
      return watch(std::max<base::Duration>(left, std::chrono::milliseconds(1)), why);
    auto keep = shared_from_this();
    let_go(false);
    finish(Error{Code::kTimeout, why, request_.url.shown()});
  });
}

void Client::Exchange::pause_reading(bool paused) {
  paused_ = paused;
  if (connection_ != nullptr) connection_->pause_reading(paused);
}

void Client::Exchange::cancel() {
  handler_ = nullptr;
  dialling_.reset();
  let_go(false);
}

void Client::Exchange::finish(base::Status status) {
  let_go(false);
  dialling_.reset();
  if (ResponseHandler* handler = std::exchange(handler_, nullptr)) handler->on_end(std::move(status));
}

}  // namespace eyas::http
