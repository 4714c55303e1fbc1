// Addresses and options, datagrams and senders: what needs no socket.
#include "protocols/mpegts_udp/target.h"

#include <gtest/gtest.h>

#include "protocols/mpegts_udp/datagram_cutter.h"
#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/mpegts_udp/sender_lock.h"
#include "protocols/protocol.h"

namespace eyas::mpegts_udp {
namespace {

using namespace std::chrono_literals;

base::Url url(const char* text) {
  auto parsed = base::Url::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return *parsed;
}

TEST(TsTarget, CarriersAreTold) {
  EXPECT_EQ(carrier_of(url("udp://239.1.1.1:5000"), {}), Carrier::kUdp);
  EXPECT_EQ(carrier_of(url("rtp://239.1.1.1:5000"), {}), Carrier::kRtp);
  EXPECT_EQ(carrier_of(url("tcp://10.0.0.1:5000"), {}), Carrier::kTcp);
  EXPECT_EQ(carrier_of(url("https://host/live/a.ts"), {}), Carrier::kHttp);
  EXPECT_EQ(carrier_of(url("http://host/stream"), {{"format", "ts"}}), Carrier::kHttp);
  EXPECT_FALSE(carrier_of(url("http://host/live/a.flv"), {}));
  EXPECT_FALSE(carrier_of(url("rtsp://host/a"), {}));
}

TEST(TsTarget, APullsOptionIsUnknownToAPush) {
  using protocols::Direction;
  const auto protocol = make();
  EXPECT_TRUE(
      protocol->check_transfer(Direction::kPull, url("tcp://10.0.0.1:5000"), {{"programme", "1"}}).ok());
  const base::Status push =
      protocol->check_transfer(Direction::kPush, url("tcp://10.0.0.1:5000"), {{"programme", "1"}});
  ASSERT_FALSE(push.ok());
  EXPECT_NE(push.error().message().find("programme; known are: none"), std::string::npos);
}

TEST(TsTarget, AGroupWithItsSourceAndInterfaceIsRead) {
  auto target = pull_target(url("udp://232.1.1.1:5000?source=10.0.0.7&interface=eth0&programme=3"), {});
  ASSERT_TRUE(target.ok()) << target.error().message();
  EXPECT_EQ(target->at.group.text(), "232.1.1.1:5000");
  EXPECT_EQ(target->at.source->host(), "10.0.0.7");
  EXPECT_EQ(target->at.interface, "eth0");
  EXPECT_EQ(target->programme, 3);
  target = pull_target(url("udp://@232.1.1.1:5000?programme=3"), {{"programme", "4"}, {"interface", "lo"}});
  ASSERT_TRUE(target.ok()) << "as VLC writes it: " << target.error().message();
  EXPECT_EQ(target->programme, 4) << "an option overrules the address";
  target = pull_target(url("udp://[ff05::1]:5000?source=2001:db8::1"), {});
  ASSERT_TRUE(target.ok()) << target.error().message();
  EXPECT_TRUE(target->at.group.is_v6());
}

TEST(TsTarget, WhatIsWrongIsNamed) {
  struct Case {
    const char* url;
    protocols::TransferOptions options;
    const char* named;
  };
  const Case cases[] = {
      {"udp://:5000", {}, "address and port"},
      {"udp://239.1.1.1", {}, "address and port"},
      {"udp://camera.local:5000", {}, "camera.local"},
      {"udp://239.1.1.1:5000?source=2001:db8::1", {}, "source"},
      {"udp://239.1.1.1:5000?programme=0", {}, "programme"},
      {"udp://239.1.1.1:5000?programme=70000", {}, "programme"},
      {"udp://239.1.1.1:5000", {{"programme", "two"}}, "programme"},
      {"udp://239.1.1.1:5000", {{"transport", "tcp"}}, "transport"},
      {"tcp://10.0.0.1", {}, "host and port"},
      {"http://host/a.ts", {{"tls_verify", "perhaps"}}, "tls_verify"},
  };
  for (const Case& c : cases) {
    auto target = pull_target(url(c.url), c.options);
    ASSERT_FALSE(target.ok()) << c.url;
    EXPECT_EQ(target.error().code, base::Code::kInvalidConfig) << c.url;
    EXPECT_NE(target.error().message().find(c.named), std::string::npos) << target.error().message();
  }
  EXPECT_FALSE(push_target(url("udp://239.1.1.1:5000?ttl=256"), {}).ok());
  EXPECT_FALSE(push_target(url("udp://239.1.1.1:5000"), {{"source", "10.0.0.1"}}).ok());
  EXPECT_FALSE(push_target(url("http://host/a.ts"), {}).ok());
  auto push = push_target(url("udp://239.1.1.1:5000?ttl=7"), {{"interface", "eth1"}});
  ASSERT_TRUE(push.ok());
  EXPECT_EQ(push->hops, 7u);
  EXPECT_EQ(push->interface, "eth1");
}

TEST(TsDatagrams, AreOfSevenPacketsAndNothingIsHeldBack) {
  std::vector<size_t> sizes;
  std::vector<uint8_t> all;
  auto send = [&](base::Bytes datagram) {
    sizes.push_back(datagram.size());
    all.insert(all.end(), datagram.begin(), datagram.end());
  };
  std::vector<uint8_t> expected;
  DatagramCutter cutter;
  uint8_t next = 0;
  for (size_t packets : {3u, 20u, 1u, 4u}) {
    std::vector<uint8_t> unit;
    for (size_t i = 0; i < packets; ++i) unit.insert(unit.end(), mpegts::kPacketBytes, next++);
    expected.insert(expected.end(), unit.begin(), unit.end());
    cutter.add(unit, send);
  }
  cutter.finish(send);
  cutter.finish(send);
  EXPECT_EQ(sizes, (std::vector<size_t>{1316, 1316, 1316, 1316}));
  EXPECT_EQ(all, expected);
  cutter.add(std::vector<uint8_t>(mpegts::kPacketBytes), send);
  cutter.finish(send);
  EXPECT_EQ(sizes.back(), mpegts::kPacketBytes);
}

TEST(TsSenderLock, TheFirstSenderStaysUntilHeIsSilent) {
  auto a = *io::Endpoint::parse("10.0.0.1:1000"), b = *io::Endpoint::parse("10.0.0.2:1000");
  SenderLock lock(std::nullopt, 1s);
  base::MonoTime t{10s};
  EXPECT_TRUE(lock.admits(a, t));
  EXPECT_TRUE(lock.changed());
  EXPECT_FALSE(lock.admits(b, t + 500ms));
  EXPECT_TRUE(lock.admits(a, t + 900ms));
  EXPECT_FALSE(lock.changed());
  EXPECT_FALSE(lock.admits(b, t + 1500ms));
  EXPECT_TRUE(lock.admits(b, t + 1900ms));
  EXPECT_TRUE(lock.changed());
  EXPECT_FALSE(lock.admits(a, t + 2s));
}

TEST(TsSenderLock, OnlyTheSourceThatWasAskedForIsHeard) {
  SenderLock lock(*io::Endpoint::parse("10.0.0.1:0"), 1s);
  EXPECT_FALSE(lock.admits(*io::Endpoint::parse("10.0.0.2:1000"), base::MonoTime(10s)));
  EXPECT_TRUE(lock.admits(*io::Endpoint::parse("10.0.0.1:1000"), base::MonoTime(10s)));
}

}  // namespace
}  // namespace eyas::mpegts_udp
