#include "bench/viewers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "bench/process.h"
#include "container/flv/tag.h"

namespace eyas::bench {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
constexpr auto kDrainEvery = std::chrono::milliseconds(10);

void request_flv(int fd, const Target& target) {
  send_all(fd, base::as_bytes("GET " + target.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
}

// Response head, FLV header, tags.
class FlvViewer final : public SampledViewer {
 public:
  FlvViewer(const Target& target, Samples& samples) : SampledViewer(target, samples) {
    start_clock();
    request_flv(fd_, target);
  }

 private:
  void take(base::Bytes bytes) override {
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    size_t at = 0;
    if (!in_tags_) {
      size_t end = base::as_text(held_).find("\r\n\r\n");
      size_t head_bytes = end + 4 + flv::kFileHeaderBytes + flv::kPreviousTagSizeBytes;
      if (end == std::string_view::npos || held_.size() < head_bytes) return;
      in_tags_ = true;
      at = head_bytes;
    }
    at = take_tags(at);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  size_t take_tags(size_t at) {
    base::Bytes all = held_;
    while (at + flv::kTagHeaderBytes <= all.size()) {
      size_t body = size_t{all[at + 1]} << 16 | size_t{all[at + 2]} << 8 | all[at + 3];
      size_t whole = flv::kTagHeaderBytes + body + flv::kPreviousTagSizeBytes;
      if (at + whole > all.size()) break;
      if (all[at] == 9) on_video(all.subspan(at + flv::kTagHeaderBytes, body));
      at += whole;
    }
    return at;
  }

  std::vector<uint8_t> held_;
  bool in_tags_ = false;
};

class RtmpViewer final : public SampledViewer, private rtmp::ChunkReader::Sink {
 public:
  RtmpViewer(const Target& target, Samples& samples) : SampledViewer(target, samples) {
    start_clock();
    rtmp_begin(fd_, target, false, reader_, *this);
  }

 private:
  void take(base::Bytes bytes) override { (void)reader_.feed(bytes, *this); }
  base::Status on_message(rtmp::Message message) override {
    if (message.type == rtmp::MessageType::kVideo) on_video(message.payload);
    return {};
  }
  rtmp::ChunkReader reader_;
};

struct Ignore final : rtmp::ChunkReader::Sink {
  base::Status on_message(rtmp::Message) override { return {}; }
};

}  // namespace

SampledViewer::SampledViewer(const Target& target, Samples& samples)
    : fd_(connect_loopback(target.port)), samples_(samples), buffer_(kReadBytes) {}

SampledViewer::~SampledViewer() {
  close(fd_);
}

std::unique_ptr<SampledViewer> SampledViewer::join(Way way, const Target& target, Samples& samples) {
  std::unique_ptr<SampledViewer> viewer;
  if (way == Way::kHttpFlv) viewer = std::make_unique<FlvViewer>(target, samples);
  if (way == Way::kRtmp) viewer = std::make_unique<RtmpViewer>(target, samples);
  return viewer;
}

void SampledViewer::start_clock() {
  asked_ns_ = now_ns();
}

size_t SampledViewer::read(bool record_latency) {
  record_latency_ = record_latency;
  ssize_t n = recv(fd_, buffer_.data(), buffer_.size(), 0);
  if (n <= 0) return 0;
  take({buffer_.data(), static_cast<size_t>(n)});
  return static_cast<size_t>(n);
}

void SampledViewer::on_video(base::Bytes body) {
  if (body.size() < 6 || body[1] != 1) return;  // only coded pictures
  int64_t now = now_ns();
  if (!saw_picture_) {
    saw_picture_ = true;
    samples_.first_coded_ms.push_back(static_cast<double>(now - asked_ns_) * 1e-6);
    if (body[0] >> 4 != 1) ++samples_.began_without_key;
  }
  std::optional<Stamp> stamp = stamp_of(body);
  if (!stamp) return;
  if (last_counter_ && stamp->counter > *last_counter_ + 1)
    samples_.lost += stamp->counter - *last_counter_ - 1;
  last_counter_ = stamp->counter;
  if (record_latency_) samples_.relay_ms.push_back(static_cast<double>(now - stamp->sent_ns) * 1e-6);
}

BulkViewers::BulkViewers(Way way, const Target& target) : way_(way), target_(target) {
  thread_ = std::thread([this] { drain(); });
}

void BulkViewers::join(int count) {
  for (int i = 0; i < count; ++i) {
    int fd = connect_loopback(target_.port);
    if (way_ == Way::kHttpFlv) request_flv(fd, target_);
    if (way_ == Way::kRtmp) {
      rtmp::ChunkReader reader;
      Ignore ignore;
      rtmp_begin(fd, target_, false, reader, ignore);
    }
    std::lock_guard lock(mutex_);
    fds_.push_back(fd);
  }
}

BulkViewers::~BulkViewers() {
  stopping_ = true;
  thread_.join();
  for (int fd : fds_) close(fd);
}

void BulkViewers::drain() {
  while (!stopping_) {
    int closed = 0;
    std::unique_lock lock(mutex_);
    for (int fd : fds_) {
      // MSG_TRUNC drops the bytes without copying them: the load tool must not be what is measured.
      ssize_t n = recv(fd, nullptr, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);
      if (n > 0) bytes_ += static_cast<uint64_t>(n);
      if (n == 0) ++closed;
    }
    closed_ = closed;
    lock.unlock();
    std::this_thread::sleep_for(kDrainEvery);
  }
}

}  // namespace eyas::bench
