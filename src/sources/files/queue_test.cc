#include "sources/files/queue.h"

#include <gtest/gtest.h>

#include "sources/files/state.h"

namespace eyas::files {
namespace {

using Files = std::vector<std::string>;

Files files_of(const Queue& queue) {
  Files files;
  for (const auto& entry : queue.entries()) files.push_back(entry.file);
  return files;
}
uint64_t id_of(const Queue& queue, const std::string& file) {
  for (const auto& entry : queue.entries())
    if (entry.file == file) return entry.id;
  return 0;
}
Queue abc() {
  Queue queue;
  for (const char* file : {"a.mp4", "b.mp4", "c.mp4"}) EXPECT_TRUE(queue.add(file).ok());
  return queue;
}

TEST(FileQueue, PlaysInOrderAndAnewWhenItLoops) {
  Queue queue = abc();
  std::string played;
  for (int i = 0; i < 5; ++i) played += queue.take_next(true)->file[0];
  EXPECT_EQ(played, "abcab");
  Queue once = abc();
  for (int i = 0; i < 3; ++i) EXPECT_NE(once.take_next(false), nullptr);
  EXPECT_EQ(once.take_next(false), nullptr);
  EXPECT_EQ(Queue().take_next(true), nullptr);
}

TEST(FileQueue, WhatFollowsTheOneThatPlaysIsNextWhereverThatGoes) {
  Queue queue = abc();
  queue.take_next(true);
  ASSERT_TRUE(queue.move(id_of(queue, "c.mp4"), 1).ok());
  EXPECT_EQ(files_of(queue), (Files{"a.mp4", "c.mp4", "b.mp4"}));
  EXPECT_EQ(queue.take_next(true)->file, "c.mp4");
  ASSERT_TRUE(queue.move(id_of(queue, "c.mp4"), 0).ok());
  EXPECT_EQ(queue.take_next(true)->file, "a.mp4");
  ASSERT_TRUE(queue.remove(id_of(queue, "a.mp4")).ok());
  EXPECT_EQ(queue.take_next(true)->file, "b.mp4");
  ASSERT_TRUE(queue.add("d.mp4", 0).ok());
  EXPECT_EQ(queue.take_next(true)->file, "d.mp4");
  ASSERT_TRUE(queue.jump(id_of(queue, "b.mp4")).ok());
  EXPECT_EQ(queue.take_next(true)->file, "b.mp4");
  EXPECT_EQ(queue.move(999, 0).error().code, base::Code::kNotFound);
  EXPECT_EQ(queue.remove(999).error().code, base::Code::kNotFound);
  EXPECT_EQ(queue.jump(999).error().code, base::Code::kNotFound);
}

TEST(FileQueue, FollowsItsFolder) {
  Queue queue;
  queue.follow({"a.mp4", "b.mp4"});
  ASSERT_TRUE(queue.remove(id_of(queue, "a.mp4")).ok());
  queue.follow({"a.mp4", "b.mp4", "c.mp4"});
  EXPECT_EQ(files_of(queue), (Files{"b.mp4", "c.mp4"})) << "what was removed by hand stays away";
  queue.follow({"c.mp4"});
  queue.follow({"a.mp4", "c.mp4"});
  EXPECT_EQ(files_of(queue), (Files{"c.mp4", "a.mp4"})) << "until it was away itself";
}

TEST(FileQueue, GoesOnAfterARestart) {
  Queue queue = abc();
  ASSERT_TRUE(queue.remove(id_of(queue, "a.mp4")).ok());
  QueueState state = queue.save();
  state.configured = "tv|", state.playing = "c.mp4", state.position = std::chrono::milliseconds(12'345);
  auto read = read_state(state_text({{"live/tv", state}}));
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->at("live/tv"), state);
  Queue again;
  again.restore(read->at("live/tv"));
  EXPECT_EQ(again.take_next(true)->file, "c.mp4");
  again.follow({"a.mp4", "b.mp4", "c.mp4"});
  EXPECT_EQ(files_of(again), (Files{"b.mp4", "c.mp4"}));
}

TEST(FileQueue, AStateThatIsNotOursIsRefused) {
  EXPECT_FALSE(read_state("").ok());
  EXPECT_FALSE(read_state("[]").ok());
  EXPECT_FALSE(read_state(R"({"version":2,"streams":{}})").ok());
  EXPECT_TRUE(read_state(R"({"version":1,"streams":{}})").ok());
  std::string evil =
      R"({"version":1,"streams":{"live/a":{"configured":"","files":["../x.mp4"],"removed":[],"playing":"","position_ms":0}}})";
  EXPECT_FALSE(read_state(evil).ok()) << "a name that leads out";
  EXPECT_FALSE(
      read_state(evil.replace(evil.find("../x"), 4, "xx").replace(evil.find("_ms\":0"), 6, "_ms\":-1")).ok());
}

TEST(FileQueue, IsBounded) {
  Queue queue;
  for (size_t i = 0; i < Queue::kEntriesMax; ++i) ASSERT_TRUE(queue.add("a.mp4").ok());
  EXPECT_EQ(queue.add("a.mp4").error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::files
