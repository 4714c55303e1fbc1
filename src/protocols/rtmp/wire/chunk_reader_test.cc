#include "protocols/rtmp/wire/chunk_reader.h"

#include <gtest/gtest.h>

#include "protocols/rtmp/wire/chunk_writer.h"

namespace eyas::rtmp {
namespace {

struct Collector : ChunkReader::Sink {
  base::Status on_message(Message message) override {
    text += std::to_string(static_cast<int>(message.type)) + "@" + std::to_string(message.timestamp_ms) +
            "#" + std::to_string(message.stream_id) + ":" + base::to_hex(message.payload) + " ";
    return {};
  }
  std::string text;
};

base::Status read(std::string_view hex, std::string& text, ChunkLimits limits = {}) {
  ChunkReader reader(limits);
  Collector collector;
  base::Status status = reader.feed(base::from_hex(hex), collector);
  text = collector.text;
  return status;
}

std::string messages_of(std::string_view hex) {
  std::string text;
  base::Status status = read(hex, text);
  return status.ok() ? text : status.error().message();
}

TEST(ChunkReader, AllFourFormats) {
  EXPECT_EQ(messages_of("04 00000A 000002 08 01000000 AF01"  // type 0: absolute 10
                        "44 000005 000001 09 17"             // type 1: +5, stream kept
                        "84 000007 18"                       // type 2: +7, length and type kept
                        "C4 19"),                            // type 3: +7 again
            "8@10#1:af01 9@15#1:17 9@22#1:18 9@29#1:19 ");
}

TEST(ChunkReader, Type3AfterType0TakesItsTimeAsDelta) {
  EXPECT_EQ(messages_of("04 000014 000001 08 01000000 AA  C4 BB"), "8@20#1:aa 8@40#1:bb ");
}

TEST(ChunkReader, TwoAndThreeByteChunkStreamIds) {
  EXPECT_EQ(messages_of("00 01 000001 000001 08 01000000 AA"    // 64 + 1
                        "01 0100 000002 000001 08 01000000 BB"  // 64 + 1, longer form of the same stream
                        "C0 01 CC"),                            // continues it: +2
            "8@1#1:aa 8@2#1:bb 8@4#1:cc ");
}

TEST(ChunkReader, InterleavedMessagesAndChunkSize) {
  EXPECT_EQ(messages_of("02 000000 000004 01 00000000 00000002"  // set chunk size 2
                        "04 000001 000003 09 01000000 0102"      // video, first two of three bytes
                        "05 000001 000001 08 01000000 AA"        // audio in between
                        "C4 03"),
            "8@1#1:aa 9@1#1:010203 ");
}

TEST(ChunkReader, AbortDropsTheUnfinishedMessage) {
  EXPECT_EQ(messages_of("02 000000 000004 01 00000000 00000004"
                        "04 000001 000006 09 01000000 01020304"
                        "02 000000 000004 02 00000000 00000004"  // abort chunk stream 4
                        "04 000002 000001 09 01000000 FF"),
            "9@2#1:ff ");
}

TEST(ChunkReader, NewHeaderGivesUpTheUnfinishedMessage) {
  EXPECT_EQ(messages_of("02 000000 000004 01 00000000 00000002"
                        "04 000001 000003 09 01000000 0102"
                        "04 000002 000001 09 01000000 FF"),
            "9@2#1:ff ");
}

// 130 bytes in chunks of 128, extended timestamp 0x01000000; with and without it repeated in the type 3
// chunk.
std::string extended(bool repeated) {
  return "04 FFFFFF 000082 09 01000000 01000000" + base::to_hex(std::vector<uint8_t>(128, 0x55)) + "C4" +
         (repeated ? "01000000" : "") + "0102" +
         "04 FFFFFF 000001 08 01000000 01000001 AA";  // the next message shows that we are in step
}

TEST(ChunkReader, ExtendedTimestampRepeatedOrOmittedInType3) {
  for (bool repeated : {true, false}) {
    ChunkReader reader;
    Collector collector;
    ASSERT_TRUE(reader.feed(base::from_hex(extended(repeated)), collector));
    EXPECT_EQ(collector.text,
              "9@16777216#1:" + base::to_hex(std::vector<uint8_t>(128, 0x55)) + "0102 8@16777217#1:aa ");
    EXPECT_EQ(reader.extended_timestamps_omitted(), repeated ? 0u : 1u);
  }
}

TEST(ChunkReader, TimestampsWrap) {
  EXPECT_EQ(messages_of("04 FFFFFF 000001 08 01000000 FFFFFFFE AA  84 000005 BB"),
            "8@4294967294#1:aa 8@3#1:bb ");
}

TEST(ChunkReader, EmptyMessage) {
  EXPECT_EQ(messages_of("04 000001 000000 09 01000000"), "9@1#1: ");
}

TEST(ChunkReader, LibrtmpPingResponseBeginsWithType1) {
  EXPECT_EQ(messages_of("42 000000 000006 04 0007 00000001"), "4@0#0:000700000001 ");
}

TEST(ChunkReader, EverySplitGivesTheSame) {
  std::string hex =
      "02 000000 000004 01 00000000 00000003"
      "04 00000A 000007 09 01000000 170100"
      "00 20 FFFFFF 000005 08 01000000 01020304 AF0102"
      "C4 000001 C0 20 0304 C4 02" +
      std::string("C0 20 01020304 AABBCC");
  std::vector<uint8_t> bytes = base::from_hex(hex);
  Collector whole;
  ASSERT_TRUE(ChunkReader().feed(bytes, whole));
  ASSERT_FALSE(whole.text.empty());
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    ChunkReader reader;
    Collector split;
    ASSERT_TRUE(reader.feed(base::Bytes(bytes).first(cut), split));
    ASSERT_TRUE(reader.feed(base::Bytes(bytes).subspan(cut), split));
    EXPECT_EQ(split.text, whole.text) << "cut at " << cut;
  }
  ChunkReader bytewise;
  Collector single;
  for (uint8_t byte : bytes) ASSERT_TRUE(bytewise.feed({&byte, 1}, single));
  EXPECT_EQ(single.text, whole.text);
}

TEST(ChunkReader, ReadsWhatTheWriterWrites) {
  std::vector<uint8_t> body(1000);
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<uint8_t>(i);
  for (uint32_t timestamp_ms : {0u, 0xFFFFFEu, 0xFFFFFFu, 0xFFFFFFFFu}) {
    ChunkWriter writer(128);
    writer.write(6, {MessageType::kVideo, 3, timestamp_ms, base::Slice::copy_of(body)});
    writer.change_chunk_size(77);
    writer.write(6, {MessageType::kAudio, 3, timestamp_ms, base::Slice::copy_of(body)});
    Collector collector;
    ASSERT_TRUE(ChunkReader().feed(writer.take(), collector));
    std::string tail = "@" + std::to_string(timestamp_ms) + "#3:" + base::to_hex(body) + " ";
    EXPECT_EQ(collector.text, "9" + tail + "8" + tail);
  }
}

TEST(ChunkReader, Limits) {
  std::string text;
  base::Status status = read("04 000000 000011 09 01000000", text, {.message_bytes_max = 16});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kLimit);

  status =
      read("04 000000 000001 09 01000000 AA 05 000000 000001 09 01000000 AA", text, {.chunk_streams_max = 1});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kLimit);

  status = read("04 000000 0000FF 09 01000000 010203040506", text, {.unfinished_bytes_max = 5});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kLimit);
}

TEST(ChunkReader, ChunkSizeToTheProtocolsLimit) {
  std::string text;
  EXPECT_TRUE(read("02 000000 000004 01 00000000 7FFFFFFF 04 000000 000001 09 01000000 AA", text));
  EXPECT_EQ(text, "9@0#1:aa ");
  EXPECT_FALSE(read("02 000000 000004 01 00000000 80000000", text));
  EXPECT_FALSE(read("02 000000 000004 01 00000000 00000000", text));
}

TEST(ChunkReader, ContinuingNothingIsMalformed) {
  std::string text;
  EXPECT_FALSE(read("C4", text));
  EXPECT_FALSE(read("84 000001", text));
}

}  // namespace
}  // namespace eyas::rtmp
