#include "http/http1_response_parser.h"

#include <gtest/gtest.h>

namespace eyas::http {
namespace {

struct Read {
  std::string error;
  int status = 0;
  std::string body;
  bool complete = false;
  bool keep_alive = false;
  size_t left = 0;
};

// Feeds the text in pieces, then, unless it was whole, the end.
Read read(std::string_view text, size_t piece = 1 << 20, bool bodyless = false,
          Http1ResponseParser::Limits limits = {}) {
  Http1ResponseParser parser(limits, bodyless);
  Read out;
  std::string held;
  size_t from = 0;
  bool waiting = true;
  while (true) {
    if (waiting) {
      if (from >= text.size()) break;
      held += text.substr(from, piece);
      from += piece;
    }
    auto fed = parser.feed(base::as_bytes(held));
    if (!fed) {
      out.error = fed.error().message();
      return out;
    }
    out.body += base::as_text(fed->body);
    if (fed->progress == Http1ResponseParser::Progress::kHead) out.status = parser.head().status;
    held.erase(0, fed->consumed);
    waiting = fed->progress == Http1ResponseParser::Progress::kNeedMore && fed->consumed == 0;
    if (fed->progress == Http1ResponseParser::Progress::kComplete) break;
  }
  base::Status end = parser.finish();
  if (!end) out.error = end.error().message();
  out.complete = end.ok();
  out.keep_alive = parser.keep_alive();
  out.left = held.size();
  return out;
}

TEST(Http1Response, BodiesEndWhereTheirHeadSays) {
  const std::pair<const char*, const char*> cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", "hello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
       "0123456789"},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"},
      {"HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"},
      {"HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
  };
  for (const auto& [text, body] : cases) {
    for (size_t piece : {1, 2, 3, 7, 1000}) {
      Read got = read(text, piece);
      EXPECT_EQ(got.error, "") << text;
      EXPECT_EQ(got.body, body) << text << piece;
      EXPECT_TRUE(got.complete);
    }
  }
}

TEST(Http1Response, HeadAnswersHaveNoBody) {
  Read got = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1000, true);
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(got.keep_alive);
}

TEST(Http1Response, KnowsWhetherTheConnectionLivesOn) {
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").keep_alive);
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx").keep_alive);
  EXPECT_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx").keep_alive);
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\n\r\nx").keep_alive);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxyz").left, 2u);
}

TEST(Http1Response, AShortAnswerIsAnError) {
  for (const char* text : {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n"}) {
    EXPECT_NE(read(text).error.find("closed before the answer was whole"), std::string::npos) << text;
  }
}

TEST(Http1Response, WhatCanBeReadInTwoWaysIsRefused) {
  for (const char* text : {
           "SSH-2.0-OpenSSH\r\n\r\n",
           "HTTP/2 200 OK\r\n\r\n",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
           "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
           "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
           "HTTP/1.1 101 Switching Protocols\r\n\r\n",
       }) {
    EXPECT_NE(read(text).error, "") << text;
    EXPECT_NE(read(text, 1).error, "") << text;
  }
}

TEST(Http1Response, Limits) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  EXPECT_NE(read(head + "A: " + std::string(200, 'x') + "\r\n\r\n", 1000, false, {100, 100, 8})
                .error.find("limit: http client: header bytes"),
            std::string::npos);
  EXPECT_NE(read(head + "A: x\r\nB: y\r\n\r\n", 1000, false, {100, 1, 8}).error.find("header count"),
            std::string::npos);
  std::string early;
  for (int i = 0; i < 9; ++i) early += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_NE(read(early + head + "\r\n").error.find("informational"), std::string::npos);
  std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_NE(read(chunked + "1;" + std::string(5000, 'x')).error.find("chunk line"), std::string::npos);
  std::string trailer;
  for (int i = 0; i < 101; ++i) trailer += "a: b\r\n";
  EXPECT_NE(read(chunked + "0\r\n" + trailer + "\r\n").error.find("trailer lines"), std::string::npos);
}

}  // namespace
}  // namespace eyas::http
