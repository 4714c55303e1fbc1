#include "protocols/srt/socket.h"

#include <srt/access_control.h>
#include <srt/srt.h>
#include <sys/socket.h>

#include <utility>

namespace eyas::srt {
namespace {

base::Error last_error(const char* context) {
  return {base::Code::kSystem, context, srt_getlasterror_str()};
}

bool set(int id, SRT_SOCKOPT option, int value) {
  return srt_setsockflag(id, option, &value, sizeof value) == 0;
}
bool set(int id, SRT_SOCKOPT option, const std::string& value) {
  return value.empty() || srt_setsockflag(id, option, value.data(), static_cast<int>(value.size())) == 0;
}

int milliseconds(base::Duration time) {
  return static_cast<int>(base::to_ms(time));
}

io::Endpoint endpoint_of(const sockaddr_storage& storage) {
  io::Endpoint endpoint;
  if (storage.ss_family == AF_INET6)
    endpoint.v6 = reinterpret_cast<const sockaddr_in6&>(storage);
  else
    endpoint.v4 = reinterpret_cast<const sockaddr_in&>(storage);
  return endpoint;
}

// libsrt holds the listener's lock during the call, and closing it takes that lock: the gate is there.
int on_handshake(void* gate, SRTSOCKET peer, int, const sockaddr* from, const char* stream_id) {
  io::Endpoint endpoint;
  if (from->sa_family == AF_INET6)
    endpoint.v6 = *reinterpret_cast<const sockaddr_in6*>(from);
  else
    endpoint.v4 = *reinterpret_cast<const sockaddr_in*>(from);
  const int reason = static_cast<Gate*>(gate)->judge(endpoint.text(), stream_id == nullptr ? "" : stream_id);
  if (reason == 0) return 0;
  srt_setrejectreason(peer, reason);
  return -1;
}

// As many packets under way as libsrt's buffers take: of its own default, which is three times that, each
// socket keeps lists that nobody can fill.
constexpr int kFlightPackets = 8192;

}  // namespace

const int kTurnBadRequest = SRT_REJX_BAD_REQUEST;
const int kTurnOverload = SRT_REJX_OVERLOAD;

base::Result<Socket> Socket::make(const SocketSettings& s) {
  const int id = srt_create_socket();
  if (id == SRT_INVALID_SOCK) return last_error("srt: socket");
  Socket made(id);
  const bool done =
      set(id, SRTO_TRANSTYPE, SRTT_LIVE) && set(id, SRTO_RCVSYN, 0) && set(id, SRTO_SNDSYN, 0) &&
      set(id, SRTO_LATENCY, milliseconds(s.latency)) && set(id, SRTO_PASSPHRASE, s.passphrase) &&
      set(id, SRTO_STREAMID, s.stream_id) && set(id, SRTO_CONNTIMEO, milliseconds(s.connect_timeout)) &&
      set(id, SRTO_PEERIDLETIMEO, milliseconds(s.peer_idle_timeout)) &&
      set(id, SRTO_RENDEZVOUS, s.rendezvous) && set(id, SRTO_SENDER, s.sends) &&
      set(id, SRTO_FC, kFlightPackets) && set(id, SRTO_PAYLOADSIZE, static_cast<int>(kMessageBytesMax));
  if (!done) return last_error("srt: socket options");
  return made;
}

Socket::Socket(Socket&& other) noexcept : id_(std::exchange(other.id_, SRT_INVALID_SOCK)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(id_, other.id_);
  return *this;
}

Socket::~Socket() {
  if (id_ != SRT_INVALID_SOCK) srt_close(id_);
}

base::Status Socket::bind(const io::Endpoint& at) {
  if (srt_bind(id_, &at.any, static_cast<int>(at.length())) != 0) return last_error("srt: bind");
  return {};
}

base::Status Socket::bind_acquire(int udp) {
  if (srt_bind_acquire(id_, udp) != 0) return last_error("srt: bind");
  return {};
}

base::Status Socket::listen(Gate& gate) {
  constexpr int kBacklog = 128;
  if (srt_listen_callback(id_, &on_handshake, &gate) != 0 || srt_listen(id_, kBacklog) != 0)
    return last_error("srt: listen");
  return {};
}

std::optional<Socket> Socket::accept() {
  const int peer = srt_accept(id_, nullptr, nullptr);
  if (peer == SRT_INVALID_SOCK) return std::nullopt;
  return Socket(peer);
}

base::Status Socket::connect(const io::Endpoint& to) {
  if (srt_connect(id_, &to.any, static_cast<int>(to.length())) == SRT_ERROR)
    return last_error("srt: connect");
  return {};
}

Socket::State Socket::state() const {
  switch (srt_getsockstate(id_)) {
    case SRTS_INIT:
    case SRTS_OPENED:
    case SRTS_CONNECTING:
    case SRTS_LISTENING:
      return State::kConnecting;
    case SRTS_CONNECTED:
      return State::kOpen;
    default:
      return State::kEnded;
  }
}

base::Error Socket::end_reason() const {
  const int reason = srt_getrejectreason(id_);
  switch (reason) {
    case SRT_REJ_UNKNOWN:
      return {base::Code::kClosed, "srt: the peer left", {}};
    case SRT_REJ_TIMEOUT:
      return {base::Code::kTimeout, "srt: nobody answers", {}};
    case SRT_REJ_BADSECRET:
    case SRT_REJ_UNSECURE:
      return {base::Code::kRefused, "srt: the passphrases of the two sides differ", {}};
    case SRT_REJX_CONFLICT:
      return {base::Code::kRefused, "srt: the name is taken there", {}};
    case SRT_REJX_NOTFOUND:
      return {base::Code::kNotFound, "srt: no such stream there", {}};
    default:
      break;
  }
  const bool ours = reason < SRT_REJC_PREDEFINED;
  return {base::Code::kRefused, "srt: the peer refuses",
          ours ? std::string(srt_rejectreason_str(reason)) : "code " + std::to_string(reason)};
}

Socket::Moved Socket::receive(std::span<uint8_t> room, size_t& bytes) {
  const int n = srt_recvmsg(id_, reinterpret_cast<char*>(room.data()), static_cast<int>(room.size()));
  if (n > 0) return bytes = static_cast<size_t>(n), Moved::kYes;
  return n == SRT_ERROR && srt_getlasterror(nullptr) == SRT_EASYNCRCV ? Moved::kNotNow : Moved::kEnded;
}

Socket::Moved Socket::send(base::Bytes message) {
  constexpr int kNoTimeToLive = -1;
  constexpr int kInOrder = 1;
  const int n = srt_sendmsg(id_, reinterpret_cast<const char*>(message.data()),
                            static_cast<int>(message.size()), kNoTimeToLive, kInOrder);
  if (n >= 0) return Moved::kYes;
  return srt_getlasterror(nullptr) == SRT_EASYNCSND ? Moved::kNotNow : Moved::kEnded;
}

std::string Socket::stream_id() const {
  char text[513] = {};
  int size = sizeof text - 1;
  if (srt_getsockflag(id_, SRTO_STREAMID, text, &size) != 0) return {};
  return {text, static_cast<size_t>(size)};
}

std::string Socket::peer() const {
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (srt_getpeername(id_, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return endpoint_of(storage).text();
}

std::optional<io::Endpoint> Socket::local() const {
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (srt_getsockname(id_, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  return endpoint_of(storage);
}

PathFacts Socket::facts(bool sender) const {
  PathFacts facts;
  SRT_TRACEBSTATS all{};
  constexpr int kKeep = 0;
  constexpr int kNow = 1;
  if (srt_bistats(id_, &all, kKeep, kNow) != 0) return facts;
  auto count = [](auto value) { return static_cast<uint64_t>(value < 0 ? 0 : value); };
  facts.rtt_us = count(static_cast<int64_t>(all.msRTT * 1000));
  facts.packets = count(sender ? all.pktSentUniqueTotal : all.pktRecvUniqueTotal);
  facts.bytes = sender ? all.byteSentUniqueTotal : all.byteRecvUniqueTotal;
  facts.packets_lost = count(sender ? all.pktSndLossTotal : all.pktRcvLossTotal);
  facts.packets_resent =
      count(sender ? all.pktRetransTotal : static_cast<int>(all.pktRecvTotal - all.pktRecvUniqueTotal));
  facts.packets_dropped = count(sender ? all.pktSndDropTotal : all.pktRcvDropTotal);
  facts.latency_ms = count(sender ? all.msSndTsbPdDelay : all.msRcvTsbPdDelay);
  return facts;
}

}  // namespace eyas::srt
