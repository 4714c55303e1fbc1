// For tests: the whole room on real sockets and a clock that moves only when told, and a peer of our own:
// HTTP, ICE, DTLS and SRTP as a browser does them.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "http/server.h"
#include "io/tcp.h"
#include "protocols/webrtc/endpoint.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"

namespace eyas::webrtc::test {

using namespace std::chrono_literals;

inline const DtlsCertificate& certificate(DtlsRole role) {
  static const base::WallTime kNow{1'700'000'000s};
  static const DtlsCertificate kServer = *DtlsCertificate::make(kNow);
  static const DtlsCertificate kClient = *DtlsCertificate::make(kNow);
  return role == DtlsRole::kServer ? kServer : kClient;
}

// What an HTTP request was answered.
struct Reply {
  int status = 0;
  std::string head, body;
  // A header's value; `name` in lower case.
  std::string header(const std::string& name) const {
    size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    at += name.size() + 4;
    return head.substr(at, head.find("\r\n", at) - at);
  }
};

class Bed {
 public:
  explicit Bed(size_t loop_count = 1, Options options = {}) : options_(std::move(options)) {
    for (size_t i = 0; i < loop_count; ++i) {
      owned_.push_back(std::make_unique<io::Loop>(clock));
      loops.push_back(owned_.back().get());
    }
    std::vector<io::Executor*> executors(loops.begin(), loops.end());
    directory = std::make_unique<hub::Directory>(executors, hub::Directory::Options{});
    shared = std::make_shared<Shared>(*directory, loops);
    shared->statistics = std::make_shared<Statistics>();
    shared->dtls = *DtlsContext::make(DtlsRole::kServer, certificate(DtlsRole::kServer));
    shared->dtls_client = *DtlsContext::make(DtlsRole::kClient, certificate(DtlsRole::kServer));
    std::string address = options_.listen == Options().listen ? "127.0.0.1:0" : options_.listen;
    for (size_t i = 0; i < loop_count; ++i) {
      shared->servers.push_back(std::make_unique<Server>(*shared, options_, i));
      EXPECT_TRUE(shared->servers[i]->open(address, i == 0 ? io::Sharing::kFirst : io::Sharing::kFurther));
      address = shared->servers[0]->local().text();
    }
    shared->addresses.store(std::make_shared<const HostAddresses>(
        *HostAddresses::make({"127.0.0.1", shared->servers[0]->local().port(), true, true}, {})));
    add_routes(router_, *shared);
    for (io::Loop* loop : loops)
      http_.push_back(std::make_unique<http::Server>(*loop, router_, http::Options{}, http_shared_));
    turn();
  }
  ~Bed() {
    publisher.detach();
    turn();
    http_.clear();
    shared.reset();
    turn();
    directory.reset();
    for (auto& loop : owned_) loop->discard();
  }

  // Runs every loop until what is under way has settled.
  void turn(int rounds = 12) {
    for (int i = 0; i < rounds; ++i) {
      for (io::Loop* loop : loops) loop->run_once(base::Duration::zero());
    }
  }
  void advance(base::Duration by, base::Duration step = 10ms) {
    for (base::Duration done{0}; done < by; done += step) {
      clock.advance(step);
      turn(2);
    }
  }

  void publish(const std::string& name = "live/alpha") {
    auto track = std::make_shared<media::Track>();
    track->id = 1;
    track->config.codec = media::Codec::kH264;
    track->config.record = base::Slice(base::from_hex("0164001fffe1000867640028acb40280010004 68ee3cb0"));
    track->config.rfc6381 = "avc1.640028";
    track->config.width = 1920, track->config.height = 1080;
    track_ = track;
    directory->publish(*hub::StreamName::parse(name), {}, *loops[0],
                       [this](base::Result<hub::Publisher> made) { publisher = std::move(*made); });
    turn();
    publisher.set_track(track_);
    frames(1);
  }
  void frames(int count) {
    for (int i = 0; i < count; ++i, ++frame_) {
      advance(40ms, 10ms);
      media::Frame frame;
      frame.track = track_;
      frame.pts = frame.dts = media::media_time_from_ms(40 * frame_);
      frame.key = frame_ % 25 == 0;
      frame.arrival = clock.mono();
      std::vector<uint8_t> payload(3000, static_cast<uint8_t>(frame_));
      payload[0] = payload[1] = 0, payload[2] = 2996 >> 8, payload[3] = 2996 & 0xFF;
      payload[4] = frame.key ? 0x65 : 0x41;
      payload[5] = 0x88;
      frame.payload = base::Slice(std::move(payload));
      publisher.publish(std::move(frame));
      turn(6);
    }
  }

  // One request on a connection of its own.
  Reply request(const std::string& method, const std::string& path, const std::string& headers = {},
                const std::string& body = {}, size_t loop = 0) {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    http_[loop]->adopt(io::adopt_socket(*loops[loop], fds[0]));
    std::string text = method + " " + path + " HTTP/1.1\r\nhost: test\r\n" + headers +
                       "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(write(fds[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    std::string answer;
    for (int i = 0; i < 50 && !whole(answer); ++i) {
      turn(2);
      char bytes[16 * 1024];
      ssize_t n = recv(fds[1], bytes, sizeof bytes, MSG_DONTWAIT);
      if (n > 0) answer.append(bytes, static_cast<size_t>(n));
    }
    close(fds[1]);
    Reply reply;
    size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return reply;
    reply.status = std::stoi(answer.substr(9, 3));
    reply.head = answer.substr(0, end + 2);
    reply.body = answer.substr(end + 4);
    return reply;
  }
  Reply offer(const std::string& path, const std::string& sdp, size_t loop = 0) {
    return request("POST", path, "content-type: application/sdp\r\n", sdp, loop);
  }
  const Statistics& counts() const { return *shared->statistics; }

  base::ManualClock clock;
  std::vector<io::Loop*> loops;
  std::unique_ptr<hub::Directory> directory;
  std::shared_ptr<Shared> shared;
  hub::Publisher publisher;

 private:
  static bool whole(const std::string& answer) {
    size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    size_t length = answer.find("content-length: ");
    if (length == std::string::npos) return true;
    return answer.size() >= end + 4 + std::stoul(answer.substr(length + 16));
  }

  Options options_;
  std::vector<std::unique_ptr<io::Loop>> owned_;
  http::Router router_;
  std::shared_ptr<http::Shared> http_shared_ = std::make_shared<http::Shared>();
  std::vector<std::unique_ptr<http::Server>> http_;
  media::TrackPtr track_;
  int64_t frame_ = 0;
};

// A value of the answer's first line that begins so.
inline std::string line_of(const std::string& sdp, const std::string& begin) {
  size_t at = sdp.find(begin);
  if (at == std::string::npos) return {};
  at += begin.size();
  return sdp.substr(at, sdp.find_first_of("\r\n", at) - at);
}

// A browser's side of one session, over UDP or TCP. Lives on the bed's first loop's thread.
class Client : io::UdpSocket::Handler, io::ByteStream::Handler, rtp::RtcpVisitor {
 public:
  explicit Client(Bed& bed, std::string ufrag = "abcd")
      : bed_(bed), ufrag_(std::move(ufrag)), loop_(bed.clock) {
    socket_ = std::move(*io::UdpSocket::open(loop_, "127.0.0.1:0", io::Sharing::kFirst, *this));
  }

  std::string offer(const std::string& direction = "recvonly", const std::string& codec = "H264") const {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
           "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=" +
           direction + "\r\na=rtcp-mux\r\na=setup:" + (passive ? "passive" : "actpass") +
           "\r\na=ice-ufrag:" + ufrag_ + "\r\na=ice-pwd:" + kPassword + "\r\na=fingerprint:sha-256 " +
           certificate(DtlsRole::kClient).fingerprint() + "\r\na=rtpmap:96 " + codec +
           "/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=640028;level-asymmetry-allowed=1\r\n"
           "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 transport-cc\r\n"
           "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
           "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
  }
  // POSTs the offer and takes the answer; true when it was 201.
  bool join(const std::string& path = "/live/alpha/whep", size_t loop = 0) {
    reply = bed_.offer(path, offer(path.find("whip") == std::string::npos ? "recvonly" : "sendonly", codec),
                       loop);
    if (reply.status != 201) return false;
    take_credentials(reply.body);
    return true;
  }
  void take_credentials(const std::string& sdp) {
    server_ufrag = line_of(sdp, "a=ice-ufrag:");
    server_password = line_of(sdp, "a=ice-pwd:");
  }
  std::string resource() const { return reply.header("location"); }

  // A binding request, from another socket after rebind().
  void check(bool use_candidate = true) {
    std::vector<uint8_t> bytes(stun::kMessageBytesMax);
    stun::Writer out(bytes, stun::kBinding, stun::Class::kRequest, {1, 2, ++checks_});
    out.username(server_ufrag + ":" + ufrag_);
    out.priority(1'853'817'087);
    out.ice_controlling(7);
    if (use_candidate) out.use_candidate();
    out.integrity(server_password);
    out.fingerprint();
    bytes.resize(out.finish());
    send(bytes);
    turn();
  }
  // Checks and DTLS until keys are agreed.
  bool connect() {
    dtls =
        std::make_unique<DtlsSession>(context(), certificate(DtlsRole::kServer).digest(), bed_.clock.mono());
    check();
    if (!passive) dtls->start(bed_.clock.mono());
    for (int i = 0; i < 20 && dtls->state() == DtlsSession::State::kHandshaking; ++i) {
      flush_dtls();
      turn();
    }
    flush_dtls();
    turn();
    return dtls->state() == DtlsSession::State::kConnected;
  }
  // Encrypts and sends; there must be keys.
  void send_rtp(std::vector<uint8_t> packet) {
    size_t bytes = packet.size();
    packet.resize(bytes + sender().overhead());
    size_t header = rtp::kFixedHeaderBytes;
    std::vector<uint8_t> payload(packet.begin() + static_cast<ptrdiff_t>(header),
                                 packet.begin() + static_cast<ptrdiff_t>(bytes));
    packet.resize(sender().protect(packet, header, payload));
    send(packet);
  }
  void send_rtcp(std::vector<uint8_t> packet) {
    size_t bytes = packet.size();
    packet.resize(bytes + sender().rtcp_overhead());
    packet.resize(*sender().protect_rtcp(packet, bytes));
    send(packet);
  }
  // As the answer announced it.
  uint32_t video_ssrc() const { return static_cast<uint32_t>(std::stoul(line_of(reply.body, "a=ssrc:"))); }
  // The same session from another address.
  void rebind() {
    socket_ = std::move(*io::UdpSocket::open(loop_, "127.0.0.1:0", io::Sharing::kFirst, *this));
  }
  // From here on over one TCP connection to `listener`.
  void use_tcp(const io::Address& listener) {
    tcp_ = std::move(*io::connect_tcp(loop_, listener));
    tcp_->start(*this);
    turn();
  }
  void send(base::Bytes bytes) {
    if (!tcp_ || udp_again) {
      uint16_t port = bed_.shared->servers[0]->local().port();
      return socket_->send(*io::Endpoint::parse(server_host + ":" + std::to_string(port)), bytes);
    }
    std::vector<uint8_t> framed(2);
    write_tcp_frame_header(framed, bytes.size());
    framed.insert(framed.end(), bytes.begin(), bytes.end());
    base::Slice slice(std::move(framed));
    tcp_->send({&slice, 1});
  }
  void turn() {
    for (int i = 0; i < 4; ++i) {
      loop_.run_once(base::Duration::zero());
      bed_.turn(4);
    }
    loop_.run_once(base::Duration::zero());
  }

  std::string server_host = "127.0.0.1";
  std::set<std::string> heard_from;  // hosts
  bool udp_again = false;            // though a TCP connection stands
  bool passive = false;              // offers to be the DTLS server
  std::string codec = "H264";
  Reply reply;
  std::string server_ufrag, server_password;
  std::unique_ptr<DtlsSession> dtls;
  int check_answers = 0;
  size_t rtp_packets = 0, rtcp_packets = 0, bad_packets = 0, plis = 0;
  std::vector<std::vector<uint8_t>> others;  // what came before there were keys, STUN and DTLS apart
  bool tcp_closed = false;

 private:
  static constexpr const char* kPassword = "client-password-of-24-ch";
  std::shared_ptr<const DtlsContext> context() const {
    DtlsRole role = passive ? DtlsRole::kServer : DtlsRole::kClient;
    return *DtlsContext::make(role, certificate(DtlsRole::kClient));
  }
  void flush_dtls() {
    base::Bytes datagram;
    while (dtls->next_outgoing(datagram)) send(datagram);
  }
  void on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) override {
    heard_from.insert(from.host());
    take(bytes, now);
  }
  void on_data(base::Bytes bytes) override {
    EXPECT_TRUE(frames_.push(bytes, [this](std::span<uint8_t> packet) { take(packet, bed_.clock.mono()); }));
  }
  void on_closed(const base::Error&) override { tcp_closed = true; }
  void on_pli(uint32_t) override { ++plis; }
  SrtpSender& sender() {
    if (!sender_) sender_.emplace(dtls->keys().profile, dtls->keys().send);
    return *sender_;
  }
  void take(std::span<uint8_t> bytes, base::MonoTime now) {
    if (stun::is_stun(bytes)) {
      auto message = stun::parse(bytes);
      if (message && message->type == stun::Class::kSuccess) ++check_answers;
    } else if (is_dtls(bytes) && dtls) {
      dtls->on_datagram(bytes, now);
      flush_dtls();
    } else if (dtls && dtls->state() == DtlsSession::State::kConnected) {
      if (!receiver_) receiver_.emplace(dtls->keys().profile, dtls->keys().receive);
      bool rtcp = rtp::is_rtcp(bytes);
      auto plain = rtcp ? receiver_->unprotect_rtcp(bytes) : receiver_->unprotect(bytes);
      ++(!plain ? bad_packets : rtcp ? rtcp_packets : rtp_packets);
      if (plain && rtcp) {
        EXPECT_TRUE(rtp::parse_compound(bytes.first(*plain), *this));
      }
    } else {
      others.emplace_back(bytes.begin(), bytes.end());
    }
  }

  Bed& bed_;
  std::string ufrag_;
  io::Loop loop_;
  std::unique_ptr<io::UdpSocket> socket_;
  std::unique_ptr<io::ByteStream> tcp_;
  TcpFrameReader frames_;
  std::optional<SrtpReceiver> receiver_;
  std::optional<SrtpSender> sender_;
  uint8_t checks_ = 0;
};

}  // namespace eyas::webrtc::test
