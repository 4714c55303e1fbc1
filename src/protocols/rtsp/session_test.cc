#include "protocols/rtsp/session.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDescription =
    "v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n"
    "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\na=control:streamid=1\r\n";
constexpr const char* kTcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";

std::shared_ptr<const StreamHead> head() {
  auto head = std::make_shared<StreamHead>();
  for (media::TrackId id = 1; id <= 2; ++id) {
    auto track = std::make_shared<media::Track>();
    track->id = id;
    track->config = *codec::describe(media::Codec::kG711A, {});
    StreamLane lane;
    lane.track = track;
    lane.place = static_cast<uint8_t>(id - 1);
    lane.payload_type = 8;
    head->lanes.push_back(lane);
  }
  return head;
}

// Writes down what the session wants; answers when told to.
class SessionTest : public testing::Test, public Session::Sink {
 protected:
  void SetUp() override { remake({}); }
  void remake(base::Login login, bool encrypted = false) {
    session.emplace(options, *this, Guard(std::move(login), "abc", encrypted), "1234", "0.0.0.0", now);
  }
  // The answers to a request, without their common headers.
  std::string ask(const std::string& method, const std::string& uri, const std::string& more = {},
                  const std::string& body = {}) {
    std::string text =
        method + ' ' + uri + " RTSP/1.0\r\nCSeq: " + std::to_string(++sequence) + "\r\n" + more;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return feed(text + "\r\n" + body);
  }
  std::string feed(const std::string& text) {
    out.clear();
    status = session->on_bytes(base::as_bytes(text), now);
    return out;
  }
  static unsigned code(const std::string& answer) {
    return answer.size() < 12 ? 0 : static_cast<unsigned>(std::stoul(answer.substr(9, 3)));
  }
  void set_up_to_play() {
    EXPECT_EQ(code(ask("DESCRIBE", kUri)), 200u);
    EXPECT_EQ(code(ask("SETUP", std::string(kUri) + "/trackID=1", kTcp)), 200u);
  }
  void set_up_to_record() {
    EXPECT_EQ(code(ask("ANNOUNCE", kUri, "Content-Type: application/sdp\r\n", kDescription)), 200u);
    EXPECT_EQ(code(ask("SETUP", std::string(kUri) + "/streamid=0", kTcp)), 200u);
  }

  void send(std::string text) override { out += text; }
  void on_open(const Target& target) override {
    wishes += "open " + target.stream + '?' + target.arguments + '\n';
    if (answer_at_once) session->opened(head());
  }
  void on_announce(const Target& target, const sdp::Description& description) override {
    wishes += "announce " + target.stream + ' ' + std::to_string(description.media.size()) + '\n';
    if (answer_at_once) session->accepted();
  }
  base::Result<Transport> on_setup(size_t place, bool record, const Transport& wanted) override {
    if (wanted.lower == Transport::Lower::kUdp && !udp)
      return base::Error{base::Code::kUnsupported, "no", {}};
    wishes += (record ? "receive " : "send ") + std::to_string(place) + '\n';
    return wanted;
  }
  void on_play() override {
    wishes += "play\n";
    if (answer_at_once) session->playing({{"rtsp://h/1", 7, 8}});
  }
  void on_pause() override { wishes += "pause\n"; }
  void on_record() override { wishes += "record\n"; }
  void on_teardown() override { wishes += "teardown\n"; }
  void on_interleaved(uint8_t channel, base::Bytes packet, base::MonoTime) override {
    wishes += "packet " + std::to_string(channel) + ' ' + base::to_hex(packet) + '\n';
  }
  void on_login_refused() override { ++logins_refused; }

  static constexpr const char* kUri = "rtsp://h/live/alpha?k=v";
  Options options;
  std::optional<Session> session;
  base::MonoTime now{1h};
  uint32_t sequence = 0;
  std::string out;
  std::string wishes;
  base::Status status;
  bool answer_at_once = true;
  bool udp = true;
  int logins_refused = 0;
};

TEST_F(SessionTest, SaysWhatItCan) {
  std::string answer = ask("OPTIONS", "*");
  EXPECT_EQ(code(answer), 200u);
  EXPECT_NE(answer.find("Public: OPTIONS, DESCRIBE, ANNOUNCE"), std::string::npos);
  EXPECT_NE(answer.find("CSeq: 1\r\n"), std::string::npos);
}

