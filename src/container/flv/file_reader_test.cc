#include "container/flv/file_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace eyas::flv {
namespace {

struct Tags final : FileReader::Sink {
  base::Status on_tag(const TagHeader& header, base::Slice body) override {
    text += std::to_string(static_cast<int>(header.type)) + "@" + std::to_string(header.timestamp_ms) + ":" +
            base::to_hex(body) + " ";
    if (fails) return base::Error{base::Code::kMalformed, "sink", {}};
    return {};
  }
  std::string text;
  bool fails = false;
};

const std::string kFileHead =
    "464c56"     // "FLV"
    "01"         // version
    "05"         // audio and video
    "00000009"   // header bytes
    "00000000";  // PreviousTagSize0

std::string tag(const std::string& type, const std::string& body) {
  char size[7];
  std::snprintf(size, sizeof size, "%06x", static_cast<unsigned>(body.size() / 2) & 0xFFFFFFu);
  return type + size +
         "000010"              // 16 ms
         "01"                  // extended time: 1 << 24 ms
         "000000"              // stream
         + body + "ffffffff";  // the size of this tag, which nobody needs
}

base::Status feed(FileReader& reader, const std::string& hex, size_t piece = 1 << 20) {
  std::vector<uint8_t> bytes = base::from_hex(hex);
  for (size_t at = 0; at < bytes.size(); at += piece) {
    base::Status status = reader.feed(base::Bytes(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    if (!status) return status;
  }
  return {};
}

TEST(FlvFileReader, CutsTagsHoweverTheBytesCome) {
  std::string file = kFileHead + tag("12", "0200") + tag("09", "17010000") + tag("08", "") + tag("09", "27");
  for (size_t piece : {1, 2, 3, 10, 1000}) {
    Tags tags;
    FileReader reader(tags);
    EXPECT_TRUE(feed(reader, file, piece).ok());
    EXPECT_EQ(tags.text, "18@16777232:0200 9@16777232:17010000 8@16777232: 9@16777232:27 ") << piece;
    EXPECT_FALSE(reader.inside_tag());
  }
}

TEST(FlvFileReader, ALongerFileHeaderIsSteppedOver) {
  Tags tags;
  FileReader reader(tags);
  EXPECT_TRUE(feed(reader, "464c5601050000000bAAAA00000000" + tag("09", "17"), 4).ok());
  EXPECT_EQ(tags.text, "9@16777232:17 ");
}

TEST(FlvFileReader, UnknownTagsAreSteppedOverButNotForEver) {
  Tags tags;
  FileReader reader(tags);
  EXPECT_TRUE(feed(reader, kFileHead + tag("0b", "aabb") + tag("09", "17")).ok());
  EXPECT_EQ(tags.text, "9@16777232:17 ");
  std::string unknown;
  for (uint32_t i = 0; i <= FileReader::kUnknownTagsMax; ++i) unknown += tag("0b", "");
  EXPECT_EQ(feed(reader, unknown).error().code, base::Code::kMalformed);
}

TEST(FlvFileReader, WhatIsNotFlvEndsIt) {
  auto error_of = [](const std::string& hex, uint32_t tag_bytes_max = 1000) {
    Tags tags;
    FileReader reader(tags, tag_bytes_max);
    base::Status status = feed(reader, hex);
    return status ? std::string("none") : status.error().message();
  };
  EXPECT_TRUE(error_of("3c68746d6c3e3c626f6479").starts_with("malformed"))
      << error_of("3c68746d6c3e3c626f6479");
  EXPECT_TRUE(error_of(kFileHead + tag("29", "17")).starts_with("unsupported"));
  EXPECT_TRUE(error_of("464c56010500001001").starts_with("limit: flv file: header bytes"));
  EXPECT_EQ(error_of(kFileHead + tag("09", "1700"), 1), "limit: flv file: tag bytes (2)");
  Tags tags;
  tags.fails = true;
  FileReader reader(tags);
  EXPECT_EQ(feed(reader, kFileHead + tag("09", "17")).error().message(), "malformed: sink");
}

}  // namespace
}  // namespace eyas::flv
