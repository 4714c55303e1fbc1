// Real sockets and real TLS on loopback, and names as the test wants them.
#include "io/dial.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "io/tcp.h"
#include "io/test_certificate.h"
#include "io/tls.h"

namespace eyas::io {
namespace {

using namespace std::chrono_literals;
using Connected = base::Result<std::unique_ptr<ByteStream>>;
using Found = base::Result<std::vector<Endpoint>>;

struct Recorder : ByteStream::Handler {
  void on_data(base::Bytes bytes) override { received += base::as_text(bytes); }
  void on_closed(const base::Error& why) override { closed = why.message(); }
  std::string received;
  std::string closed;
};

class Dial : public testing::Test {
 protected:
  Dial() {
    std::signal(SIGPIPE, SIG_IGN);
    use(allow({"127.0.0.0/8", "::1"}));
  }
  static std::shared_ptr<const DialPolicy> allow(const std::vector<std::string>& networks) {
    return *DialPolicy::make(networks);
  }
  void use(std::shared_ptr<const DialPolicy> policy) {
    dialer_ = std::make_unique<Dialer>(std::move(policy));
  }
  // Every name has these addresses ("127.0.0.1", "::1").
  void names_mean(std::vector<std::string> hosts) {
    dialer_ =
        std::make_unique<Dialer>(allow({"127.0.0.0/8", "::1"}), [hosts](const std::string&, uint16_t port) {
          std::vector<Endpoint> found;
          for (const std::string& host : hosts) {
            bool v6 = host.find(':') != std::string::npos;
            found.push_back(*Endpoint::parse((v6 ? "[" + host + "]" : host) + ":" + std::to_string(port)));
          }
          return Found(found);
        });
  }
  uint16_t listen(const char* address, std::shared_ptr<const TlsContext> tls = nullptr) {
    listeners_.push_back(std::move(*Listener::open(
        loop_, *Address::parse(address), Sharing::kFirst, [this, tls](int fd, const Address&) {
          accepted_.push_back(tls ? adopt_tls_server(loop_, fd, tls) : adopt_socket(loop_, fd));
          accepted_.back()->start(at_server_);
        })));
    return listeners_.back()->address().port();
  }
  template <typename Predicate>
  bool run_until(Predicate done) {
    auto limit = base::system_clock().mono() + 20s;
    while (!done() && base::system_clock().mono() < limit) loop_.run_once(5ms);
    return done();
  }
  Connected connect(const std::string& host, uint16_t port, DialTls tls = {}, base::Duration timeout = 15s) {
    std::optional<Connected> got;
    auto token = dialer_->connect(loop_, host, port, std::move(tls), timeout,
                                  [&](Connected c) { got = std::move(c); });
    EXPECT_FALSE(got) << "called inside the call";
    EXPECT_TRUE(run_until([&] { return got.has_value(); }));
    return std::move(*got);
  }
  Found resolve(const std::string& host) {
    std::optional<Found> got;
    auto token = dialer_->resolve(loop_, host, 80, [&](Found found) { got = std::move(found); });
    EXPECT_FALSE(got) << "called inside the call";
    EXPECT_TRUE(run_until([&] { return got.has_value(); }));
    return *got;
  }
  static DialTls tls_to(const std::string& name, const std::string& authority) {
    DialTls tls;
    tls.server_name = name;
    tls.authority_file = authority;
    return tls;
  }
  // Both directions carry what is sent.
  void expect_talk(ByteStream& stream) {
    Recorder at_client;
    stream.start(at_client);
    base::Slice ping = base::Slice::literal("ping"), pong = base::Slice::literal("pong");
    stream.send({&ping, 1});
    EXPECT_TRUE(run_until([&] { return at_server_.received == "ping"; }));
    accepted_.back()->send({&pong, 1});
    EXPECT_TRUE(run_until([&] { return at_client.received == "pong"; }));
  }

