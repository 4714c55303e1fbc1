// The parts of this room that are plain functions: targets, routes, ranges, dates, names.
#include <gtest/gtest.h>

#include "http/cors.h"
#include "http/reply.h"
#include "http/router.h"
#include "http/target.h"

namespace eyas::http {
namespace {

TEST(Target, DecodesPathAndQuery) {
  auto target = parse_target("/live/%ED%95%9C/a+b.flv?key=a%20b&flag&x=1+2&bad=%zz");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/live/\xed\x95\x9c/a+b.flv");
  EXPECT_EQ(target->raw_query, "key=a%20b&flag&x=1+2&bad=%zz");
  std::vector<std::pair<std::string, std::string>> query = {
      {"key", "a b"}, {"flag", ""}, {"x", "1 2"}, {"bad", "%zz"}};
  EXPECT_EQ(target->query, query);
  EXPECT_EQ(parse_target("http://host:80?x")->path, "/");
  EXPECT_EQ(parse_target("https://host/a")->authority, "host");
  EXPECT_EQ(parse_target("/live/")->path, "/live/");
}

TEST(Target, RefusesPathsWithTwoReadings) {
  for (const char* bad :
       {"",       "live",  "/a/../b", "/a/.",     "/./a",  "/..",  "/a//b", "//a",  "/%2e%2E/a", "/a%2Fb",
        "/a%5cb", "/a\\b", "/a%00",   "/a%0d%0a", "/a%7f", "/a%4", "/a%g0", "/%ff", "/%c0%af",   "/a#b"}) {
    EXPECT_FALSE(parse_target(bad).ok()) << bad;
  }
}

std::string routed(const Router& router, Method method, std::string_view path) {
  auto match = router.match(method, path);
  if (!match.route) return match.allowed.empty() ? "404" : "405";
  std::string out = match.route->pattern;
  for (auto& [name, value] : match.params) out += " " + name + "=" + value;
  return out;
}

TEST(Router, TheMoreLiteralPatternWins) {
  Router router;
  auto nothing = [](RequestPtr, Exchange) {};
  for (const char* pattern :
       {"/{rest...}", "/{app}/{name}", "/{app}/{name}.flv", "/live/{name}.flv", "/api/v1/streams",
        "/{app}/{name}/hls/seg-{n}.m4s", "/{app}/{name}/hls/{file}", "/{app}/{name}/index.m3u8"}) {
    router.add(Method::kGet, pattern, nothing);
  }
  router.add(Method::kPost, "/{app}/{name}/whip", nothing);
  auto get = [&](std::string_view path) { return routed(router, Method::kGet, path); };
  EXPECT_EQ(get("/cam/alpha"), "/{app}/{name} app=cam name=alpha");
  EXPECT_EQ(get("/cam/alpha.flv"), "/{app}/{name}.flv app=cam name=alpha");
  EXPECT_EQ(get("/live/alpha.flv"), "/live/{name}.flv name=alpha");
  EXPECT_EQ(get("/cam/.flv"), "/{app}/{name} app=cam name=.flv");
  EXPECT_EQ(get("/cam/a/hls/seg-7.m4s"), "/{app}/{name}/hls/seg-{n}.m4s app=cam name=a n=7");
  EXPECT_EQ(get("/cam/a/hls/init.mp4"), "/{app}/{name}/hls/{file} app=cam name=a file=init.mp4");
  EXPECT_EQ(get("/api/v1/streams"), "/api/v1/streams");
  EXPECT_EQ(get("/a/b/c/d"), "/{rest...} rest=a/b/c/d");
  EXPECT_EQ(get("/"), "/{rest...} rest=");
  EXPECT_EQ(routed(router, Method::kHead, "/cam/alpha"), "/{app}/{name} app=cam name=alpha");
  EXPECT_EQ(routed(router, Method::kPost, "/cam/alpha/whip"), "/{app}/{name}/whip app=cam name=alpha");
  EXPECT_EQ(routed(router, Method::kDelete, "/cam/alpha"), "405");
}

TEST(Router, TheFallbackTakesReadsOnly) {
  Router router;
  router.set_fallback([](RequestPtr, Exchange) {});
  EXPECT_EQ(routed(router, Method::kGet, "/any"), "*");
  EXPECT_EQ(routed(router, Method::kPost, "/any"), "404");
}

TEST(Reply, ReadsRanges) {
  auto range = [](std::string_view header, uint64_t size) {
    ByteRange parsed = parse_range(header, size);
    if (parsed.kind == ByteRange::Kind::kWhole) return std::string("whole");
    if (parsed.kind == ByteRange::Kind::kUnsatisfiable) return std::string("unsatisfiable");
    return std::to_string(parsed.first) + "+" + std::to_string(parsed.count);
  };
  EXPECT_EQ(range("bytes=0-0", 10), "0+1");
  EXPECT_EQ(range("bytes=5-", 10), "5+5");
  EXPECT_EQ(range("bytes=5-99", 10), "5+5");
  EXPECT_EQ(range("bytes=-3", 10), "7+3");
  EXPECT_EQ(range("bytes=-99", 10), "0+10");
  EXPECT_EQ(range("bytes=10-", 10), "unsatisfiable");
  EXPECT_EQ(range("bytes=-0", 10), "unsatisfiable");
  EXPECT_EQ(range("bytes=0-", 0), "unsatisfiable");
  for (const char* whole : {"bytes=", "bytes=-", "bytes=3-2", "bytes=a-b", "bytes=1-2x", "bytes=0-1,2-3",
                            "lines=0-1", "bytes=18446744073709551616-"}) {
    EXPECT_EQ(range(whole, 10), "whole") << whole;
  }
}

TEST(Reply, WritesDates) {
  EXPECT_EQ(http_date(base::WallTime(std::chrono::seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Reply, HeaderValuesCannotBeginLines) {
  Response response = Response::text("x").header("location", "/a\r\nSet-Cookie: b");
  complete_response({}, {}, {}, {}, response);
  EXPECT_EQ(response.headers.get("location"), "/a  Set-Cookie: b");
}

TEST(Cors, APageOfAListedOriginMayReadWhatItNeeds) {
  Request request;
  request.headers.add("origin", "https://ops.example");
  Headers listed, other;
  add_cors_headers(request, {}, {"https://ops.example"}, listed);
  EXPECT_EQ(listed.get("access-control-allow-origin"), "https://ops.example");
  EXPECT_NE(listed.get("access-control-expose-headers").value_or("").find("Location"), std::string::npos);
  add_cors_headers(request, {}, {"https://else.example"}, other);
  EXPECT_FALSE(other.get("access-control-allow-origin"));
  EXPECT_FALSE(other.get("access-control-expose-headers"));
}

TEST(Cors, APageUnderAStrangersNameIsNotOurs) {
  const RouteOptions own, media{.cors = Cors::kAny};
  auto foreign = [&](const char* authority, const RouteOptions& route = {}, bool secure = false) {
    Request request;
    request.authority = authority;
    request.secure = secure;
    request.headers.add("accept-language", "ko");
    return goes_by_foreign_name(request, route, {"eyas.example"});
  };
  for (const char* strangers :
       {"rebound.example", "rebound.example:8080", "127.0.0.1.rebound.example", "a.b."})
    EXPECT_TRUE(foreign(strangers)) << strangers;
  for (const char* ours : {"127.0.0.1:8080", "[::1]:8080", "localhost:8080", "localhost.", "rescue-1",
                           "eyas.local", "Eyas.Example:80", ""})
    EXPECT_FALSE(foreign(ours)) << ours;
  EXPECT_FALSE(foreign("rebound.example", media)) << "anybody may watch";
  EXPECT_FALSE(foreign("rebound.example", own, true)) << "it has no certificate of ours";
  Request tool;
  tool.authority = "metrics.example";
  EXPECT_FALSE(goes_by_foreign_name(tool, own, {})) << "no page asks without languages";
  tool.headers.add("origin", "http://metrics.example");
  EXPECT_TRUE(goes_by_foreign_name(tool, own, {}));
  EXPECT_FALSE(goes_by_foreign_name(tool, own, {"*"}));
}

}  // namespace
}  // namespace eyas::http
