// raw-send: what this machine needs to send the frames of a file to N loopback sockets, without a server
// around it. The floor that the server is compared with.
//   raw-send FILE.flv SOCKETS SECONDS [send|uring|udp]
// udp: the datagrams that RTP makes of the frames, by segmented sends, many to a call.
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

constexpr size_t kRtpHeaderBytes = 12;
constexpr size_t kPayloadBytesMax = 1400;
constexpr size_t kFragmentHeaderBytes = 2;  // [RFC 6184 5.8]
constexpr size_t kStampNalBytes = 57;       // what the load tool's publisher puts before each picture
constexpr size_t kSegmentsMax = 45;         // of one send: an IP packet's 64 KiB
constexpr size_t kMessagesMax = 256;        // of one sendmmsg

// Datagrams of one size, the last perhaps shorter, that leave in one send.
struct Run {
  size_t bytes = 0;
  size_t segment = 0;
};

void append_unit(std::vector<Run>& runs, size_t bytes) {
  if (bytes <= kPayloadBytesMax) return runs.push_back({kRtpHeaderBytes + bytes, kRtpHeaderBytes + bytes});
  const size_t piece = kPayloadBytesMax - kFragmentHeaderBytes,
               overhead = kRtpHeaderBytes + kFragmentHeaderBytes;
  for (size_t left = bytes - 1; left > 0;) {
    size_t part = std::min(left, piece * kSegmentsMax);
    runs.push_back({part + (part + piece - 1) / piece * overhead, piece + overhead});
    left -= part;
  }
}

// What RTP makes of a tag: a datagram or a run of fragments for each NAL unit, one for each packet of sound.
std::vector<Run> runs_of(const FileTag& tag) {
  std::vector<Run> runs;
  if (tag.header() || tag.type == 18) return runs;
  if (!tag.coded_video()) {
    append_unit(runs, 4 + tag.body.size() - 2);  // with the AU header of [RFC 3640]
    return runs;
  }
  append_unit(runs, kStampNalBytes);
  eyas::base::ByteReader reader(tag.body);
  reader.skip(5);
  while (reader.remaining() >= 4) {
    uint32_t bytes = reader.u32();
    reader.skip(bytes);
    if (bytes == 0 || !reader.ok()) break;
    append_unit(runs, bytes);
  }
  return runs;
}

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

// `runs` may be of any content: nobody reads it.
uint64_t send_segmented(UdpSockets& sockets, const std::vector<Run>& runs) {
  static std::vector<uint8_t> bytes(kSegmentsMax * (kRtpHeaderBytes + kPayloadBytesMax));
  static std::vector<mmsghdr> headers(kMessagesMax);
  static std::vector<iovec> parts(kMessagesMax);
  static std::vector<std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t))>> controls(kMessagesMax);
  size_t count = 0;
  uint64_t total = 0;
  auto flush = [&] {
    for (size_t done = 0; done < count;) {
      int n = sendmmsg(sockets.sender, headers.data() + done, static_cast<unsigned>(count - done), 0);
      done += n > 0 ? static_cast<size_t>(n) : 1;
    }
    count = 0;
  };
  for (sockaddr_in& to : sockets.addresses) {
    for (const Run& run : runs) {
      parts[count] = {bytes.data(), run.bytes};
      total += run.bytes;
      msghdr& header = headers[count].msg_hdr;
      header = {&to, sizeof to, &parts[count], 1, controls[count].data(), controls[count].size(), 0};
      cmsghdr* control = CMSG_FIRSTHDR(&header);
      *control = {CMSG_LEN(sizeof(uint16_t)), SOL_UDP, UDP_SEGMENT};
      auto segment = static_cast<uint16_t>(run.segment);
      std::memcpy(CMSG_DATA(control), &segment, sizeof segment);
      if (run.bytes <= run.segment) header.msg_control = nullptr, header.msg_controllen = 0;
      if (++count == kMessagesMax) flush();
    }
  }
  flush();
  return total;
}

// As an FLV tag: header and size behind.
std::vector<uint8_t> framed(const FileTag& tag) {
  std::vector<uint8_t> bytes = tag.body;
  bytes.resize(tag.body.size() + 15);
  return bytes;
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
      bytes += send_to_all(tag);
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
      [&](const FileTag& tag) { return send_segmented(sockets, runs_of(tag)); });
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
        [&](const FileTag& tag) { return send_each(sockets.senders, framed(tag)); });
  } else {
#ifdef EYAS_HAVE_URING
    io_uring ring{};
    if (way == "uring" && io_uring_queue_init(kRingEntries, &ring, 0) == 0) {
      run(tags, seconds, way, sockets.senders.size(),
          [&](const FileTag& tag) { return send_batched(ring, sockets.senders, framed(tag)); });
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
