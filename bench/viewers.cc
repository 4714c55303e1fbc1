#include "bench/viewers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "bench/process.h"
#include "bench/rtsp_client.h"
#include "container/flv/tag.h"
#include "protocols/rtsp/media_map.h"
#include "protocols/rtsp/stream_receiver.h"
#include "protocols/rtsp/wire/message_reader.h"

namespace eyas::bench {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
constexpr size_t kAllTracks = 64;
constexpr auto kDrainEvery = std::chrono::milliseconds(10);

void request_flv(int fd, const Target& target) {
  // 1.0, so that no server sends chunks.
  send_all(fd, base::as_bytes("GET " + target.path + " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"));
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

// Puts pictures together again and reads their stamps.
class RtspViewer final : public SampledViewer,
                         private rtsp::MessageReader::Sink,
                         private rtsp::TrackReceiver::Sink {
 public:
  RtspViewer(const Target& target, Samples& samples, bool udp)
      : SampledViewer(target, samples), reader_(*this) {
    if (udp) pair_ = open_udp_pair();
    if (udp) media_fd_ = pair_.rtp;
    start_clock();
    auto description = sdp::parse(rtsp_begin(fd_, target, pair_.port, 1));
    const base::Clock& clock = base::system_clock();
    auto media = rtsp::received_media(*description);
    media.resize(1);
    rtsp::TrackReceiver::Sink& frames = *this;
    receiver_ = std::make_unique<rtsp::StreamReceiver>(
        media, rtsp::ReceiverOptions(), rtsp::TrackReceiver::Start{clock.mono(), clock.wall()}, frames);
  }
  ~RtspViewer() override {
    if (pair_.rtp >= 0) close(pair_.rtp), close(pair_.rtcp);
  }

 private:
  void take(base::Bytes bytes) override {
    if (pair_.rtp >= 0)
      receiver_->on_packet(0, bytes, base::system_clock().mono());
    else
      (void)reader_.push(bytes);
  }
  void on_request(rtsp::Request) override {}
  void on_response(rtsp::Response) override {}
  void on_interleaved(uint8_t, base::Bytes packet) override {
    receiver_->on_packet(0, packet, base::system_clock().mono());
  }
  void on_track(media::TrackPtr) override {}
  void on_frame(media::Frame frame) override {
    std::vector<uint8_t> body = {static_cast<uint8_t>(frame.key ? 0x17 : 0x27), 1, 0, 0,
                                 0};  // as an FLV tag has it
    base::Bytes payload = frame.payload;
    body.insert(body.end(), payload.begin(), payload.end());
    on_video(body);
  }

  UdpPair pair_;
  rtsp::MessageReader reader_;
  std::unique_ptr<rtsp::StreamReceiver> receiver_;
};

struct Ignore final : rtmp::ChunkReader::Sink {
  base::Status on_message(rtmp::Message) override { return {}; }
};

}  // namespace

SampledViewer::SampledViewer(const Target& target, Samples& samples)
    : fd_(connect_loopback(target.port)), media_fd_(fd_), samples_(samples), buffer_(kReadBytes) {}

SampledViewer::~SampledViewer() {
  close(fd_);
}

std::unique_ptr<SampledViewer> SampledViewer::join(Way way, const Target& target, Samples& samples) {
  std::unique_ptr<SampledViewer> viewer;
  if (way == Way::kHttpFlv) viewer = std::make_unique<FlvViewer>(target, samples);
  if (way == Way::kRtmp) viewer = std::make_unique<RtmpViewer>(target, samples);
  if (way == Way::kRtspTcp) viewer = std::make_unique<RtspViewer>(target, samples, false);
  if (way == Way::kRtspUdp) viewer = std::make_unique<RtspViewer>(target, samples, true);
  return viewer;
}

void SampledViewer::start_clock() {
  asked_ns_ = now_ns();
}

size_t SampledViewer::read(bool record_latency) {
  record_latency_ = record_latency;
  ssize_t n = recv(media_fd_, buffer_.data(), buffer_.size(), 0);
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

void BulkViewers::join(int count, const Target& target) {
  for (int i = 0; i < count; ++i) {
    int fd = connect_loopback(target.port);
    if (way_ == Way::kHttpFlv) request_flv(fd, target);
    if (way_ == Way::kRtmp) {
      rtmp::ChunkReader reader;
      Ignore ignore;
      rtmp_begin(fd, target, false, reader, ignore);
    }
    if (way_ == Way::kRtspTcp) rtsp_begin(fd, target, 0, kAllTracks);
    UdpPair pair;
    if (way_ == Way::kRtspUdp) {
      pair = open_udp_pair();
      rtsp_begin(fd, target, pair.port, kAllTracks);
    }
    std::lock_guard lock(mutex_);
    fds_.push_back(fd);
    if (pair.rtp >= 0) datagram_fds_.insert(datagram_fds_.end(), {pair.rtp, pair.rtcp});
  }
}

BulkViewers::~BulkViewers() {
  stopping_ = true;
  thread_.join();
  for (int fd : fds_) close(fd);
  for (int fd : datagram_fds_) close(fd);
}

// The same for datagrams, many to a call.
void BulkViewers::drain_datagrams(int fd) {
  constexpr unsigned kBatch = 64;
  mmsghdr messages[kBatch]{};
  int count = kBatch;
  while (count == kBatch) {
    count = recvmmsg(fd, messages, kBatch, MSG_TRUNC | MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) bytes_ += messages[i].msg_len;
  }
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
    for (int fd : datagram_fds_) drain_datagrams(fd);
    closed_ = closed;
    lock.unlock();
    std::this_thread::sleep_for(kDrainEvery);
  }
}

}  // namespace eyas::bench
