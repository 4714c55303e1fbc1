// TLS against OpenSSL's client, byte by byte where it matters.
#include "io/tls.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "io/loop.h"
#include "io/tcp.h"
#include "io/test_certificate.h"
#include "io/tls_stream.h"

namespace eyas::io {
namespace {

using namespace std::chrono_literals;

template <typename Predicate>
bool run_until(Loop& loop, Predicate done) {
  auto limit = base::system_clock().mono() + 10s;
  while (!done() && base::system_clock().mono() < limit) loop.run_once(1ms);
  return done();
}

struct Recorder : ByteStream::Handler {
  void on_data(base::Bytes bytes) override { received += base::as_text(bytes); }
  void on_drained() override { ++drained; }
  void on_closed(const base::Error& why) override { closed = why.message(); }
  std::string received;
  int drained = 0;
  std::string closed;
};

// OpenSSL's client over memory: its records cross the socket in pieces of the test's choosing.
class Client : public ByteStream::Handler {
 public:
  Client(Loop& loop, const Address& to, size_t piece) : loop_(loop), piece_(piece) {
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    from_server_ = BIO_new(BIO_s_mem());
    to_server_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, from_server_, to_server_);
    SSL_set_connect_state(ssl_);
    stream = std::move(*connect_tcp(loop, to));
    stream->start(*this);
  }
  ~Client() override {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool shake_hands() {
    return run_until(loop_, [&] {
      SSL_do_handshake(ssl_);
      push();
      return SSL_is_init_finished(ssl_) == 1;
    });
  }
  void say(const std::string& text) {
    EXPECT_EQ(SSL_write(ssl_, text.data(), static_cast<int>(text.size())), static_cast<int>(text.size()));
    push();
  }
  // Sends the records made so far, with a turn of the loop after each piece.
  void push() {
    std::vector<uint8_t> bytes(piece_);
    for (int n; (n = BIO_read(to_server_, bytes.data(), static_cast<int>(piece_))) > 0;) {
      base::Slice slice = base::Slice::copy_of(base::Bytes(bytes).first(static_cast<size_t>(n)));
      stream->send({&slice, 1});
      loop_.run_once(0ms);
    }
  }
  long serial() const {
    X509* shown = SSL_get1_peer_certificate(ssl_);
    long serial = ASN1_INTEGER_get(X509_get0_serialNumber(shown));
    X509_free(shown);
    return serial;
  }
  std::unique_ptr<ByteStream> stream;
  std::string received;
  std::string closed;
  size_t wire_bytes = 0;

 private:
  void on_data(base::Bytes bytes) override {
    wire_bytes += bytes.size();
    BIO_write(from_server_, bytes.data(), static_cast<int>(bytes.size()));
    if (SSL_is_init_finished(ssl_) != 1) return;
    char text[16384];
    for (int n; (n = SSL_read(ssl_, text, sizeof text)) > 0;) received.append(text, static_cast<size_t>(n));
  }
  void on_closed(const base::Error& why) override { closed = why.message(); }

  Loop& loop_;
  size_t piece_;
  SSL_CTX* context_;
  SSL* ssl_;
  BIO* from_server_;
  BIO* to_server_;
};

class Tls : public testing::Test {
 protected:
  Tls() {
    use(certificate_);
    listener_ = std::move(*Listener::open(loop, *Address::parse("127.0.0.1:0"), Sharing::kFirst,
                                          [this](int fd, const Address&) {
                                            auto tls = adopt_tls_server(loop, fd, context);
                                            server = static_cast<TlsStream*>(tls.get());
                                            tls->start(at_server);
                                            streams_.push_back(std::move(tls));
                                          }));
  }
  void use(const Certificate& certificate) {
    context = std::move(*TlsContext::load(certificate.file(), certificate.key(), {"http/1.1"}));
  }
  std::unique_ptr<Client> client(size_t piece = 16384) {
    auto made = std::make_unique<Client>(loop, listener_->address(), piece);
    EXPECT_TRUE(made->shake_hands());
    return made;
  }
  static std::string counting(size_t bytes) {
    std::string text(bytes, '\0');
    for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 7 + (i >> 10));
    return text;
  }

  Loop loop;
  std::shared_ptr<const TlsContext> context;
  Recorder at_server;
  TlsStream* server = nullptr;  // of the newest connection
  Certificate certificate_{1001};

