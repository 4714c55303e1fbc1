#include "container/flv/amf0.h"

#include <gtest/gtest.h>

#include <cmath>

namespace eyas::flv {
namespace {

std::vector<uint8_t> hex(std::string_view text) {
  return base::from_hex(text);
}

AmfValue read_one(std::string_view text) {
  std::vector<uint8_t> bytes = hex(text);
  base::Result<std::vector<AmfValue>> values = amf0_read_all(bytes);
  EXPECT_TRUE(values.ok()) << values.error().message();
  EXPECT_EQ(values->size(), 1u);
  return values->front();
}

base::Code error_of(std::string_view text, AmfLimits limits = {}) {
  std::vector<uint8_t> bytes = hex(text);
  base::Result<std::vector<AmfValue>> values = amf0_read_all(bytes, limits);
  EXPECT_FALSE(values.ok());
  return values.ok() ? base::Code::kClosed : values.error().code;
}

TEST(Amf0, ReadsScalars) {
  EXPECT_EQ(read_one("00 3ff8000000000000").as_number(), 1.5);
  EXPECT_TRUE(read_one("01 01").as_boolean());
  EXPECT_EQ(read_one("02 0004 6c697665").as_string(), "live");
  EXPECT_EQ(read_one("0c 00000002 6f6b").as_string(), "ok");
  EXPECT_EQ(read_one("0f 00000004 3c612f3e").kind(), AmfValue::Kind::kXml);
  EXPECT_EQ(read_one("05").kind(), AmfValue::Kind::kNull);
  EXPECT_EQ(read_one("06").kind(), AmfValue::Kind::kUndefined);
  EXPECT_EQ(read_one("0d").kind(), AmfValue::Kind::kUndefined);
}

TEST(Amf0, ReadsDate) {
  AmfValue date = read_one("0b 4270000000000000 ffc4");  // 2^40 ms, zone -60
  EXPECT_EQ(date.date_ms(), std::exp2(40));
  EXPECT_EQ(date.zone_minutes(), -60);
}

TEST(Amf0, ReadsObjects) {
  AmfValue object = read_one("03 0003 617070 02 0004 6c697665 0000 09");  // {app: "live"}
  EXPECT_EQ(object.get_string("app"), "live");
  EXPECT_EQ(object.get_string("none", "otherwise"), "otherwise");
  AmfValue typed = read_one("10 0001 43 0001 78 00 4000000000000000 0000 09");
  EXPECT_EQ(typed.class_name(), "C");
  EXPECT_EQ(typed.get_number("x"), 2);
}

TEST(Amf0, ReadsArrays) {
  AmfValue strict = read_one("0a 00000002 05 01 00");
  ASSERT_EQ(strict.items().size(), 2u);
  EXPECT_FALSE(strict.items()[1].as_boolean(true));
  // The count says 9, the end marker says one.
  AmfValue ecma = read_one("08 00000009 0001 77 00 4000000000000000 0000 09");
  EXPECT_EQ(ecma.kind(), AmfValue::Kind::kEcmaArray);
  EXPECT_EQ(ecma.properties().size(), 1u);
}

TEST(Amf0, AcceptsAMissingEndMarkerAtTheEnd) {
  EXPECT_EQ(read_one("08 00000001 0001 77 00 4000000000000000").get_number("w"), 2);
}

TEST(Amf0, ResolvesReferences) {
  // [{x: 2}, reference to composite 1]
  AmfValue array = read_one("0a 00000002 03 0001 78 00 4000000000000000 0000 09 07 0001");
  EXPECT_EQ(array.items()[0], array.items()[1]);
}

TEST(Amf0, RefusesReferencesToNothingAndToOpenObjects) {
  EXPECT_EQ(error_of("07 0000"), base::Code::kMalformed);
  EXPECT_EQ(error_of("0a 00000001 07 0000"), base::Code::kMalformed);
}

TEST(Amf0, SwitchesToAmf3) {
  EXPECT_EQ(read_one("11 04 05").as_number(), 5);
  EXPECT_EQ(read_one("11 06 05 6f6b").as_string(), "ok");
}

TEST(Amf0, RefusesTruncation) {
  std::vector<uint8_t> whole =
      hex("03 0003 617070 02 0004 6c697665 0001 78 0b 4270000000000000 0000 0000 09");
  ASSERT_TRUE(amf0_read_all(whole).ok());
  size_t refused = 0;
  for (size_t length = 1; length < whole.size(); ++length) {
    refused += !amf0_read_all(base::Bytes(whole).first(length)).ok();
  }
  EXPECT_EQ(refused, whole.size() - 1 - 3);  // three cuts fall between properties
}

TEST(Amf0, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(error_of("04"), base::Code::kUnsupported);  // movie clip
  EXPECT_EQ(error_of("0e"), base::Code::kUnsupported);  // record set
  EXPECT_EQ(error_of("0a ffffffff 05"), base::Code::kMalformed);
}

TEST(Amf0, LimitsDepth) {
  std::string nested;
  for (int i = 0; i < 15; ++i) nested += "0a 00000001 ";
  EXPECT_EQ(read_one(nested + "05").height(), 16u);
  EXPECT_EQ(error_of("0a 00000001 " + nested + "05"), base::Code::kLimit);
}

TEST(Amf0, LimitsValuesAndText) {
  EXPECT_EQ(error_of("05 05 05", {.nodes_max = 2}), base::Code::kLimit);
  EXPECT_EQ(error_of("02 0004 6c697665", {.text_bytes_max = 3}), base::Code::kLimit);
}

TEST(Amf0, ChargesReferencesForWhatTheyStandFor) {
  // Ten nulls, then nine references to them: about 100 values out of 40 bytes.
  std::string bomb = "0a 0000000a 05 05 05 05 05 05 05 05 05 05 ";
  for (int i = 0; i < 9; ++i) bomb += "07 0000 ";
  EXPECT_EQ(error_of(bomb, {.nodes_max = 100}), base::Code::kLimit);
  std::vector<uint8_t> bytes = hex(bomb);
  EXPECT_TRUE(amf0_read_all(bytes, {.nodes_max = 110}).ok());
}

TEST(Amf0, LimitsDepthThroughReferences) {
  // A tree of 10 levels, and a reference to it 8 levels down.
  std::string bytes;
  for (int i = 0; i < 9; ++i) bytes += "0a 00000001 ";
  bytes += "05 ";
  for (int i = 0; i < 7; ++i) bytes += "0a 00000001 ";
  EXPECT_EQ(error_of(bytes + "07 0000"), base::Code::kLimit);
}

TEST(Amf0, WritesWhatItReads) {
  std::vector<AmfValue> values = {
      AmfValue::string("connect"),
      AmfValue::number(1),
      AmfValue::null(),
      AmfValue(),
      AmfValue::boolean(true),
      AmfValue::number(std::nan("")),
      AmfValue::date(1e12, 90),
      AmfValue::xml("<a/>"),
      AmfValue::string(std::string(70000, 'x')),
      AmfValue::byte_array("bytes"),
      AmfValue::object({{"app", AmfValue::string("live")}, {"", AmfValue::null()}}),
      AmfValue::object({{"x", AmfValue::number(2)}}, "Class"),
      AmfValue::ecma_array({{"width", AmfValue::number(1920)}}),
      AmfValue::ecma_array({{"a", AmfValue::number(1)}}, {AmfValue::number(2)}),
      AmfValue::strict_array({AmfValue::null(), AmfValue::strict_array({})})};
  std::vector<uint8_t> bytes = amf0_write_all(values);
  base::Result<std::vector<AmfValue>> again = amf0_read_all(bytes);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(*again, values);
}

TEST(Amf0, WritesKnownBytes) {
  EXPECT_EQ(base::to_hex(amf0_write_all({AmfValue::string("ok"), AmfValue::number(1), AmfValue::null()})),
            "0200026f6b003ff000000000000005");
  EXPECT_EQ(base::to_hex(amf0_write_all({AmfValue::object({{"a", AmfValue::boolean(true)}})})),
            "030001610101000009");
}

}  // namespace
}  // namespace eyas::flv
