#include "rtp/rtcp.h"

#include <gtest/gtest.h>

#include <string>

namespace eyas::rtp {
namespace {

using base::from_hex;

// Writes down what was visited, one word a packet.
class Script final : public RtcpVisitor {
 public:
  void on_sender_report(const SenderReport& r) override {
    add("sr", {r.ssrc, r.ntp.fixed, r.rtp_timestamp, r.packets, r.octets});
  }
  void on_report_block(uint32_t reporter, const ReportBlock& b) override {
    add("block", {reporter, b.ssrc, b.fraction_lost, static_cast<uint64_t>(int64_t{b.cumulative_lost}),
                  b.highest_sequence, b.jitter, b.last_sr, b.delay_since_last_sr});
  }
  void on_cname(uint32_t ssrc, std::string_view cname) override {
    add("cname", {ssrc});
    text += "=" + std::string(cname);
  }
  void on_bye(uint32_t ssrc) override { add("bye", {ssrc}); }
  void on_nack(uint32_t ssrc, std::span<const uint16_t> lost) override {
    add("nack", {ssrc});
    for (uint16_t sequence : lost) text += "," + std::to_string(sequence);
    nacked += lost.size();
  }
  void on_pli(uint32_t ssrc) override { add("pli", {ssrc}); }
  void on_fir(uint32_t ssrc, uint8_t command) override { add("fir", {ssrc, command}); }
  void on_remb(uint64_t bitrate, std::span<const uint32_t> ssrcs) override {
    add("remb", {bitrate});
    for (uint32_t ssrc : ssrcs) text += "," + std::to_string(ssrc);
  }
  void on_transport_feedback(const TransportFeedback& f) override { add("twcc", {f.base_sequence}); }

  std::string text;
  size_t nacked = 0;

