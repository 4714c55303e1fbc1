#include "io/dial.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>

#include "base/check.h"
#include "io/resolver.h"
#include "io/tcp.h"
#include "io/tls_handshake.h"

namespace eyas::io {
namespace {

using Endpoints = std::vector<Endpoint>;
using Connected = base::Result<std::unique_ptr<ByteStream>>;

base::Error os_error(const Endpoint& to, int error) {
  return {base::Code::kSystem, "dial: cannot connect", to.text() + ": " + std::strerror(error)};
}

// Drops the question when the asker lets go.
struct Asker {
  explicit Asker(std::shared_ptr<Resolver::Question> q) : question(std::move(q)) {}
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  ~Asker() {
    std::lock_guard lock(question->mutex);
    question->loop = nullptr;
  }
  std::shared_ptr<Resolver::Question> question;
};

// An answer that was known at once, given in a later turn.
Dialling answer_later(Loop& loop, base::Result<Endpoints> answer,
                      base::UniqueFunction<void(base::Result<Endpoints>)> done) {
  auto kept = std::make_shared<base::Result<Endpoints>>(std::move(answer));
  return std::make_shared<Timer>(loop.after(
      base::Duration::zero(), [kept, done = std::move(done)]() mutable { done(std::move(*kept)); }));
}

base::Result<Endpoints> permitted(const DialPolicy& policy, Endpoints all) {
  Endpoints good;
  base::Status first;
  for (const Endpoint& each : all) {
    base::Status status = policy.check(each);
    if (status)
      good.push_back(each);
    else if (first)
      first = status;
  }
  if (good.empty() && !first) return first.error();
  return good;
}

// One TCP connection that is being made.
class Attempt final : FdHandler {
 public:
  // `done` runs once with a connected descriptor, or minus errno; it may destroy us.
  Attempt(Loop& loop, const Endpoint& to, base::UniqueFunction<void(const Endpoint&, int)> done)
      : loop_(loop), to_(to), done_(std::move(done)) {
    fd_ = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool begun = fd_ >= 0 && (::connect(fd_, &to.any, to.length()) == 0 || errno == EINPROGRESS);
    if (begun)
      loop_.watch(fd_, EPOLLOUT, *this);
    else
      failed_ = loop_.after(base::Duration::zero(), [this, error = errno] { finish(-error); });
  }
  ~Attempt() override {
    if (fd_ < 0) return;
    if (!failed_.armed()) loop_.unwatch(fd_, *this);
    ::close(fd_);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

 private:
  void on_fd(uint32_t) override {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    loop_.unwatch(fd_, *this);
    if (error != 0) {
      ::close(std::exchange(fd_, -1));
      return finish(-error);
    }
    finish(std::exchange(fd_, -1));
  }
  void finish(int outcome) {
    auto done = std::move(done_);
    done(to_, outcome);
  }

  Loop& loop_;
  Endpoint to_;
  base::UniqueFunction<void(const Endpoint&, int)> done_;
  int fd_;
  Timer failed_;
};

// From a name to a connection. Lives on its loop.
class Connecting : public std::enable_shared_from_this<Connecting> {
 public:
  Connecting(Loop& loop, std::string host, DialTls tls, base::UniqueFunction<void(Connected)> done)
      : loop_(loop), host_(std::move(host)), tls_(std::move(tls)), done_(std::move(done)) {}

  void begin(Dialer& dialer, uint16_t port, base::Duration timeout) {
    deadline_ = loop_.after(timeout, [this, port, timeout] {
      finish(base::Error{base::Code::kTimeout, "dial: no connection in time",
                         host_ + ":" + std::to_string(port) + " within " +
                             std::to_string(base::to_ms(timeout)) + " ms" +
                             (last_error_.empty() ? "" : "; " + last_error_)});
    });
    resolving_ = dialer.resolve(loop_, host_, port, [this](base::Result<Endpoints> found) {
      if (!found) return finish(found.error());
      untried_.assign(found->begin(), found->end());
      try_next();
    });
  }

