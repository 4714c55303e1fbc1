#include "protocols/webrtc/client/ice_agent.h"

#include <gtest/gtest.h>

#include <deque>

#include "protocols/webrtc/ice/ice_lite.h"
#include "protocols/webrtc/peer_path.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;

io::Endpoint at(const char* text) {
  return *io::Endpoint::parse(text);
}

// The agent, and a lite peer that lives at one of the addresses it may have named.
class IceAgentTest : public testing::Test, protected IceAgent::Sink {
 protected:
  void send_check(const io::Endpoint& to, base::Bytes message) override {
    sent.emplace_back(to, std::vector<uint8_t>(message.begin(), message.end()));
  }
  // Lets `by` pass; the peer answers what reaches it.
  void run(base::Duration by) {
    for (base::MonoTime end = now + by; now < end; now += 10ms) {
      agent.on_tick(now, *this);
      deliver();
    }
  }
  void deliver() {
    while (!sent.empty()) {
      auto [to, bytes] = std::move(sent.front());
      sent.pop_front();
      ++checks[to.text()];
      if (!answers || !(to == home)) continue;
      auto request = *stun::parse(bytes);
      std::vector<uint8_t> out(stun::kMessageBytesMax);
      auto outcome = peer.on_request(request, PeerPath{at("127.0.0.1:4000"), 0, {}}.ice(), now, out);
      out.resize(outcome.response_bytes);
      auto answer = stun::parse(out);
      if (answer) agent.on_message(*answer, answer_from.value_or(home), now, *this);
    }
  }

  const IceCredentials ours{"ours", "our-password-of-24-chars"}, theirs{"theirs", "their-password-of-24-chs"};
  const io::Endpoint home = at("192.0.2.7:8189");
  base::MonoTime now{1h};
  IceAgent agent{ours, theirs, 7};
  IceLite peer{theirs, ours, now};
  bool answers = true;
  std::optional<io::Endpoint> answer_from;
  std::deque<std::pair<io::Endpoint, std::vector<uint8_t>>> sent;
  std::map<std::string, int> checks;
};

TEST_F(IceAgentTest, ChoosesTheAddressThatAnswersAndStaysWithIt) {
  agent.add(at("198.51.100.1:1"), now);
  agent.add(home, now);
  run(100ms);
  EXPECT_EQ(agent.path(), home);
  EXPECT_TRUE(peer.nominated());
  EXPECT_EQ(checks[home.text()], 2) << "one that shows it works, one that nominates";
  run(20s);
  EXPECT_FALSE(agent.failed(now));
  EXPECT_FALSE(peer.expired(now));
  EXPECT_LE(checks[home.text()], 7) << "consent each five seconds";
  EXPECT_LE(checks["198.51.100.1:1"], 1);
}

TEST_F(IceAgentTest, NobodyThereIsNoticed) {
  answers = false;
  agent.add(home, now);
  run(5s);
  EXPECT_FALSE(agent.failed(now));
  run(15s);
  EXPECT_TRUE(agent.failed(now));
  EXPECT_EQ(checks[home.text()], 6);
}

TEST_F(IceAgentTest, ConsentEndsWithThePeersAnswers) {
  agent.add(home, now);
  run(1s);
  ASSERT_TRUE(agent.path());
  answers = false;
  run(28s);
  EXPECT_FALSE(agent.failed(now));
  run(3s);
  EXPECT_TRUE(agent.failed(now));
}

TEST_F(IceAgentTest, AnswersFromElsewhereAreNone) {
  answer_from = at("203.0.113.9:8189");
  agent.add(home, now);
  run(1s);
  EXPECT_FALSE(agent.path());
}

TEST_F(IceAgentTest, AnswersWithoutThePasswordAreNone) {
  peer = IceLite({"theirs", "another-password-24-char"}, ours, now);
  agent.add(home, now);
  run(1s);
  EXPECT_FALSE(agent.path());
}

TEST_F(IceAgentTest, APeerThatChecksUsIsFoundWhereItIs) {
  std::vector<uint8_t> bytes(stun::kMessageBytesMax);
  auto write = [&](bool controlling, std::string_view password) {
    stun::Writer out(bytes, stun::kBinding, stun::Class::kRequest, {1});
    out.username("ours:theirs");
    out.priority(1);
    controlling ? out.ice_controlling(9) : out.ice_controlled(9);
    out.integrity(password);
    out.fingerprint();
    return *stun::parse(base::Bytes(bytes).first(out.finish()));
  };
  agent.on_message(write(false, "a-wrong-password-24-char"), home, now, *this);
  EXPECT_TRUE(sent.empty()) << "a stranger gets no answer";
  agent.on_message(write(true, ours.password), home, now, *this);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(stun::parse(sent.front().second)->error_code, 487);
  EXPECT_FALSE(agent.is_peer(home));
  sent.clear();
  agent.on_message(write(false, ours.password), home, now, *this);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(stun::parse(sent.front().second)->type, stun::Class::kSuccess);
  sent.clear();
  run(1s);
  EXPECT_EQ(agent.path(), home) << "no candidate named it";
}

TEST_F(IceAgentTest, APeerMayNameOnlySoManyAddresses) {
  for (uint16_t port = 1; port <= 100; ++port)
    agent.add(at(("192.0.2.1:" + std::to_string(port)).c_str()), now);
  run(2s);
  EXPECT_EQ(checks.size(), IceAgent::kPairsMax);
}

}  // namespace
}  // namespace eyas::webrtc
