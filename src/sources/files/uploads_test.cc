#include "sources/files/uploads.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "io/loop.h"

namespace eyas::files {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using base::Code;

class UploadsTest : public testing::Test {
 protected:
  UploadsTest() {
    fs::create_directories(root_);
    folder_ = *Folder::open(root_);
  }
  ~UploadsTest() override { fs::remove_all(root_); }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }
  template <typename Condition>
  void until(Condition condition) {
    base::MonoTime limit = base::system_clock().mono() + 60s;
    while (!condition() && base::system_clock().mono() < limit) loop_.run_once(1ms);
    ASSERT_TRUE(condition());
  }
  base::Status finish(Upload& upload) {
    std::optional<base::Status> done;
    upload.finish([&](base::Status status) { done = std::move(status); });
    until([&] { return done.has_value(); });
    return *done;
  }
  fs::path root_ = fs::temp_directory_path() / ("eyas_uploads_" + std::to_string(getpid()));
  io::Loop loop_;
  std::shared_ptr<const Folder> folder_;
};

TEST_F(UploadsTest, AFileIsThereWhenAllOfItIs) {
  Uploads uploads(folder_, {.bytes_max = 64 << 20});
  std::vector<uint8_t> piece(1 << 20, 'x');
  auto upload = std::move(*uploads.begin("one.mp4", 20 << 20, loop_));
  bool waited = false;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(upload->write(piece).ok());
    if (!upload->busy()) continue;
    waited = true;
    bool ready = false;
    upload->on_ready([&] { ready = true; });
    until([&] { return ready; });
  }
  EXPECT_FALSE(fs::exists(root_ / "one.mp4")) << (waited ? "it waited for the disk" : "");
  EXPECT_EQ(uploads.report().at(0).total, 20u << 20);
  ASSERT_TRUE(finish(*upload).ok());
  EXPECT_EQ(fs::file_size(root_ / "one.mp4"), 20u << 20);
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(uploads.begin("one.mp4", 1, loop_).error().code, Code::kRefused) << "nothing is replaced";
}

TEST_F(UploadsTest, WhatBreaksOffLeavesNothingBehind) {
  Uploads uploads(folder_, {.bytes_max = 100});
  auto upload = std::move(*uploads.begin("one.mp4", 10, loop_));
  ASSERT_TRUE(upload->write(base::as_bytes("12345")).ok());
  upload.reset();
  until([&] { return uploads.report().empty(); });
  EXPECT_EQ(files(), 0u);
  auto cut = std::move(*uploads.begin("two.mp4", 10, loop_));
  EXPECT_EQ(finish(*cut).error().code, Code::kMalformed);
  EXPECT_EQ(files(), 0u);
  auto long_one = std::move(*uploads.begin("three.mp4", 3, loop_));
  EXPECT_EQ(long_one->write(base::as_bytes("12345")).error().code, Code::kLimit);
}

TEST_F(UploadsTest, LimitsAndNamesAreKept) {
  Uploads uploads(folder_, {.bytes_max = 100, .at_once = 1});
  EXPECT_EQ(uploads.begin("../x.mp4", 1, loop_).error().code, Code::kMalformed);
  EXPECT_EQ(uploads.begin(".x.mp4", 1, loop_).error().code, Code::kMalformed);
  EXPECT_EQ(uploads.begin("x.sh", 1, loop_).error().code, Code::kUnsupported);
  EXPECT_EQ(uploads.begin("x.mp4", 101, loop_).error().code, Code::kLimit);
  EXPECT_EQ(uploads.begin("x.mp4", 0, loop_).error().code, Code::kMalformed);
  EXPECT_EQ(uploads.begin("a/b/c/d/e/x.mp4", 1, loop_).error().code, Code::kMalformed) << "nobody lists it";
  EXPECT_EQ(uploads.begin("nowhere/x.mp4", 1, loop_).error().code, Code::kNotFound);
  auto first = uploads.begin("x.mp4", 1, loop_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(uploads.begin("y.mp4", 1, loop_).error().code, Code::kLimit);
  EXPECT_EQ(uploads.metrics()[3].value, 8);
}

TEST_F(UploadsTest, NobodyIsToldWhoIsGone) {
  Uploads uploads(folder_, {.bytes_max = 64 << 20});
  std::vector<uint8_t> piece(1 << 20, 'x');
  for (int round = 0; round < 20; ++round) {
    auto upload = std::move(*uploads.begin("one.mp4", 20 << 20, loop_));
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(upload->write(piece).ok());
    bool told = false;
    upload->on_ready([&] { told = true; });
    // The disk is done with it, and to tell so is posted perhaps; then its connection goes.
    while (uploads.report().at(0).bytes < 9u << 20) std::this_thread::yield();
    upload.reset();
    until([&] { return uploads.report().empty(); });
    loop_.run_once(0ms);
    EXPECT_FALSE(told);
  }
}

TEST_F(UploadsTest, WhatAKilledServerLeftIsRemovedAndNothingElse) {
  fs::create_directories(root_ / "deep");
  const std::set<std::string> others = {"one.mp4", "two.mp4.part", ".eyas-upload-.part",
                                        ".eyas-upload-x.part", ".eyas-upload-3.mp4"};
  for (const std::string& name : others) std::ofstream(root_ / name) << "x";
  for (const char* name : {".eyas-upload-1.part", "deep/.eyas-upload-27.part"})
    std::ofstream(root_ / name) << "x";
  fs::create_symlink(root_ / "one.mp4", root_ / ".eyas-upload-9.part");
  Uploads neighbour(folder_, {.bytes_max = 100});
  auto living = std::move(*neighbour.begin("three.mp4", 10, loop_));
  EXPECT_TRUE(fs::exists(root_ / ".eyas-upload-2.part")) << "1 is taken by one that died";
  Uploads uploads(folder_, {.bytes_max = 100});
  uploads.remove_leftovers();
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(root_)) {
    if (entry.is_regular_file() && !entry.is_symlink()) left.insert(entry.path().filename());
  }
  auto expected = others;
  expected.insert(".eyas-upload-2.part");
  EXPECT_EQ(left, expected) << "another server is writing the second";
  EXPECT_TRUE(fs::is_symlink(root_ / ".eyas-upload-9.part"));
  EXPECT_TRUE(fs::is_empty(root_ / "deep"));
  ASSERT_TRUE(living->write(base::as_bytes("0123456789")).ok());
  EXPECT_TRUE(finish(*living).ok());
  EXPECT_TRUE(fs::exists(root_ / "three.mp4"));
}

TEST_F(UploadsTest, ADiskWithoutRoomIsSaidSo) {
  Uploads uploads(folder_, {.bytes_max = uint64_t{1} << 60});
  auto refused = uploads.begin("x.mp4", uint64_t{1} << 59, loop_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().detail, "space");
  EXPECT_EQ(files(), 0u);
}

}  // namespace
}  // namespace eyas::files
