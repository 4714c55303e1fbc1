#include "container/flv/amf3.h"

#include <gtest/gtest.h>

namespace eyas::flv {
namespace {

base::Result<AmfValue> read(std::string_view text, AmfLimits limits = {}) {
  std::vector<uint8_t> bytes = base::from_hex(text);
  base::ByteReader in(bytes);
  return amf3_read(in, limits);
}

AmfValue value_of(std::string_view text) {
  base::Result<AmfValue> value = read(text);
  EXPECT_TRUE(value.ok()) << value.error().message();
  return value.ok() ? *value : AmfValue();
}

base::Code error_of(std::string_view text, AmfLimits limits = {}) {
  base::Result<AmfValue> value = read(text, limits);
  EXPECT_FALSE(value.ok());
  return value.ok() ? base::Code::kClosed : value.error().code;
}

TEST(Amf3, ReadsScalars) {
  EXPECT_EQ(value_of("00").kind(), AmfValue::Kind::kUndefined);
  EXPECT_EQ(value_of("01").kind(), AmfValue::Kind::kNull);
  EXPECT_FALSE(value_of("02").as_boolean(true));
  EXPECT_TRUE(value_of("03").as_boolean());
  EXPECT_EQ(value_of("05 3ff8000000000000").as_number(), 1.5);
  EXPECT_EQ(value_of("06 05 6f6b").as_string(), "ok");
  EXPECT_EQ(value_of("08 01 4270000000000000").date_ms(), 1099511627776.0);
  EXPECT_EQ(value_of("0b 09 3c612f3e").text(), "<a/>");
  EXPECT_EQ(value_of("0c 05 ff00").text(), std::string_view("\xff\0", 2));
}

TEST(Amf3, ReadsIntegersOfEveryLength) {
  EXPECT_EQ(value_of("04 7f").as_number(), 127);
  EXPECT_EQ(value_of("04 8100").as_number(), 128);
  EXPECT_EQ(value_of("04 ffff7f").as_number(), 2097151);
  EXPECT_EQ(value_of("04 bfffffff").as_number(), 268435455);
  EXPECT_EQ(value_of("04 c0808000").as_number(), -268435456);
  EXPECT_EQ(value_of("04 ffffffff").as_number(), -1);
}

TEST(Amf3, ReadsArrays) {
  AmfValue dense = value_of("09 05 01 04 01 04 02");
  EXPECT_EQ(dense.kind(), AmfValue::Kind::kStrictArray);
  EXPECT_EQ(dense.items().size(), 2u);
  AmfValue mixed = value_of("09 03 03 61 04 07 01 04 08");  // a: 7, then 8
  EXPECT_EQ(mixed.kind(), AmfValue::Kind::kEcmaArray);
  EXPECT_EQ(mixed.get_number("a"), 7);
  EXPECT_EQ(mixed.items().at(0).as_number(), 8);
}

TEST(Amf3, ReadsObjectsWithSealedAndDynamicMembers) {
  // Traits inline, dynamic, one sealed member: class "C", member "x"; x = 1, then y = 2.
  AmfValue object = value_of("0a 1b 03 43 03 78 04 01 03 79 04 02 01");
  EXPECT_EQ(object.class_name(), "C");
  EXPECT_EQ(object.get_number("x"), 1);
  EXPECT_EQ(object.get_number("y"), 2);
}

TEST(Amf3, ResolvesStringTraitAndObjectReferences) {
  // [ C{x:1}, C{x:"x"} by traits reference 0 and string reference 1, object reference 1 ]
  AmfValue array = value_of("09 07 01 0a 13 03 43 03 78 04 01 0a 01 06 02 0a 02");
  ASSERT_EQ(array.items().size(), 3u);
  EXPECT_EQ(array.items()[1].class_name(), "C");
  EXPECT_EQ(array.items()[1].get_string("x"), "x");
  EXPECT_EQ(array.items()[2], array.items()[0]);
}

TEST(Amf3, RefusesBadReferences) {
  EXPECT_EQ(error_of("06 00"), base::Code::kMalformed);           // string 0 of none
  EXPECT_EQ(error_of("0a 00"), base::Code::kMalformed);           // object 0 of none
  EXPECT_EQ(error_of("0a 01"), base::Code::kMalformed);           // traits 0 of none
  EXPECT_EQ(error_of("09 03 01 09 00"), base::Code::kMalformed);  // itself
}

TEST(Amf3, ReadsVectors) {
  EXPECT_EQ(value_of("0d 05 00 ffffffff 00000001").items().at(0).as_number(), -1);
  EXPECT_EQ(value_of("0e 03 00 ffffffff").items().at(0).as_number(), 4294967295.0);
  EXPECT_EQ(value_of("0f 03 01 3ff8000000000000").items().at(0).as_number(), 1.5);
  EXPECT_EQ(value_of("10 03 00 01 03").items().at(0).as_boolean(), true);
}

TEST(Amf3, UnwrapsArrayCollection) {
  std::string name = base::to_hex(base::as_bytes("flex.messaging.io.ArrayCollection"));
  AmfValue wrapped = value_of("0a 07 43 " + name + " 09 03 01 04 05");
  EXPECT_EQ(wrapped.items().at(0).as_number(), 5);
  EXPECT_EQ(error_of("0a 07 03 43 01"), base::Code::kUnsupported);  // externalizable class "C"
}

TEST(Amf3, RefusesDictionariesAndTruncation) {
  EXPECT_EQ(error_of("11 01 00"), base::Code::kUnsupported);
  EXPECT_EQ(error_of(""), base::Code::kMalformed);
  EXPECT_EQ(error_of("04 ff"), base::Code::kMalformed);
  EXPECT_EQ(error_of("06 7f 61"), base::Code::kMalformed);
  EXPECT_EQ(error_of("0d 05 00 ffffffff"), base::Code::kMalformed);
}

TEST(Amf3, LimitsDepthValuesAndText) {
  std::string nested;
  for (int i = 0; i < 15; ++i) nested += "09 03 01 ";
  EXPECT_EQ(value_of(nested + "01").height(), 16u);
  EXPECT_EQ(error_of("09 03 01 " + nested + "01"), base::Code::kLimit);
  EXPECT_EQ(error_of("09 05 01 01 01", {.nodes_max = 2}), base::Code::kLimit);
  EXPECT_EQ(error_of("0d 05 00 00000000 00000000", {.nodes_max = 2}), base::Code::kLimit);
  // The same four-byte string twice, the second time by reference.
  EXPECT_EQ(error_of("09 05 01 06 09 6c697665 06 00", {.text_bytes_max = 7}), base::Code::kLimit);
  EXPECT_TRUE(read("09 05 01 06 09 6c697665 06 00", {.text_bytes_max = 8}).ok());
}

TEST(Amf3, WritesWhatItReads) {
  AmfValue value = AmfValue::strict_array(
      {AmfValue(), AmfValue::null(), AmfValue::boolean(false), AmfValue::number(0), AmfValue::number(-0.0),
       AmfValue::number(-1), AmfValue::number(268435455), AmfValue::number(268435456), AmfValue::number(0.5),
       AmfValue::string("text"), AmfValue::xml("<a/>"), AmfValue::byte_array("b"), AmfValue::date(1e12),
       AmfValue::object({{"x", AmfValue::string("y")}}, "C"),
       AmfValue::ecma_array({{"a", AmfValue::number(1)}}, {AmfValue::number(300)})});
  base::ByteWriter out;
  amf3_write(out, value);
  base::ByteReader in(out.view());
  base::Result<AmfValue> again = amf3_read(in);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(*again, value);
  EXPECT_EQ(in.remaining(), 0u);
}

}  // namespace
}  // namespace eyas::flv
