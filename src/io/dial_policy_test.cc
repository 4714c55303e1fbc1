#include <gtest/gtest.h>

#include "io/dial.h"

namespace eyas::io {
namespace {

base::Status judged(const DialPolicy& policy, const std::string& host, Reach reach = Reach::kUnicast) {
  bool v6 = host.find(':') != std::string::npos;
  auto endpoint = Endpoint::parse((v6 ? "[" + host + "]" : host) + ":554");
  EXPECT_TRUE(endpoint.ok()) << host;
  return policy.check(*endpoint, reach);
}

std::shared_ptr<const DialPolicy> policy_of(const std::vector<std::string>& allowed) {
  auto policy = DialPolicy::make(allowed);
  EXPECT_TRUE(policy.ok()) << policy.error().message();
  return *policy;
}

TEST(DialPolicy, CamerasAndTheWorldNeedNoLeave) {
  auto policy = policy_of({});
  for (const char* host : {"10.0.0.5", "192.168.1.64", "172.16.3.4", "100.64.0.1", "8.8.8.8", "2001:db8::1",
                           "fd12:3456::1", "::ffff:10.0.0.5", "64:ff9b::808:808"}) {
    EXPECT_TRUE(judged(*policy, host).ok()) << host;
  }
}

TEST(DialPolicy, DoorsThatOnlyThisMachineReachesStayShut) {
  auto policy = policy_of({});
  for (const char* host : {"127.0.0.1",
                           "127.255.0.1",
                           "0.0.0.0",
                           "0.1.2.3",
                           "169.254.169.254",
                           "169.254.1.1",
                           "100.100.100.200",
                           "168.63.129.16",
                           "192.0.0.192",
                           "224.0.0.1",
                           "239.1.2.3",
                           "255.255.255.255",
                           "240.0.0.1",
                           "::",
                           "::1",
                           "fe80::1",
                           "febf::1",
                           "ff02::1",
                           "fd00:ec2::254",
                           "fd20:ce::254",
                           "::ffff:127.0.0.1",
                           "::127.0.0.1",
                           "::ffff:0:127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::a9fe:a9fe",
                           "2002:7f00:1::",
                           "2002:a9fe:a9fe::1",
                           "2001:0:1:2:3:4:80ff:fffe"}) {
    base::Status status = judged(*policy, host);
    ASSERT_FALSE(status.ok()) << host;
    EXPECT_EQ(status.error().code, base::Code::kRefused);
  }
}

TEST(DialPolicy, TheRefusalSaysWhatItIsAndWhatAllowsIt) {
  std::string why = judged(*policy_of({}), "127.0.0.1").error().message();
  EXPECT_NE(why.find("127.0.0.1 is loopback"), std::string::npos) << why;
  EXPECT_NE(why.find("sources.dial_allow"), std::string::npos) << why;
}

TEST(DialPolicy, WhatTheOperatorNamesIsAllowedAndNothingElse) {
  auto policy = policy_of({"127.0.0.0/8", "fe80::/10"});
  EXPECT_TRUE(judged(*policy, "127.0.0.1").ok());
  EXPECT_TRUE(judged(*policy, "::ffff:127.0.0.1").ok());
  EXPECT_TRUE(judged(*policy, "fe80::1").ok());
  EXPECT_FALSE(judged(*policy, "::1").ok());
  EXPECT_FALSE(judged(*policy, "169.254.169.254").ok());
  EXPECT_FALSE(judged(*policy_of({"127.0.0.1"}), "127.0.0.2").ok());
  EXPECT_FALSE(judged(*policy_of({"127.0.0.0/31"}), "127.0.0.2").ok());
  // A network of IPv6 does not open an IPv4 one that hides in it.
  EXPECT_FALSE(judged(*policy_of({"::/0"}), "::ffff:127.0.0.1").ok());
  for (const char* host : {"127.0.0.1", "169.254.169.254", "::1", "224.0.0.1"})
    EXPECT_TRUE(judged(*policy_of({"all"}), host).ok()) << host;
}

TEST(DialPolicy, GroupsAreForDatagrams) {
  auto policy = policy_of({});
  EXPECT_TRUE(judged(*policy, "239.1.2.3", Reach::kMulticastToo).ok());
  EXPECT_TRUE(judged(*policy, "ff15::1", Reach::kMulticastToo).ok());
  EXPECT_FALSE(judged(*policy, "255.255.255.255", Reach::kMulticastToo).ok());
  EXPECT_FALSE(judged(*policy, "127.0.0.1", Reach::kMulticastToo).ok());
}

TEST(DialPolicy, AWordThatIsNoNetworkIsNamed) {
  for (const char* word : {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::1/129", "[::1]", "ALL",
                           "10.0.0.0/-1", "10.0.0.0/8x"}) {
    auto policy = DialPolicy::make({word});
    ASSERT_FALSE(policy.ok()) << word;
    EXPECT_EQ(policy.error().code, base::Code::kInvalidConfig);
    EXPECT_EQ(policy.error().detail, word);
  }
}

}  // namespace
}  // namespace eyas::io