TEST_F(SessionTest, APlayersWholeLife) {
  set_up_to_play();
  std::string answer = ask("PLAY", kUri, "Session: 1234\r\nRange: npt=0.000-\r\n");
  EXPECT_NE(answer.find("RTP-Info: url=rtsp://h/1;seq=7;rtptime=8\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Session: 1234;timeout=60\r\n"), std::string::npos);
  EXPECT_EQ(session->state(), Session::State::kPlaying);
  EXPECT_EQ(code(ask("PLAY", kUri)), 200u);
  EXPECT_EQ(code(ask("GET_PARAMETER", kUri)), 200u);
  EXPECT_EQ(code(ask("PAUSE", kUri)), 200u);
  EXPECT_EQ(code(ask("PLAY", kUri)), 200u);
  EXPECT_EQ(code(ask("TEARDOWN", kUri)), 200u);
  EXPECT_EQ(session->state(), Session::State::kIdle);
  EXPECT_EQ(wishes, "open live/alpha?k=v\nsend 0\nplay\npause\nplay\nteardown\n");
}

TEST_F(SessionTest, APublishersWholeLife) {
  set_up_to_record();
  EXPECT_EQ(
      code(ask("SETUP", std::string(kUri) + "/streamid=1", "Transport: RTP/AVP/TCP;interleaved=2-3\r\n")),
      200u);
  EXPECT_EQ(code(ask("RECORD", kUri, "Session: 1234\r\n")), 200u);
  feed(std::string("$\x02\x00\x01z", 5));
  EXPECT_EQ(code(ask("TEARDOWN", kUri)), 200u);
  EXPECT_EQ(wishes, "announce live/alpha 2\nreceive 0\nreceive 1\nrecord\npacket 2 7a\nteardown\n");
}

TEST_F(SessionTest, ADescriptionTellsTheTracks) {
  std::string answer = ask("DESCRIBE", "rtsp://h/live/alpha");
  EXPECT_NE(answer.find("Content-Base: rtsp://h/live/alpha/\r\n"), std::string::npos);
  EXPECT_NE(answer.find("m=audio 0 RTP/AVP 8\r\n"), std::string::npos);
  EXPECT_NE(answer.find("a=control:trackID=2\r\n"), std::string::npos);
}

TEST_F(SessionTest, RequestsWaitForTheHubInTheirOrder) {
  answer_at_once = false;
  std::string setup = std::string("SETUP ") + kUri + "/trackID=2 RTSP/1.0\r\nCSeq: 2\r\n" + kTcp + "\r\n";
  EXPECT_EQ(feed(std::string("DESCRIBE ") + kUri + " RTSP/1.0\r\nCSeq: 1\r\n\r\n" + setup), "");
  session->opened(head());
  EXPECT_LT(out.find("CSeq: 1"), out.find("CSeq: 2"));
  EXPECT_EQ(wishes, "open live/alpha?k=v\nsend 1\n");
}

TEST_F(SessionTest, BoundsTheRequestsThatWait) {
  answer_at_once = false;
  ask("DESCRIBE", kUri);
  for (size_t i = 0; i < options.requests_waiting_max; ++i) {
    ask("OPTIONS", "*");
    ASSERT_TRUE(status.ok());
  }
  ask("OPTIONS", "*");
  EXPECT_STREQ(status.error().context, "rtsp: requests waiting");
}

TEST_F(SessionTest, BoundsTheRequestsOfASecond) {
  for (size_t i = 0; i < options.requests_per_second_max; ++i) ask("OPTIONS", "*");
  EXPECT_TRUE(status.ok());
  ask("OPTIONS", "*");
  EXPECT_STREQ(status.error().context, "rtsp: requests per second");
}

TEST_F(SessionTest, ASecondLaterTheyAreCountedAnew) {
  for (size_t i = 0; i < options.requests_per_second_max; ++i) ask("OPTIONS", "*");
  now += 1s;
  ask("OPTIONS", "*");
  EXPECT_TRUE(status.ok());
}

TEST_F(SessionTest, SilenceEndsIt) {
  EXPECT_TRUE(session->on_tick(now + options.session_timeout).ok());
  session->heard(now + 1s);
  EXPECT_TRUE(session->on_tick(now + 1s + options.session_timeout).ok());
  EXPECT_EQ(session->on_tick(now + 2s + options.session_timeout).error().code, base::Code::kTimeout);
}

