#include "protocols/rtsp/wire/message_reader.h"

#include <gtest/gtest.h>

#include <ctime>

namespace eyas::rtsp {
namespace {

struct Collector : MessageReader::Sink {
  void on_request(Request request) override {
    text += request.method + ' ' + request.uri + ' ' + std::to_string(request.headers.size()) + " [" +
            request.body + "]\n";
    requests.push_back(std::move(request));
  }
  void on_response(Response response) override {
    text += std::to_string(response.status) + ' ' + response.reason + " [" + response.body + "]\n";
    responses.push_back(std::move(response));
  }
  void on_interleaved(uint8_t channel, base::Bytes packet) override {
    text += '$' + std::to_string(channel) + ' ' + base::to_hex(packet) + '\n';
  }
  std::string text;
  std::vector<Request> requests;
  std::vector<Response> responses;
};

const std::string kPipelined =
    "OPTIONS rtsp://a/live/x RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    "\r\n"
    "ANNOUNCE rtsp://a/live/x RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n" +
    std::string(
        "$\x02\x00\x03"
        "abc",
        7) +
    "RTSP/1.0 200 OK\r\ncseq: 7\r\n\r\n" + std::string("$\x00\x00\x00", 4);
constexpr const char* kPipelinedRead =
    "OPTIONS rtsp://a/live/x 1 []\n"
    "ANNOUNCE rtsp://a/live/x 2 [v=0\r\n]\n"
    "$2 616263\n"
    "200 OK []\n"
    "$0 \n";

base::Status read(const std::string& bytes, Collector& collector, MessageLimits limits = {}) {
  MessageReader reader(collector, limits);
  return reader.push(base::as_bytes(bytes));
}

TEST(MessageReader, TakesMessagesAndPacketsInOneGo) {
  Collector collector;
  ASSERT_TRUE(read(kPipelined, collector).ok());
  EXPECT_EQ(collector.text, kPipelinedRead);
}

TEST(MessageReader, AnySplitGivesTheSame) {
  for (size_t step = 1; step < kPipelined.size(); ++step) {
    Collector collector;
    MessageReader reader(collector);
    for (size_t at = 0; at < kPipelined.size(); at += step)
      ASSERT_TRUE(reader.push(base::as_bytes(kPipelined.substr(at, step))).ok());
    EXPECT_EQ(collector.text, kPipelinedRead) << "step " << step;
    EXPECT_FALSE(reader.inside());
  }
}

TEST(MessageReader, TakesLinesThatEndWithLineFeedAlone) {
  Collector collector;
  ASSERT_TRUE(read("PLAY * RTSP/1.0\nCSeq: 3\nSession: 12\n\n", collector).ok());
  EXPECT_EQ(collector.text, "PLAY * 2 []\n");
  EXPECT_EQ(collector.requests[0].headers.first("session"), "12");
}

TEST(MessageReader, KeepsBlanksInAddresses) {
  Collector collector;
  ASSERT_TRUE(read("DESCRIBE rtsp://a/live/my camera RTSP/1.0\r\nCSeq: 1\r\n\r\n", collector).ok());
  EXPECT_EQ(collector.requests[0].uri, "rtsp://a/live/my camera");
}

TEST(MessageReader, JoinsFoldedHeadersAndPassesOverLinesThatAreNone) {
  Collector collector;
  ASSERT_TRUE(
      read("RTSP/1.0 401 No\r\nWWW-Authenticate: Digest\r\n realm=\"a\"\r\nnonsense\r\n\r\n", collector)
          .ok());
  EXPECT_EQ(collector.responses[0].headers.first("WWW-Authenticate"), "Digest realm=\"a\"");
  EXPECT_EQ(collector.responses[0].headers.size(), 1u);
}

TEST(MessageReader, ReadsTheVersion) {
  Collector collector;
  ASSERT_TRUE(read("OPTIONS * RTSP/2.0\r\n\r\n", collector).ok());
  EXPECT_EQ(collector.requests[0].version, (Version{2, 0}));
}

TEST(MessageReader, RefusesWhatIsNoRtsp) {
  for (const char* bytes :
       {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\n\n", "OPTIONS\r\n\r\n", "RTSP/1.0 x\r\n\r\n",
        "PLAY * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", "PLAY * RTSP/1.0\r\nA: \x01\r\n\r\n",
        "PLAY * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    Collector collector;
    base::Status status = read(bytes, collector);
    ASSERT_FALSE(status.ok()) << bytes;
    EXPECT_EQ(status.error().code, base::Code::kMalformed) << bytes;
    EXPECT_EQ(collector.text, "");
  }
}

TEST(MessageReader, SaysTheSameErrorForEver) {
  Collector collector;
  MessageReader reader(collector);
  ASSERT_FALSE(reader.push(base::as_bytes("GET / HTTP/1.1\r\n\r\n")).ok());
  EXPECT_FALSE(reader.push(base::as_bytes("OPTIONS * RTSP/1.0\r\n\r\n")).ok());
  EXPECT_EQ(collector.text, "");
}

TEST(MessageReader, BoundsTheHeadWhetherItEndsOrNot) {
  MessageLimits limits{.head_bytes_max = 64};
  std::string open = "OPTIONS rtsp://a/" + std::string(64, 'a');
  for (const std::string& bytes : {open, open + " RTSP/1.0\r\n\r\n"}) {
    Collector collector;
    base::Status status = read(bytes, collector, limits);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, base::Code::kLimit);
  }
}

TEST(MessageReader, BoundsTheNumberOfHeaders) {
  Collector collector;
  base::Status status =
      read("OPTIONS * RTSP/1.0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", collector, {.headers_max = 2});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kLimit);
}

TEST(MessageReader, BoundsTheBodyBeforeItComes) {
  Collector collector;
  base::Status status =
      read("ANNOUNCE * RTSP/1.0\r\nContent-Length: 11\r\n\r\n", collector, {.body_bytes_max = 10});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kLimit);
}