  Loop loop_;
  Recorder at_server_;
  std::vector<std::unique_ptr<ByteStream>> accepted_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unique_ptr<Dialer> dialer_;
};

TEST_F(Dial, ConnectsToANumber) {
  uint16_t port = listen("127.0.0.1:0");
  Connected stream = connect("127.0.0.1", port);
  ASSERT_TRUE(stream.ok()) << stream.error().message();
  EXPECT_EQ((*stream)->peer(), "127.0.0.1:" + std::to_string(port));
  expect_talk(**stream);
}

TEST_F(Dial, ConnectsToANameOfThisMachine) {
  uint16_t port = listen("127.0.0.1:0");
  Connected stream = connect("localhost", port);
  ASSERT_TRUE(stream.ok()) << stream.error().message();
  expect_talk(**stream);
}

TEST_F(Dial, ThePolicyJudgesWhatANameMeans) {
  use(allow({}));
  uint16_t port = listen("127.0.0.1:0");
  // However it is written: what getaddrinfo() makes of it counts.
  for (const char* host :
       {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "0", "::ffff:127.0.0.1"}) {
    Connected stream = connect(host, port);
    ASSERT_FALSE(stream.ok()) << host;
    EXPECT_EQ(stream.error().code, base::Code::kRefused) << host << " " << stream.error().message();
  }
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(Dial, OfSeveralAddressesOnlyThePermittedAreUsed) {
  dialer_ = std::make_unique<Dialer>(allow({"127.0.0.1"}), [](const std::string&, uint16_t) {
    return Found(std::vector<Endpoint>{*Endpoint::parse("169.254.169.254:80"),
                                       *Endpoint::parse("127.0.0.1:80"), *Endpoint::parse("[::1]:80")});
  });
  Found found = resolve("rebound.example");
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().text(), "127.0.0.1:80");
}

TEST_F(Dial, FamiliesAlternateAndTheirNumberIsBounded) {
  std::vector<std::string> many(Dialer::kAddressesMax, "127.0.0.1");
  many.push_back("::1");
  names_mean(many);
  Found found = resolve("many.example");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->size(), Dialer::kAddressesMax);
  EXPECT_TRUE((*found)[1].is_v6());
}

TEST_F(Dial, AnAddressThatRefusesGivesWayToTheNext) {
  uint16_t port = listen("127.0.0.2:0");
  names_mean({"127.0.0.1", "127.0.0.3", "127.0.0.2"});
  Connected stream = connect("camera.example", port);
  ASSERT_TRUE(stream.ok()) << stream.error().message();
  EXPECT_EQ((*stream)->peer(), "127.0.0.2:" + std::to_string(port));
}

TEST_F(Dial, WhenAllAddressesRefuseTheErrorNamesOne) {
  uint16_t port = listen("127.0.0.1:0");
  listeners_.clear();
  names_mean({"127.0.0.1", "127.0.0.3"});
  Connected stream = connect("camera.example", port);
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, base::Code::kSystem);
  EXPECT_NE(stream.error().message().find("127.0.0.3:" + std::to_string(port) + ": Connection refused"),
            std::string::npos)
      << stream.error().message();
}

TEST_F(Dial, ANameWithoutAddressIsNotFound) {
  dialer_ = std::make_unique<Dialer>(allow({}), [](const std::string& host, uint16_t) {
    return Found(base::Error{base::Code::kNotFound, "dial: no address for this name", host});
  });
  Connected stream = connect("nowhere.example", 80);
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, base::Code::kNotFound);
  EXPECT_EQ(resolve("").error().code, base::Code::kMalformed);
  EXPECT_EQ(resolve(std::string("a\0b", 3)).error().code, base::Code::kMalformed);
}

// A name server that is silent until the test lets it speak.
class SilentNames {
 public:
  Found operator()(const std::string&, uint16_t port) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return std::vector<Endpoint>{*Endpoint::parse("127.0.0.1:" + std::to_string(port))};
  }
  void await(int asked) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= asked; });
  }
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
  bool open_ = false;
};

