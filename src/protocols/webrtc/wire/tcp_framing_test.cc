#include "protocols/webrtc/wire/tcp_framing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eyas::webrtc {
namespace {

std::vector<uint8_t> frame(std::string_view packet) {
  std::vector<uint8_t> bytes(kTcpFrameHeaderBytes);
  write_tcp_frame_header(bytes, packet.size());
  bytes.insert(bytes.end(), packet.begin(), packet.end());
  return bytes;
}

std::vector<uint8_t> joined(std::initializer_list<std::string_view> packets) {
  std::vector<uint8_t> all;
  for (auto packet : packets) {
    auto one = frame(packet);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

// Feeds `bytes` in pieces of `step`.
std::vector<std::string> read(base::Bytes bytes, size_t step, base::Status& status) {
  TcpFrameReader reader;
  std::vector<std::string> packets;
  for (size_t at = 0; at < bytes.size() && status.ok(); at += step)
    status = reader.push(bytes.subspan(at, std::min(step, bytes.size() - at)),
                         [&](std::span<uint8_t> packet) { packets.emplace_back(base::as_text(packet)); });
  return packets;
}

TEST(TcpFraming, AnySplitGivesTheSamePackets) {
  std::string longest(kTcpFrameBytesMax, 'x');
  auto bytes = joined({"one", "", "three", longest, "f"});
  for (size_t step = 1; step <= bytes.size(); ++step) {
    base::Status status;
    EXPECT_EQ(read(bytes, step, status), (std::vector<std::string>{"one", "three", longest, "f"})) << step;
    EXPECT_TRUE(status.ok());
  }
}

TEST(TcpFraming, AnUnfinishedPacketIsHeldBack) {
  auto bytes = joined({"one", "two"});
  bytes.pop_back();
  base::Status status;
  EXPECT_EQ(read(bytes, bytes.size(), status), std::vector<std::string>{"one"});
  EXPECT_TRUE(status.ok());
}

TEST(TcpFraming, ALongerPacketThanAllowedEndsTheConnection) {
  base::Status status;
  EXPECT_TRUE(read(frame(std::string(kTcpFrameBytesMax + 1, 'x')), 7, status).empty());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kLimit);
}

TEST(TcpFraming, ThePacketMayBeChangedInPlace) {
  TcpFrameReader reader;
  auto bytes = joined({"one", "two"});
  std::vector<std::string> packets;
  ASSERT_TRUE(reader
                  .push(bytes,
                        [&](std::span<uint8_t> packet) {
                          packet[0] = 'X';
                          packets.emplace_back(base::as_text(packet));
                        })
                  .ok());
  EXPECT_EQ(packets, (std::vector<std::string>{"Xne", "Xwo"}));
}

}  // namespace
}  // namespace eyas::webrtc