 private:
  void try_next() {
    if (untried_.empty()) return;
    Endpoint to = untried_.front();
    untried_.pop_front();
    ++open_;
    attempts_.push_back(std::make_unique<Attempt>(
        loop_, to, [this](const Endpoint& end, int outcome) { on_attempt(end, outcome); }));
    next_ = loop_.after(Dialer::kNextAddressAfter, [this] { try_next(); });
  }

  void on_attempt(const Endpoint& to, int outcome) {
    --open_;
    if (outcome >= 0) return on_connected(to, outcome);
    base::Error error = os_error(to, -outcome);
    last_error_ = error.detail;
    if (!untried_.empty()) return try_next();
    if (open_ == 0) finish(std::move(error));
  }

  void on_connected(const Endpoint& to, int fd) {
    next_.cancel();
    untried_.clear();
    // The others are not needed; destroyed later, for one of them is calling.
    abandoned_ = loop_.after(base::Duration::zero(), [this] { attempts_.clear(); });
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connected_) return static_cast<void>(::close(fd));
    connected_ = true;
    if (tls_.server_name.empty()) return finish(adopt_socket(loop_, fd));
    auto handshake = TlsHandshake::start(loop_, fd, tls_, tls_.server_name + " (" + to.text() + ")",
                                         [this](Connected result) { finish(std::move(result)); });
    if (!handshake) return finish(handshake.error());
    handshake_ = std::move(*handshake);
  }

  void finish(Connected result) {
    if (!done_) return;
    auto keep = shared_from_this();  // the callee may let go of us
    auto done = std::move(done_);
    deadline_.cancel();
    next_.cancel();
    done(std::move(result));
  }

  Loop& loop_;
  std::string host_;
  DialTls tls_;
  base::UniqueFunction<void(Connected)> done_;
  Dialling resolving_;
  std::deque<Endpoint> untried_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  size_t open_ = 0;
  bool connected_ = false;
  std::string last_error_;
  std::unique_ptr<TlsHandshake> handshake_;
  Timer deadline_, next_, abandoned_;
};

}  // namespace

Dialer::Dialer(std::shared_ptr<const DialPolicy> policy) : Dialer(std::move(policy), look_up) {}

Dialer::Dialer(std::shared_ptr<const DialPolicy> policy, Lookup lookup)
    : policy_(std::move(policy)), resolver_(std::make_shared<Resolver>(std::move(lookup))) {
  CHECK(policy_ != nullptr);
}

Dialer::~Dialer() {
  resolver_->stop();
}

Dialling Dialer::resolve(Loop& loop, const std::string& host, uint16_t port,
                         base::UniqueFunction<void(base::Result<std::vector<Endpoint>>)> done) {
  // getaddrinfo() takes no host, or one cut short by a zero byte, for somebody else.
  if (host.empty() || host.find('\0') != std::string::npos || port == 0) {
    return answer_later(loop, base::Error{base::Code::kMalformed, "dial: want a host and a port", host},
                        std::move(done));
  }
  if (auto numeric = numeric_endpoint(host, port))
    return answer_later(loop, permitted(*policy_, {*numeric}), std::move(done));
  auto question = std::make_shared<Resolver::Question>();
  question->host = host;
  question->port = port;
  question->done = [policy = policy_, done = std::move(done)](base::Result<Endpoints> found) mutable {
    done(found ? permitted(*policy, std::move(*found)) : base::Result<Endpoints>(found.error()));
  };
  auto asker = std::make_shared<Asker>(question);
  if (resolver_->ask(loop, question)) return asker;
  return answer_later(loop, base::Error{base::Code::kLimit, "dial: too many names wait to be resolved", host},
                      std::move(question->done));
}

Dialling Dialer::connect(Loop& loop, const std::string& host, uint16_t port, DialTls tls,
                         base::Duration timeout,
                         base::UniqueFunction<void(base::Result<std::unique_ptr<ByteStream>>)> done) {
  auto connecting = std::make_shared<Connecting>(loop, host, std::move(tls), std::move(done));
  connecting->begin(*this, port, timeout);
  return connecting;
}

}  // namespace eyas::io
