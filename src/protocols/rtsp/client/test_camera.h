// A camera for the tests of the client: reads what we send, answers as real ones do, each with its own
// oddity.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocols/rtsp/client/play.h"
#include "protocols/rtsp/wire/message_reader.h"

namespace eyas::rtsp::test {

inline const std::string kSdp =
    "v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=camera\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n"
    "m=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\n";

class Camera : private MessageReader::Sink {
 public:
  // What the client is to read next.
  std::string outbox;
  std::vector<Request> requests;
  std::vector<std::pair<uint8_t, std::string>> interleaved;
  // Called instead of the usual answer; false: answer as usual.
  std::function<bool(const Request&, Response&)> oddity;
  std::string sdp = kSdp;
  std::string content_base = "rtsp://10.0.0.5/live/";
  std::string login;  // "user:password": Digest is asked for
  base::DigestAlgorithm algorithm = base::DigestAlgorithm::kMd5;
  std::string nonce = "n1";
  bool stale = false;
  bool silent = false;

  void on_bytes(base::Bytes bytes) { CHECK(reader_.push(bytes).ok()); }
  const Request& last() const { return requests.back(); }
  std::vector<std::string> methods() const {
    std::vector<std::string> out;
    for (const Request& request : requests) out.push_back(request.method);
    return out;
  }
  std::string take() { return std::exchange(outbox, {}); }

 private:
  void on_request(Request request) override {
    requests.push_back(request);
    if (silent) return;
    Response response;
    response.headers.add("CSeq", std::string(request.headers.first("CSeq").value_or("")));
    if (!admitted(request, response) || (oddity && oddity(request, response))) {
      outbox += text_of(response);
      return;
    }
    usual(request, response);
    outbox += text_of(response);
  }
  void on_response(Response) override {}
  void on_interleaved(uint8_t channel, base::Bytes packet) override {
    interleaved.emplace_back(channel, std::string(base::as_text(packet)));
  }

  bool admitted(const Request& request, Response& response) {
    if (login.empty()) return true;
    base::Login known{login.substr(0, login.find(':')), login.substr(login.find(':') + 1)};
    auto said = base::parse_authorization(request.headers.first("Authorization").value_or(""));
    if (said && said->nonce == nonce && base::proves(*said, known, request.method)) return true;
    base::Challenge challenge;
    challenge.realm = "camera";
    challenge.algorithm = algorithm;
    challenge.algorithm_said = algorithm == base::DigestAlgorithm::kSha256;
    challenge.nonce = nonce;
    challenge.stale = stale;
    response.status = 401;
    response.headers.add("WWW-Authenticate", challenge.text());
    return false;
  }

  void usual(const Request& request, Response& response) {
    if (request.method == "OPTIONS")
      response.headers.add("Public", "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER");
    if (request.method == "DESCRIBE") {
      if (!content_base.empty()) response.headers.add("Content-Base", content_base);
      response.headers.add("Content-Type", "application/sdp");
      response.body = sdp;
    }
    if (request.method == "SETUP") {
      response.headers.add("Session", "1234;timeout=60");
      response.headers.add("Transport", std::string(request.headers.first("Transport").value_or("")));
    }
    if (request.method == "PLAY") response.headers.add("Session", "1234");
  }

  MessageReader reader_{*this};
};

// The client's half of the same test: a Play whose bytes go to the camera and back until both are quiet.
class Viewer : private Play::Sink {
 public:
  explicit Viewer(std::vector<PacketPath> paths = {PacketPath::kInterleaved},
                  const std::string& url = "rtsp://10.0.0.5/live")
      : play(options, *base::Url::parse(url), std::move(paths), 7, *this) {}

  ClientOptions options;
  Camera camera;
  base::MonoTime now{std::chrono::hours(1)};
  base::Status status;
  std::vector<ReceivedMedia> tracks;
  std::map<size_t, Transport> transports;
  std::vector<std::pair<size_t, std::string>> packets;
  std::vector<std::string> redirects;
  int plays = 0;
  uint16_t next_port = 5000;
  Play play;

  void run() {
    play.start(now);
    settle();
  }
  void settle() {
    while (!camera.outbox.empty() && status) status = play.on_bytes(base::as_bytes(camera.take()), now);
  }
  void advance(base::Duration by) {
    now += by;
    if (status) status = play.on_tick(now);
    settle();
  }
  void receive(uint8_t channel, const std::string& hex) {
    std::vector<uint8_t> bytes;
    append_interleaved(bytes, channel, base::from_hex(hex));
    status = play.on_bytes(bytes, now);
  }

 private:
  void send(base::Slice bytes) override { camera.on_bytes(bytes); }
  void on_tracks(const std::vector<ReceivedMedia>& described) override { tracks = described; }
  base::Result<NumberPair> open_ports(size_t) override {
    next_port = static_cast<uint16_t>(next_port + 2);
    return NumberPair{static_cast<uint16_t>(next_port - 2), static_cast<uint16_t>(next_port - 1)};
  }
  base::Status on_transport(size_t track, const Transport& transport) override {
    transports[track] = transport;
    return {};
  }
  void on_playing() override { ++plays; }
  void on_packet(size_t track, base::Bytes packet) override {
    packets.emplace_back(track, base::to_hex(packet));
  }
  void on_redirect(const base::Url& to) override { redirects.push_back(to.text()); }
};

}  // namespace eyas::rtsp::test
