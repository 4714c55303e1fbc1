#include "bench/connect.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "protocols/rtmp/command.h"
#include "protocols/rtmp/wire/handshake.h"

namespace eyas::bench {
namespace {

using flv::AmfValue;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "eyas-bench: %s\n", what);
  std::exit(1);
}

// Passes messages on and notes the commands among them.
class Answers final : public rtmp::ChunkReader::Sink {
 public:
  explicit Answers(rtmp::ChunkReader::Sink& next) : next_(next) {}
  bool has(std::string_view name) const { return last_ == name; }

 private:
  base::Status on_message(rtmp::Message message) override {
    if (message.type == rtmp::MessageType::kCommandAmf0) {
      auto command = rtmp::parse_command(message, 64 * 1024);
      if (command && (command->name == "_result" || command->name == "onStatus")) last_ = command->name;
      if (command && (command->name == "_error" || command->value(1).get_string("level") == "error"))
        fail("the server refused an RTMP command");
    }
    return next_.on_message(std::move(message));
  }
  rtmp::ChunkReader::Sink& next_;
  std::string last_;

 public:
  void await(int fd, rtmp::ChunkReader& reader, std::string_view name) {
    last_.clear();
    uint8_t buffer[16 * 1024];
    while (!has(name)) {
      ssize_t n = recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0 || !reader.feed({buffer, static_cast<size_t>(n)}, *this)) fail("RTMP connection lost");
    }
  }
};

void shake_hands(int fd) {
  std::vector<uint8_t> c0c1(1 + rtmp::kHandshakeBytes, 0);
  c0c1[0] = 3;
  send_all(fd, c0c1);
  std::vector<uint8_t> answer(1 + 2 * rtmp::kHandshakeBytes);
  if (recv(fd, answer.data(), answer.size(), MSG_WAITALL) != static_cast<ssize_t>(answer.size()))
    fail("no RTMP handshake");
  send_all(fd, base::Bytes(answer).subspan(1, rtmp::kHandshakeBytes));  // C2 repeats S1
}

}  // namespace

int connect_loopback(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  timeval limit{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address)) fail("cannot connect");
  return fd;
}

void set_blocking(int fd, bool blocking) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void send_all(int fd, base::Bytes bytes) {
  while (!bytes.empty()) {
    ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) fail("connection lost while sending");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

void rtmp_begin(int fd, const Target& target, bool publish, rtmp::ChunkReader& reader,
                rtmp::ChunkReader::Sink& sink) {
  shake_hands(fd);
  Answers answers(sink);
  rtmp::ChunkWriter writer(rtmp::kChunkSizeDefault);
  auto command = [&](uint32_t stream, std::string_view name, double transaction,
                     std::vector<AmfValue> values) {
    writer.write(rtmp::kCommandChunkStream,
                 rtmp::command_message(stream, name, transaction, std::move(values)));
    send_all(fd, writer.take());
  };
  writer.change_chunk_size(kClientChunkSize);
  std::string url = "rtmp://127.0.0.1/" + target.app;
  command(0, "connect", 1,
          {AmfValue::object({{"app", AmfValue::string(target.app)}, {"tcUrl", AmfValue::string(url)}})});
  answers.await(fd, reader, "_result");
  command(0, "createStream", 2, {AmfValue::null()});
  answers.await(fd, reader, "_result");
  if (publish) {
    command(1, "publish", 3, {AmfValue::null(), AmfValue::string(target.name), AmfValue::string("live")});
    answers.await(fd, reader, "onStatus");
  } else {
    command(1, "play", 4, {AmfValue::null(), AmfValue::string(target.name), AmfValue::number(-2)});
  }
}

}  // namespace eyas::bench
