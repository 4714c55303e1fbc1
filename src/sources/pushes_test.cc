// Pushes, and what is added and changed while the server runs.
#include <gtest/gtest.h>

#include "sources/test_transfers.h"

namespace eyas::sources {
namespace {

// --- pushes

TEST_F(TransfersTest, APushFollowsItsStream) {
  add_push("live/a");
  add_push("live/a", "test://b.example/app/second");
  begin();
  EXPECT_EQ(push_state(), TransferState::kIdle);
  publish("live/a");
  ASSERT_EQ(protocol_.carried.size(), 2u);
  EXPECT_FALSE(protocol_.last().pull);
  EXPECT_EQ(report().pushes.at(0).url.find("secret"), std::string::npos) << report().pushes.at(0).url;
  protocol_.carried.front()->request.on_running();

  // Its publisher goes: the target keeps its session while the stream is waited for.
  publishers_.clear();
  pass(5s);
  EXPECT_EQ(push_state(), TransferState::kRunning);
  pass(6s);
  EXPECT_EQ(push_state(), TransferState::kIdle);
  EXPECT_EQ(protocol_.under_way(), 0u);
  publish("live/a");
  EXPECT_EQ(protocol_.carried.size(), 4u);
}

TEST_F(TransfersTest, APushThatFailsIsTriedWhileItsStreamIsLive) {
  add_push("live/a");
  begin();
  publish("live/a");
  protocol_.last().request.on_ended({base::Code::kRefused, "publish: bad key", {}});
  EXPECT_EQ(push_state(), TransferState::kWaiting);
  pass(1s);
  EXPECT_EQ(protocol_.carried.size(), 2u);
  EXPECT_EQ(push_state(), TransferState::kConnecting);
}

TEST_F(TransfersTest, APatternSendsEachStreamToAnAddressOfItsOwn) {
  add_push("live/*", "test://a.example/{app}/{name}");
  plan_.pushes_max = 2;
  begin();
  publish("live/a");
  publish("other/b");
  publish("live/c");
  publish("live/d");  // no place
  publish("live/with.dot");
  ASSERT_EQ(protocol_.carried.size(), 2u);
  EXPECT_EQ(protocol_.carried.front()->request.url.path, "/live/a");
  EXPECT_EQ(protocol_.last().request.url.path, "/live/c");
  EXPECT_EQ(report().pushes.size(), 3u);
}

TEST_F(TransfersTest, APushOfAStreamThatIsLiveAlreadyBeginsAtOnce) {
  begin();
  publish("live/a");
  publish("live/b");
  add_push("live/a");
  add_push("live/*", "test://a.example/{app}/{name}");
  transfers_->reload(plan_);
  settle();
  EXPECT_EQ(protocol_.carried.size(), 3u);
}

// --- added while it runs

class TransfersEditTest : public TransfersTest {
 protected:
  // Waits for the file to be written, on its own thread.
  std::string done(std::function<void(Transfers::Done)> call) {
    std::optional<std::string> answer;
    call([&](base::Result<std::string> result) {
      answer = result ? "ok: " + *result : std::string(base::code_name(result.error().code));
    });
    while (!answer) loop_.run_once(10ms);
    settle();
    return *answer;
  }
  std::string add(Direction direction, base::RecordText text) {
    return done([&](Transfers::Done d) { transfers_->add(direction, text, loop_, std::move(d)); });
  }
};

TEST_F(TransfersEditTest, AddedOnesStartAndComeBackWithTheNextServer) {
  begin();
  EXPECT_EQ(add(Direction::kPull, {{"name", "cctv/a"}, {"url", "test://10.0.0.5/1"}}), "ok: cctv/a");
  EXPECT_EQ(add(Direction::kPush, {{"stream", "live/a"}, {"url", "test://a/b"}}), "ok: live-a-1");
  EXPECT_EQ(add(Direction::kPull, {{"name", "cctv/b"}, {"url", "gopher://x"}}), "invalid_config");
  EXPECT_EQ(protocol_.under_way(), 1u);
  transfers_->drain();
  settle();
  begin();
  EXPECT_EQ(protocol_.under_way(), 1u);
  EXPECT_EQ(report().pulls.at(0).name, "cctv/a");
  EXPECT_EQ(report().pushes.at(0).name, "live-a-1");
}

TEST_F(TransfersEditTest, TheyAreStoppedRestartedAndDropped) {
  begin();
  add(Direction::kPull, {{"name", "cctv/a"}, {"url", "test://10.0.0.5/1"}});
  auto change = [&](const char* enabled) {
    return done([&](Transfers::Done d) {
      transfers_->change(Direction::kPull, "cctv/a", {}, {{"enabled", enabled}}, loop_, std::move(d));
    });
  };
  EXPECT_EQ(change("false"), "ok: cctv/a");
  EXPECT_EQ(state(), TransferState::kStopped);
  EXPECT_EQ(change("true"), "ok: cctv/a");
  EXPECT_EQ(state(), TransferState::kConnecting);
  auto restart = [&](std::string id) {
    return done(
        [&](Transfers::Done d) { transfers_->restart(Direction::kPull, id, {}, loop_, std::move(d)); });
  };
  EXPECT_EQ(restart("cctv/a"), "ok: cctv/a");
  EXPECT_EQ(protocol_.carried.size(), 3u);
  EXPECT_EQ(protocol_.under_way(), 1u);
  EXPECT_EQ(restart("cctv/none"), "not_found");
  EXPECT_EQ(
      done([&](Transfers::Done d) { transfers_->drop(Direction::kPull, "cctv/a", {}, loop_, std::move(d)); }),
      "ok: cctv/a");
  EXPECT_TRUE(report().pulls.empty());
}

}  // namespace
}  // namespace eyas::sources
