#include "bench/whep_viewer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "bench/process.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"

namespace eyas::bench {
namespace {

using base::MonoTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kReadBytes = 64 * 1024;  // what UDP_GRO joins at most
constexpr int kSocketBufferBytes = 2 * 1024 * 1024;
constexpr base::Duration kCheckAgain = milliseconds(100);
constexpr base::Duration kConsentEvery = seconds(5);
constexpr base::Duration kReportEvery = seconds(1);
constexpr size_t kFeedbackSpan = 4'000;  // transport-wide numbers in one feedback
constexpr uint32_t kOwnSsrc = 1;
constexpr uint64_t kTieBreaker = 0x0102030405060708;

MonoTime mono_now() {
  return MonoTime(base::Duration(now_ns()));
}

// A received read: one or several datagrams of `segment` bytes, and when the kernel had the first.
struct Batch {
  size_t bytes = 0;
  size_t segment = 0;
  base::Duration arrived{0};
};

// False: nothing there.
bool receive(int fd, std::span<uint8_t> buffer, Batch& batch) {
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) char control[256];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);
  if (n <= 0) return false;
  batch.bytes = batch.segment = static_cast<size_t>(n);
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int segment;
      std::memcpy(&segment, CMSG_DATA(c), sizeof segment);
      batch.segment = static_cast<size_t>(segment);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
      timespec time;
      std::memcpy(&time, CMSG_DATA(c), sizeof time);
      batch.arrived = seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
  }
  return true;
}

}  // namespace

WhepWorld make_whep_world(const Target& target, bool cm_sha1) {
  auto certificate = webrtc::DtlsCertificate::make(base::system_clock().wall());
  std::vector<webrtc::SrtpProfile> profiles = {webrtc::SrtpProfile::kAes128CmSha1_80};
  if (!cm_sha1) profiles.insert(profiles.begin(), webrtc::SrtpProfile::kAeadAes128Gcm);
  return {target, *webrtc::DtlsContext::make(webrtc::DtlsRole::kClient, *certificate, profiles)};
}

WhepViewer::WhepViewer(const WhepWorld& world, SignallingClient& http, Samples* samples)
    : world_(world), samples_(samples), local_(webrtc::IceCredentials::make()) {
  posted_ = mono_now();
  const auto offer = whep_offer(local_, world.dtls->certificate().fingerprint());
  const SignallingAnswer reply = http.ask("POST", world.target.path, "application/sdp", offer);
  refusal_ = reply.status;
  auto answer = reply.status == 201 ? read_answer(reply.body) : std::nullopt;
  auto digest = answer ? webrtc::parse_fingerprint(answer->fingerprint) : base::Error{};
  if (!answer || !digest.ok() || !open_socket(answer->port)) return;
  answer_ = *answer;
  if (auto place = reply.fields.find("location"); place != reply.fields.end()) location_ = place->second;
  const MonoTime now = mono_now();
  dtls_ = std::make_unique<webrtc::DtlsSession>(world.dtls, *digest, now);
  next_feedback_ = now + world.feedback_every;
  next_report_ = now + kReportEvery;
  state_ = State::kChecking;
  send_check(now);
}

WhepViewer::~WhepViewer() {
  if (fd_ >= 0) close(fd_);
}

bool WhepViewer::open_socket(uint16_t port) {
  fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int one = 1;
  setsockopt(fd_, SOL_UDP, UDP_GRO, &one, sizeof one);
  setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
  if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBufferBytes, sizeof kSocketBufferBytes) != 0)
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kSocketBufferBytes, sizeof kSocketBufferBytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

void WhepViewer::send(base::Bytes datagram) {
  (void)::send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL);
}