// The CPU time that a message takes whose body comes byte by byte.
std::clock_t time_of(const std::string& headers) {
  constexpr size_t kBody = 8192;
  Collector collector;
  MessageReader reader(collector);
  const std::clock_t begun = std::clock();
  EXPECT_TRUE(reader.push(base::as_bytes("SET_PARAMETER rtsp://a/x RTSP/1.0\r\nContent-Length: " +
                                         std::to_string(kBody) + "\r\n" + headers + "\r\n")));
  for (size_t i = 0; i < kBody; ++i) EXPECT_TRUE(reader.push(base::as_bytes("x")));
  EXPECT_EQ(collector.requests.size(), 1u);
  return std::clock() - begun;
}

// Else a few packets of a byte each would cost as much as megabytes.
TEST(MessageReader, AHeadIsNotReadAgainWithEachByteOfItsBody) {
  std::string long_head = "X: y\r\n";
  for (int i = 0; i < 2000; ++i) long_head += " word\r\n";
  EXPECT_LT(time_of(long_head), 20 * time_of("X: y\r\n"));
}

TEST(Message, TextReadsBackToTheSame) {
  Request request;
  request.method = "ANNOUNCE";
  request.uri = "rtsp://a/live/x";
  request.headers.add("CSeq", "4");
  request.body = "v=0\r\n";
  Collector collector;
  ASSERT_TRUE(read(text_of(request), collector).ok());
  request.headers.add("Content-Length", "5");
  EXPECT_EQ(collector.requests[0], request);
}

TEST(Message, NoValueAddsAHeader) {
  Response response;
  response.status = 454;
  response.headers.add("Server", "x\r\nEvil: 1");
  EXPECT_EQ(text_of(response), "RTSP/1.0 454 Session Not Found\r\nServer: x  Evil: 1\r\n\r\n");
}

TEST(Message, InterleavedPacketsHaveTheirFrame) {
  std::vector<uint8_t> out;
  const uint8_t packet[] = {0x80, 0x60, 0x01};
  append_interleaved(out, 5, packet);
  EXPECT_EQ(base::to_hex(out), "24050003806001");
}

TEST(Message, SequenceIsANumberOrNothing) {
  HeaderList headers;
  EXPECT_EQ(sequence_of(headers), std::nullopt);
  headers.set("cseq", " 12 ");
  EXPECT_EQ(sequence_of(headers), 12u);
  headers.set("CSeq", "12a");
  EXPECT_EQ(sequence_of(headers), std::nullopt);
  EXPECT_EQ(headers.size(), 1u);
}

}  // namespace
}  // namespace eyas::rtsp
