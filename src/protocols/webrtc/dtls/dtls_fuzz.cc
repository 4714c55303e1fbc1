// Datagrams of a stranger into fresh sessions of both roles. Properties: no crash, a stranger is never
// connected, and what leaves is never longer than the path takes.
#include "protocols/webrtc/dtls/fixtures.h"

namespace {

using namespace eyas;
using namespace eyas::webrtc;

// The input cut into datagrams: a length of one byte (in units of eight) before each.
template <typename Each>
void for_each_datagram(base::Bytes input, Each each) {
  base::ByteReader in(input);
  while (in.remaining() > 0) {
    size_t size = std::min<size_t>(size_t{8} * in.u8(), in.remaining());
    each(in.take(size));
  }
}

void check_outgoing(DtlsSession& session) {
  for (auto& datagram : fixtures::outgoing(session)) {
    if (datagram.size() > kDtlsDatagramBytesMax) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto kServer = fixtures::context(DtlsRole::kServer);
  static const auto kClient = fixtures::context(DtlsRole::kClient);
  base::ManualClock clock;
  for (auto& role : {kServer, kClient}) {
    DtlsSession session(role, {}, clock.mono());
    session.start(clock.mono());
    for_each_datagram({data, size}, [&](base::Bytes datagram) {
      session.on_datagram(datagram, clock.mono());
      check_outgoing(session);
      clock.advance(std::chrono::milliseconds(150));
      session.on_tick(clock.mono());
      check_outgoing(session);
    });
    if (session.state() == DtlsSession::State::kConnected) __builtin_trap();
    session.close();
    check_outgoing(session);
  }
  return 0;
}
