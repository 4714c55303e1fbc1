#include "protocols/webrtc/dtls/dtls.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/ssl.h>

#include "protocols/webrtc/dtls/fixtures.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using fixtures::certificate;
using fixtures::context;
using fixtures::Datagram;
using fixtures::handshake;
using fixtures::outgoing;
using fixtures::Pair;
using std::chrono::milliseconds;
using State = DtlsSession::State;

void expect_matching_keys(const Pair& pair, SrtpProfile profile) {
  ASSERT_TRUE(pair.connected());
  const auto &server = pair.server.keys(), &client = pair.client.keys();
  EXPECT_EQ(server.profile, profile);
  EXPECT_EQ(client.profile, profile);
  EXPECT_EQ(server.send.key, client.receive.key);
  EXPECT_EQ(server.send.salt, client.receive.salt);
  EXPECT_EQ(server.receive.key, client.send.key);
  EXPECT_EQ(server.receive.salt, client.send.salt);
  EXPECT_NE(server.send.key, server.receive.key);
}

TEST(Dtls, AHandshakeGivesMatchingKeysAndGcmIsPreferred) {
  Pair pair(context(DtlsRole::kServer),
            context(DtlsRole::kClient, {SrtpProfile::kAes128CmSha1_80, SrtpProfile::kAeadAes128Gcm}));
  handshake(pair);
  expect_matching_keys(pair, SrtpProfile::kAeadAes128Gcm);
}

TEST(Dtls, APeerWithoutGcmGetsCmSha1) {
  Pair pair(context(DtlsRole::kServer), context(DtlsRole::kClient, {SrtpProfile::kAes128CmSha1_80}));
  handshake(pair);
  expect_matching_keys(pair, SrtpProfile::kAes128CmSha1_80);
}

TEST(Dtls, TheKeysCarrySrtp) {
  Pair pair;
  handshake(pair);
  SrtpSender sender(pair.server.keys().profile, pair.server.keys().send);
  SrtpReceiver receiver(pair.client.keys().profile, pair.client.keys().receive);
  Datagram packet = {0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 'h', 'e', 'l', 'l', 'o'};
  Datagram sealed = packet;
  sealed.resize(packet.size() + sender.overhead());
  ASSERT_NE(sender.protect(sealed, 12, base::Bytes(sealed).subspan(12, 5)), 0u);
  ASSERT_TRUE(receiver.unprotect(sealed).ok());
  sealed.resize(packet.size());
  EXPECT_EQ(sealed, packet);
}

TEST(Dtls, NoCommonSrtpProfileFails) {
  Pair pair(context(DtlsRole::kServer, {SrtpProfile::kAeadAes128Gcm}),
            context(DtlsRole::kClient, {SrtpProfile::kAes128CmSha1_80}));
  handshake(pair);
  EXPECT_EQ(pair.server.state(), State::kFailed);
  EXPECT_EQ(pair.server.error().code, Code::kUnsupported);
}

TEST(Dtls, AnotherCertificateThanPromisedFailsBothWays) {
  base::ManualClock clock;
  Sha256 other{1, 2, 3};
  for (bool server_is_wrong : {true, false}) {
    DtlsSession server(context(DtlsRole::kServer),
                       server_is_wrong ? certificate(DtlsRole::kClient).digest() : other, clock.mono());
    DtlsSession client(context(DtlsRole::kClient),
                       server_is_wrong ? other : certificate(DtlsRole::kServer).digest(), clock.mono());
    client.start(clock.mono());
    for (int round = 0; round < 10; ++round) {
      for (auto& datagram : outgoing(client)) server.on_datagram(datagram, clock.mono());
      for (auto& datagram : outgoing(server)) client.on_datagram(datagram, clock.mono());
    }
    EXPECT_EQ(server.state(), State::kFailed);
    EXPECT_EQ(client.state(), State::kFailed);
    EXPECT_EQ((server_is_wrong ? client : server).error().code, Code::kRefused);
  }
}

TEST(Dtls, NoDatagramIsLongerThanThePathTakes) {
  Pair pair;
  size_t longest = 0, datagrams = 0;
  pair.client.start(pair.clock.mono());
  pair.carry([&](const Datagram& datagram) {
    longest = std::max(longest, datagram.size());
    ++datagrams;
    return true;
  });
  EXPECT_TRUE(pair.connected());
  EXPECT_LE(longest, kDtlsDatagramBytesMax);
  EXPECT_LE(datagrams, 8u) << "flights are coalesced";
}

