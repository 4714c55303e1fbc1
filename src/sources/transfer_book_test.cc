#include "sources/transfer_book.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "sources/test_protocol.h"
#include "sources/transfer_store.h"

namespace eyas::sources {
namespace {

struct TransferBookTest : testing::Test {
  TransferBookTest() {
    table.add(protocol);
    plan.pulls.resize(2);
    plan.pulls[0].name = "cctv/front";
    plan.pulls[0].url = "test://a/1";
    plan.pulls[1].name = "cctv/back";
    plan.pulls[1].url = "test://a/2";
    plan.pushes.resize(1);
    plan.pushes[0].stream = "live/a";
    plan.pushes[0].url = "test://b/1";
  }
  static base::Code code_of(const base::Result<TransferChanges>& result) {
    EXPECT_FALSE(result.ok());
    return result.error().code;
  }

  TestProtocol protocol;
  TransferTable table;
  TransferPlan plan;
  TransferBook book{table};
};

TEST_F(TransferBookTest, OnlyWhatChangedIsTouchedByAReload) {
  EXPECT_EQ(book.configure(plan).pulls.size(), 2u);
  TransferChanges nothing = book.configure(plan);
  EXPECT_TRUE(nothing.pulls.empty() && nothing.pushes.empty() && nothing.pulls_dropped.empty());
  plan.pulls[0].url = "test://a/other";
  plan.pulls.erase(plan.pulls.begin() + 1);
  plan.pushes.clear();
  TransferChanges changes = book.configure(plan);
  ASSERT_EQ(changes.pulls.size(), 1u);
  EXPECT_EQ(changes.pulls[0].options.name, "cctv/front");
  ASSERT_EQ(changes.pulls_dropped.size(), 1u);
  EXPECT_EQ(changes.pulls_dropped[0].name, "cctv/back");
  EXPECT_EQ(changes.pushes_dropped, std::vector<std::string>{"live-a-1"});
}

TEST_F(TransferBookTest, TheConfigurationIsReadOnly) {
  book.configure(plan);
  EXPECT_EQ(code_of(book.change_pull({"cctv/front", 0}, {{"enabled", "false"}})), base::Code::kRefused);
  EXPECT_EQ(code_of(book.drop_pull({"cctv/front", 0})), base::Code::kRefused);
  EXPECT_EQ(code_of(book.drop_push("live-a-1")), base::Code::kRefused);
  EXPECT_EQ(code_of(book.add_pull({{"name", "cctv/front"}, {"url", "test://a/1"}})), base::Code::kRefused);
}

TEST_F(TransferBookTest, AddedOnesAreCheckedAsTheConfigurationIs) {
  book.configure(plan);
  auto bad = book.add_pull({{"name", "cctv/side"}, {"ulr", "x"}, {"rank", "-1"}});
  ASSERT_EQ(code_of(bad), base::Code::kInvalidConfig);
  EXPECT_NE(bad.error().detail.find("unknown key: ulr; did you mean url"), std::string::npos)
      << bad.error().detail;
  EXPECT_NE(bad.error().detail.find("rank: \"-1\"; allowed"), std::string::npos);
  EXPECT_EQ(code_of(book.add_pull({{"name", "cctv/side"}, {"url", "gopher://a"}})),
            base::Code::kInvalidConfig);
  ASSERT_TRUE(book.add_pull({{"name", "cctv/side"}, {"url", "test://a/3"}, {"rank", "10"}}).ok());
  auto changed = book.change_pull({"cctv/side", 10}, {{"enabled", "false"}});
  ASSERT_TRUE(changed.ok());
  EXPECT_FALSE(changed->pulls.at(0).options.enabled);
  EXPECT_EQ(changed->pulls.at(0).options.url, "test://a/3");
  EXPECT_EQ(code_of(book.change_pull({"cctv/side", 10}, {{"rank", "3"}})), base::Code::kInvalidConfig);
  EXPECT_TRUE(book.drop_pull({"cctv/side", 10}).ok());
  EXPECT_EQ(code_of(book.drop_pull({"cctv/side", 10})), base::Code::kNotFound);
}

TEST_F(TransferBookTest, ANameWithSeveralRanksWantsOneSaid) {
  plan.pulls[1] = plan.pulls[0];
  plan.pulls[1].rank = 10;
  book.configure(plan);
  EXPECT_EQ(book.find_pull("cctv/front", std::nullopt).error().code, base::Code::kRefused);
  EXPECT_EQ(book.find_pull("cctv/front", 10)->rank, 10);
  EXPECT_EQ(book.find_pull("cctv/front", 5).error().code, base::Code::kNotFound);
}

TEST_F(TransferBookTest, LimitsCountConfiguredAndAdded) {
  plan.pulls_max = 3;
  plan.pushes_max = 1;
  book.configure(plan);
  EXPECT_TRUE(book.add_pull({{"name", "cctv/3"}, {"url", "test://a/3"}}).ok());
  EXPECT_EQ(code_of(book.add_pull({{"name", "cctv/4"}, {"url", "test://a/4"}})), base::Code::kLimit);
  EXPECT_EQ(code_of(book.add_push({{"stream", "live/b"}, {"url", "test://a/4"}})), base::Code::kLimit);
}

TEST_F(TransferBookTest, WhatTheConfigurationTakesOverIsKeptNoLonger) {
  book.configure(plan);
  ASSERT_TRUE(book.add_pull({{"name", "cctv/side"}, {"url", "test://a/3"}}).ok());
  plan.pulls.resize(3);
  plan.pulls[2].name = "cctv/side";
  plan.pulls[2].url = "test://a/4";
  EXPECT_EQ(book.configure(plan).pulls.size(), 1u);
  EXPECT_TRUE(book.added().pulls.empty());
}

class TransferStoreTest : public TransferBookTest {
 protected:
  TransferStoreTest() { std::filesystem::remove_all(folder); }
  ~TransferStoreTest() override { std::filesystem::remove_all(folder); }
  // The store waits for its thread when it goes.
  static base::Status write(const std::string& to, const AddedTransfers& added) {
    base::Status kept;
    TransferStore(to).write(added, [&](base::Status status) { kept = std::move(status); });
    return kept;
  }
  std::string folder = testing::TempDir() + "eyas_transfer_store";
};

TEST_F(TransferStoreTest, WhatWasAddedComesBack) {
  book.configure(plan);
  ASSERT_TRUE(book.add_pull({{"name", "cctv/side"},
                             {"url", "test://admin:pw@a/3"},
                             {"rank", "10"},
                             {"options.transport", "tcp"}})
                  .ok());
  ASSERT_TRUE(book.add_push({{"stream", "live/*"}, {"url", "test://b/{name}"}}).ok());
  TransferStore store(folder);
  EXPECT_TRUE(store.read()->pulls.empty());
  ASSERT_TRUE(write(folder, book.added()).ok());
  struct stat facts {};
  ASSERT_EQ(stat(store.path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);

  TransferBook fresh(table);
  fresh.configure(plan);
  std::vector<std::string> findings;
  TransferChanges changes = fresh.restore(*store.read(), findings);
  EXPECT_EQ(findings, std::vector<std::string>{});
  ASSERT_EQ(changes.pulls.size(), 1u);
  EXPECT_EQ(changes.pulls[0].options.url, "test://admin:pw@a/3");
  EXPECT_EQ(changes.pulls[0].options.rank, 10);
  EXPECT_EQ(changes.pulls[0].options.options.at("transport"), "tcp");
  ASSERT_EQ(changes.pushes.size(), 1u);
  EXPECT_EQ(changes.pushes[0].options.id, "live-_-1");
}

TEST_F(TransferStoreTest, ABrokenFileIsSaidSo) {
  std::filesystem::create_directories(folder);
  TransferStore store(folder);
  for (const char* text : {"", "{", "[]", "{\"version\":2,\"pulls\":[],\"pushes\":[]}",
                           "{\"version\":1,\"pulls\":[5],\"pushes\":[]}",
                           "{\"version\":1,\"pulls\":[{\"name\":7}],\"pushes\":[]}"}) {
    std::ofstream(store.path()) << text;
    auto read = store.read();
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, base::Code::kMalformed);
  }
}

TEST_F(TransferStoreTest, AFolderThatCannotBeMadeIsSaidSo) {
  TransferStore store("/proc/nowhere");
  EXPECT_FALSE(write("/proc/nowhere", {}).ok());
  EXPECT_TRUE(store.read()->pulls.empty());
}

}  // namespace
}  // namespace eyas::sources
