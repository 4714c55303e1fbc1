#include "bench/rtsp_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "protocols/rtsp/media_map.h"
#include "protocols/rtsp/wire/headers.h"
#include "protocols/rtsp/wire/message_reader.h"
#include "rtp/sdp/sdp.h"

namespace eyas::bench {
namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "eyas-bench: %s\n", what);
  std::exit(1);
}

struct Answer final : rtsp::MessageReader::Sink {
  void on_request(rtsp::Request) override {}
  void on_response(rtsp::Response response) override {
    got = true;
    value = std::move(response);
  }
  void on_interleaved(uint8_t, base::Bytes) override {}
  bool got = false;
  rtsp::Response value;
};

// Byte by byte, so that what follows the answer is left to the viewer.
rtsp::Response await(int fd) {
  Answer answer;
  rtsp::MessageReader reader(answer);
  for (uint8_t byte = 0; !answer.got;) {
    if (recv(fd, &byte, 1, 0) != 1 || !reader.push({&byte, 1})) fail("RTSP connection lost");
  }
  if (answer.value.status != 200) fail("the server refused an RTSP request");
  return answer.value;
}

int bind_loopback(uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int bytes = 1 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

UdpPair open_udp_pair() {
  static uint16_t next = 30000;
  for (; next < 60000; next += 2) {
    UdpPair pair{bind_loopback(next), -1, next};
    if (pair.rtp < 0) continue;
    pair.rtcp = bind_loopback(static_cast<uint16_t>(next + 1));
    if (pair.rtcp >= 0) return next += 2, pair;
    close(pair.rtp);
  }
  fail("no UDP ports");
}

std::string rtsp_begin(int fd, const Target& target, uint16_t udp_port, size_t tracks_max) {
  std::string address =
      "rtsp://127.0.0.1:" + std::to_string(target.port) + '/' + target.app + '/' + target.name;
  unsigned sequence = 0;
  auto ask = [&](const char* method, const std::string& uri, const std::string& transport) {
    rtsp::Request request;
    request.method = method;
    request.uri = uri;
    request.headers.add("CSeq", std::to_string(++sequence));
    if (!transport.empty()) request.headers.add("Transport", transport);
    send_all(fd, base::as_bytes(rtsp::text_of(request)));
    return await(fd);
  };
  std::string description = ask("DESCRIBE", address, {}).body;
  auto sdp = sdp::parse(description);
  auto media = sdp ? rtsp::received_media(*sdp) : std::vector<rtsp::ReceivedMedia>();
  if (media.empty()) fail("the server described nothing that we know");
  for (size_t i = 0; i < media.size() && i < tracks_max; ++i) {
    auto pair = [](size_t first) { return std::to_string(first) + '-' + std::to_string(first + 1); };
    ask("SETUP", rtsp::control_url(address, media[i].control),
        udp_port == 0 ? "RTP/AVP/TCP;unicast;interleaved=" + pair(2 * i)
                      : "RTP/AVP;unicast;client_port=" + pair(udp_port));
  }
  ask("PLAY", address, {});
  return description;
}

}  // namespace eyas::bench
