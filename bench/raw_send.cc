// raw-send: what this machine needs to send the frames of a file to N loopback sockets, without a server
// around it. The floor that the server is compared with.
//   raw-send FILE.flv SOCKETS SECONDS [send|uring|udp]
// udp: datagrams of an RTP packet's size, by segmented sends, many to a call.
// The sender runs on core 0 and the receiver on core 1, as the server and the load tool do.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "bench/flv_file.h"
#include "bench/process.h"

#ifdef EYAS_HAVE_URING
#include <liburing.h>
#endif

namespace {

using namespace eyas::bench;

constexpr unsigned kRingEntries = 1024;

void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

struct Sockets {
  std::vector<int> senders, receivers;
};

Sockets connect_pairs(int count) {
  Sockets all;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) || listen(listener, count) || getsockname(listener, generic, &size)) {
    std::perror("raw-send");
    std::exit(1);
  }
  for (int i = 0; i < count; ++i) {
    int receiver = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(receiver, generic, size)) {
      std::perror("raw-send: connect");
      std::exit(1);
    }
    int sender = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int one = 1;
    setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    all.senders.push_back(sender);
    all.receivers.push_back(receiver);
  }
  close(listener);
  return all;
}

// Every 10 ms, as eyas-bench does. MSG_TRUNC drops the bytes without copying them.
void drain(const std::vector<int>& receivers, const std::atomic<bool>& stopping) {
  pin(1);
  while (!stopping) {
    for (int fd : receivers)
      while (recv(fd, nullptr, 1 << 20, MSG_TRUNC | MSG_DONTWAIT) == 1 << 20) {
      }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

uint64_t send_each(const std::vector<int>& fds, const std::vector<uint8_t>& bytes) {
  uint64_t sent = 0;
  for (int fd : fds) {
    ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) sent += static_cast<uint64_t>(n);
  }
  return sent;
}

#ifdef EYAS_HAVE_URING
uint64_t send_batched(io_uring& ring, const std::vector<int>& fds, const std::vector<uint8_t>& bytes) {
  uint64_t sent = 0;
  for (size_t first = 0; first < fds.size(); first += kRingEntries) {
    size_t count = std::min<size_t>(kRingEntries, fds.size() - first);
    for (size_t i = 0; i < count; ++i)
      io_uring_prep_send(io_uring_get_sqe(&ring), fds[first + i], bytes.data(), bytes.size(), MSG_NOSIGNAL);
    io_uring_submit_and_wait(&ring, static_cast<unsigned>(count));
    io_uring_cqe* done = nullptr;
    for (size_t i = 0; i < count && io_uring_wait_cqe(&ring, &done) == 0; ++i) {
      if (done->res > 0) sent += static_cast<uint64_t>(done->res);
      io_uring_cqe_seen(&ring, done);
    }
  }
  return sent;
}
#endif

constexpr size_t kDatagramBytes = 1412;  // RTP header and payload
constexpr size_t kSegmentsMax = 45;      // of one send: an IP packet's 64 KiB
constexpr size_t kMessagesMax = 256;     // of one sendmmsg

struct UdpSockets {
  int sender = -1;
  std::vector<int> receivers;
  std::vector<sockaddr_in> addresses;
};

UdpSockets open_udp(int count) {
  UdpSockets all;
  all.sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  for (int i = 0; i < count; ++i) {
    int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int bytes = 1 << 20;
    setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(receiver, generic, size) || getsockname(receiver, generic, &size)) {
      std::perror("raw-send: bind");
      std::exit(1);
    }
    all.receivers.push_back(receiver);
    all.addresses.push_back(address);
  }
  return all;
}