 private:
  void add(const char* name, std::initializer_list<uint64_t> numbers) {
    text += text.empty() ? "" : " ";
    text += name;
    for (uint64_t number : numbers) text += ":" + std::to_string(static_cast<int64_t>(number));
  }
};

std::string read(base::Bytes packet) {
  Script script;
  auto status = parse_compound(packet, script);
  return status.ok() ? script.text : script.text + "!" + status.error().context;
}

ReportBlock block_of(uint32_t ssrc, int32_t lost) {
  ReportBlock block;
  block.ssrc = ssrc;
  block.fraction_lost = 64;
  block.cumulative_lost = lost;
  block.highest_sequence = 0x0001FFFF;
  block.jitter = 90;
  block.last_sr = 7;
  block.delay_since_last_sr = 8;
  return block;
}

TEST(Rtcp, ReadsACompoundAsPeersSendIt) {
  auto bytes = from_hex(
      "81 c8 000c 00000001"                                     // SR, one block
      "e0000000 80000000 00001000 0000000a 000003e8"            // NTP, RTP time, packets, octets
      "00000002 40 fffffe 00010005 00000003 00000004 00000005"  // fraction 64, lost -2
      "81 ca 0003 00000001 01 03 616263 000000"                 // SDES: CNAME "abc"
      "81 cb 0001 00000001");                                   // BYE
  EXPECT_EQ(read(bytes),
            "sr:1:-2305843007066210304:4096:10:1000 block:1:2:64:-2:65541:3:4:5 cname:1=abc bye:1");
}

TEST(Rtcp, WritesWhatItReads) {
  std::vector<uint8_t> out;
  SenderReport report{1, {0x1122334455667788}, 3, 4, 5};
  std::vector<ReportBlock> blocks = {block_of(9, -5)};
  append_sender_report(out, report, blocks);
  append_receiver_report(out, 2, blocks);
  append_cname(out, 2, "eyas");
  append_pli(out, 2, 3);
  append_fir(out, 2, 3, 200);
  append_bye(out, 2);
  EXPECT_EQ(read(out),
            "sr:1:1234605616436508552:3:4:5 block:1:9:64:-5:131071:90:7:8 block:2:9:64:-5:131071:90:7:8"
            " cname:2=eyas pli:3 fir:3:200 bye:2");
}

TEST(Rtcp, BytesOfFeedbackAreThoseOfTheRfcs) {
  std::vector<uint8_t> out;
  append_pli(out, 0x11111111, 0x22222222);  // [RFC 4585 6.3.1]
  EXPECT_EQ(base::to_hex(out), "81ce00021111111122222222");
  out.clear();
  append_nack(out, 1, 2, std::vector<uint16_t>{10});  // [RFC 4585 6.2.1]
  EXPECT_EQ(base::to_hex(out), "81cd00030000000100000002000a0000");
  out.clear();
  append_fir(out, 1, 2, 7);  // [RFC 5104 4.3.1.1]
  EXPECT_EQ(base::to_hex(out),
            "84ce0004000000010000000000000002"
            "07000000");
  out.clear();
  append_remb(out, 1, 2'000'000, std::vector<uint32_t>{5});  // 250000 x 2^3
  EXPECT_EQ(base::to_hex(out),
            "8fce0005000000010000000052454d42"
            "010fd09000000005");
}

TEST(Rtcp, ANackSpeaksOfSeventeenPacketsAnEntry) {
  std::vector<uint8_t> out;
  std::vector<uint16_t> lost = {65534, 65535, 14, 15, 400};  // 65534 + 16 = 14
  append_nack(out, 1, 2, lost);
  EXPECT_EQ(read(out), "nack:2,65534,65535,14,15,400");
  EXPECT_EQ(out.size(), 4u + 8 + 3 * 4);
  out.clear();
  append_nack(out, 1, 2, {});
  EXPECT_TRUE(out.empty());
}

TEST(Rtcp, ANackOfTooManyIsCut) {
  std::vector<uint8_t> out = from_hex("81cd 07d2 00000001 00000002");  // 2000 entries
  for (int i = 0; i < 2000; ++i) out.insert(out.end(), {0, 0, 0xFF, 0xFF});
  Script script;
  ASSERT_TRUE(parse_compound(out, script).ok());
  EXPECT_GE(script.nacked, kNackSequencesMax);
  EXPECT_LT(script.nacked, kNackSequencesMax + 17);
}

TEST(Rtcp, RembKeepsLargeAndSmallRates) {
  for (uint64_t rate : {uint64_t{0}, uint64_t{1}, uint64_t{262143}, uint64_t{1} << 40}) {
    std::vector<uint8_t> out;
    append_remb(out, 1, rate, {});
    EXPECT_EQ(read(out), "remb:" + std::to_string(rate));
  }
}

TEST(Rtcp, BlocksBeyondTheCountAreLeftOut) {
  std::vector<ReportBlock> blocks(40, block_of(1, 0x7FFFFFFF));
  std::vector<uint8_t> out;
  append_receiver_report(out, 1, blocks);
  EXPECT_EQ(out.size(), 8 + kReportBlocksMax * 24);
  EXPECT_NE(read(out).find(":8388607:"), std::string::npos);  // 24 bits, saturated
}

TEST(Rtcp, PassesOverWhatItDoesNotKnowOrCannotRead) {
  auto bytes = from_hex(
      "80 cf 0001 00000001"           // XR
      "80 cc 0002 00000001 45594153"  // APP
      "81 c8 0001 00000001"           // SR that ends early
      "9f ce 0002 00000001 00000002"  // PSFB of an unknown format
      "8f ce 0002 00000001 00000002"  // REMB without its body
      "81 ce 0002 00000001 00000005");
  EXPECT_EQ(read(bytes), "pli:5");
}

TEST(Rtcp, RefusesWhatRunsOutOfThePacket) {
  EXPECT_EQ(read(from_hex("81ce0002 00000001 00000005 81ce0002 0000")), "pli:5!rtcp: length");
  EXPECT_EQ(read(from_hex("81ce0002 00000001 00000005 81ce")), "pli:5!rtcp: the header ends early");
  EXPECT_EQ(read(from_hex("41ce0002 00000001 00000005")), "!rtcp: version");
  EXPECT_EQ(read(from_hex("a1ce0002 00000001 00000009")), "!rtcp: padding");
}

TEST(Rtcp, TakesPaddingOff) {
  EXPECT_EQ(read(from_hex("a1cd0004 00000001 00000002 00050000 00000004")), "nack:2,5");
}

}  // namespace
}  // namespace eyas::rtp
