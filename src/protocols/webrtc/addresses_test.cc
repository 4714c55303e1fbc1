#include "protocols/webrtc/addresses.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

const std::vector<InterfaceAddress> kTwoNetworks = {{"127.0.0.1", true, false},
                                                    {"2001:db8::2", false, true},
                                                    {"10.20.0.2", false, false},
                                                    {"10.30.0.2", false, false},
                                                    {"::1", true, true}};

AddressRule rule(const char* text) {
  auto parsed = parse_address_rule(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : AddressRule{};
}

// "udp 10.20.0.2:8189" for each.
std::vector<std::string> told(const HostAddresses& addresses, const char* peer = "192.0.2.99:5000") {
  std::vector<std::string> all;
  for (const sdp::Candidate& candidate : addresses.candidates_for(peer))
    all.push_back(candidate.transport + ' ' + candidate.address + ':' + std::to_string(candidate.port));
  return all;
}

using Strings = std::vector<std::string>;

TEST(AddressRule, FormsAreRead) {
  EXPECT_EQ(rule("192.0.2.10"), (AddressRule{"192.0.2.10", 0, "", 0}));
  EXPECT_EQ(rule("192.0.2.10:40000"), (AddressRule{"192.0.2.10", 40000, "", 0}));
  EXPECT_EQ(rule("2001:db8::1"), (AddressRule{"2001:db8::1", 0, "", 0}));
  EXPECT_EQ(rule("[2001:db8::1]:40000"), (AddressRule{"2001:db8::1", 40000, "", 0}));
  EXPECT_EQ(rule("cctv.example.org:40000"), (AddressRule{"cctv.example.org", 40000, "", 0}));
  EXPECT_EQ(rule("10.20.0.0/16=10.20.0.2"), (AddressRule{"10.20.0.2", 0, "10.20.0.0", 16}));
  EXPECT_EQ(rule("fd00::/8=[fd00::1]:5"), (AddressRule{"fd00::1", 5, "fd00::", 8}));
  EXPECT_EQ(rule("auto").host, "auto");
}

TEST(AddressRule, OthersAreErrorsThatSayWhatIsAllowed) {
  for (const char* text :
       {"", "0.0.0.0", "::", "192.0.2.10:0", "192.0.2.10:70000", "192.0.2.300", "a_b", "[::1",
        "10.0.0.0=10.0.0.1", "10.0.0.0/33=10.0.0.1", "x/8=10.0.0.1", "10.0.0.0/8=", "1.2.3", ".x"}) {
    auto parsed = parse_address_rule(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, base::Code::kInvalidConfig);
    EXPECT_NE(parsed.error().message().find("want ADDRESS"), std::string::npos);
  }
}

TEST(HostAddresses, WithoutRulesTheInterfacesAreTold) {
  auto all = HostAddresses::make({"::", 8189}, {}, kTwoNetworks);
  EXPECT_EQ(told(all), (Strings{"udp 10.20.0.2:8189", "udp 10.30.0.2:8189", "udp 2001:db8::2:8189",
                                "tcp 10.20.0.2:8189", "tcp 10.30.0.2:8189", "tcp 2001:db8::2:8189"}));
  auto v4 = HostAddresses::make({"0.0.0.0", 8189, true, false}, {}, kTwoNetworks);
  EXPECT_EQ(told(v4), (Strings{"udp 10.20.0.2:8189", "udp 10.30.0.2:8189"}));
}

TEST(HostAddresses, LoopbackIsToldOnlyWhenThereIsNothingElse) {
  auto bound = HostAddresses::make({"127.0.0.1", 8189, true, false}, {}, kTwoNetworks);
  EXPECT_EQ(told(bound), (Strings{"udp 127.0.0.1:8189"}));
  auto one = HostAddresses::make({"10.30.0.2", 8189, true, false}, {}, kTwoNetworks);
  EXPECT_EQ(told(one), (Strings{"udp 10.30.0.2:8189"}));
  auto alone = HostAddresses::make({"::", 8189, true, false}, {}, {kTwoNetworks[0], kTwoNetworks[4]});
  EXPECT_EQ(told(alone), (Strings{"udp 127.0.0.1:8189", "udp ::1:8189"}));
}

TEST(HostAddresses, RulesReplaceWhatIsFoundUnlessAutoIsAmongThem) {
  auto nat = HostAddresses::make({"::", 8189, true, false}, {rule("203.0.113.5:40000")}, kTwoNetworks);
  EXPECT_EQ(told(nat), (Strings{"udp 203.0.113.5:40000"}));
  auto both = HostAddresses::make({"0.0.0.0", 8189, true, false},
                                  {rule("203.0.113.5"), rule("auto"), rule("10.30.0.2")}, kTwoNetworks);
  EXPECT_EQ(told(both), (Strings{"udp 203.0.113.5:8189", "udp 10.20.0.2:8189", "udp 10.30.0.2:8189"}));
}

TEST(HostAddresses, EachNetworkIsToldItsOwnAddress) {
  auto addresses = HostAddresses::make(
      {"0.0.0.0", 8189, true, false},
      {rule("10.20.0.0/16=10.20.0.2"), rule("10.30.0.0/16=10.30.0.2"), rule("fd00::/8=fd00::2")},
      kTwoNetworks);
  EXPECT_EQ(told(addresses, "10.20.7.7:1234"), (Strings{"udp 10.20.0.2:8189"}));
  EXPECT_EQ(told(addresses, "10.30.255.1"), (Strings{"udp 10.30.0.2:8189"}));
  EXPECT_EQ(told(addresses, "[::ffff:10.30.0.9]:99"), (Strings{"udp 10.30.0.2:8189"}));
  EXPECT_EQ(told(addresses, "[fd12::1]:99"), (Strings{"udp fd00::2:8189"}));
  // Behind a proxy nobody's network is known: better all addresses than none.
  EXPECT_EQ(told(addresses, "127.0.0.1:80").size(), 3u);
  EXPECT_EQ(told(addresses, "local").size(), 3u);
}

TEST(HostAddresses, CandidatesAreWellFormed) {
  auto addresses = HostAddresses::make({"0.0.0.0", 8189}, {}, kTwoNetworks);
  std::vector<sdp::Candidate> candidates = addresses.candidates_for("");
  ASSERT_EQ(candidates.size(), 4u);
  EXPECT_EQ(candidates[0].text(), "1 1 udp 2130706431 10.20.0.2 8189 typ host");
  EXPECT_EQ(candidates[3].text(), "4 1 tcp 1520434943 10.30.0.2 8189 typ host tcptype passive");
  for (size_t i = 1; i < candidates.size(); ++i)
    EXPECT_LT(candidates[i].priority, candidates[i - 1].priority);
}

TEST(HostAddresses, NumberIsLimited) {
  std::vector<AddressRule> rules;
  for (size_t i = 1; i <= kAddressesMax + 3; ++i) rules.push_back({"10.0.0." + std::to_string(i), 0, "", 0});
  EXPECT_EQ(told(HostAddresses::make({"::", 8189, true, false}, rules, {})).size(), kAddressesMax);
}

TEST(HostAddresses, MachineHasLoopback) {
  bool loopback = false;
  for (const InterfaceAddress& one : interface_addresses()) loopback |= one.loopback;
  EXPECT_TRUE(loopback);
}

TEST(HostAddresses, NamesAreLookedUpOrToldAsTheyAre) {
  auto known = HostAddresses::make({"::", 8189, true, false}, Strings{"localhost"});
  ASSERT_TRUE(known);
  EXPECT_EQ(told(*known).front().find("localhost"), std::string::npos);
  auto unknown = HostAddresses::make({"::", 8189, true, false}, Strings{"camera.invalid"});
  ASSERT_TRUE(unknown);
  EXPECT_EQ(told(*unknown), (Strings{"udp camera.invalid:8189"}));
  EXPECT_FALSE(HostAddresses::make({"::", 8189}, Strings{"a b"}));
}

}  // namespace
}  // namespace eyas::webrtc
