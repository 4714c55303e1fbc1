// Pulls over real sockets, from cameras that do as a script says.
#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/client/test_camera.h"
#include "protocols/test_transfers.h"
#include "rtp/packet.h"
#include "rtp/payload/packetizer.h"
#include "rtp/rtcp.h"

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;
using base::Code;
using protocols::test::FrameCollector;
using protocols::test::TransferBed;

// One RTP packet of H.264: parameter sets and a picture's first slice.
std::vector<uint8_t> picture(uint16_t number) {
  auto config = *codec::describe(media::Codec::kH264, codec::fixtures::slice(codec::fixtures::kAvcHigh));
  media::Track track;
  track.config = config;
  media::Frame frame;
  frame.track = std::make_shared<const media::Track>(track);
  frame.key = true;
  frame.payload = codec::fixtures::slice(codec::fixtures::kIdrHigh);
  rtp::PacketizedFrame packets = rtp::make_packetizer(media::Codec::kH264)->packetize(frame, 1200);
  rtp::Header header;
  header.payload_type = 96;
  header.marker = true;
  header.sequence = static_cast<uint16_t>(65530 + number);  // wraps
  header.timestamp = 4294960000u + 3600u * number;          // likewise
  header.ssrc = 7;
  std::vector<uint8_t> out(rtp::kFixedHeaderBytes);
  rtp::write_header(out, header);
  base::Bytes payload = packets.bytes;
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

// Answers as test::Camera does; where it plays, it sends a picture every 40 ms by the way that was agreed.
class SocketCamera final : io::ByteStream::Handler, io::UdpSocket::Handler {
 public:
  explicit SocketCamera(TransferBed& bed) : bed_(bed) {
    listener_ = std::move(*io::Listener::open(bed.loop, *io::Address::parse("127.0.0.1:0"),
                                              io::Sharing::kFirst, [this](int fd, const io::Address&) {
                                                camera = std::make_unique<test::Camera>();
                                                if (prepare) prepare(*camera);
                                                ++connections;
                                                stream_ = io::adopt_socket(bed_.loop, fd);
                                                stream_->start(*this);
                                              }));
    socket_ = std::move(*io::UdpSocket::open(bed.loop, "127.0.0.1:0", io::Sharing::kFirst, *this));
  }
  std::string url(const std::string& login = "") const {
    return "rtsp://" + login + listener_->address().text() + "/live";
  }

  std::function<void(test::Camera&)> prepare;
  std::unique_ptr<test::Camera> camera;  // of the last connection
  int connections = 0;
  bool sends_over_tcp = true;
  bool sends_over_udp = true;
  int datagrams_in = 0;
  uint16_t pictures = 0;
  uint16_t lose_every = 0;  // of pictures over UDP
  std::string source;       // where it says that packets come from; empty: it does not

 private:
  void on_data(base::Bytes bytes) override {
    camera->on_bytes(bytes);
    answer();
    if (camera->requests.empty() || timer_.armed()) return;
    if (camera->last().method == "PLAY") timer_ = bed_.loop.after(10ms, [this] { send_picture(); });
  }
  void on_closed(const base::Error&) override {
    timer_.cancel();
    stream_.reset();
  }
  void on_datagram(const io::Endpoint&, std::span<uint8_t>, base::MonoTime) override { ++datagrams_in; }

  // Puts our port into answers to SETUP over UDP.
  void answer() {
    std::string text = camera->take();
    size_t at = text.find("client_port=");
    if (at != std::string::npos) {
      client_port_ = static_cast<uint16_t>(std::stoi(text.substr(at + 12)));
      std::string port = std::to_string(socket_->local().port());
      text.insert(text.find("\r\n", at),
                  ";server_port=" + port + "-" + port + (source.empty() ? "" : ";source=" + source));
    }
    base::Slice slice = base::Slice::copy_of(text);
    if (!text.empty()) stream_->send({&slice, 1});
  }
  void send_picture() {
    std::vector<uint8_t> packet = picture(pictures++);
    bool lost = lose_every != 0 && pictures % lose_every == 0;
    if (client_port_ != 0) {
      auto to = *io::Endpoint::parse("127.0.0.1:" + std::to_string(client_port_));
      if (sends_over_udp && !lost) socket_->send(to, packet);
    } else if (sends_over_tcp) {
      std::vector<uint8_t> framed;
      append_interleaved(framed, 0, packet);
      base::Slice slice(std::move(framed));
      stream_->send({&slice, 1});
    }
    timer_ = bed_.loop.after(40ms, [this] { send_picture(); });
  }

  TransferBed& bed_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<io::ByteStream> stream_;
  std::unique_ptr<io::UdpSocket> socket_;
  uint16_t client_port_ = 0;
  io::Timer timer_;
};

class Pulls : public testing::Test {
 protected:
  std::unique_ptr<protocols::Transfer> pull(const std::string& url, protocols::TransferOptions given = {}) {
    return make_pull(bed.request(url, "live/pulled", outcome, std::move(given)),
                     {bed.directory, options, receiver, statistics});
  }
  bool ended() {
    return bed.run_until([&] { return outcome.ended.has_value(); });
  }
  TransferBed bed;
  ClientOptions options;
  ReceiverOptions receiver;
  ClientStatistics statistics;
  TransferBed::Outcome outcome;
  SocketCamera camera{bed};
};

TEST_F(Pulls, PublishOverTcpAndSayGoodbye) {
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull(camera.url());
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 10; })) << outcome.why();
  EXPECT_TRUE(outcome.running);
  EXPECT_EQ(seen.frames[0]->track->config.width, 320u);
  for (size_t i = 1; i < seen.frames.size(); ++i)
    EXPECT_EQ(seen.frames[i]->pts - seen.frames[i - 1]->pts, 40ms);  // over the wrap
  EXPECT_EQ(attempt->facts().transport, "tcp");
  EXPECT_GT(attempt->facts().bytes, 0u);
  EXPECT_EQ(statistics.pulls, 1u);
  attempt.reset();
  EXPECT_TRUE(bed.run_until([&] { return camera.camera->last().method == "TEARDOWN"; }));
  EXPECT_FALSE(outcome.ended);
}

