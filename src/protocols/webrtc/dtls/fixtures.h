// What the DTLS tests share: a client and a server, and the wire between them.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "protocols/webrtc/dtls/dtls.h"

namespace eyas::webrtc::fixtures {

using Datagram = std::vector<uint8_t>;

inline const DtlsCertificate& certificate(DtlsRole role) {
  static const base::WallTime kNow{std::chrono::seconds(1'800'000'000)};
  static const DtlsCertificate kServer = *DtlsCertificate::make(kNow);
  static const DtlsCertificate kClient = *DtlsCertificate::make(kNow);
  return role == DtlsRole::kServer ? kServer : kClient;
}

inline std::shared_ptr<const DtlsContext> context(DtlsRole role, const std::vector<SrtpProfile>& profiles = {
                                                                     SrtpProfile::kAeadAes128Gcm,
                                                                     SrtpProfile::kAes128CmSha1_80}) {
  return *DtlsContext::make(role, certificate(role), profiles);
}

inline std::vector<Datagram> outgoing(DtlsSession& session) {
  std::vector<Datagram> all;
  base::Bytes datagram;
  while (session.next_outgoing(datagram)) all.emplace_back(datagram.begin(), datagram.end());
  return all;
}

struct Pair {
  base::ManualClock clock;
  DtlsSession server;
  DtlsSession client;

  explicit Pair(std::shared_ptr<const DtlsContext> server_context = context(DtlsRole::kServer),
                std::shared_ptr<const DtlsContext> client_context = context(DtlsRole::kClient))
      : server(std::move(server_context), certificate(DtlsRole::kClient).digest(), clock.mono()),
        client(std::move(client_context), certificate(DtlsRole::kServer).digest(), clock.mono()) {}

  // Carries datagrams until neither side has any; `pass` says whether one arrives.
  void carry(const std::function<bool(const Datagram&)>& pass = [](const Datagram&) { return true; }) {
    for (;;) {
      auto from_client = outgoing(client), from_server = outgoing(server);
      if (from_client.empty() && from_server.empty()) return;
      for (auto& datagram : from_client) {
        if (pass(datagram)) server.on_datagram(datagram, clock.mono());
      }
      for (auto& datagram : from_server) {
        if (pass(datagram)) client.on_datagram(datagram, clock.mono());
      }
    }
  }
  // Lets both sides' timers come.
  void wait(base::Duration time) {
    clock.advance(time);
    client.on_tick(clock.mono());
    server.on_tick(clock.mono());
  }
  bool connected() const {
    return server.state() == DtlsSession::State::kConnected &&
           client.state() == DtlsSession::State::kConnected;
  }
};

inline void handshake(Pair& pair) {
  pair.client.start(pair.clock.mono());
  pair.carry();
}

}  // namespace eyas::webrtc::fixtures
