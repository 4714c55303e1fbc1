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
#include "io/tcp.h"
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

// A server that answers whatever is asked with these bytes, and closes when told to.
struct ScriptedServer final : io::ByteStream::Handler {
  ScriptedServer(TransferBed& bed, std::string text, bool closes)
      : answer(std::move(text)), closes_after(closes) {
    listener = std::move(*io::Listener::open(bed.loop, *io::Address::parse("127.0.0.1:0"),
                                             io::Sharing::kFirst, [this, &bed](int fd, const io::Address&) {
                                               stream = io::adopt_socket(bed.loop, fd);
                                               stream->start(*this);
                                             }));
  }
  std::string url(const std::string& path) const { return "http://" + listener->address().text() + path; }
  void on_data(base::Bytes) override {
    base::Slice slice = base::Slice::copy_of(answer);
    stream->send({&slice, 1});
    if (closes_after) stream->close_after_flush();
  }
  void on_closed(const base::Error&) override { closed = true; }

  std::string answer;
  bool closes_after;
  bool closed = false;
  std::unique_ptr<io::ByteStream> stream;
  std::unique_ptr<io::Listener> listener;
};

// A server that says `first`, then `again` without end, and reads nothing.
class Flood final : io::ByteStream::Handler {
 public:
  static constexpr uint64_t kBytesMax = 128 * 1024 * 1024;  // far above what kernels hold of a connection

  Flood(TransferBed& bed, std::vector<uint8_t> first, const std::vector<uint8_t>& again)
      : bed_(bed), first_(std::move(first)) {
    std::vector<uint8_t> many;
    while (many.size() < 256 * 1024) many.insert(many.end(), again.begin(), again.end());
    again_ = base::Slice(std::move(many));
    listener_ = std::move(*io::Listener::open(bed.loop, *io::Address::parse("127.0.0.1:0"),
                                              io::Sharing::kFirst, [this](int fd, const io::Address&) {
                                                stream_ = io::adopt_socket(bed_.loop, fd);
                                                stream_->start(*this);
                                                stream_->pause_reading(true);
                                                stream_->send({&first_, 1});
                                                on_drained();
                                              }));
  }
  std::string authority() const { return listener_->address().text(); }

  // How many bytes a client read of it before it stopped reading, or kBytesMax.
  uint64_t run() {
    constexpr int kQuietTurns = 100;
    for (int quiet = 0; quiet < kQuietTurns && taken() < kBytesMax;) {
      const uint64_t before = taken();
      bed_.loop.run_once(std::chrono::milliseconds(1));
      quiet = stream_ && taken() == before ? quiet + 1 : 0;
    }
    return taken();
  }

 private:
  uint64_t taken() const { return stream_ ? sent_ - stream_->pending() : 0; }
  void on_data(base::Bytes) override {}
  void on_drained() override {
    while (stream_->pending() == 0 && sent_ < kBytesMax) {
      stream_->send({&again_, 1});
      sent_ += again_.size();
    }
  }
  void on_closed(const base::Error&) override { stream_.reset(); }

  TransferBed& bed_;
  base::Slice first_, again_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<io::ByteStream> stream_;
  uint64_t sent_ = 0;
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