TEST(Dtls, AnyLostDatagramIsSentAgain) {
  for (size_t lost = 0; lost < 6; ++lost) {
    Pair pair;
    size_t count = 0;
    auto pass = [&](const Datagram&) { return count++ != lost; };
    pair.client.start(pair.clock.mono());
    pair.carry(pass);
    for (int i = 0; i < 5 && !pair.connected(); ++i) {
      pair.wait(kDtlsRetransmitFirst);
      pair.carry(pass);
    }
    EXPECT_TRUE(pair.connected()) << "datagram " << lost;
  }
}

TEST(Dtls, RetransmissionsBackOffAndEndInTime) {
  Pair pair;
  pair.client.start(pair.clock.mono());
  const auto began = pair.clock.mono();
  size_t sent = outgoing(pair.client).size();
  std::vector<int64_t> at_ms;
  while (pair.client.state() == State::kHandshaking) {
    ASSERT_TRUE(pair.client.next_timeout());
    pair.wait(*pair.client.next_timeout() - pair.clock.mono());
    if (!outgoing(pair.client).empty()) at_ms.push_back(base::to_ms(pair.clock.mono() - began));
  }
  EXPECT_EQ(sent, 1u);
  EXPECT_EQ(at_ms, (std::vector<int64_t>{200, 600, 1'400, 3'000, 6'000, 9'000, 12'000}));
  EXPECT_EQ(pair.clock.mono() - began, kDtlsHandshakeTime);
  EXPECT_EQ(pair.client.error().code, Code::kTimeout);
  EXPECT_FALSE(pair.client.next_timeout());
}

TEST(Dtls, CloseNotifyEndsBothSides) {
  for (bool server_closes : {true, false}) {
    Pair pair;
    handshake(pair);
    (server_closes ? pair.server : pair.client).close();
    pair.carry();
    EXPECT_EQ(pair.server.state(), State::kClosed);
    EXPECT_EQ(pair.client.state(), State::kClosed);
  }
}

TEST(Dtls, AForgedEndIsNoEnd) {
  Pair pair;
  handshake(pair);
  pair.client.close();
  Datagram true_end = outgoing(pair.client).front();
  for (size_t bit = 0; bit < true_end.size() * 8; ++bit) {
    Datagram forged = true_end;
    forged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    pair.server.on_datagram(forged, pair.clock.mono());
    ASSERT_EQ(pair.server.state(), State::kConnected) << bit;
  }
  pair.server.on_datagram(true_end, pair.clock.mono());
  EXPECT_EQ(pair.server.state(), State::kClosed);
}

// OpenSSL's own object closes here: its cipher is not the one that AlertReader reads.
TEST(Dtls, OtherCiphersCloseToo) {
  auto chacha = context(DtlsRole::kClient);
  SSL_CTX_set_cipher_list(chacha->native(), "ECDHE-ECDSA-CHACHA20-POLY1305");
  for (bool server_closes : {true, false}) {
    Pair pair(context(DtlsRole::kServer), chacha);
    handshake(pair);
    expect_matching_keys(pair, SrtpProfile::kAeadAes128Gcm);
    (server_closes ? pair.server : pair.client).close();
    pair.carry();
    EXPECT_EQ(pair.server.state(), State::kClosed);
    EXPECT_EQ(pair.client.state(), State::kClosed);
  }
}

TEST(Dtls, JunkBetweenTheFlightsDoesNoHarm) {
  Pair pair;
  pair.client.start(pair.clock.mono());
  uint8_t value = 0;
  pair.carry([&](const Datagram& datagram) {
    Datagram junk = datagram;
    for (size_t i = 13; i < junk.size(); ++i) junk[i] = value++;  // a record header with nonsense behind it
    if (datagram[0] == 23) pair.server.on_datagram(junk, pair.clock.mono());
    pair.server.on_datagram(Datagram{20, 0xfe}, pair.clock.mono());
    pair.server.on_datagram(Datagram(13, 63), pair.clock.mono());
    return true;
  });
  EXPECT_TRUE(pair.connected());
  pair.server.on_datagram(Datagram(60, 23), pair.clock.mono());
  EXPECT_EQ(pair.server.state(), State::kConnected);
}

// One handshake message in a record of its own, as two records of a part each [RFC 6347 4.2.3].
std::array<Datagram, 2> in_two_fragments(const Datagram& whole) {
  constexpr size_t kRecordHeader = 13, kMessageHeader = 12;
  const size_t body = whole.size() - kRecordHeader - kMessageHeader, half = body / 2;
  auto fragment = [&](uint8_t record, size_t offset, size_t size) {
    Datagram part(whole.begin(), whole.begin() + kRecordHeader + kMessageHeader);
    auto from = whole.begin() + static_cast<ptrdiff_t>(kRecordHeader + kMessageHeader + offset);
    part.insert(part.end(), from, from + static_cast<ptrdiff_t>(size));
    part[10] = record;  // low byte of the sequence number
    part[11] = static_cast<uint8_t>((kMessageHeader + size) >> 8);
    part[12] = static_cast<uint8_t>(kMessageHeader + size);
    part[20] = static_cast<uint8_t>(offset >> 8);
    part[21] = static_cast<uint8_t>(offset);
    part[23] = static_cast<uint8_t>(size >> 8);
    part[24] = static_cast<uint8_t>(size);
    return part;
  };
  // Number 40: not one of those that the client goes on with, and inside the replay window.
  return {fragment(0, 0, half), fragment(40, half, body - half)};
}

// A browser's hello with a post-quantum key does not fit into one datagram.
TEST(Dtls, AHelloInFragmentsIsTakenInAnyOrder) {
  for (bool swapped : {false, true}) {
    Pair pair;
    pair.client.start(pair.clock.mono());
    auto parts = in_two_fragments(outgoing(pair.client).front());
    if (swapped) std::swap(parts[0], parts[1]);
    for (auto& part : parts) pair.server.on_datagram(part, pair.clock.mono());
    pair.carry();
    EXPECT_TRUE(pair.connected()) << "swapped " << swapped;
  }
}

// pion's CVE-2022-29190: a fragment of no bytes was waited for without end.
TEST(Dtls, EmptyFragmentsEndNowhere) {
  Pair pair;
  pair.client.start(pair.clock.mono());
  Datagram hello = outgoing(pair.client).front();
  Datagram empty(hello.begin(), hello.begin() + 25);
  empty[11] = 0, empty[12] = 12;          // the record holds a handshake header and nothing else
  empty[22] = empty[23] = empty[24] = 0;  // fragment_length [RFC 6347 4.2.2]
  for (int i = 0; i < 8; ++i) pair.server.on_datagram(empty, pair.clock.mono());
  EXPECT_FALSE(pair.connected());
  if (pair.server.state() == State::kFailed) return;  // also well
  pair.server.on_datagram(hello, pair.clock.mono());
  pair.carry();
  EXPECT_TRUE(pair.connected()) << "it is still there for the real ones";
}

TEST(Dtls, AHandshakeOfTooManyDatagramsEnds) {
  Pair pair;
  pair.client.start(pair.clock.mono());
  Datagram hello = outgoing(pair.client).front();
  for (size_t i = 0; i <= kDtlsHandshakeDatagramsMax; ++i) {
    EXPECT_EQ(pair.server.state(), State::kHandshaking) << i;
    pair.server.on_datagram(hello, pair.clock.mono());
    outgoing(pair.server);
  }
  EXPECT_EQ(pair.server.state(), State::kFailed);
  EXPECT_EQ(pair.server.error().code, Code::kLimit);
}

TEST(Dtls, ARepeatedHelloIsNotAnsweredAgainAndAgain) {
  Pair pair;
  pair.client.start(pair.clock.mono());
  Datagram hello = outgoing(pair.client).front();
  pair.server.on_datagram(hello, pair.clock.mono());
  EXPECT_FALSE(outgoing(pair.server).empty());
  for (int i = 0; i < 20; ++i) pair.server.on_datagram(hello, pair.clock.mono());
  EXPECT_TRUE(outgoing(pair.server).empty()) << "an answer to each would be amplification";
}

TEST(Dtls, AnIdleSessionIsSmall) {
  auto server_context = context(DtlsRole::kServer), client_context = context(DtlsRole::kClient);
  {
    Pair warm(server_context, client_context), handshaken(server_context, client_context);
    handshake(handshaken);
  }
  constexpr size_t kSessions = 50;
  std::vector<std::unique_ptr<DtlsSession>> idle;
  idle.reserve(kSessions);
  const size_t before = ::mallinfo2().uordblks;
  for (size_t i = 0; i < kSessions; ++i) {
    base::ManualClock clock;
    idle.push_back(
        std::make_unique<DtlsSession>(server_context, certificate(DtlsRole::kClient).digest(), clock.mono()));
    DtlsSession client(client_context, certificate(DtlsRole::kServer).digest(), clock.mono());
    client.start(clock.mono());
    for (int round = 0; round < 5; ++round) {
      for (auto& datagram : outgoing(client)) idle.back()->on_datagram(datagram, clock.mono());
      for (auto& datagram : outgoing(*idle.back())) client.on_datagram(datagram, clock.mono());
    }
    ASSERT_EQ(idle.back()->state(), State::kConnected);
  }
  const size_t each = (::mallinfo2().uordblks - before) / kSessions;
  RecordProperty("bytes_per_idle_session", static_cast<int>(each));
  std::printf("idle session: %zu bytes\n", each);
  EXPECT_LT(each, 2u * 1024);
}

}  // namespace
}  // namespace eyas::webrtc