void drain_datagrams(const std::vector<int>& receivers, const std::atomic<bool>& stopping) {
  pin(1);
  constexpr unsigned kBatch = 64;
  mmsghdr messages[kBatch]{};
  while (!stopping) {
    for (int fd : receivers)
      while (recvmmsg(fd, messages, kBatch, MSG_TRUNC | MSG_DONTWAIT, nullptr) == kBatch) {
      }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

uint64_t send_segmented(UdpSockets& sockets, const std::vector<uint8_t>& bytes) {
  static std::vector<mmsghdr> headers(kMessagesMax);
  static std::vector<iovec> parts(kMessagesMax);
  static std::vector<std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t))>> controls(kMessagesMax);
  size_t count = 0;
  auto flush = [&] {
    for (size_t done = 0; done < count;) {
      int n = sendmmsg(sockets.sender, headers.data() + done, static_cast<unsigned>(count - done), 0);
      done += n > 0 ? static_cast<size_t>(n) : 1;
    }
    count = 0;
  };
  for (sockaddr_in& to : sockets.addresses) {
    for (size_t at = 0; at < bytes.size(); at += kSegmentsMax * kDatagramBytes) {
      parts[count] = {const_cast<uint8_t*>(bytes.data()) + at,
                      std::min(kSegmentsMax * kDatagramBytes, bytes.size() - at)};
      msghdr& header = headers[count].msg_hdr;
      header = {&to, sizeof to, &parts[count], 1, controls[count].data(), controls[count].size(), 0};
      cmsghdr* control = CMSG_FIRSTHDR(&header);
      *control = {CMSG_LEN(sizeof(uint16_t)), SOL_UDP, UDP_SEGMENT};
      uint16_t segment = kDatagramBytes;
      std::memcpy(CMSG_DATA(control), &segment, sizeof segment);
      if (++count == kMessagesMax) flush();
    }
  }
  flush();
  return bytes.size() * sockets.addresses.size();
}

template <class SendToAll>
void run(const std::vector<FileTag>& tags, double seconds, const std::string& way, size_t sockets,
         SendToAll send_to_all) {
  double cpu = thread_cpu_seconds();
  int64_t begin = now_ns();
  uint64_t bytes = 0, frames = 0;
  for (int64_t round = 0;; ++round) {
    for (const FileTag& tag : tags) {
      int64_t at = begin + (round * (int64_t{tags.back().timestamp_ms} + 21) + tag.timestamp_ms) * 1'000'000;
      std::this_thread::sleep_for(std::chrono::nanoseconds(at - now_ns()));
      if (static_cast<double>(now_ns() - begin) > seconds * 1e9) {
        double spent = thread_cpu_seconds() - cpu;
        double gbit = static_cast<double>(bytes) * 8e-9;
        std::printf(
            "{\"tool\":\"raw-send\",\"way\":\"%s\",\"viewers\":%zu,\"seconds\":%.2f,\"frames\":%llu,"
            "\"gbit\":%.3f,\"cpu_seconds\":%.4f,\"cpu_per_gbit\":%.4f}\n",
            way.c_str(), sockets, seconds, static_cast<unsigned long long>(frames), gbit, spent,
            spent / gbit);
        return;
      }
      std::vector<uint8_t> framed = tag.body;
      framed.resize(tag.body.size() + 15);  // as an FLV tag: header and size behind
      bytes += send_to_all(framed);
      ++frames;
    }
  }
}

int run_udp(const std::vector<FileTag>& tags, int count, double seconds) {
  UdpSockets sockets = open_udp(count);
  std::atomic<bool> stopping{false};
  std::thread receiver([&] { drain_datagrams(sockets.receivers, stopping); });
  pin(0);
  run(tags, seconds, "udp", sockets.receivers.size(),
      [&](const std::vector<uint8_t>& frame) { return send_segmented(sockets, frame); });
  stopping = true;
  receiver.join();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "raw-send FILE.flv SOCKETS SECONDS [send|uring|udp]\n");
    return 2;
  }
  raise_descriptor_limit();
  std::vector<FileTag> tags = load_flv(argv[1]);
  if (argc > 4 && std::string(argv[4]) == "udp") return run_udp(tags, std::atoi(argv[2]), std::atof(argv[3]));
  Sockets sockets = connect_pairs(std::atoi(argv[2]));
  std::atomic<bool> stopping{false};
  std::thread receiver([&] { drain(sockets.receivers, stopping); });
  pin(0);
  std::string way = argc > 4 ? argv[4] : "send";
  double seconds = std::atof(argv[3]);
  int status = 0;
  if (way == "send") {
    run(tags, seconds, way, sockets.senders.size(),
        [&](const std::vector<uint8_t>& frame) { return send_each(sockets.senders, frame); });
  } else {
#ifdef EYAS_HAVE_URING
    io_uring ring{};
    if (way == "uring" && io_uring_queue_init(kRingEntries, &ring, 0) == 0) {
      run(tags, seconds, way, sockets.senders.size(),
          [&](const std::vector<uint8_t>& frame) { return send_batched(ring, sockets.senders, frame); });
      io_uring_queue_exit(&ring);
    } else
#endif
    {
      std::fprintf(stderr, "raw-send: io_uring is not to be had here\n");
      status = 3;
    }
  }
  stopping = true;
  receiver.join();
  return status;
}