TEST_F(SessionTest, RefusesPolitely) {
  EXPECT_EQ(code(feed("OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n")), 505u);
  EXPECT_EQ(code(feed("OPTIONS * RTSP/1.0\r\n\r\n")), 400u);
  EXPECT_EQ(code(ask("REDIRECT", kUri)), 501u);
  EXPECT_EQ(code(ask("PLAY", kUri)), 455u);
  EXPECT_EQ(code(ask("PAUSE", kUri)), 455u);
  EXPECT_EQ(code(ask("RECORD", kUri)), 455u);
  EXPECT_EQ(code(ask("DESCRIBE", "*")), 400u);
  EXPECT_EQ(code(ask("SET_PARAMETER", kUri, {}, "a: b\r\n")), 451u);
  std::string answer = ask("DESCRIBE", kUri, "Require: x-magic\r\n");
  EXPECT_EQ(code(answer), 551u);
  EXPECT_NE(answer.find("Unsupported: x-magic"), std::string::npos);
  EXPECT_EQ(code(ask("ANNOUNCE", kUri, "Content-Type: text/plain\r\n", "hello")), 415u);
  EXPECT_EQ(code(ask("ANNOUNCE", kUri, {}, "v=0\r\nm=video 0 RTP/AVP 99\r\n")), 415u);
  EXPECT_EQ(code(ask("ANNOUNCE", std::string(kUri) + std::string(3000, 'x'), {}, kDescription)), 503u);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(wishes, "");
}

TEST_F(SessionTest, RefusesWhatDoesNotFitASession) {
  set_up_to_play();
  EXPECT_EQ(code(ask("PLAY", kUri, "Session: other\r\n")), 454u);
  EXPECT_EQ(code(ask("SETUP", std::string(kUri) + "/trackID=1", kTcp)), 455u);
  EXPECT_EQ(code(ask("SETUP", std::string(kUri) + "/trackID=9", kTcp)), 404u);
  EXPECT_EQ(code(ask("SETUP", "rtsp://h/live/beta/trackID=1", kTcp)), 459u);
  EXPECT_EQ(code(ask("SETUP", std::string(kUri) + "/trackID=2")), 400u);
  EXPECT_EQ(code(ask("ANNOUNCE", kUri, {}, kDescription)), 455u);
}

TEST_F(SessionTest, TakesTheFirstTransportThatGoes) {
  udp = false;
  ask("DESCRIBE", kUri);
  std::string answer = ask("SETUP", std::string(kUri) + "/trackID=1",
                           "Transport: RTP/SAVP/TCP;interleaved=0-1,RTP/AVP;unicast;client_port=5000-5001,"
                           "RTP/AVP/TCP;unicast;interleaved=4-5\r\n");
  EXPECT_NE(answer.find("Transport: RTP/AVP/TCP;unicast;interleaved=4-5\r\n"), std::string::npos);
  EXPECT_EQ(
      code(ask("SETUP", std::string(kUri) + "/trackID=2", "Transport: RTP/AVP;client_port=5000-5001\r\n")),
      461u);
}

TEST_F(SessionTest, AllTracksTakeTheSameWay) {
  set_up_to_play();
  EXPECT_EQ(
      code(ask("SETUP", std::string(kUri) + "/trackID=2", "Transport: RTP/AVP;client_port=5000-5001\r\n")),
      461u);
}

TEST_F(SessionTest, TakesTracksInTheirOrderWhereNoneIsNamed) {
  ask("DESCRIBE", kUri);
  ask("SETUP", kUri, kTcp);
  ask("SETUP", kUri, "Transport: RTP/AVP/TCP;interleaved=2-3\r\n");
  EXPECT_EQ(wishes, "open live/alpha?k=v\nsend 0\nsend 1\n");
  EXPECT_EQ(code(ask("SETUP", kUri, kTcp)), 404u);
}

TEST_F(SessionTest, TakesSectionsInTheirOrderWhereTheAddressIsStrange) {
  ask("ANNOUNCE", kUri, {}, kDescription);
  ask("SETUP", "rtsp://h/other", kTcp);
  ask("SETUP", "rtsp://h/live/alpha/streamid=1", "Transport: RTP/AVP/TCP;interleaved=2-3\r\n");
  EXPECT_EQ(wishes, "announce live/alpha 2\nreceive 0\nreceive 1\n");
}

