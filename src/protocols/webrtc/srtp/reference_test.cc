// Our SRTP against libsrtp2's, both ways.
#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <cstring>

#include "protocols/webrtc/srtp/fixtures.h"
#include "protocols/webrtc/srtp/srtp.h"

namespace eyas::webrtc {
namespace {

using base::Bytes;
using fixtures::key_of;
using fixtures::rtcp_packet;
using fixtures::rtp_packet;
using Packet = std::vector<uint8_t>;

// One direction in libsrtp2.
class Reference {
 public:
  Reference(SrtpProfile profile, const SrtpKey& key, srtp_ssrc_type_t direction) {
    static const auto kStarted = srtp_init();
    EXPECT_EQ(kStarted, srtp_err_status_ok);
    std::memcpy(key_, key.key.data(), 16);
    std::memcpy(key_ + 16, key.salt.data(), srtp_salt_bytes(profile));
    srtp_policy_t policy{};
    if (profile == SrtpProfile::kAeadAes128Gcm) {
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
      srtp_crypto_policy_set_rtp_default(&policy.rtp);
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    policy.ssrc.type = direction;
    policy.key = key_;
    policy.window_size = kSrtpReplayWindow;
    EXPECT_EQ(srtp_create(&session_, &policy), srtp_err_status_ok);
  }
  ~Reference() { srtp_dealloc(session_); }

  using Function = srtp_err_status_t (*)(srtp_t, void*, int*);
  // Applies srtp_protect or one of its kin; false when it refuses.
  bool apply(Function function, Packet& packet) {
    int size = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN);
    auto status = function(session_, packet.data(), &size);
    packet.resize(static_cast<size_t>(size));
    return status == srtp_err_status_ok;
  }

 private:
  uint8_t key_[64]{};
  srtp_t session_ = nullptr;
};

class SrtpReference : public testing::TestWithParam<SrtpProfile> {};

INSTANTIATE_TEST_SUITE_P(Profiles, SrtpReference, testing::ValuesIn(fixtures::kProfiles),
                         [](const auto& info) {
                           return info.param == SrtpProfile::kAeadAes128Gcm ? "Gcm" : "CmSha1";
                         });

// Sequence numbers over two wraps, with extensions now and then, lost and reordered.
template <typename Deliver>
void travel(uint32_t seed, Deliver deliver) {
  std::mt19937 random(seed);
  for (uint32_t n = 32'000; n < 32'000 + 140'000; n += 1 + random() % 40) {
    bool extension = random() % 2 == 0;
    deliver(rtp_packet(0xCAFE, static_cast<uint16_t>(n), random() % 1'100, extension), extension ? 20 : 12,
            random);
  }
}

TEST_P(SrtpReference, OpensWhatWeSeal) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    SrtpSender ours(GetParam(), key_of(GetParam(), seed));
    Reference theirs(GetParam(), key_of(GetParam(), seed), ssrc_any_inbound);
    std::vector<std::pair<Packet, Packet>> held;  // plain, sealed
    travel(seed, [&](Packet plain, size_t header, std::mt19937& random) {
      Packet sealed(plain.size() + ours.overhead());
      std::copy_n(plain.begin(), header, sealed.begin());
      ASSERT_EQ(ours.protect(sealed, header, Bytes(plain).subspan(header)), sealed.size());
      if (random() % 20 != 0) held.emplace_back(plain, sealed);
      if (held.size() < 8) return;
      std::shuffle(held.begin(), held.end(), random);
      for (auto& [expected, packet] : held) {
        ASSERT_TRUE(theirs.apply(srtp_unprotect, packet)) << "seed " << seed;
        ASSERT_EQ(packet, expected) << "seed " << seed;
      }
      held.clear();
    });
  }
}

TEST_P(SrtpReference, SealsWhatWeOpen) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    SrtpReceiver ours(GetParam(), key_of(GetParam(), seed));
    Reference theirs(GetParam(), key_of(GetParam(), seed), ssrc_any_outbound);
    std::vector<std::pair<Packet, Packet>> held;
    travel(seed, [&](Packet plain, size_t, std::mt19937& random) {
      Packet sealed = plain;
      ASSERT_TRUE(theirs.apply(srtp_protect, sealed));
      if (random() % 20 != 0) held.emplace_back(plain, sealed);
      if (held.size() < 8) return;
      std::shuffle(held.begin(), held.end(), random);
      for (auto& [expected, packet] : held) {
        auto size = ours.unprotect(packet);
        ASSERT_TRUE(size.ok()) << "seed " << seed << " " << size.error().message();
        packet.resize(*size);
        ASSERT_EQ(packet, expected) << "seed " << seed;
      }
      held.clear();
    });
  }
}

TEST_P(SrtpReference, RtcpPassesBothWays) {
  SrtpSender sender(GetParam(), key_of(GetParam()));
  SrtpReceiver receiver(GetParam(), key_of(GetParam()));
  Reference opener(GetParam(), key_of(GetParam()), ssrc_any_inbound);
  Reference sealer(GetParam(), key_of(GetParam()), ssrc_any_outbound);
  for (size_t i = 0; i < 200; ++i) {
    Packet plain = rtcp_packet(0xBEEF, 4 * (i % 50));
    Packet ours = plain;
    ours.resize(plain.size() + sender.rtcp_overhead());
    ASSERT_TRUE(sender.protect_rtcp(ours, plain.size()).ok());
    ASSERT_TRUE(opener.apply(srtp_unprotect_rtcp, ours));
    EXPECT_EQ(ours, plain);

    Packet theirs = plain;
    ASSERT_TRUE(sealer.apply(srtp_protect_rtcp, theirs));
    auto size = receiver.unprotect_rtcp(theirs);
    ASSERT_TRUE(size.ok()) << size.error().message();
    theirs.resize(*size);
    EXPECT_EQ(theirs, plain);
  }
}

}  // namespace
}  // namespace eyas::webrtc
