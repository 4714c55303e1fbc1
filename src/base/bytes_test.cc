#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/slice.h"
#include "base/slice_batch.h"

namespace eyas::base {
namespace {

TEST(ByteReader, ReadsBigEndianAndStopsAtTheEnd) {
  const uint8_t raw[] = {0x01, 0x02, 0x03, 0xff, 0xff, 0xfe, 0x10};
  ByteReader reader(raw);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.i24(), -2);
  EXPECT_EQ(reader.u32(), 0u);  // one byte left of four
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);  // stays failed, stays inside
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteWriter, WritesWhatTheReaderReads) {
  ByteWriter writer;
  writer.u8(7);
  writer.u24(0x123456);
  writer.u32_le(0x01020304);
  writer.f64(-2.5);
  writer.patch_u32(4, 0x0a0b0c0d);
  auto bytes = writer.take();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u24(), 0x123456u);
  EXPECT_EQ(reader.u32(), 0x0a0b0c0du);
  EXPECT_EQ(reader.f64(), -2.5);
  EXPECT_TRUE(reader.ok());
}

TEST(Hex, RoundTripsAndRefusesWhatIsNotHex) {
  EXPECT_EQ(to_hex(from_hex("00 ff 1A")), "00ff1a");
  EXPECT_TRUE(from_hex("0").empty());
  EXPECT_TRUE(from_hex("zz").empty());
}

TEST(Slice, PartsShareTheOwnerAndAreClamped) {
  Slice part;
  {
    Slice whole(std::vector<uint8_t>{1, 2, 3, 4});
    part = whole.sub(1, 2);
  }
  EXPECT_EQ(to_hex(part), "0203");
  EXPECT_EQ(part.sub(1, 99).size(), 1u);
  EXPECT_TRUE(part.sub(99).empty());
}

TEST(Slice, ABatchGivesTheRoomOfABurstBack) {
  std::vector<Slice> batch(kBatchSlicesKept);
  clear_batch(batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.capacity(), kBatchSlicesKept) << "a usual one is used again";
  batch.resize(10 * kBatchSlicesKept);
  clear_batch(batch);
  EXPECT_EQ(batch.capacity(), 0u);
}

}  // namespace
}  // namespace eyas::base
