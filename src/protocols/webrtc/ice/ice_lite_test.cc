#include "protocols/webrtc/ice/ice_lite.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/ice/fixtures.h"

namespace eyas::webrtc {
namespace {

using fixtures::Check;
using fixtures::Request;
using fixtures::udp_path;
using std::chrono::milliseconds;
using std::chrono::seconds;

const IceCredentials kLocal{"server", "server-password-of-24-ch"};
const IceCredentials kRemote{"browser", "browser-password-of-24-c"};

class IceLiteTest : public testing::Test {
 protected:
  IceLite::Outcome check(const Check& what, const IcePath& from) {
    Request request(what);
    auto outcome = ice.on_request(request.message(), from, clock.mono(), answer);
    response.reset();
    if (outcome.response_bytes > 0) {
      auto parsed = stun::parse(base::Bytes(answer).first(outcome.response_bytes));
      EXPECT_TRUE(parsed.ok());
      if (parsed) response = *parsed;
    }
    return outcome;
  }

  base::ManualClock clock;
  IceLite ice{kLocal, kRemote, clock.mono()};
  std::array<uint8_t, stun::kMessageBytesMax> answer{};
  std::optional<stun::Message> response;
};

TEST_F(IceLiteTest, AValidCheckIsAnsweredWithItsAddress) {
  auto outcome = check({}, udp_path(1));
  EXPECT_TRUE(outcome.valid);
  EXPECT_TRUE(outcome.moved);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->type, stun::Class::kSuccess);
  EXPECT_EQ(response->xor_mapped_address, udp_path(1).remote);
  EXPECT_TRUE(response->has_fingerprint);
  EXPECT_TRUE(stun::has_integrity(*response, kLocal.password));
  EXPECT_EQ(ice.path(), udp_path(1));
  EXPECT_FALSE(ice.nominated());
}

TEST_F(IceLiteTest, ThePeerNominatesThePath) {
  check({}, udp_path(1));
  EXPECT_FALSE(check({}, udp_path(2)).moved) << "the first valid path serves until one is nominated";
  EXPECT_TRUE(check({.use_candidate = true}, udp_path(2)).moved);
  EXPECT_TRUE(ice.nominated());
  EXPECT_EQ(ice.path(), udp_path(2));
}

TEST_F(IceLiteTest, AWrongPasswordIsRefusedAndChangesNothing) {
  auto outcome = check({.password = "guess", .use_candidate = true}, udp_path(1));
  EXPECT_FALSE(outcome.valid);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->error_code, 401);
  EXPECT_FALSE(ice.path());
}

TEST_F(IceLiteTest, AnotherSessionsUfragIsRefused) {
  EXPECT_FALSE(check({.username = "other:browser"}, udp_path(1)).valid);
  EXPECT_EQ(response->error_code, 401);
  EXPECT_FALSE(ice.takes("other"));
  EXPECT_TRUE(ice.takes("server"));
}

TEST_F(IceLiteTest, ARequestWithoutCredentialsIsBad) {
  EXPECT_FALSE(check({.username = ""}, udp_path(1)).valid);
  EXPECT_EQ(response->error_code, 400);
  EXPECT_FALSE(check({.password = ""}, udp_path(1)).valid);
  EXPECT_EQ(response->error_code, 400);
}

TEST_F(IceLiteTest, AControlledPeerMustTakeTheOtherRole) {
  EXPECT_FALSE(check({.controlled = true}, udp_path(1)).valid);
  EXPECT_EQ(response->error_code, 487);
  EXPECT_TRUE(stun::has_integrity(*response, kLocal.password));
}

TEST_F(IceLiteTest, UnknownAttributesThatMustBeUnderstoodAreNamed) {
  std::array<uint8_t, 200> bytes;
  stun::Writer out(bytes, stun::kBinding, stun::Class::kRequest, {});
  out.username("server:browser");
  out.integrity(kLocal.password);
  // As parse() reports an attribute that the integrity covers.
  auto known = stun::parse(base::Bytes(bytes).first(out.finish()));
  ASSERT_TRUE(known.ok());
  stun::Message strange = *known;
  strange.unknown[strange.unknown_count++] = 0x7001;
  auto outcome = ice.on_request(strange, udp_path(1), clock.mono(), answer);
  EXPECT_FALSE(outcome.valid);
  auto parsed = stun::parse(base::Bytes(answer).first(outcome.response_bytes));
  EXPECT_EQ(parsed->error_code, 420);
  EXPECT_NE(base::to_hex(parsed->bytes).find("000a00027001"), std::string::npos);
}

