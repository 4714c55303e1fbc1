#include "container/mp4/box_reader.h"

#include <gtest/gtest.h>

#include "container/mp4/box_writer.h"

namespace eyas::mp4 {
namespace {

std::vector<uint8_t> nested(size_t depth) {
  std::vector<uint8_t> inner;
  for (size_t i = 0; i < depth; ++i) {
    base::ByteWriter out;
    {
      BoxScope box(out, "moov");
      out.bytes(inner);
    }
    inner = out.take();
  }
  return inner;
}

TEST(BoxCursor, WalksSiblingsAndBothSizeForms) {
  const auto bytes = base::from_hex(
      "00000009 66726565 aa"                     // free, one byte
      "00000001 6d646174 0000000000000012 bbcc"  // mdat with a 64-bit size
      "00000000 736b6970 dd");                   // skip, to the end
  BoxCursor cursor(bytes);
  auto first = cursor.next();
  ASSERT_TRUE(first.ok() && *first);
  EXPECT_EQ((*first)->type, "free");
  EXPECT_EQ((*first)->body.size(), 1U);
  auto second = cursor.next();
  ASSERT_TRUE(second.ok() && *second);
  EXPECT_EQ((*second)->header_bytes, 16U);
  EXPECT_EQ(base::to_hex((*second)->body), "bbcc");
  auto third = cursor.next();
  ASSERT_TRUE(third.ok() && *third);
  EXPECT_EQ((*third)->type, "skip");
  auto end = cursor.next();
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(end->has_value());
}

TEST(BoxCursor, RefusesSizesThatLie) {
  for (const char* hex : {"00000007 66726565", "0000000a 66726565 aa", "000000", "00000001 6d646174 00",
                          "00000001 6d646174 ffffffffffffffff 00"}) {
    const auto bytes = base::from_hex(hex);
    BoxCursor cursor(bytes);
    EXPECT_FALSE(cursor.next().ok()) << hex;
  }
}

TEST(WalkBoxes, LimitsDepthAndCount) {
  const auto count = [](std::string_view, const Box&) {};
  EXPECT_TRUE(walk_boxes(nested(4), {.depth_max = 5}, count).ok());
  auto deep = walk_boxes(nested(6), {.depth_max = 5}, count);
  ASSERT_FALSE(deep.ok());
  EXPECT_EQ(deep.error().code, base::Code::kLimit);
  auto many = walk_boxes(nested(4), {.boxes_max = 3}, count);
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().code, base::Code::kLimit);
}

TEST(ReadFragments, RefusesMoreSamplesThanTheLimitWithoutAllocating) {
  base::ByteWriter out;
  {
    BoxScope moof(out, "moof");
    BoxScope traf(out, "traf");
    BoxScope trun(out, "trun", 1, 0x1);
    out.u32(0xffffffff);
    out.u32(0);
  }
  auto runs = read_fragments(out.view());
  ASSERT_FALSE(runs.ok());
  EXPECT_EQ(runs.error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::mp4
