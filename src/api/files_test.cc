// Streams of files and uploads as curl sees them, over a real socket; nothing is played.
#include "api/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "api/openapi.h"
#include "http/server.h"
#include "io/tcp.h"

namespace eyas::api {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string shell(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> part;
  for (size_t count; (count = ::fread(part.data(), 1, part.size(), pipe)) > 0;)
    text.append(part.data(), count);
  ::pclose(pipe);
  return text;
}

class FilesApi : public testing::Test {
 protected:
  void SetUp() override {
    if (shell("command -v curl").empty()) GTEST_SKIP() << "curl is needed";
    fs::create_directories(root_ / "films" / "deep");
    std::ofstream(root_ / "films" / "one.mp4") << "one";
    std::ofstream(root_ / "new.mp4") << std::string(3 << 20, 'x');
    files::Options options;
    options.root = root_ / "films";
    options.upload = upload_;
    options.upload_bytes_max = 4 << 20;
    options.process.program = "/nowhere";
    options.playlists = {{.name = "tv/archive", .folder = {}, .files = {"one.mp4"}}};
    playlists_ = std::move(*files::Playlists::start(loop_, directory_, options, root_ / "data"));
    register_files(router_, *playlists_);
    server_ = std::make_unique<http::Server>(loop_, router_, http::Options(), shared_);
    listener_ = std::move(*io::Listener::open(
        loop_, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
        [this](int fd, const io::Address&) { server_->adopt(io::adopt_socket(loop_, fd), false); }));
  }
  void TearDown() override {
    listener_.reset();
    server_.reset();
    playlists_.reset();
    fs::remove_all(root_);
  }
  struct Answer {
    int status = 0;
    json body;
  };
  Answer ask(const std::string& options, const std::string& path) {
    std::string command = "curl -sS -m 60 -w '\\n%{http_code}' " + options + " 'http://" +
                          listener_->address().text() + path + "'";
    auto said = std::async(std::launch::async, [&] { return shell(command); });
    while (said.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      loop_.run_once(std::chrono::milliseconds(5));
    std::string text = said.get();
    size_t line = text.rfind('\n');
    return {std::atoi(text.substr(line + 1).c_str()), json::parse(text.substr(0, line), nullptr, false)};
  }
  Answer send(const char* method, const json& body, const std::string& path) {
    return ask(std::string("-X ") + method + " -H 'content-type: application/json' -d '" + body.dump() + "'",
               path);
  }
  Answer put(const std::string& name) {
    return ask("-T " + (root_ / "new.mp4").string(), "/api/v1/library/" + name);
  }

  bool upload_ = true;
  fs::path root_ = fs::temp_directory_path() / ("eyas_files_api_" + std::to_string(getpid()));
  io::Loop loop_;
  hub::Directory directory_{{&loop_}, {}};
  http::Router router_;
  std::shared_ptr<http::Shared> shared_ = std::make_shared<http::Shared>();
  std::unique_ptr<files::Playlists> playlists_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<io::Listener> listener_;
};

TEST_F(FilesApi, APlayerHasTheShapeThatTheDescriptionPromises) {
  auto schema = json::parse(kOpenApi)["components"]["schemas"]["FilePlayer"]["properties"];
  Answer all = ask("", "/api/v1/files");
  ASSERT_EQ(all.status, 200);
  const json& player = all.body["files"].at(0);
  for (const auto& [key, value] : player.items()) EXPECT_TRUE(schema.contains(key)) << key;
  for (const auto& [key, value] : schema.items()) EXPECT_TRUE(player.contains(key)) << key;
  EXPECT_EQ(player["state"], "waiting");
  EXPECT_EQ(player["queue"][0]["file"], "one.mp4");
  EXPECT_EQ(ask("", "/api/v1/files/tv/archive").body["name"], "tv/archive");
  EXPECT_EQ(ask("", "/api/v1/files/tv/other").status, 404);
}

TEST_F(FilesApi, AFileIsUploadedAndQueued) {
  Answer made = put("deep/two.mp4");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body["bytes"], 3 << 20);
  EXPECT_EQ(fs::file_size(root_ / "films" / "deep" / "two.mp4"), 3u << 20);
  EXPECT_EQ(ask("", "/api/v1/library").body["files"].size(), 2u);
  Answer queued = send("POST", {{"file", "deep/two.mp4"}, {"index", 0}}, "/api/v1/files/tv/archive/queue");
  ASSERT_EQ(queued.status, 201) << queued.body;
  EXPECT_EQ(queued.body["queue"][0]["file"], "deep/two.mp4");
  std::string entry = "/api/v1/files/tv/archive/queue/" + queued.body["queue"][0]["id"].dump();
  EXPECT_EQ(send("PATCH", {{"index", 1}}, entry).body["queue"][1]["file"], "deep/two.mp4");
  EXPECT_EQ(ask("-X DELETE", entry).body["queue"].size(), 1u);
  EXPECT_EQ(ask("-X DELETE", entry).status, 404);
}

TEST_F(FilesApi, WhatMayNotBeIsRefused) {
  EXPECT_EQ(put("one.mp4").status, 409);
  EXPECT_EQ(put("one.sh").status, 415);
  EXPECT_EQ(put(".one.mp4").status, 400);
  EXPECT_EQ(put("nowhere/one.mp4").status, 404);
  EXPECT_EQ(put("..%2Fone.mp4").status, 400);
  std::ofstream(root_ / "new.mp4", std::ios::app) << std::string(2 << 20, 'x');
  EXPECT_EQ(put("large.mp4").status, 413);
  EXPECT_EQ(ask("-X POST -d '{}'", "/api/v1/files/tv/archive/skip").status, 415);
  EXPECT_EQ(send("POST", {{"to", "x"}}, "/api/v1/files/tv/archive/skip").status, 400);
  EXPECT_EQ(send("POST", {{"to", 99}}, "/api/v1/files/tv/archive/skip").status, 404);
  EXPECT_EQ(send("POST", {{"file", "../one.mp4"}}, "/api/v1/files/tv/archive/queue").status, 400);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "films"), fs::directory_iterator()), 2);
}

class FilesApiWithoutUploads : public FilesApi {
 protected:
  FilesApiWithoutUploads() { upload_ = false; }
};

TEST_F(FilesApiWithoutUploads, NobodyUploads) {
  EXPECT_EQ(put("two.mp4").status, 403);
}

}  // namespace
}  // namespace eyas::api
