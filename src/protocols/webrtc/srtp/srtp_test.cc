#include "protocols/webrtc/srtp/srtp.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocols/webrtc/srtp/fixtures.h"

namespace eyas::webrtc {
namespace {

using base::Bytes;
using base::Code;
using fixtures::key_of;
using fixtures::rtcp_packet;
using fixtures::rtp_packet;
using Packet = std::vector<uint8_t>;

class Srtp : public testing::TestWithParam<SrtpProfile> {
 protected:
  // The payload comes from elsewhere, as on the way out; empty when it must not be sent.
  Packet protect(const Packet& plain, size_t header = 12) {
    Packet out(plain.size() + sender.overhead());
    std::copy_n(plain.begin(), header, out.begin());
    out.resize(sender.protect(out, header, Bytes(plain).subspan(header)));
    return out;
  }
  base::Result<Packet> unprotect(Packet packet) {
    auto size = receiver.unprotect(packet);
    if (!size) return size.error();
    packet.resize(*size);
    return packet;
  }
  Packet protect_rtcp(Packet plain) {
    size_t bytes = plain.size();
    plain.resize(bytes + sender.rtcp_overhead());
    EXPECT_EQ(*sender.protect_rtcp(plain, bytes), plain.size());
    return plain;
  }
  Code refusal(Packet packet) {
    auto result = receiver.unprotect(packet);
    return result.ok() ? Code::kClosed : result.error().code;
  }
  Code rtcp_refusal(Packet packet) {
    auto result = receiver.unprotect_rtcp(packet);
    return result.ok() ? Code::kClosed : result.error().code;
  }

  SrtpSender sender{GetParam(), key_of(GetParam())};
  SrtpReceiver receiver{GetParam(), key_of(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Profiles, Srtp, testing::ValuesIn(fixtures::kProfiles), [](const auto& info) {
  return info.param == SrtpProfile::kAeadAes128Gcm ? "Gcm" : "CmSha1";
});

TEST_P(Srtp, WhatIsSealedIsOpened) {
  for (size_t payload : {0, 1, 15, 16, 17, 1'180}) {
    Packet plain = rtp_packet(7, static_cast<uint16_t>(payload), payload);
    Packet sealed = protect(plain);
    ASSERT_EQ(sealed.size(), plain.size() + sender.overhead());
    if (payload > 8) {
      EXPECT_NE(Packet(sealed.begin() + 12, sealed.begin() + 20),
                Packet(plain.begin() + 12, plain.begin() + 20));
    }
    auto opened = unprotect(sealed);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    EXPECT_EQ(*opened, plain);
  }
}

TEST_P(Srtp, HeaderExtensionsAreAuthenticatedAndStayReadable) {
  Packet plain = rtp_packet(7, 1, 100, true);
  Packet sealed = protect(plain, 20);
  EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 20, sealed.begin()));
  Packet changed = sealed;
  changed[18] ^= 1;
  EXPECT_EQ(refusal(changed), Code::kRefused);
  EXPECT_EQ(*unprotect(sealed), plain);
}

TEST_P(Srtp, InPlaceAndFromPiecesGiveTheSame) {
  Packet plain = rtp_packet(7, 1, 100);
  Packet sealed = protect(plain);
  SrtpSender other(GetParam(), key_of(GetParam()));
  Packet in_place = plain;
  in_place.resize(sealed.size());
  ASSERT_EQ(other.protect(in_place, 12, Bytes(in_place).subspan(12, 100)), sealed.size());
  EXPECT_EQ(in_place, sealed);
  SrtpSender third(GetParam(), key_of(GetParam()));
  Packet from_pieces(plain.begin(), plain.begin() + 12);
  from_pieces.resize(sealed.size());
  Bytes pieces[] = {Bytes(plain).subspan(12, 2), Bytes(plain).subspan(14, 33), {}, Bytes(plain).subspan(47)};
  ASSERT_EQ(third.protect(from_pieces, 12, pieces), sealed.size());
  EXPECT_EQ(from_pieces, sealed);
}

TEST_P(Srtp, EveryFlippedBitIsRefused) {
  Packet sealed = protect(rtp_packet(7, 1, 20));
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Packet changed = sealed;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_NE(refusal(changed), Code::kClosed) << bit;
  }
  EXPECT_TRUE(unprotect(sealed).ok()) << "a forged packet must not spoil the true one";
}

TEST_P(Srtp, EveryTruncationIsRefused) {
  Packet sealed = protect(rtp_packet(7, 1, 20));
  for (size_t size = 0; size < sealed.size(); ++size)
    EXPECT_NE(refusal(Packet(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(size))), Code::kClosed);
}

TEST_P(Srtp, AReplayIsRefused) {
  Packet sealed = protect(rtp_packet(7, 1, 20));
  EXPECT_TRUE(unprotect(sealed).ok());
  EXPECT_EQ(refusal(sealed), Code::kTimeout);
}

TEST_P(Srtp, TheWindowTakesLatePacketsAndNoOlderOnes) {
  std::vector<Packet> sealed;
  for (size_t i = 0; i <= kSrtpReplayWindow; ++i)
    sealed.push_back(protect(rtp_packet(7, static_cast<uint16_t>(i), 4)));
  EXPECT_TRUE(unprotect(sealed.back()).ok());
  EXPECT_EQ(refusal(sealed[0]), Code::kTimeout);
  EXPECT_TRUE(unprotect(sealed[1]).ok());
}

TEST_P(Srtp, TheSequenceWrapsWithReorderingAndLoss) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    SrtpSender out(GetParam(), key_of(GetParam(), seed));
    receiver = SrtpReceiver(GetParam(), key_of(GetParam(), seed));
    std::vector<Packet> held;
    int delivered = 0, sent = 0;
    for (uint32_t n = 30'000; n < 30'000 + 150'000; n += 7) {
      Packet plain = rtp_packet(9, static_cast<uint16_t>(n), 8);
      Packet sealed = plain;
      sealed.resize(plain.size() + out.overhead());
      ASSERT_EQ(out.protect(sealed, 12, Bytes(sealed).subspan(12, 8)), sealed.size()) << "seed " << seed;
      ++sent;
      if (random() % 20 == 0) continue;
      held.push_back(sealed);
      if (held.size() < 6) continue;
      std::shuffle(held.begin(), held.end(), random);
      for (auto& packet : held) delivered += unprotect(packet).ok();
      held.clear();
    }
    EXPECT_GT(delivered, sent * 9 / 10) << "seed " << seed;
  }
}

