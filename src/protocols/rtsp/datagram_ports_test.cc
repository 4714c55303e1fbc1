#include "protocols/rtsp/datagram_ports.h"

#include <gtest/gtest.h>

#include <optional>

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;

// A range of ports that nothing on this machine uses by habit; whatever is taken is passed over.
constexpr PortRange kRange{21500, 21599};

std::unique_ptr<DatagramPorts> open(io::Loop& loop, PortRange range = kRange) {
  auto ports = open_datagram_ports(loop, "127.0.0.1", range);
  return ports ? *std::move(ports) : nullptr;
}

void wait_for(io::Loop& loop, const std::optional<std::string>& got) {
  for (int turn = 0; turn < 200 && !got; ++turn) loop.run_once(10ms);
}

TEST(DatagramPorts, ArePairsOfNeighboursThatNobodyShares) {
  io::Loop loop;
  auto first = open(loop);
  auto second = open(loop);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->numbers().first % 2, 0);
  EXPECT_EQ(first->numbers().second, first->numbers().first + 1);
  EXPECT_NE(first->numbers().first, second->numbers().first);
}

TEST(DatagramPorts, ARangeThatIsUsedUpIsAnError) {
  io::Loop loop;
  auto taken = open(loop);
  ASSERT_TRUE(taken);
  PortRange range{taken->numbers().first, taken->numbers().second};
  auto ports = open_datagram_ports(loop, "127.0.0.1", range);
  ASSERT_FALSE(ports);
  EXPECT_EQ(ports.error().code, base::Code::kSystem);
}

TEST(DatagramPorts, TellPeersApartByTheirAddress) {
  io::Loop loop;
  auto server = open(loop);
  auto one = open(loop);
  auto other = open(loop);
  ASSERT_TRUE(server && one && other);
  std::optional<std::string> heard;
  auto from = *server->endpoint("127.0.0.1", one->numbers().first);
  auto attachment = server->attach(
      from, [&](base::Bytes packet, base::MonoTime) { heard = std::string(base::as_text(packet)); });
  auto to = *one->endpoint("127.0.0.1", server->numbers().first);
  other->send_rtp(to, base::as_bytes("stranger"));
  one->send_rtp(to, base::as_bytes("known"));
  wait_for(loop, heard);
  EXPECT_EQ(heard, "known");

  heard.reset();
  attachment.reset();
  std::optional<std::string> later;
  auto again =
      server->attach(*server->endpoint("127.0.0.1", other->numbers().second),
                     [&](base::Bytes packet, base::MonoTime) { later = std::string(base::as_text(packet)); });
  one->send_rtp(to, base::as_bytes("gone"));
  other->send_rtcp(*other->endpoint("127.0.0.1", server->numbers().second), base::as_bytes("report"));
  wait_for(loop, later);
  EXPECT_EQ(later, "report");
  EXPECT_EQ(heard, std::nullopt);
}

TEST(DatagramPorts, AnotherFamilyIsRefused) {
  io::Loop loop;
  auto ports = open(loop);
  ASSERT_TRUE(ports);
  EXPECT_FALSE(ports->endpoint("::1", 5000));
}

TEST(MulticastPorts, NeedAnAddressOfOurs) {
  io::Loop loop;
  EXPECT_TRUE(open_multicast_ports(loop, "127.0.0.1", 1));
  EXPECT_FALSE(open_multicast_ports(loop, "nonsense", 1));
}

}  // namespace
}  // namespace eyas::rtsp
