#include "base/url.h"

#include <gtest/gtest.h>

namespace eyas::base {
namespace {

Url parsed(std::string_view text) {
  Result<Url> url = Url::parse(text);
  EXPECT_TRUE(url.ok()) << text << ": " << (url ? "" : url.error().message());
  return url ? *url : Url();
}

TEST(Url, PartsAreWhereTheyBelong) {
  Url url = parsed("RTSP://us%65r:p%40ss:word@Camera-1.Example:8554/Stream%201/a?transport=tcp&x=%2Fy");
  EXPECT_EQ(url.scheme, "rtsp");
  EXPECT_EQ(url.user, "user");
  EXPECT_EQ(url.password, "p@ss:word");
  EXPECT_EQ(url.host, "camera-1.example");
  EXPECT_EQ(url.port, 8554);
  EXPECT_EQ(url.path, "/Stream%201/a");
  EXPECT_EQ(url.query, "transport=tcp&x=%2Fy");
  EXPECT_EQ(url.parameter("transport"), "tcp");
  EXPECT_EQ(url.parameter("x"), "/y");
  EXPECT_EQ(url.parameter("y"), std::nullopt);
}

TEST(Url, PartsMayBeMissing) {
  EXPECT_EQ(parsed("rtmp://host").path, "");
  EXPECT_EQ(parsed("rtmp://host?a").parameter("a"), "");
  EXPECT_EQ(parsed("file:///a/b.mp4").host, "");
  EXPECT_EQ(parsed("file:///a/b.mp4").path, "/a/b.mp4");
  EXPECT_EQ(parsed("srt://:8890").port, 8890);
  EXPECT_EQ(parsed("http://user@host/").user, "user");
  EXPECT_EQ(parsed("http://:word@host/").password, "word");
}

TEST(Url, TextReadsBackTheSame) {
  for (const char* text : {"rtsp://user:p%40ss%3Aword@10.0.0.5:554/a%20b?c=d&e", "http://[2001:db8::1]:80/",
                           "srt://:8890?mode=caller", "file:///a", "rtmp://:only%20password@host/live/x",
                           "http://_dmarc.example/"}) {
    EXPECT_EQ(parsed(text).text(), text);
  }
}

TEST(Url, V6AddressesLoseTheirBracketsAndTakeOneForm) {
  Url url = parsed("http://[2001:DB8:0:0::0:1]:8080/x");
  EXPECT_EQ(url.host, "2001:db8::1");
  EXPECT_EQ(url.authority(), "[2001:db8::1]:8080");
  EXPECT_EQ(parsed("http://[::1]/").authority(), "[::1]");
}

TEST(Url, WhatOthersMightReadDifferentlyIsRefused) {
  for (const char* bad : {
           "",
           "host/path",
           "://host",
           "1http://host/",
           "ht tp://host/",
           "http:/host",
           "http://ho st/",
           "http://host/a b",
           "http://host/a\r\nX: y",
           "http://host/\x7f",
           "http://host\\@evil/",
           "http://host/<script>",
           "http://host/a#b",
           "http://host/%zz",
           "http://host/%2",
           "http://\xED\x95\x9C.kr/",
           "http://a@b@host/",         // which of the two is the host?
           "http://user:p%00@host/",   // a zero byte ends a C string
           "http://us%0d%0aer@host/",  // would become a header
           "http://user@/path",
           "http://host:/",
           "http://host:0/",
           "http://host:65536/",
           "http://host:80x/",
           "http://host:-1/",
           "http://host:80:80/",
           "http://host..name/",
           "http://.host/",
           "http://host./",
           "http://-host/",
           "http://host%2ename/",
           "http://[::1/",
           "http://[::1]x/",
           "http://[fe80::1%25eth0]/",
           "http://[127.0.0.1]/",
           "http://[]/",
           "http://::1/",
       }) {
    EXPECT_FALSE(Url::parse(bad).ok()) << bad;
  }
  EXPECT_FALSE(Url::parse(std::string_view("http://a\0b/", 11)).ok());
}

TEST(Url, Ipv4InDisguiseIsRefused) {
  for (const char* bad : {"http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://127.1/",
                          "http://0177.0.0.1/", "http://127.0.0.01/", "http://1.2.3.4.5/", "http://host.0x1/",
                          "http://host.7/", "http://256.0.0.1/", "http://0x/"}) {
    EXPECT_FALSE(Url::parse(bad).ok()) << bad;
  }
  EXPECT_EQ(parsed("http://127.0.0.1/").host, "127.0.0.1");  // written openly; the dial policy judges it
}

TEST(Url, ShownHidesWhatIsSecret) {
  Url url = parsed("rtmp://admin:letmein@host:1935/live2/abcd-efgh?token=s3cret&flag&a=b=c");
  EXPECT_EQ(url.shown(), "rtmp://***:***@host:1935/live2/abcd-efgh?token=***&***&a=***");
  EXPECT_EQ(url.shown_without_key(), "rtmp://***:***@host:1935/live2/***?token=***&***&a=***");
  EXPECT_EQ(parsed("rtmp://user@host/a").shown(), "rtmp://***@host/a");
  EXPECT_EQ(parsed("rtmp://host/app").shown_without_key(), "rtmp://host/app");
}

TEST(Url, ErrorsNeverQuoteThePassword) {
  for (const char* bad :
       {"rtsp://admin:hunter2@ho st/", "rtsp://admin:hunter2@@host/", "rtsp://admin:hunter2/x@host",
        "rtsp://admin:hunter2@host:99999/", "rtsp://admin:hunter2%00@host/"}) {
    Result<Url> url = Url::parse(bad);
    ASSERT_FALSE(url.ok()) << bad;
    EXPECT_EQ(url.error().message().find("hunter2"), std::string::npos) << url.error().message();
  }
}

TEST(Url, ReferencesMeanWhatBrowsersTakeThemFor) {
  Url base = parsed("http://user:pw@host:8080/live/a/index.m3u8?token=1");
  const std::pair<const char*, const char*> cases[] = {
      {"seg1.ts", "http://user:pw@host:8080/live/a/seg1.ts"},
      {"seg1.ts?x=1#f", "http://user:pw@host:8080/live/a/seg1.ts?x=1"},
      {"/seg1.ts", "http://user:pw@host:8080/seg1.ts"},
      {"../b/./seg1.ts", "http://user:pw@host:8080/live/b/seg1.ts"},
      {"../../../..", "http://user:pw@host:8080/"},
      {".", "http://user:pw@host:8080/live/a/"},
      {"?y", "http://user:pw@host:8080/live/a/index.m3u8?y"},
      {"", "http://user:pw@host:8080/live/a/index.m3u8?token=1"},
      {"a:b", nullptr},
      {"./a:b", "http://user:pw@host:8080/live/a/a:b"},
      {"//host:8080/x", "http://user:pw@host:8080/x"},
      {"//other/x", "http://other/x"},
      {"http://host:8080/x", "http://user:pw@host:8080/x"},
      {"https://host:8080/x", "https://host:8080/x"},
      {"http://host/x", "http://host/x"},
      {"a b", nullptr},
      {"http://a@b@c/", nullptr},
  };
  for (const auto& [reference, want] : cases) {
    Result<Url> url = base.resolved(reference);
    EXPECT_EQ(url.ok(), want != nullptr) << reference;
    if (url && want != nullptr) {
      EXPECT_EQ(url->text(), want);
    }
  }
  EXPECT_EQ(parsed("http://host").resolved("a")->text(), "http://host/a");
  EXPECT_EQ(base.resolved(std::string(5000, 'a')).error().code, Code::kLimit);
}

TEST(Url, OriginsAreComparedWithTheirDefaultPort) {
  EXPECT_TRUE(parsed("http://host/a").same_origin(parsed("http://HOST:80/b"), 80));
  EXPECT_FALSE(parsed("http://host/a").same_origin(parsed("http://host:81/"), 80));
  EXPECT_FALSE(parsed("http://host/a").same_origin(parsed("https://host/"), 80));
}

TEST(Url, LengthIsLimited) {
  std::string text = "http://host/";
  text.resize(Url::kBytesMax, 'a');
  EXPECT_TRUE(Url::parse(text).ok());
  text += 'a';
  ASSERT_FALSE(Url::parse(text).ok());
  EXPECT_EQ(Url::parse(text).error().code, Code::kLimit);
}

TEST(PercentSigns, ComeAndGo) {
  EXPECT_EQ(percent_encoded("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(*percent_decoded("a%20b%2f%C3%bc"), "a b/ü");
  EXPECT_EQ(*percent_decoded("1+1"), "1+1");
  for (const char* bad : {"%", "%1", "a%", "%x1", "%00"}) EXPECT_FALSE(percent_decoded(bad).ok()) << bad;
}

}  // namespace
}  // namespace eyas::base
