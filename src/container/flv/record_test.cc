#include "container/flv/record.h"

#include <gtest/gtest.h>

namespace eyas::flv {
namespace {

using media::Codec;

base::Slice slice(const std::string& hex) {
  return base::Slice(base::from_hex(hex));
}

std::string record_of(Codec codec, const std::string& hex) {
  base::Result<Record> record = canonical_record(codec, slice(hex));
  return record.ok() ? base::to_hex(record->record) : "error";
}

std::string payload_of(Codec codec, const std::string& hex, Quirks& quirks) {
  base::Result<base::Slice> payload = canonical_payload(codec, slice(hex), 4, quirks);
  return payload.ok() ? base::to_hex(*payload) : "error";
}

TEST(Record, FlacWithAndWithoutItsMarkers) {
  std::string info = "1000100000000000000000ac44f0" + std::string(40, '0');
  EXPECT_EQ(record_of(Codec::kFlac, "664c614380000022" + info), info);
  EXPECT_EQ(record_of(Codec::kFlac, "80000022" + info), info);
  EXPECT_EQ(record_of(Codec::kFlac, info), info);
  EXPECT_EQ(record_of(Codec::kFlac, info.substr(2)), "error");
  media::CodecConfig config;
  config.codec = Codec::kFlac;
  config.record = slice(info);
  EXPECT_EQ(base::to_hex(wire_record(config)), "664c614380000022" + info);
}

TEST(Record, Vp9WithAndWithoutBoxVersion) {
  std::string bare =
      "001f80020202"
      "0000";
  EXPECT_EQ(record_of(Codec::kVp9, "01000000" + bare), bare);
  EXPECT_EQ(record_of(Codec::kVp9, bare), bare);
}

TEST(Record, RefusesAStartCodeWithoutParameterSets) {
  EXPECT_EQ(record_of(Codec::kH264,
                      "00000001"
                      "65"),
            "error");
}

TEST(Payload, Av1LosesItsTemporalDelimiter) {
  Quirks quirks;
  EXPECT_EQ(payload_of(Codec::kAv1,
                       "1200"
                       "0a01ff",
                       quirks),
            "0a01ff");
  EXPECT_EQ(payload_of(Codec::kAv1, "0a01ff", quirks), "0a01ff");
}

TEST(Payload, EmptyNalUnitsAreDropped) {
  Quirks quirks;
  EXPECT_EQ(payload_of(Codec::kH264,
                       "00000000"
                       "0000000165"
                       "00000000",
                       quirks),
            "0000000165");
}

TEST(Payload, LengthsWinOverStartCodes) {
  Quirks quirks;
  EXPECT_EQ(payload_of(Codec::kH264, "000000010a", quirks), "000000010a");  // an end of sequence of one byte
  EXPECT_EQ(quirks.annexb_payloads, 0u);
  EXPECT_EQ(payload_of(Codec::kH264,
                       "0000016588"
                       "00000001"
                       "4199",
                       quirks),
            "000000026588"
            "000000024199");
  EXPECT_EQ(quirks.annexb_payloads, 1u);
}

}  // namespace
}  // namespace eyas::flv
