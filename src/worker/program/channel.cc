#include "worker/program/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace eyas::worker {

base::Status Channel::read_exactly(uint8_t* into, size_t count) {
  while (count > 0) {
    ssize_t got = read(fd_, into, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return base::Error{base::Code::kClosed, "worker channel: read", {}};
    into += got, count -= static_cast<size_t>(got);
  }
  return {};
}

base::Result<Job> Channel::read_job() {
  std::vector<uint8_t> message(4);
  if (auto status = read_exactly(message.data(), message.size()); !status) return status.error();
  auto whole = job_message_bytes(message);
  if (!whole) return whole.error();
  message.resize(*whole);
  if (auto status = read_exactly(message.data() + 4, message.size() - 4); !status) return status.error();
  return decode_job(message);
}

base::Status Channel::read_into(Decoder& decoder) {
  std::array<uint8_t, 64 << 10> bytes;
  ssize_t got = 0;
  do {
    got = read(fd_, bytes.data(), bytes.size());
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return base::Error{base::Code::kClosed, "worker channel: read", {}};
  return decoder.feed(base::Bytes(bytes).first(static_cast<size_t>(got)));
}

base::Status Channel::read_what_is_there(Decoder& decoder) {
  std::array<uint8_t, 4096> bytes;
  ssize_t got = recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (got <= 0) return base::Error{base::Code::kClosed, "worker channel: read", {}};
  return decoder.feed(base::Bytes(bytes).first(static_cast<size_t>(got)));
}

base::Status Channel::write(const std::vector<uint8_t>& message) {
  size_t done = 0;
  while (done < message.size()) {
    ssize_t put = send(fd_, message.data() + done, message.size() - done, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return base::Error{base::Code::kClosed, "worker channel: write", {}};
    done += static_cast<size_t>(put);
  }
  return {};
}

}  // namespace eyas::worker
