#include "bench/srt_viewers.h"

#include <arpa/inet.h>
#include <srt/srt.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace eyas::bench {
namespace {

constexpr auto kDrainEvery = std::chrono::milliseconds(10);

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "eyas-bench: %s: %s\n", what, srt_getlasterror_str());
  std::exit(1);
}

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// `local` is the port to speak from: 0 for the first, whose port is filled in for the others.
SRTSOCKET connect_viewer(const Target& target, uint16_t& local) {
  const SRTSOCKET socket = srt_create_socket();
  const std::string id = "#!::m=request,r=" + target.app + '/' + target.name;
  srt_setsockflag(socket, SRTO_STREAMID, id.data(), static_cast<int>(id.size()));
  // Without a thread for each that holds packets back until their time.
  const bool off = false;
  srt_setsockflag(socket, SRTO_TSBPDMODE, &off, sizeof off);
  sockaddr_in from = loopback(local);
  if (srt_bind(socket, reinterpret_cast<sockaddr*>(&from), sizeof from) == SRT_ERROR) fail("SRT port");
  const sockaddr_in to = loopback(target.port);
  if (srt_connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == SRT_ERROR)
    fail("SRT connect");
  int length = sizeof from;
  srt_getsockname(socket, reinterpret_cast<sockaddr*>(&from), &length);
  local = ntohs(from.sin_port);
  srt_setsockflag(socket, SRTO_RCVSYN, &off, sizeof off);
  return socket;
}

}  // namespace

SrtViewers::SrtViewers(const Target& target, int count) {
  srt_startup();
  uint16_t local = 0;
  for (int i = 0; i < count; ++i) sockets_.push_back(connect_viewer(target, local));
  thread_ = std::thread([this] { drain(); });
}

SrtViewers::~SrtViewers() {
  stopping_ = true;
  thread_.join();
  for (SRTSOCKET socket : sockets_) srt_close(socket);
  srt_cleanup();
}

void SrtViewers::drain() {
  std::array<char, 1500> message{};
  while (!stopping_) {
    int closed = 0;
    for (SRTSOCKET socket : sockets_) {
      int taken = 0;
      while ((taken = srt_recvmsg(socket, message.data(), message.size())) > 0)
        bytes_ += static_cast<uint64_t>(taken);
      if (srt_getsockstate(socket) != SRTS_CONNECTED) ++closed;
    }
    closed_ = closed;
    std::this_thread::sleep_for(kDrainEvery);
  }
}

SrtLoad SrtViewers::totals() const {
  SrtLoad load;
  for (SRTSOCKET socket : sockets_) {
    SRT_TRACEBSTATS stats{};
    if (srt_bistats(socket, &stats, 0, 1) == SRT_ERROR) continue;
    load.packets += static_cast<uint64_t>(stats.pktRecvTotal);
    load.lost += static_cast<uint64_t>(stats.pktRcvLossTotal);
  }
  load.bytes = bytes_;
  load.closed = closed_;
  return load;
}

SrtLoad SrtViewers::watch(double seconds) {
  const SrtLoad before = totals();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  SrtLoad load = totals();
  load.bytes -= before.bytes;
  load.packets -= before.packets;
  load.lost -= before.lost;
  return load;
}

}  // namespace eyas::bench