TEST_F(Pulls, PublishOverUdpAndOpenTheWayThere) {
  FrameCollector seen(bed, "live/pulled");
  camera.lose_every = 5;
  auto attempt = pull(camera.url(), {{"transport", "udp"}});
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 10; })) << outcome.why();
  EXPECT_EQ(attempt->facts().transport, "udp");
  EXPECT_GE(camera.datagrams_in, 2);  // what opens a NAT
  for (const auto& [name, value] : attempt->facts().counters) {
    EXPECT_TRUE(name != "rtp_packets_lost" || value > 0);
  }
}

TEST_F(Pulls, TryUdpWhereTcpStaysSilent) {
  options.first_packet_timeout = 100ms;
  camera.sends_over_tcp = false;
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull(camera.url());
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 2; })) << outcome.why();
  EXPECT_EQ(attempt->facts().transport, "udp");
  EXPECT_EQ(camera.connections, 2);
  EXPECT_EQ(statistics.fallbacks, 1u);
}

TEST_F(Pulls, ASilentCameraIsLeft) {
  options.media_timeout = 300ms;
  camera.sends_over_tcp = false;
  auto attempt = pull(camera.url(), {{"transport", "tcp"}});
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kTimeout);
  EXPECT_EQ(statistics.media_timeouts, 1u);
  EXPECT_FALSE(outcome.running);
}

TEST_F(Pulls, AServerThatDoesNotAnswerIsLeft) {
  options.answer_timeout = 300ms;
  camera.prepare = [](test::Camera& c) { c.silent = true; };
  auto attempt = pull(camera.url());
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kTimeout);
  EXPECT_EQ(statistics.answer_timeouts, 1u);
}

TEST_F(Pulls, LogIn) {
  camera.prepare = [](test::Camera& c) {
    c.login = "u:p";
    c.algorithm = base::DigestAlgorithm::kSha256;
  };
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull(camera.url("u:p@"));
  EXPECT_TRUE(bed.run_until([&] { return !seen.frames.empty(); })) << outcome.why();
  attempt.reset();
  auto wrong = pull(camera.url("u:x@"));
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kRefused);
  EXPECT_EQ(statistics.refused, 1u);
}

