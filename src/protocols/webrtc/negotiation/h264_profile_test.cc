#include "protocols/webrtc/negotiation/h264_profile.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

H264Profile profile(const char* text) {
  auto parsed = H264ProfileLevel::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? parsed->profile : H264Profile::kExtended;
}

TEST(H264Profile, NamesByTable5OfRfc6184) {
  EXPECT_EQ(profile("42e01f"), H264Profile::kConstrainedBaseline);
  EXPECT_EQ(profile("42c015"), H264Profile::kConstrainedBaseline);
  EXPECT_EQ(profile("4d801f"), H264Profile::kConstrainedBaseline);
  EXPECT_EQ(profile("42001F"), H264Profile::kBaseline);
  EXPECT_EQ(profile("4d001f"), H264Profile::kMain);
  EXPECT_EQ(profile("58401f"), H264Profile::kExtended);
  EXPECT_EQ(profile("58801f"), H264Profile::kBaseline);
  EXPECT_EQ(profile("58c01f"), H264Profile::kConstrainedBaseline);
  EXPECT_EQ(profile("640c1f"), H264Profile::kConstrainedHigh);
  EXPECT_EQ(profile("avc1.640028"), H264Profile::kHigh);
  EXPECT_EQ(profile("6e0028"), H264Profile::kHigh10);
  EXPECT_EQ(profile("7a0028"), H264Profile::kHigh422);
  EXPECT_EQ(profile("f40028"), H264Profile::kHigh444);
}

TEST(H264Profile, LevelIsKeptAndWrittenBack) {
  auto parsed = H264ProfileLevel::parse("640028");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->level, 40);
  EXPECT_EQ(parsed->text(), "640028");
}

TEST(H264Profile, WhatIsNoneIsNone) {
  for (const char* text : {"", "42e0", "42e01x", "avc1.", "00001f"})
    EXPECT_FALSE(H264ProfileLevel::parse(text)) << text;
}

TEST(H264Profile, NearestDecoderWins) {
  using P = H264Profile;
  EXPECT_EQ(decoder_distance(P::kMain, P::kMain), 0u);
  EXPECT_LT(*decoder_distance(P::kHigh, P::kMain), *decoder_distance(P::kHigh444, P::kMain));
  EXPECT_LT(*decoder_distance(P::kBaseline, P::kConstrainedBaseline),
            *decoder_distance(P::kMain, P::kConstrainedBaseline));
  // Not included, and yet decoded by every browser; the greatest is the best guess.
  EXPECT_LT(*decoder_distance(P::kHigh444, P::kHigh), *decoder_distance(P::kMain, P::kHigh));
  EXPECT_LT(*decoder_distance(P::kMain, P::kHigh), *decoder_distance(P::kConstrainedBaseline, P::kHigh));
  // Other sample formats are not.
  EXPECT_EQ(decoder_distance(P::kHigh, P::kHigh10), std::nullopt);
  EXPECT_EQ(decoder_distance(P::kConstrainedBaseline, P::kHigh422), std::nullopt);
}

}  // namespace
}  // namespace eyas::webrtc
