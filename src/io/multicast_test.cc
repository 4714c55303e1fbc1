// Groups on the loopback interface.
#include "io/multicast.h"

#include <gtest/gtest.h>

#include <vector>

#include "io/udp.h"

namespace eyas::io {
namespace {

using namespace std::chrono_literals;

constexpr const char* kLoopback = "127.0.0.1";

struct Recorder : UdpSocket::Handler {
  void on_datagram(const Endpoint&, std::span<uint8_t> bytes, base::MonoTime) override {
    received.emplace_back(bytes.begin(), bytes.end());
  }
  std::vector<std::vector<uint8_t>> received;
};

class Multicast : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = UdpSocket::open(loop, "127.0.0.1:0", Sharing::kFirst, from_sender);
    ASSERT_TRUE(opened.ok());
    sender = std::move(*opened);
    ASSERT_TRUE(sender->send_to_groups_by(kLoopback, 1).ok());
    port = std::to_string(sender->local().port());
  }
  std::unique_ptr<UdpSocket> join(Recorder& recorder, const std::string& group,
                                  const char* source = nullptr) {
    MulticastGroup wanted{*Endpoint::parse(group + ":" + port), std::nullopt, kLoopback};
    if (source != nullptr) wanted.source = *Endpoint::parse(std::string(source) + ":0");
    auto opened = UdpSocket::open(loop, wanted, recorder);
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return std::move(*opened);
  }
  void send(const std::string& group, uint8_t what) {
    sender->send(*Endpoint::parse(group + ":" + port), std::vector<uint8_t>(10, what));
    sender->flush();
  }
  template <typename Predicate>
  bool run_until(Predicate done) {
    auto limit = base::system_clock().mono() + 5s;
    while (!done() && base::system_clock().mono() < limit) loop.run_once(10ms);
    return done();
  }

  Loop loop;
  Recorder from_sender;
  std::unique_ptr<UdpSocket> sender;
  std::string port;
};

TEST_F(Multicast, AMemberGetsItsGroupAndNoOther) {
  Recorder one, same, other;
  auto a = join(one, "239.255.77.1"), b = join(same, "239.255.77.1"), c = join(other, "239.255.77.2");
  send("239.255.77.1", 1);
  send("239.255.77.2", 2);
  ASSERT_TRUE(
      run_until([&] { return !one.received.empty() && !same.received.empty() && !other.received.empty(); }));
  EXPECT_EQ(one.received, (std::vector<std::vector<uint8_t>>{std::vector<uint8_t>(10, 1)}));
  EXPECT_EQ(same.received, one.received);
  EXPECT_EQ(other.received, (std::vector<std::vector<uint8_t>>{std::vector<uint8_t>(10, 2)}));
}

TEST_F(Multicast, ASourceSpecificMemberGetsThatSourceOnly) {
  Recorder right, wrong;
  auto a = join(right, "232.1.77.1", "127.0.0.1"), b = join(wrong, "232.1.77.1", "127.0.0.9");
  send("232.1.77.1", 1);
  send("232.1.77.1", 2);
  ASSERT_TRUE(run_until([&] { return right.received.size() == 2; }));
  EXPECT_TRUE(wrong.received.empty());
}

TEST_F(Multicast, WhatIsNotThereIsSaid) {
  Recorder recorder;
  MulticastGroup group{*Endpoint::parse("239.255.77.1:5000"), std::nullopt, "no-such-interface0"};
  auto opened = UdpSocket::open(loop, group, recorder);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, base::Code::kInvalidConfig);
  EXPECT_NE(opened.error().message().find("no-such-interface0"), std::string::npos);
  group.interface = kLoopback;
  group.source = *Endpoint::parse("[::1]:0");
  EXPECT_FALSE(UdpSocket::open(loop, group, recorder).ok());
  EXPECT_FALSE(sender->send_to_groups_by("203.0.113.77", 1).ok());
}

TEST(MulticastAddress, GroupsAreTold) {
  EXPECT_TRUE(is_multicast(*Endpoint::parse("224.0.0.1:1")));
  EXPECT_TRUE(is_multicast(*Endpoint::parse("239.255.255.255:1")));
  EXPECT_TRUE(is_multicast(*Endpoint::parse("[ff02::1]:1")));
  EXPECT_FALSE(is_multicast(*Endpoint::parse("223.255.255.255:1")));
  EXPECT_FALSE(is_multicast(*Endpoint::parse("240.0.0.1:1")));
  EXPECT_FALSE(is_multicast(*Endpoint::parse("[fe80::1]:1")));
}

}  // namespace
}  // namespace eyas::io