void WhepViewer::send_check(MonoTime now) {
  webrtc::stun::TransactionId transaction{};
  ++checks_;
  std::memcpy(transaction.data(), &checks_, sizeof checks_);
  std::array<uint8_t, webrtc::stun::kMessageBytesMax> bytes;
  webrtc::stun::Writer check(bytes, webrtc::stun::kBinding, webrtc::stun::Class::kRequest, transaction);
  check.username(answer_.remote.ufrag + ":" + local_.ufrag);
  check.priority(1'853'824'767);
  check.ice_controlling(kTieBreaker);
  check.use_candidate();
  check.integrity(answer_.remote.password);
  check.fingerprint();
  send(base::Bytes(bytes).first(check.finish()));
  next_check_ = now + (state_ == State::kChecking ? kCheckAgain : kConsentEvery);
}

void WhepViewer::flush_dtls() {
  base::Bytes datagram;
  while (dtls_->next_outgoing(datagram)) send(datagram);
}

void WhepViewer::read(bool record_latency) {
  static thread_local std::vector<uint8_t> buffer(kReadBytes);
  record_latency_ = record_latency;
  Batch batch;
  while (!over() && receive(fd_, buffer, batch)) {
    const MonoTime now = mono_now(), arrived(batch.arrived);
    for (size_t at = 0; at < batch.bytes && !over(); at += batch.segment) {
      size_t size = std::min(batch.segment, batch.bytes - at);
      bytes_ += size;
      ++datagrams_;
      on_datagram(std::span(buffer).subspan(at, size), now, arrived);
    }
  }
}

void WhepViewer::on_datagram(std::span<uint8_t> datagram, MonoTime now, MonoTime arrived) {
  if (webrtc::stun::is_stun(datagram)) return on_stun(datagram, now);
  if (!webrtc::is_dtls(datagram)) return on_rtp(datagram, now, arrived);
  dtls_->on_datagram(datagram, now);
  flush_dtls();
  if (dtls_->state() == webrtc::DtlsSession::State::kConnected && state_ == State::kHandshaking) {
    const auto& keys = dtls_->keys();
    in_.emplace(keys.profile, keys.receive);
    out_.emplace(keys.profile, keys.send);
    rtp::DepacketizerConfig config;
    config.fmtp["packetization-mode"] = "1";
    if (samples_ != nullptr) depacketizer_ = std::move(*rtp::make_depacketizer(config));
    state_ = State::kPlaying;
  } else if (dtls_->state() == webrtc::DtlsSession::State::kFailed ||
             dtls_->state() == webrtc::DtlsSession::State::kClosed) {
    state_ = State::kEnded;
  }
}

void WhepViewer::on_stun(base::Bytes datagram, MonoTime now) {
  auto message = webrtc::stun::parse(datagram);
  if (!message || message->type != webrtc::stun::Class::kSuccess || state_ != State::kChecking ||
      !webrtc::stun::has_integrity(*message, answer_.remote.password))
    return;
  state_ = State::kHandshaking;
  next_check_ = now + kConsentEvery;
  dtls_->start(now);
  flush_dtls();
}

void WhepViewer::on_rtp(std::span<uint8_t> datagram, MonoTime now, MonoTime arrived) {
  if (rtp::is_rtcp(datagram)) return;
  auto packet = rtp::PacketView::parse(datagram);
  if (!packet) return;
  if (packet->payload_type == answer_.video_type) {
    video_ssrc_ = packet->ssrc;
    if (!first_video_ms_) {
      first_video_ms_ = base::to_seconds(now - posted_) * 1e3;
      if (samples_ != nullptr) samples_->first_coded_ms.push_back(*first_video_ms_);
    }
  }
  const bool gap = count(*packet);
  note_arrival(*packet, arrived);
  if (samples_ != nullptr && in_) decrypt(datagram, gap, now);
}

// True when numbers before this packet are missing.
bool WhepViewer::count(const rtp::PacketView& packet) {
  for (ReceivedStream& stream : streams_) {
    if (stream.ssrc != packet.ssrc) continue;
    const int16_t ahead = rtp::distance(static_cast<uint16_t>(stream.highest), packet.sequence);
    ++stream.received;
    if (ahead > 0) stream.highest += ahead;
    return ahead > 1;
  }
  streams_.push_back({packet.ssrc, 1, packet.sequence, packet.sequence});
  return false;
}

void WhepViewer::decrypt(std::span<uint8_t> datagram, bool gap, MonoTime now) {
  auto size = in_->unprotect(datagram);
  if (!size) {
    ++samples_->lost;
    return;
  }
  auto packet = rtp::PacketView::parse(datagram.first(*size));
  if (!packet || packet->payload_type != answer_.video_type) return;
  std::vector<rtp::AccessUnit> units;
  depacketizer_->push(*packet, gap, units);
  for (const rtp::AccessUnit& unit : units) {
    if (unit.damaged) continue;
    if (!std::exchange(saw_picture_, true) && !unit.key) ++samples_->began_without_key;
    std::optional<Stamp> stamp = stamp_of(unit.payload);
    if (!stamp) continue;
    if (last_counter_ && stamp->counter > *last_counter_ + 1)
      samples_->lost += stamp->counter - *last_counter_ - 1;
    last_counter_ = stamp->counter;
    if (record_latency_)
      samples_->relay_ms.push_back(static_cast<double>(now.time_since_epoch().count() - stamp->sent_ns) *
                                   1e-6);
  }
}

void WhepViewer::note_arrival(const rtp::PacketView& packet, MonoTime arrived) {
  auto extension = packet.extension(kTransportSequenceId);
  if (!extension || extension->size() != 2) return;
  const auto number = static_cast<uint16_t>((*extension)[0] << 8 | (*extension)[1]);
  if (pending_.arrivals.empty()) pending_.base_sequence = number;
  const auto index = static_cast<uint16_t>(number - pending_.base_sequence);
  if (index >= kFeedbackSpan) return;
  if (pending_.arrivals.size() <= index) pending_.arrivals.resize(index + size_t{1});
  pending_.arrivals[index] = arrived.time_since_epoch();
}

void WhepViewer::tick() {
  if (over()) return;
  const MonoTime now = mono_now();
  if (now >= next_check_) send_check(now);
  dtls_->on_tick(now);
  flush_dtls();
  if (state_ == State::kPlaying) send_feedback(now);
}

void WhepViewer::send_feedback(MonoTime now) {
  if (now >= next_feedback_) {
    next_feedback_ = now + world_.feedback_every;
    if (!pending_.arrivals.empty()) {
      pending_.sender_ssrc = kOwnSsrc;
      pending_.media_ssrc = video_ssrc_;
      std::vector<uint8_t> packet;
      rtp::append_transport_feedback(packet, pending_);
      ++pending_.feedback_count;
      pending_.arrivals.clear();
      send_rtcp(std::move(packet));
    }
  }
  if (now >= next_report_) {
    next_report_ = now + kReportEvery;
    std::vector<uint8_t> packet;
    rtp::append_receiver_report(packet, kOwnSsrc, report_blocks());
    rtp::append_cname(packet, kOwnSsrc, "bench");
    send_rtcp(std::move(packet));
  }
}

std::vector<rtp::ReportBlock> WhepViewer::report_blocks() {
  std::vector<rtp::ReportBlock> blocks;
  for (ReceivedStream& stream : streams_) {
    rtp::ReportBlock block;
    block.ssrc = stream.ssrc;
    block.cumulative_lost = static_cast<int32_t>(stream.expected()) - static_cast<int32_t>(stream.received);
    block.highest_sequence = static_cast<uint32_t>(stream.highest);
    blocks.push_back(block);
  }
  return blocks;
}

void WhepViewer::send_rtcp(std::vector<uint8_t> packet) {
  const size_t plain = packet.size();
  packet.resize(plain + out_->rtcp_overhead());
  if (auto size = out_->protect_rtcp(packet, plain)) send(base::Bytes(packet).first(*size));
}

void WhepViewer::begin_window() {
  for (ReceivedStream& stream : streams_) {
    stream.first = stream.highest + 1;
    stream.received = 0;
  }
}

uint64_t WhepViewer::lost() const {
  uint64_t lost = 0;
  for (const ReceivedStream& stream : streams_)
    if (stream.expected() > stream.received) lost += stream.expected() - stream.received;
  return lost;
}

void WhepViewer::leave(SignallingClient& http) {
  if (!location_.empty()) (void)http.ask("DELETE", location_);
  if (!over()) {
    dtls_->close();
    flush_dtls();
    state_ = State::kEnded;
  }
}

}  // namespace eyas::bench