 private:
  std::vector<std::unique_ptr<ByteStream>> streams_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(Tls, RecordsMayComeInAnyPieces) {
  for (size_t piece : {1, 3, 100, 5000, 16384}) {
    at_server = {};
    auto peer = client(piece);
    std::string text = counting(piece == 1 ? 2000 : 60'000);
    peer->say(text.substr(0, 10));
    peer->say(text.substr(10));
    EXPECT_TRUE(run_until(loop, [&] { return at_server.received.size() == text.size(); })) << piece;
    EXPECT_EQ(at_server.received, text);
  }
}

TEST_F(Tls, SeveralRecordsInOneReadAreAllGiven) {
  auto peer = client(1 << 20);
  std::string text;
  for (int i = 0; i < 50; ++i) text += "record " + std::to_string(i) + "; ";
  // All of them are in the socket before the server looks: epoll will tell of them only once.
  for (size_t at = 0; at < text.size(); at += 13) peer->say(text.substr(at, 13));
  EXPECT_TRUE(run_until(loop, [&] { return at_server.received == text; }));
}

TEST_F(Tls, WhatThePeerDoesNotTakeIsHeldAndThenSentWhole) {
  auto peer = client();
  peer->stream->pause_reading(true);
  std::string text = counting(8 << 20);
  base::Slice bytes = base::Slice::copy_of(text);
  std::vector<base::Slice> slices;
  for (size_t at = 0; at < text.size(); at += 100'003) slices.push_back(bytes.sub(at, 100'003));
  EXPECT_GT(server->send(slices), 0u);
  loop.run_once(0ms);
  EXPECT_EQ(at_server.drained, 0);
  peer->stream->pause_reading(false);
  EXPECT_TRUE(run_until(loop, [&] { return peer->received.size() == text.size(); }));
  EXPECT_TRUE(peer->received == text);
  EXPECT_EQ(at_server.drained, 1);
  EXPECT_EQ(server->pending(), 0u);
}

TEST_F(Tls, SmallSlicesShareARecord) {
  auto peer = client();
  std::vector<base::Slice> slices(20, base::Slice::literal("twenty little slices"));
  server->send(slices);
  EXPECT_TRUE(run_until(loop, [&] { return peer->received.size() == 400; }));
  size_t before = peer->wire_bytes;  // handshake and session tickets were among them
  server->send(slices);
  EXPECT_TRUE(run_until(loop, [&] { return peer->received.size() == 800; }));
  EXPECT_LT(peer->wire_bytes - before, 400 + 50u);
}

TEST_F(Tls, AReloadedCertificateIsShownToNewcomersAndOthersGoOn) {
  auto before = client();
  TlsStream* first = server;
  EXPECT_EQ(before->serial(), 1001);
  Certificate renewed(1002);
  use(renewed);
  auto after = client();
  EXPECT_EQ(after->serial(), 1002);
  base::Slice text = base::Slice::literal("still here");
  first->send({&text, 1});
  EXPECT_TRUE(run_until(loop, [&] { return before->received == "still here"; }));
}

TEST_F(Tls, ACertificateThatCannotBeUsedIsAnErrorThatNamesTheFile) {
  Certificate other(1003);
  auto missing = TlsContext::load("/nonexistent.pem", certificate_.key(), {});
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message().find("/nonexistent.pem"), std::string::npos);
  auto mixed = TlsContext::load(certificate_.file(), other.key(), {});
  ASSERT_FALSE(mixed.ok());
  EXPECT_NE(mixed.error().message().find(other.key()), std::string::npos) << mixed.error().message();
}

TEST_F(Tls, GarbageEndsThatConnectionOnly) {
  auto good = client();
  TlsStream* healthy = server;
  Recorder raw_side;
  auto raw = std::move(*connect_tcp(loop, *Address::parse(good->stream->peer())));
  raw->start(raw_side);
  base::Slice garbage = base::Slice::literal("GET / HTTP/1.1\r\nHost: plain\r\n\r\n");
  raw->send({&garbage, 1});
  EXPECT_TRUE(run_until(loop, [&] { return at_server.closed.starts_with("malformed: tls"); }))
      << at_server.closed;
  base::Slice text = base::Slice::literal("unhurt");
  healthy->send({&text, 1});
  EXPECT_TRUE(run_until(loop, [&] { return good->received == "unhurt"; }));
}

TEST_F(Tls, TheKernelTakesTheRecordsOverWhereItCan) {
  auto peer = client();
  EXPECT_EQ(server->kernel_sends(), kernel_tls_available());
  base::Slice text = base::Slice::literal("either way");
  server->send({&text, 1});
  EXPECT_TRUE(run_until(loop, [&] { return peer->received == "either way"; }));
}

}  // namespace
}  // namespace eyas::io
