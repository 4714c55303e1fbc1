#include "protocols/rtmp/wire/chunk_writer.h"

#include <gtest/gtest.h>

namespace eyas::rtmp {
namespace {

std::string joined(const std::vector<base::Slice>& slices) {
  std::string hex;
  for (const base::Slice& slice : slices) hex += base::to_hex(slice);
  return hex;
}

TEST(ChunkWriter, HeaderIsType0WithLittleEndianStreamId) {
  base::Slice header = message_header(6, MessageType::kVideo, 1, 0x010203, 0x0405);
  EXPECT_EQ(base::to_hex(header),
            "06"          // format 0, chunk stream 6
            "010203"      // timestamp
            "000405"      // length
            "09"          // type
            "01000000");  // stream id
  EXPECT_EQ(base::to_hex(message_header(6, MessageType::kVideo, 1, 0x01020304, 2)),
            "06ffffff00000209"
            "01000000"
            "01020304");  // extended timestamp
}

TEST(ChunkWriter, OneMessageIsHeaderAndSharedBody) {
  base::Slice body = base::Slice::copy_of("frame");
  base::Slice header = message_header(6, MessageType::kVideo, 1, 0, body.size());
  std::vector<base::Slice> out;
  append_chunks(out, 6, 0, header, body, 0xFFFFFF);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].data(), body.data());
}

TEST(ChunkWriter, SmallChunksAreCutWithTheExtendedTimestampRepeated) {
  base::Slice body = base::Slice::copy_of("abcde");
  std::vector<base::Slice> out;
  append_chunks(out, 6, 0x01000000, base::Slice::literal("H"), body, 2);
  EXPECT_EQ(joined(out),
            "48"
            "6162"
            "c601000000"
            "6364"
            "c601000000"
            "65");
}

TEST(ChunkWriter, ChunkSizeChangesWhatFollows) {
  ChunkWriter writer(128);
  Message message{MessageType::kCommandAmf0, 0, 0, base::Slice(std::vector<uint8_t>(130, 1))};
  writer.write(kCommandChunkStream, message);
  EXPECT_EQ(writer.take().size(), 12u + 130 + 1);
  writer.change_chunk_size(4096);
  writer.write(kCommandChunkStream, message);
  EXPECT_EQ(writer.take().size(), 16u + 12 + 130);
  EXPECT_TRUE(writer.empty());
}

}  // namespace
}  // namespace eyas::rtmp
