#include "bench/publisher.h"

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "bench/process.h"

namespace eyas::bench {
namespace {

struct Ignore final : rtmp::ChunkReader::Sink {
  base::Status on_message(rtmp::Message) override { return {}; }
};

}  // namespace

Publisher::Publisher(const Target& target, std::vector<FileTag> tags)
    : tags_(std::move(tags)), target_(target), fd_(connect_loopback(target.port)) {
  Ignore ignore;
  rtmp::ChunkReader reader;
  rtmp_begin(fd_, target_, true, reader, ignore);
  thread_ = std::thread([this] { run(); });
}

Publisher::~Publisher() {
  stopping_ = true;
  thread_.join();
  close(fd_);
}

void Publisher::run() {
  prefer_this_thread();
  uint32_t round_ms = tags_.back().timestamp_ms + 33;
  int64_t begin = now_ns();
  for (uint32_t round = 0;; ++round) {
    for (const FileTag& tag : tags_) {
      uint32_t timestamp_ms = round * round_ms + tag.timestamp_ms;
      std::this_thread::sleep_for(
          std::chrono::nanoseconds(begin + int64_t{timestamp_ms} * 1'000'000 - now_ns()));
      if (stopping_) return;
      if (round == 0 || (!tag.header() && tag.type != 18)) send(tag, timestamp_ms);
    }
    uint8_t unread[4096];  // acknowledgements; nobody needs them
    while (recv(fd_, unread, sizeof unread, MSG_DONTWAIT) > 0) {
    }
  }
}

void Publisher::send(const FileTag& tag, uint32_t timestamp_ms) {
  std::vector<uint8_t> body = tag.coded_video() ? with_stamp(tag.body, {++pictures_, now_ns()}) : tag.body;
  writer_.write(rtmp::kMediaChunkStream,
                {static_cast<rtmp::MessageType>(tag.type), 1, timestamp_ms, base::Slice(std::move(body))});
  send_all(fd_, writer_.take());
}

}  // namespace eyas::bench
