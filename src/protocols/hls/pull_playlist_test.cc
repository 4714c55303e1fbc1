#include "protocols/hls/pull_playlist.h"

#include <gtest/gtest.h>

namespace eyas::hls {
namespace {

using namespace std::chrono_literals;

PulledPlaylist parsed(const std::string& text) {
  auto playlist = PulledPlaylist::parse(text);
  EXPECT_TRUE(playlist.ok()) << playlist.error().message();
  return playlist.ok() ? *playlist : PulledPlaylist();
}

TEST(PulledPlaylist, ReadsAMediaPlaylist) {
  PulledPlaylist playlist = parsed(
      "#EXTM3U\r\n#EXT-X-VERSION:7\r\n#EXT-X-TARGETDURATION:6\r\n#EXT-X-MEDIA-SEQUENCE:41\r\n"
      "#EXT-X-MAP:URI=\"init, 1.mp4\"\r\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T20:15:30.500+09:00\r\n"
      "#EXTINF:6.000,title, with comma\r\nseg41.m4s\r\n"
      "#EXT-X-PART:DURATION=0.5,URI=\"part.m4s\"\r\n"
      "#EXTINF:5.5\r\nseg42.m4s?x=1\r\n"
      "#EXT-X-DISCONTINUITY\r\n#EXT-X-MAP:URI=\"init2.mp4\"\r\n#EXT-X-GAP\r\n#EXTINF:6,\r\nhttp://cdn/"
      "seg43.m4s\r\n"
      "#EXT-X-ENDLIST\r\n");
  EXPECT_FALSE(playlist.multivariant);
  EXPECT_TRUE(playlist.ended);
  EXPECT_EQ(playlist.target, 6s);
  ASSERT_EQ(playlist.segments.size(), 3u);
  EXPECT_EQ(playlist.segments[0].sequence, 41u);
  EXPECT_EQ(playlist.segments[0].map->uri, "init, 1.mp4");
  EXPECT_EQ(playlist.segments[0].date, parse_date("2026-11-21T11:15:30.5Z"));
  EXPECT_EQ(playlist.segments[1].uri, "seg42.m4s?x=1");
  EXPECT_EQ(playlist.segments[1].duration, 5500ms);
  EXPECT_EQ(playlist.segments[1].date, parse_date("2026-11-21T11:15:36.5Z"));
  EXPECT_FALSE(playlist.segments[1].discontinuity);
  EXPECT_TRUE(playlist.segments[2].discontinuity);
  EXPECT_TRUE(playlist.segments[2].gap);
  EXPECT_EQ(playlist.segments[2].map->uri, "init2.mp4");
  EXPECT_FALSE(playlist.segments[2].date);
}

TEST(PulledPlaylist, ReadsAMultivariantPlaylistAndChooses) {
  PulledPlaylist playlist = parsed(
      "\xEF\xBB\xBF#EXTM3U\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"a1.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"y\",DEFAULT=YES,URI=\"a2.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"a\",URI=\"s.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS=\"avc1.42c01e,mp4a.40.2\",AUDIO=\"a\"\nlow.m3u8\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=4000000\nhigh.m3u8\n"
      "#EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=1,BANDWIDTH=2000000\nmiddle.m3u8\n");
  EXPECT_TRUE(playlist.multivariant);
  ASSERT_EQ(playlist.variants.size(), 3u);
  EXPECT_EQ(choose_variant(playlist, 0)->uri, "high.m3u8");
  EXPECT_EQ(choose_variant(playlist, 3'000'000)->uri, "middle.m3u8");
  EXPECT_EQ(choose_variant(playlist, 1)->uri, "low.m3u8");
  EXPECT_EQ(choose_variant({}, 1), nullptr);
  ASSERT_NE(choose_audio(playlist, playlist.variants[0]), nullptr);
  EXPECT_EQ(choose_audio(playlist, playlist.variants[0])->uri, "a2.m3u8");
  EXPECT_EQ(choose_audio(playlist, playlist.variants[1]), nullptr);
}

TEST(PulledPlaylist, WhatCannotBePulledSaysWhy) {
  const std::string head = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n";
  const std::pair<std::string, const char*> cases[] = {
      {"<html>", "malformed: hls playlist: does not begin"},
      {"", "malformed: hls playlist: does not begin"},
      {"#EXTM3U\n", "malformed: hls playlist: no target duration"},
      {"#EXTM3U\n#EXT-X-TARGETDURATION:0\n", "malformed: hls playlist: target duration"},
      {"#EXTM3U\n#EXT-X-TARGETDURATION:nan\n", "malformed: hls playlist: target duration"},
      {head + "seg.ts\n", "malformed: hls playlist: an address that no tag describes"},
      {"#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO\na.m3u8\n",
       "malformed: hls playlist: an address that no tag describes"},
      {head + "#EXTINF:-1,\nseg.ts\n", "malformed: hls playlist: EXTINF"},
      {head + "#EXT-X-MEDIA-SEQUENCE:99999999999999999999\n", "malformed: hls playlist: media sequence"},
      {head + "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"key\"\n",
       "unsupported: hls playlist: encrypted otherwise than by AES-128 (SAMPLE-AES)"},
      {head + "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n",
       "unsupported: hls playlist: encrypted otherwise than by AES-128 (AES-128)"},
      {head + "#EXT-X-KEY:METHOD=AES-128\n", "malformed: hls playlist: EXT-X-KEY without URI"},
      {head + "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0xZZ\n", "malformed: hls playlist: IV"},
      {head + "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXT-X-MAP:URI=\"m\"\n",
       "malformed: hls playlist: an encrypted EXT-X-MAP without IV"},
      {head + "#EXT-X-MAP:URI=\"a\",BYTERANGE=\"1@2\"\n", "unsupported: hls playlist: byte ranges"},
      {head + "#EXTINF:1,\n#EXT-X-BYTERANGE:10\na.ts\n", "unsupported: hls playlist: byte ranges"},
      {head + "#EXT-X-MAP:X=1\n", "malformed: hls playlist: EXT-X-MAP without URI"},
  };
  for (const auto& [text, why] : cases) {
    auto playlist = PulledPlaylist::parse(text);
    ASSERT_FALSE(playlist.ok()) << text;
    EXPECT_TRUE(playlist.error().message().starts_with(why)) << playlist.error().message();
  }
  EXPECT_TRUE(PulledPlaylist::parse(head + "#EXT-X-KEY:METHOD=NONE\n").ok());
}

TEST(PulledPlaylist, Limits) {
  std::string head = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n";
  std::string many = head;
  for (size_t i = 0; i <= PulledPlaylist::kSegmentsMax; ++i) many += "#EXTINF:1,\ns\n";
  EXPECT_EQ(PulledPlaylist::parse(many).error().message(), "limit: hls playlist: segments");
  many = "#EXTM3U\n";
  for (size_t i = 0; i <= PulledPlaylist::kVariantsMax; ++i) many += "#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n";
  EXPECT_EQ(PulledPlaylist::parse(many).error().message(), "limit: hls playlist: variants");
  many = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n";
  for (size_t i = 0; i < PulledPlaylist::kVariantsMax; ++i) many += "#EXT-X-MEDIA:TYPE=AUDIO\n";
  EXPECT_EQ(PulledPlaylist::parse(many + "v\n").error().message(), "limit: hls playlist: variants");
  EXPECT_EQ(
      PulledPlaylist::parse(head + "#" + std::string(PulledPlaylist::kLineBytesMax, 'x')).error().message(),
      "limit: hls playlist: line");
  EXPECT_TRUE(PulledPlaylist::parse(std::string(PulledPlaylist::kBytesMax + 1, '#'))
                  .error()
                  .message()
                  .starts_with("limit: hls playlist: bytes"));
}

TEST(Dates, AreReadInEachOfTheirForms) {
  base::WallTime noon = *parse_date("2026-11-21T12:00:00Z");
  EXPECT_EQ(noon.time_since_epoch(), std::chrono::seconds(1'795'262'400));
  EXPECT_EQ(parse_date("2026-11-21T21:00:00+09:00"), noon);
  EXPECT_EQ(parse_date("2026-11-21T21:00:00.000+0900"), noon);
  EXPECT_EQ(parse_date("2026-11-21T07:00:00.000000000123-05:00"), noon);
  EXPECT_EQ(parse_date("2026-11-21T12:00:00.25Z"), noon + 250ms);
  for (const char* bad :
       {"", "2026-11-21", "2026-13-21T12:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T12:00:00X",
        "2026-11-21T12:00:00+9", "1926-11-21T12:00:00Z", "2026/11/21T12:00:00Z"})
    EXPECT_FALSE(parse_date(bad)) << bad;
}

TEST(PulledPlaylist, KeysHoldUntilTheNextOne) {
  const auto playlist = PulledPlaylist::parse(
      "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:2,\na.ts\n"
      "#EXT-X-KEY:METHOD=AES-128,URI=\"k1\"\n#EXTINF:2,\nb.ts\n#EXTINF:2,\nc.ts\n"
      "#EXT-X-KEY:METHOD=AES-128,URI=\"k2\",IV=0X00000000000000000000000000000a0B,KEYFORMAT=\"identity\"\n"
      "#EXT-X-MAP:URI=\"m\"\n#EXTINF:2,\nd.m4s\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\ne.m4s\n");
  ASSERT_TRUE(playlist.ok()) << playlist.error().message();
  const auto& segments = playlist->segments;
  ASSERT_EQ(segments.size(), 5U);
  EXPECT_FALSE(segments[0].key);
  EXPECT_EQ(segments[1].key->uri, "k1");
  EXPECT_FALSE(segments[2].key->vector);
  EXPECT_EQ(segments[2].key, segments[1].key) << "kept once, however many segments it is for";
  EXPECT_EQ(segments[3].key->uri, "k2");
  ASSERT_TRUE(segments[3].key->vector);
  EXPECT_EQ((*segments[3].key->vector)[13], 0);
  EXPECT_EQ((*segments[3].key->vector)[14], 0x0a);
  EXPECT_EQ((*segments[3].key->vector)[15], 0x0b);
  EXPECT_FALSE(segments[4].key);
  EXPECT_EQ(segments[4].map->key->uri, "k2") << "as it was where the header segment was named";
  EXPECT_EQ(segments[4].map, segments[3].map);
}

}  // namespace
}  // namespace eyas::hls
