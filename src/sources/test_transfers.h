// Pulls and pushes over a real hub on one loop, on a clock that moves when told, with a protocol of the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sources/test_protocol.h"
#include "sources/transfers.h"

namespace eyas::sources {

using namespace std::chrono_literals;

class TransfersTest : public testing::Test {
 protected:
  using Reader = hub::Reader<hub::FrameFormat>;

  TransfersTest() {
    std::filesystem::remove_all(folder_);
    plan_.retry.backoff_first = 1s;
    plan_.start_wait = 8s;
  }
  ~TransfersTest() override {
    readers_.clear();
    publishers_.clear();
    if (transfers_) transfers_->drain();
    settle();
    transfers_.reset();
    loop_.discard();
    std::filesystem::remove_all(folder_);
  }

  void begin() {
    TransferTable table;
    table.add(protocol_);
    ASSERT_EQ(check(plan_, table), std::vector<std::string>{});
    transfers_ = std::make_unique<Transfers>(loops_, directory_, dialer_, std::move(table), plan_, folder_);
    ASSERT_TRUE(transfers_->start(plan_).ok());
    settle();
  }
  PullOptions& add_pull(const std::string& name, const std::string& url = "test://10.0.0.5/1") {
    PullOptions& pull = plan_.pulls.emplace_back();
    pull.name = name;
    pull.url = url;
    return pull;
  }
  PushOptions& add_push(const std::string& stream, const std::string& url = "test://a.example/app/secret") {
    PushOptions& push = plan_.pushes.emplace_back();
    push.stream = stream;
    push.url = url;
    return push;
  }

  void settle() {
    for (int i = 0; i < 8; ++i) loop_.run_once(0s);
  }
  void pass(base::Duration time) {
    // In steps, so that what a timer begins has its own time.
    for (; time > 0s; time -= 100ms) {
      clock_.advance(std::min<base::Duration>(time, 100ms));
      settle();
    }
  }
  // The answer of the directory: "" while it has not come.
  std::shared_ptr<std::string> watch(const std::string& name,
                                     hub::Interest interest = hub::Interest::kWatches) {
    auto answer = std::make_shared<std::string>();
    hub::ReaderInfo info;
    info.protocol = "test";
    info.interest = interest;
    directory_.read<hub::FrameFormat>(
        *hub::StreamName::parse(name), std::move(info), loop_, [] {},
        [this, answer](base::Result<Reader> reader) {
          *answer = reader ? "reader" : reader.error().message();
          if (reader) readers_.push_back(std::move(*reader));
        });
    settle();
    return answer;
  }
  // Does for an attempt what its protocol would: a publisher with a frame, then on_running.
  void come_on_air(TestProtocol::Carried& carried) {
    publish(carried.request.stream.text(), carried.request.rank);
    carried.request.on_running();
    settle();
  }
  void publish(const std::string& name, int rank = 0) {
    hub::PublisherInfo info;
    info.protocol = "test";
    info.rank = rank;
    directory_.publish(*hub::StreamName::parse(name), std::move(info), loop_,
                       [this, name](base::Result<hub::Publisher> made) {
                         ASSERT_TRUE(made.ok());
                         publishers_[name] = std::move(*made);
                       });
    settle();
    auto track = std::make_shared<media::Track>();
    track->id = 1;
    track->config.codec = media::Codec::kH264;
    publishers_[name].set_track(track);
    media::Frame frame;
    frame.track = track;
    frame.key = true;
    frame.arrival = clock_.mono();
    frame.payload = base::Slice(std::vector<uint8_t>(10));
    publishers_[name].publish(std::move(frame));
    settle();
  }
  TransferReports report() {
    TransferReports found;
    transfers_->report(loop_, [&](TransferReports reports) { found = std::move(reports); });
    settle();
    return found;
  }
  TransferState state(size_t pull = 0) { return report().pulls.at(pull).state; }
  TransferState push_state(size_t push = 0) { return report().pushes.at(push).state; }

  base::ManualClock clock_;
  io::Loop loop_{clock_};
  std::vector<io::Loop*> loops_{&loop_};
  hub::Directory directory_{{&loop_}, {}};
  io::Dialer dialer_{*io::DialPolicy::make({})};
  TestProtocol protocol_;
  TransferPlan plan_;
  std::string folder_ = testing::TempDir() + "eyas_transfers_test";
  std::unique_ptr<Transfers> transfers_;
  std::vector<Reader> readers_;
  std::map<std::string, hub::Publisher> publishers_;
};

}  // namespace eyas::sources
