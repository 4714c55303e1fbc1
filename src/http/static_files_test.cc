#include "http/static_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "http/test_peer.h"

namespace eyas::http {
namespace {

namespace fs = std::filesystem;

struct Files : testing::Test {
  Files() {
    write("index.html", "<html>page</html>");
    write("assets/app-1a2b.js", "javascript");
    write("assets/app-1a2b.js.br", "BROTLI");
    write("assets/app-1a2b.js.gz", "GZIP");
    write("large.bin", std::string(1'000'000, 'l'));
    write(".secret", "secret");
    write("../outside.txt", "outside");
    fs::create_symlink("../outside.txt", folder / "link.txt");
    StaticFilesOptions options;
    options.cached_file_bytes_max = 100'000;
    auto opened = StaticFiles::open(folder.string(), options);
    files = std::move(*opened);
    router.set_fallback([this](RequestPtr r, Exchange x) { files->serve(r, std::move(x)); });
  }
  ~Files() override { fs::remove_all(folder.parent_path()); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  }
  std::string get(const std::string& path, const std::string& lines = {}, const char* method = "GET") {
    test::Peer peer(executor, server);
    peer.send(std::string(method) + " " + path + " HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n");
    return peer.take();
  }
  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
  static std::string etag_of(const std::string& answer) {
    size_t at = answer.find("etag: ") + 6;
    return answer.substr(at, answer.find("\r\n", at) - at);
  }

  fs::path folder = fs::path(testing::TempDir()) / ("eyas_files_" + std::to_string(::getpid())) / "web";
  io::sim::SimWorld world;
  io::sim::SimExecutor& executor = world.add_loop();
  Router router;
  Server server{executor, router, {}, std::make_shared<Shared>()};
  std::shared_ptr<StaticFiles> files;
};

TEST_F(Files, ServesThePageForEveryRouteOfIt) {
  for (const char* path : {"/", "/index.html", "/streams/live", "/settings/"}) {
    std::string answer = get(path);
    EXPECT_EQ(body_of(answer), "<html>page</html>") << path;
    EXPECT_TRUE(has(answer, "content-security-policy: default-src 'self'")) << path;
    EXPECT_TRUE(has(answer, "cache-control: no-cache\r\n")) << path;
    EXPECT_TRUE(has(answer, "x-frame-options: DENY\r\n")) << path;
  }
  EXPECT_TRUE(has(get("/missing.js"), "404 Not Found"));
}

TEST_F(Files, ServesThePageToABrowserThatNavigatesToANameWithDots) {
  const char* navigates = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
  EXPECT_EQ(body_of(get("/watch/live/a.b", navigates)), "<html>page</html>");
  EXPECT_TRUE(has(get("/watch/live/a.b", "Accept: */*\r\n"), "404 Not Found"));
  EXPECT_TRUE(has(get("/assets/gone-1a2b.js", navigates), "404 Not Found"));
  EXPECT_TRUE(has(get("/assets/gone", navigates), "404 Not Found"));
  EXPECT_TRUE(has(get("/api/v1/gone", navigates), "404 Not Found"));
}

TEST_F(Files, SendsTheBestPrecompressedForm) {
  std::string br = get("/assets/app-1a2b.js", "Accept-Encoding: gzip, br\r\n");
  EXPECT_TRUE(has(br, "content-encoding: br\r\n"));
  EXPECT_TRUE(has(br, "content-type: text/javascript"));
  EXPECT_TRUE(has(br, "max-age=31536000, immutable"));
  EXPECT_TRUE(has(br, "vary: Accept-Encoding\r\n"));
  EXPECT_EQ(body_of(br), "BROTLI");
  EXPECT_EQ(body_of(get("/assets/app-1a2b.js", "Accept-Encoding: gzip\r\n")), "GZIP");
  EXPECT_EQ(body_of(get("/assets/app-1a2b.js")), "javascript");
}

TEST_F(Files, AnswersConditionsAndRanges) {
  std::string tag = etag_of(get("/index.html"));
  EXPECT_TRUE(has(get("/index.html", "If-None-Match: " + tag + "\r\n"), "304 Not Modified"));
  EXPECT_EQ(body_of(get("/index.html", "Range: bytes=6-9\r\n")), "page");
  std::string large = get("/large.bin", "Range: bytes=999990-\r\n");
  EXPECT_TRUE(has(large, "206 Partial Content"));
  EXPECT_TRUE(has(large, "content-range: bytes 999990-999999/1000000\r\n"));
  EXPECT_EQ(body_of(large), "llllllllll");
  EXPECT_TRUE(has(get("/large.bin", "Range: bytes=1000000-\r\n"), "416 "));
  EXPECT_TRUE(has(get("/large.bin", "If-None-Match: " + etag_of(large) + "\r\n"), "304 Not Modified"));
}

TEST_F(Files, ReadsLargeFilesFromDiskAsThePeerTakesThem) {
  test::Peer peer(executor, server);
  peer.take_nothing_beyond(1000);
  peer.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_LT(peer.held(), 300'000u);
  std::string all = peer.take();
  for (int i = 0; i < 10 && peer.held() > 0; ++i) peer.drain(), all += peer.take();
  EXPECT_EQ(body_of(all).size(), 1'000'000u);
  EXPECT_FALSE(peer.closed());
  std::string head = get("/large.bin", {}, "HEAD");
  EXPECT_TRUE(has(head, "content-length: 1000000\r\n"));
  EXPECT_EQ(body_of(head), "");
}

TEST_F(Files, NeverLeavesItsFolder) {
  EXPECT_TRUE(has(get("/link.txt"), "404 "));
  EXPECT_TRUE(has(get("/.secret"), "404 "));
  EXPECT_TRUE(has(get("/../outside.txt"), "400 "));
  EXPECT_TRUE(has(get("/%2e%2e/outside.txt"), "400 "));
}

TEST_F(Files, MoreFilesThanAllowedAreAnErrorThatSaysSo) {
  StaticFilesOptions options;
  options.files_max = 3;
  auto opened = StaticFiles::open(folder.string(), options);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, base::Code::kLimit);
}

// What is cached is what was there at open(); what is not is read from the disk again.
TEST_F(Files, FilesBeyondTheCacheStayOnDisk) {
  write("a.txt", std::string(600, 'a'));
  write("b.txt", std::string(600, 'b'));
  StaticFilesOptions options;
  options.cache_bytes_max = 1000;
  files = std::move(*StaticFiles::open(folder.string(), options));
  int cached = 0;
  for (const char* name : {"a.txt", "b.txt"}) {
    std::string before = body_of(get(std::string("/") + name));
    EXPECT_EQ(before, std::string(600, *name));
    write(name, std::string(600, 'z'));
    cached += body_of(get(std::string("/") + name)) == before;
  }
  EXPECT_EQ(cached, 1);
}

TEST(StaticFiles, SaysWhyAFolderCannotBeOpened) {
  auto opened = StaticFiles::open("/no/such/folder");
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message().find("/no/such/folder"), std::string::npos);
}

}  // namespace
}  // namespace eyas::http