TEST_F(Dial, NamesThatWaitAreLimited) {
  auto names = std::make_shared<SilentNames>();
  dialer_ = std::make_unique<Dialer>(
      allow({"127.0.0.1"}), [names](const std::string& host, uint16_t port) { return (*names)(host, port); });
  size_t answered = 0, refused = 0;
  std::vector<Dialling> tokens;
  auto ask = [&] {
    tokens.push_back(dialer_->resolve(loop_, "x.example", 80, [&](Found found) {
      ++answered;
      if (!found && found.error().code == base::Code::kLimit) ++refused;
    }));
  };
  // Four are being looked up, the rest waits.
  for (int i = 0; i < 4; ++i) {
    ask();
    names->await(i + 1);
  }
  for (size_t i = 0; i < Dialer::kResolutionsMax + 1; ++i) ask();
  EXPECT_TRUE(run_until([&] { return refused == 1; }));
  EXPECT_EQ(answered, 1u);
  tokens.resize(100);  // those that nobody waits for any more leave their place
  ask();
  names->open();
  EXPECT_TRUE(run_until([&] { return answered == 102; }));
  EXPECT_EQ(refused, 1u);
}

TEST_F(Dial, CancelledWhileTheNameIsLookedUpItStaysSilent) {
  auto names = std::make_shared<SilentNames>();
  auto own_loop = std::make_unique<Loop>();
  dialer_ = std::make_unique<Dialer>(
      allow({"127.0.0.1"}), [names](const std::string& host, uint16_t port) { return (*names)(host, port); });
  auto token = dialer_->connect(*own_loop, "slow.example", 80, {}, 10s, [](Connected) { FAIL(); });
  names->await(1);
  token.reset();
  own_loop.reset();  // the answer comes when even the loop is gone
  names->open();
  uint16_t port = listen("127.0.0.1:0");
  EXPECT_TRUE(connect("fast.example", port).ok());
}

TEST_F(Dial, CancelledAfterTheAnswerWasPostedItStaysSilent) {
  std::atomic<bool> looked = false;
  dialer_ = std::make_unique<Dialer>(allow({"127.0.0.1"}), [&](const std::string&, uint16_t) {
    looked = true;
    return Found(std::vector<Endpoint>{*Endpoint::parse("127.0.0.1:80")});
  });
  auto token = dialer_->resolve(loop_, "x.example", 80, [](Found) { FAIL(); });
  while (!looked) std::this_thread::yield();
  token.reset();
  loop_.run_once(20ms);
}

TEST_F(Dial, CancelledWhileItConnectsItStaysSilent) {
  uint16_t port = listen("127.0.0.1:0");
  for (int turns = 0; turns < 4; ++turns) {
    auto token = dialer_->connect(loop_, "127.0.0.1", port, {}, 10s, [](Connected) {});
    for (int i = 0; i < turns; ++i) loop_.run_once(1ms);
    token.reset();
  }
  EXPECT_TRUE(connect("127.0.0.1", port).ok());
}

TEST_F(Dial, CancelledDuringTheHandshakeItStaysSilent) {
  uint16_t port = listen("127.0.0.1:0");  // no TLS here: the hello is never answered
  auto token =
      dialer_->connect(loop_, "127.0.0.1", port, tls_to("localhost", ""), 10s, [](Connected) { FAIL(); });
  EXPECT_TRUE(run_until([&] { return !at_server_.received.empty(); }));
  token.reset();
  EXPECT_TRUE(run_until([&] { return !at_server_.closed.empty(); }));
}

TEST_F(Dial, TheDeadlineHoldsForAllOfIt) {
  uint16_t port = listen("127.0.0.1:0");
  Connected stream = connect("127.0.0.1", port, tls_to("localhost", ""), 50ms);
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, base::Code::kTimeout);
  auto names = std::make_shared<SilentNames>();
  dialer_ = std::make_unique<Dialer>(
      allow({}), [names](const std::string& host, uint16_t p) { return (*names)(host, p); });
  stream = connect("silent.example", port, {}, 50ms);
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, base::Code::kTimeout);
  names->open();
}

