#include "bench/crowd_publisher.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <queue>

#include "bench/process.h"

namespace eyas::bench {
namespace {

constexpr uint32_t kPictureMs = 33;

struct Ignore final : rtmp::ChunkReader::Sink {
  base::Status on_message(rtmp::Message) override { return {}; }
};

}  // namespace

std::string name_of_stream(size_t index) {
  return "bench" + std::to_string(index);
}

CrowdPublisher::CrowdPublisher(const Target& server, const std::vector<FileTag>& tags, size_t streams)
    : tags_(tags), round_ms_(tags.back().timestamp_ms + kPictureMs) {
  for (size_t i = 0; i < streams; ++i) {
    Target target = server;
    target.name = name_of_stream(i);
    Connection connection{connect_loopback(server.port), 0, 0, 0};
    Ignore ignore;
    rtmp::ChunkReader reader;
    rtmp_begin(connection.fd, target, true, reader, ignore);
    connections_.push_back(connection);
  }
  int64_t begin = now_ns();
  for (size_t i = 0; i < streams; ++i)
    connections_[i].began_ns =
        begin + int64_t{kPictureMs} * 1'000'000 * static_cast<int64_t>(i) / static_cast<int64_t>(streams);
  thread_ = std::thread([this] { run(); });
}

CrowdPublisher::~CrowdPublisher() {
  stopping_ = true;
  thread_.join();
  for (const Connection& connection : connections_) close(connection.fd);
}

int64_t CrowdPublisher::due_ns(const Connection& connection) const {
  return connection.began_ns +
         (int64_t{connection.round} * round_ms_ + tags_[connection.next].timestamp_ms) * 1'000'000;
}

void CrowdPublisher::run() {
  prefer_this_thread();
  using Due = std::pair<int64_t, Connection*>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue;
  for (Connection& connection : connections_) queue.emplace(due_ns(connection), &connection);
  while (!stopping_) {
    auto [due, connection] = queue.top();
    queue.pop();
    int64_t left = due - now_ns();
    if (left > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(left));
    late_ms_max_ = std::max(late_ms_max_.load(), static_cast<double>(-left) * 1e-6);
    send(*connection);
    queue.emplace(due_ns(*connection), connection);
  }
}

void CrowdPublisher::send(Connection& connection) {
  const FileTag& tag = tags_[connection.next];
  uint32_t timestamp_ms = connection.round * round_ms_ + tag.timestamp_ms;
  if (connection.round == 0 || (!tag.header() && tag.type != 18)) {
    // A writer for each message, so that its header stands alone.
    rtmp::ChunkWriter writer(kClientChunkSize);
    writer.write(rtmp::kMediaChunkStream,
                 {static_cast<rtmp::MessageType>(tag.type), 1, timestamp_ms, base::Slice::copy_of(tag.body)});
    std::vector<uint8_t> bytes = writer.take();
    send_all(connection.fd, bytes);
    bytes_ += bytes.size();
  }
  if (++connection.next < tags_.size()) return;
  connection.next = 0;
  ++connection.round;
  uint8_t unread[4096];  // acknowledgements; nobody needs them
  while (recv(connection.fd, unread, sizeof unread, MSG_DONTWAIT) > 0) {
  }
}

}  // namespace eyas::bench
