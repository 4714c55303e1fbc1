// For tests of pulls and pushes: a hub, a dialer that may dial loopback, and attempts whose outcome is kept.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/directory.h"
#include "io/dial.h"
#include "io/loop.h"
#include "protocols/transfer.h"

namespace eyas::protocols::test {

// Everything on one real loop.
class TransferBed {
 public:
  TransferBed() : directory({&loop}, {}), dialer(*io::DialPolicy::make({"127.0.0.0/8", "::1"})) {
    std::signal(SIGPIPE, SIG_IGN);
  }

  // How an attempt went.
  struct Outcome {
    bool running = false;
    std::optional<base::Error> ended;
    std::string why() const { return ended ? ended->message() : "goes on"; }
  };

  TransferRequest request(const std::string& url, const std::string& stream, Outcome& outcome,
                          TransferOptions options = {}) {
    return {loop,
            dialer,
            "pull-1",
            *base::Url::parse(url),
            *hub::StreamName::parse(stream),
            std::move(options),
            0,
            [&outcome] { outcome.running = true; },
            [&outcome](base::Error why) { outcome.ended = std::move(why); }};
  }
  // Far above what it takes: a busy machine is no failure.
  static constexpr base::Duration kPatience = std::chrono::seconds(60);

  template <typename Predicate>
  bool run_until(Predicate done) {
    auto limit = base::system_clock().mono() + kPatience;
    while (!done() && base::system_clock().mono() < limit) loop.run_once(std::chrono::milliseconds(5));
    return done();
  }

  io::Loop loop;
  hub::Directory directory;
  io::Dialer dialer;
};

// Reads all frames of a stream.
class FrameCollector {
 public:
  FrameCollector(TransferBed& bed, const std::string& stream) {
    hub::ReaderInfo info;
    info.protocol = "test";
    info.wait = TransferBed::kPatience;
    bed.directory.read<hub::FrameFormat>(
        *hub::StreamName::parse(stream), info, bed.loop, [this] { take(); },
        [this](base::Result<hub::Reader<hub::FrameFormat>> reader) {
          EXPECT_TRUE(reader.ok());
          if (!reader) return;
          reader_ = std::move(*reader);
          take();
        });
  }
  std::vector<media::FramePtr> of(media::Codec codec) const {
    std::vector<media::FramePtr> out;
    for (const media::FramePtr& frame : frames) {
      if (frame->track->config.codec == codec) out.push_back(frame);
    }
    return out;
  }
  std::vector<media::FramePtr> frames;

 private:
  void take() {
    while (auto item = reader_->next()) frames.push_back(item->unit);
  }
  std::optional<hub::Reader<hub::FrameFormat>> reader_;
};

}  // namespace eyas::protocols::test
