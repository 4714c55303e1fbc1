#include "protocols/srt/wire/stream_id.h"

#include <gtest/gtest.h>

namespace eyas::srt {
namespace {

using Mode = StreamId::Mode;

StreamId parsed(std::string_view text) {
  auto id = parse_stream_id(text);
  EXPECT_TRUE(id.ok()) << text << ": " << (id.ok() ? "" : id.error().message());
  return id.ok() ? *id : StreamId{};
}

TEST(StreamId, ShortSpelling) {
  EXPECT_EQ(parsed("publish:live/alpha").mode, Mode::kPublish);
  EXPECT_EQ(parsed("publish:live/alpha").resource, "live/alpha");
  EXPECT_EQ(parsed("read:live/alpha").mode, Mode::kRead);
  EXPECT_EQ(parsed("request:live/alpha").mode, Mode::kRead);
  EXPECT_EQ(parsed("publish:/live/alpha").resource, "live/alpha");
}

TEST(StreamId, ShortSpellingWithCredentials) {
  const StreamId id = parsed("publish:live/alpha:kim:secret?key=1");
  EXPECT_EQ(id.resource, "live/alpha");
  EXPECT_EQ(id.arguments, "user=kim&pass=secret&key=1");
  EXPECT_EQ(parsed("read:live/alpha?token=x").arguments, "token=x");
}

TEST(StreamId, StandardSpelling) {
  const StreamId id = parsed("#!::r=live/alpha,m=publish,u=kim,s=secret,h=example,t=stream,x=unknown");
  EXPECT_EQ(id.mode, Mode::kPublish);
  EXPECT_EQ(id.resource, "live/alpha");
  EXPECT_EQ(id.arguments, "user=kim&pass=secret");
  EXPECT_EQ(parsed("#!::r=live/alpha").mode, Mode::kRead);
  EXPECT_EQ(parsed("#!::m=request,r=live/alpha").mode, Mode::kRead);
}

TEST(StreamId, EscapesThatAToolLeftAreRead) {
  const StreamId id = parsed("%23%21::r%3Dlive/alpha%2Cm%3Dpublish");
  EXPECT_EQ(id.mode, Mode::kPublish);
  EXPECT_EQ(id.resource, "live/alpha");
  EXPECT_FALSE(parse_stream_id("%23%zz").ok());
}

TEST(StreamId, WhatIsWrongIsSaid) {
  for (const char* text :
       {"", "live/alpha", "publish:", "watch:live/alpha", "#!::", "#!::m=publish", "#!::r=a/b,m=both",
        "#!::r=a/b,t=file", "publish:live/a b", "read:\x01", ":live/alpha"}) {
    EXPECT_FALSE(parse_stream_id(text).ok()) << text;
  }
  EXPECT_EQ(parse_stream_id(std::string("read:") + std::string(kStreamIdBytesMax, 'a')).error().code,
            base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::srt