TEST_F(SessionTest, TheHubsNoIsToldByItsKind) {
  answer_at_once = false;
  ask("DESCRIBE", kUri);
  session->refused({base::Code::kNotFound, "no such stream", {}});
  EXPECT_EQ(code(out), 404u);
  ask("ANNOUNCE", kUri, {}, kDescription);
  session->refused({base::Code::kRefused, "the name is taken", {}});
  EXPECT_EQ(code(out), 403u);
  EXPECT_EQ(session->state(), Session::State::kIdle);
}

class LoginTest : public SessionTest {
 protected:
  void SetUp() override { remake({"pilot", "secret"}); }
  std::string authorization(const std::string& answer, const std::string& password, const std::string& method,
                            base::DigestAlgorithm algorithm) {
    HeaderList headers;
    for (size_t at = 0; (at = answer.find("WWW-Authenticate: ", at)) != std::string::npos;) {
      at += 18;
      headers.add("WWW-Authenticate", answer.substr(at, answer.find("\r\n", at) - at));
    }
    for (const base::Challenge& challenge : base::challenges_of(headers.all("WWW-Authenticate"))) {
      if (challenge.scheme == base::AuthScheme::kDigest && challenge.algorithm == algorithm)
        return "Authorization: " + base::answer(challenge, {"pilot", password}, method, kUri, 1, "c").text() +
               "\r\n";
    }
    return {};
  }
};

TEST_F(LoginTest, DigestOpensTheDoor) {
  for (base::DigestAlgorithm algorithm : {base::DigestAlgorithm::kMd5, base::DigestAlgorithm::kSha256}) {
    remake({"pilot", "secret"});
    EXPECT_EQ(code(ask("OPTIONS", kUri)), 200u);
    std::string answer = ask("DESCRIBE", kUri);
    EXPECT_EQ(code(answer), 401u);
    EXPECT_EQ(answer.find("Basic"), std::string::npos);
    EXPECT_EQ(code(ask("DESCRIBE", kUri, authorization(answer, "secret", "DESCRIBE", algorithm))), 200u);
    // A track's request may sign the stream's address.
    std::string login = authorization(answer, "secret", "SETUP", algorithm);
    EXPECT_EQ(code(ask("SETUP", std::string(kUri) + "/trackID=1", login + kTcp)), 200u);
    EXPECT_EQ(code(ask("PLAY", kUri)), 200u);
  }
  EXPECT_EQ(logins_refused, 0);
}

TEST_F(LoginTest, NobodyPublishesWithoutIt) {
  EXPECT_EQ(code(ask("ANNOUNCE", kUri, {}, kDescription)), 401u);
  EXPECT_EQ(code(ask("SETUP", kUri, kTcp)), 401u);
  EXPECT_EQ(wishes, "");
}

TEST_F(LoginTest, BasicIsForTlsAlone) {
  std::string basic = "Authorization: Basic " + base::base64("pilot:secret") + "\r\n";
  EXPECT_EQ(code(ask("DESCRIBE", kUri, basic)), 401u);
  remake({"pilot", "secret"}, /*encrypted=*/true);
  EXPECT_NE(ask("DESCRIBE", kUri).find("WWW-Authenticate: Basic realm=\"Eyas\""), std::string::npos);
  EXPECT_EQ(code(ask("DESCRIBE", kUri, basic)), 200u);
}

TEST_F(LoginTest, BoundsTheAttempts) {
  std::string answer = ask("DESCRIBE", kUri);
  for (size_t i = 0; i < options.login_attempts_max; ++i) {
    ASSERT_TRUE(status.ok());
    EXPECT_EQ(
        code(ask("DESCRIBE", kUri, authorization(answer, "wrong", "DESCRIBE", base::DigestAlgorithm::kMd5))),
        401u);
  }
  EXPECT_STREQ(status.error().context, "rtsp: login attempts");
  EXPECT_EQ(static_cast<size_t>(logins_refused), options.login_attempts_max);
}

TEST_F(LoginTest, AnotherConnectionsNonceIsAskedForAgain) {
  std::string login = authorization(ask("DESCRIBE", kUri), "secret", "DESCRIBE", base::DigestAlgorithm::kMd5);
  session.emplace(options, *this, Guard({"pilot", "secret"}, "other", false), "1", "0.0.0.0", now);
  EXPECT_EQ(code(ask("DESCRIBE", kUri, login)), 401u);
  EXPECT_EQ(logins_refused, 0);
}

}  // namespace
}  // namespace eyas::rtsp
