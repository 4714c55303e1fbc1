#include "protocols/webrtc/ice/public_binding.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/ice/fixtures.h"

namespace eyas::webrtc {
namespace {

const auto kPlain = base::from_hex("0001 0000 2112a442 0102030405060708090a0b0c");

TEST(PublicBinding, TellsAnybodyHisAddress) {
  PublicBinding stun_server;
  base::ManualClock clock;
  std::array<uint8_t, 100> out;
  auto from = fixtures::udp_path(9, 4'321).remote;
  size_t size = stun_server.answer(*stun::parse(kPlain), from, clock.mono(), out);
  auto answer = stun::parse(base::Bytes(out).first(size));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->type, stun::Class::kSuccess);
  EXPECT_EQ(answer->xor_mapped_address, from);
  EXPECT_EQ(size, 32u);
}

TEST(PublicBinding, AnAnswerIsAtMost24BytesLonger) {
  PublicBinding stun_server;
  base::ManualClock clock;
  std::array<uint8_t, 100> out;
  stun::TransportAddress v6{.ip = {0x20, 1}, .port = 1, .v6 = true};
  EXPECT_LE(stun_server.answer(*stun::parse(kPlain), v6, clock.mono(), out), kPlain.size() + 24);
}

TEST(PublicBinding, ChecksOfAnAgentAreNotItsBusiness) {
  PublicBinding stun_server;
  base::ManualClock clock;
  std::array<uint8_t, 100> out;
  fixtures::Request check({});
  EXPECT_EQ(stun_server.answer(check.message(), {}, clock.mono(), out), 0u);
  auto indication = base::from_hex("0011 0000 2112a442 0102030405060708090a0b0c");
  EXPECT_EQ(stun_server.answer(*stun::parse(indication), {}, clock.mono(), out), 0u);
}

TEST(PublicBinding, AnswersAreLimitedPerSecond) {
  PublicBinding stun_server(3);
  base::ManualClock clock;
  std::array<uint8_t, 100> out;
  auto request = *stun::parse(kPlain);
  for (int second = 0; second < 2; ++second) {
    for (int i = 0; i < 3; ++i) EXPECT_GT(stun_server.answer(request, {}, clock.mono(), out), 0u);
    EXPECT_EQ(stun_server.answer(request, {}, clock.mono(), out), 0u);
    clock.advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(stun_server.limited(), 2u);
}

}  // namespace
}  // namespace eyas::webrtc