class DialTlsTest : public Dial {
 protected:
  DialTlsTest() {
    certificate_.emplace(2001, "DNS:localhost,DNS:*.cameras.example,IP:127.0.0.1");
    context_ = *TlsContext::load(certificate_->file(), certificate_->key(), {"h2", "http/1.1"});
    names_mean({"127.0.0.1"});
    port_ = listen("127.0.0.1:0", context_);
  }
  std::optional<Certificate> certificate_;
  std::shared_ptr<const TlsContext> context_;
  uint16_t port_;
};

TEST_F(DialTlsTest, ATrustedNameIsConnected) {
  DialTls tls = tls_to("localhost", certificate_->file());
  tls.alpn = {"http/1.1"};
  Connected stream = connect("localhost", port_, tls);
  ASSERT_TRUE(stream.ok()) << stream.error().message();
  EXPECT_EQ((*stream)->alpn(), "http/1.1");
  expect_talk(**stream);
}

TEST_F(DialTlsTest, NumbersAndWildcardsAreMatchedToo) {
  EXPECT_TRUE(connect("127.0.0.1", port_, tls_to("127.0.0.1", certificate_->file())).ok());
  EXPECT_TRUE(connect("x", port_, tls_to("gate.cameras.example", certificate_->file())).ok());
}

TEST_F(DialTlsTest, AnotherNameIsRefused) {
  for (const char* name : {"other.example", "127.0.0.2", "a.b.cameras.example", "cameras.example"}) {
    Connected stream = connect("x", port_, tls_to(name, certificate_->file()));
    ASSERT_FALSE(stream.ok()) << name;
    EXPECT_EQ(stream.error().code, base::Code::kRefused) << stream.error().message();
  }
}

TEST_F(DialTlsTest, AStrangerIsRefusedWithAdvice) {
  Connected stream = connect("localhost", port_, tls_to("localhost", ""));
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, base::Code::kRefused);
  for (const char* word : {"self-signed", "tls_authority", "tls_verify=false", "localhost (127.0.0.1:"})
    EXPECT_NE(stream.error().message().find(word), std::string::npos) << stream.error().message();
  EXPECT_TRUE(at_server_.received.empty());
}

TEST_F(DialTlsTest, UnverifiedAnyCertificateWill) {
  DialTls tls = tls_to("other.example", "");
  tls.verify = false;
  Connected stream = connect("localhost", port_, tls);
  ASSERT_TRUE(stream.ok()) << stream.error().message();
  expect_talk(**stream);
}

TEST_F(DialTlsTest, AnExpiredCertificateIsRefused) {
  Certificate old(2002, "DNS:localhost", -3600);
  uint16_t port = listen("127.0.0.1:0", *TlsContext::load(old.file(), old.key(), {}));
  Connected stream = connect("localhost", port, tls_to("localhost", old.file()));
  ASSERT_FALSE(stream.ok());
  EXPECT_NE(stream.error().message().find("expired"), std::string::npos) << stream.error().message();
}

TEST_F(DialTlsTest, AnAuthorityFileThatCannotBeReadIsNamed) {
  Connected stream = connect("localhost", port_, tls_to("localhost", "/nonexistent.pem"));
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, base::Code::kInvalidConfig);
  EXPECT_NE(stream.error().message().find("/nonexistent.pem"), std::string::npos);
}

TEST_F(DialTlsTest, APeerWithoutTlsIsToldApart) {
  uint16_t port = listen("127.0.0.1:0");
  std::optional<Connected> got;
  auto token = dialer_->connect(loop_, "127.0.0.1", port, tls_to("localhost", ""), 10s,
                                [&](Connected c) { got = std::move(c); });
  EXPECT_TRUE(run_until([&] { return !at_server_.received.empty(); }));
  base::Slice plain = base::Slice::literal("HTTP/1.1 400 Bad Request\r\n\r\n");
  accepted_.back()->send({&plain, 1});
  EXPECT_TRUE(run_until([&] { return got.has_value(); }));
  ASSERT_FALSE(got->ok());
  EXPECT_NE(got->error().message().find("does not speak TLS"), std::string::npos) << got->error().message();
}

}  // namespace
}  // namespace eyas::io
