#include "sources/files/folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace eyas::files {
namespace {

namespace fs = std::filesystem;
using base::Code;

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    fs::create_directories(root_ / "flights" / "deep");
    for (const char* name : {"b.mp4", "A.MKV", "notes.txt", ".hidden.mp4", "flights/one.ts"})
      std::ofstream(root_ / name) << "x";
    std::ofstream(root_.string() + ".secret.mp4") << "x";
    fs::create_symlink(root_.string() + ".secret.mp4", root_ / "link.mp4");
    fs::create_directory_symlink("/etc", root_ / "etc");
    mkfifo((root_ / "pipe.mp4").c_str(), 0600);
    folder_ = *Folder::open(root_);
  }
  ~FolderTest() override {
    fs::remove_all(root_);
    fs::remove(root_.string() + ".secret.mp4");
  }
  std::vector<std::string> names(const std::string& below) {
    std::vector<std::string> names;
    auto list = folder_->list(below);
    EXPECT_TRUE(list.ok());
    for (const FileFacts& file : *list) names.push_back(file.name);
    return names;
  }
  fs::path root_ = fs::temp_directory_path() / ("eyas_folder_" + std::to_string(getpid()));
  std::shared_ptr<const Folder> folder_;
};

TEST_F(FolderTest, ListsTheMediaFilesOfOneFolderByName) {
  EXPECT_EQ(names(""), (std::vector<std::string>{"A.MKV", "b.mp4"}));
  EXPECT_EQ(names("flights"), std::vector<std::string>{"flights/one.ts"});
  EXPECT_EQ(folder_->list("nowhere").error().code, Code::kNotFound);
  EXPECT_EQ(folder_->list("etc").error().code, Code::kRefused);
  EXPECT_EQ(folder_->list_all().size(), 3u);
}

TEST_F(FolderTest, NoNameLeadsOutOfIt) {
  EXPECT_TRUE(folder_->open_file("b.mp4").ok());
  EXPECT_TRUE(folder_->open_file("flights/one.ts").ok());
  for (const char* name : {"", "../b.mp4", "/etc/passwd", "flights/../b.mp4", "flights//one.ts", "a\\b.mp4",
                           "b.mp4/", ".hidden.mp4", "a\nb.mp4"})
    EXPECT_EQ(folder_->open_file(name).error().code, Code::kMalformed) << name;
  EXPECT_EQ(folder_->open_file(std::string(256, 'a')).error().code, Code::kMalformed);
  EXPECT_EQ(folder_->open_file("link.mp4").error().code, Code::kRefused);
  EXPECT_EQ(folder_->open_file("etc/passwd").error().code, Code::kRefused);
  EXPECT_EQ(folder_->open_file("pipe.mp4").error().code, Code::kRefused) << "nor waits for a pipe's writer";
  EXPECT_EQ(folder_->open_file("flights").error().code, Code::kRefused);
  EXPECT_EQ(folder_->open_file("absent.mp4").error().code, Code::kNotFound);
}

TEST_F(FolderTest, WhatIsWrittenReplacesNothing) {
  { ASSERT_TRUE(folder_->create("flights/.two.ts.part").ok()); }
  EXPECT_FALSE(folder_->create("etc/x.mp4").ok());
  EXPECT_FALSE(folder_->rename("flights/.two.ts.part", "flights/one.ts").ok());
  ASSERT_TRUE(folder_->rename("flights/.two.ts.part", "flights/two.ts").ok());
  EXPECT_EQ(names("flights").size(), 2u);
  folder_->remove("flights/two.ts");
  EXPECT_EQ(names("flights").size(), 1u);
}

}  // namespace
}  // namespace eyas::files