TEST_F(IceLiteTest, IndicationsAndAnswersAreNotAnswered) {
  Request request({});
  stun::Message message = request.message();
  for (auto type : {stun::Class::kIndication, stun::Class::kSuccess, stun::Class::kError}) {
    message.type = type;
    EXPECT_EQ(ice.on_request(message, udp_path(1), clock.mono(), answer).response_bytes, 0u);
  }
}

TEST_F(IceLiteTest, AViewerWhoseAddressChangesKeepsTheSession) {
  check({.use_candidate = true}, udp_path(1));
  clock.advance(seconds(2));
  EXPECT_TRUE(check({.use_candidate = true, .priority = 1}, udp_path(2)).moved);
  EXPECT_EQ(ice.path(), udp_path(2));
  EXPECT_TRUE(ice.nominated());
}

TEST_F(IceLiteTest, AnAggressivePeerSettlesOnTheHighestPriority) {
  check({.use_candidate = true, .priority = 100}, udp_path(1));
  clock.advance(milliseconds(50));
  EXPECT_TRUE(check({.use_candidate = true, .priority = 200}, udp_path(2)).moved);
  clock.advance(milliseconds(50));
  EXPECT_FALSE(check({.use_candidate = true, .priority = 150}, udp_path(3)).moved);
  EXPECT_EQ(ice.path(), udp_path(2));
}

TEST_F(IceLiteTest, ASilentPathGivesWayToOneThatWorks) {
  check({.use_candidate = true}, udp_path(1));
  clock.advance(IceTimes{}.silent_path - milliseconds(1));
  EXPECT_FALSE(check({}, udp_path(2)).moved);
  clock.advance(milliseconds(1));
  EXPECT_TRUE(check({}, udp_path(2)).moved);
}

TEST_F(IceLiteTest, ATcpConnectionIsAPathOfItsOwn) {
  IcePath tcp = udp_path(1);
  tcp.connection = 12;
  check({.use_candidate = true}, udp_path(1));
  clock.advance(seconds(2));
  EXPECT_TRUE(check({.use_candidate = true}, tcp).moved);
  ice.lose_path();
  EXPECT_FALSE(ice.path());
  EXPECT_TRUE(check({}, udp_path(3)).moved);
}

TEST_F(IceLiteTest, ConsentEndsWithoutValidChecks) {
  clock.advance(seconds(29));
  EXPECT_FALSE(ice.expired(clock.mono()));
  check({}, udp_path(1));
  clock.advance(seconds(29));
  check({.password = "guess"}, udp_path(1));
  EXPECT_FALSE(ice.expired(clock.mono()));
  clock.advance(seconds(1));
  EXPECT_TRUE(ice.expired(clock.mono())) << "a forged check is no consent";
}

TEST_F(IceLiteTest, ARestartKeepsThePathUntilANewOneIsNominated) {
  check({.use_candidate = true}, udp_path(1));
  ice.restart({"second", "second-password-of-24-ch"}, {"again", "again-password-of-24-cha"});
  EXPECT_EQ(ice.path(), udp_path(1));
  EXPECT_TRUE(check({.use_candidate = true}, udp_path(1)).valid)
      << "consent goes on under the old credentials";
  EXPECT_FALSE(ice.nominated());
  EXPECT_FALSE(check({.use_candidate = true}, udp_path(2)).moved) << "the old generation decides nothing";

  Check fresh{.username = "second:again", .password = "second-password-of-24-ch", .use_candidate = true};
  EXPECT_TRUE(check(fresh, udp_path(3)).moved);
  EXPECT_TRUE(stun::has_integrity(*response, "second-password-of-24-ch"));
  EXPECT_TRUE(ice.nominated());
  EXPECT_FALSE(check({}, udp_path(1)).valid) << "the old credentials have ended";
}

}  // namespace
}  // namespace eyas::webrtc