TEST_P(Srtp, ASequenceNumberIsNeverUsedTwice) {
  EXPECT_FALSE(protect(rtp_packet(7, 100, 4)).empty());
  EXPECT_TRUE(protect(rtp_packet(7, 100, 4)).empty());
  EXPECT_TRUE(protect(rtp_packet(7, 99, 4)).empty());
  EXPECT_FALSE(protect(rtp_packet(7, 101, 4)).empty());
  EXPECT_FALSE(protect(rtp_packet(8, 100, 4)).empty()) << "another SSRC has numbers of its own";
}

TEST_P(Srtp, WithoutRoomNothingIsSent) {
  Packet plain = rtp_packet(7, 1, 100);
  Packet out(plain.size() + sender.overhead() - 1);
  std::copy_n(plain.begin(), 12, out.begin());
  EXPECT_EQ(sender.protect(out, 12, Bytes(plain).subspan(12)), 0u);
}

TEST_P(Srtp, SsrcsAreBoundedBothWays) {
  for (uint32_t ssrc = 0; ssrc < kSrtpSenderSsrcsMax; ++ssrc)
    EXPECT_FALSE(protect(rtp_packet(ssrc, 1, 4)).empty());
  EXPECT_TRUE(protect(rtp_packet(1'000, 1, 4)).empty());
  for (uint32_t ssrc = 0; ssrc <= kSrtpReceiverSsrcsMax; ++ssrc) {
    SrtpSender one(GetParam(), key_of(GetParam()));
    Packet packet = rtp_packet(ssrc, 1, 4);
    packet.resize(packet.size() + one.overhead());
    ASSERT_NE(one.protect(packet, 12, Bytes(packet).subspan(12, 4)), 0u);
    EXPECT_EQ(refusal(packet), ssrc < kSrtpReceiverSsrcsMax ? Code::kClosed : Code::kLimit) << ssrc;
  }
}

TEST_P(Srtp, RtcpIsSealedAndOpened) {
  for (size_t body : {0, 4, 100}) {
    Packet plain = rtcp_packet(7, body);
    Packet sealed = protect_rtcp(plain);
    ASSERT_EQ(sealed.size(), plain.size() + srtcp_overhead(GetParam()));
    auto size = receiver.unprotect_rtcp(sealed);
    ASSERT_TRUE(size.ok()) << size.error().message();
    sealed.resize(*size);
    EXPECT_EQ(sealed, plain);
  }
}

TEST_P(Srtp, RtcpReplaysAndForgeriesAreRefused) {
  Packet sealed = protect_rtcp(rtcp_packet(7, 20));
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Packet changed = sealed;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_NE(rtcp_refusal(changed), Code::kClosed) << bit;
  }
  for (size_t size = 0; size < sealed.size(); ++size)
    EXPECT_NE(rtcp_refusal(Packet(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(size))),
              Code::kClosed);
  EXPECT_EQ(rtcp_refusal(sealed), Code::kClosed);
  EXPECT_EQ(rtcp_refusal(sealed), Code::kTimeout);
}

TEST_P(Srtp, RtcpWithoutRoomIsAnError) {
  Packet packet = rtcp_packet(7, 20);
  auto result = sender.protect_rtcp(packet, packet.size());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::kLimit);
}

}  // namespace
}  // namespace eyas::webrtc