TEST_F(Pulls, FollowRedirectsSoFar) {
  SocketCamera other(bed);
  camera.prepare = [&](test::Camera& c) {
    c.oddity = [&](const Request& request, Response& response) {
      if (request.method != "DESCRIBE") return false;
      response.status = 302;
      response.headers.add("Location", other.url());
      return true;
    };
  };
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull(camera.url());
  EXPECT_TRUE(bed.run_until([&] { return !seen.frames.empty(); })) << outcome.why();
  EXPECT_EQ(statistics.redirects, 1u);
  attempt.reset();
  // Round and round.
  other.prepare = [&](test::Camera& c) {
    c.oddity = [&](const Request&, Response& response) {
      response.status = 302;
      response.headers.add("Location", camera.url());
      return true;
    };
  };
  auto lost = pull(camera.url());
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kLimit);
  EXPECT_EQ(statistics.redirect_limit, 1u);
}

TEST_F(Pulls, ARedirectObeysThePolicy) {
  for (auto [location, code] : {std::pair{"rtsp://169.254.169.254/latest", Code::kRefused},
                                {"http://10.0.0.1/", Code::kRefused},
                                {"nowhere", Code::kRefused}}) {
    camera.prepare = [location = location](test::Camera& c) {
      c.oddity = [location](const Request&, Response& response) {
        response.status = 302;
        response.headers.add("Location", location);
        return true;
      };
    };
    outcome = {};
    auto attempt = pull(camera.url());
    ASSERT_TRUE(ended());
    EXPECT_EQ(outcome.ended->code, code) << location;
  }
}

TEST_F(Pulls, ACameraNamesNobodyElseForUsToSendTo) {
  camera.source = "169.254.169.254";
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull(camera.url(), {{"transport", "udp"}});
  EXPECT_TRUE(bed.run_until([&] { return seen.frames.size() >= 2; })) << outcome.why();
  EXPECT_GT(camera.datagrams_in, 0) << "the camera itself is greeted";
}

TEST_F(Pulls, WhatAServerSaysIsBounded) {
  options.message.body_bytes_max = 1000;
  camera.prepare = [](test::Camera& c) { c.sdp.append(2000, '\n'); };
  auto attempt = pull(camera.url());
  ASSERT_TRUE(ended());
  EXPECT_EQ(outcome.ended->code, Code::kLimit);
  EXPECT_EQ(statistics.limits, 1u);
}

TEST_F(Pulls, WhoTakesNoAnswersIsNotHeard) {
  const std::string asks = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
  const std::vector<uint8_t> bytes(asks.begin(), asks.end());
  protocols::test::Flood flood(bed, bytes, bytes);
  auto attempt = pull("rtsp://" + flood.authority() + "/live");
  EXPECT_LT(flood.run(), protocols::test::Flood::kBytesMax);
  EXPECT_FALSE(outcome.ended) << outcome.why();
}

TEST_F(Pulls, OptionsAreJudged) {
  auto plan = [](const std::string& url, protocols::TransferOptions given, bool push = false) {
    return TransferPlan::of(*base::Url::parse(url), given, push);
  };
  EXPECT_EQ(plan("rtsp://c/", {})->paths.size(), 2u);
  EXPECT_EQ(plan("rtsps://c/", {})->paths.size(), 1u);
  EXPECT_EQ(plan("rtsps://c/", {})->tls.server_name, "c");
  EXPECT_FALSE(plan("rtsps://c/", {{"tls_verify", "false"}})->tls.verify);
  EXPECT_EQ(plan("rtsp://c/", {{"transport", "multicast"}})->paths[0], PacketPath::kMulticast);
  for (auto result :
       {plan("rtsp://c/", {{"transport", "smoke"}}), plan("rtsp://c/", {{"colour", "red"}}),
        plan("rtsps://c/", {{"transport", "udp"}}), plan("rtsp://c/", {{"transport", "udp"}}, true)}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kInvalidConfig);
  }
}

}  // namespace
}  // namespace eyas::rtsp
