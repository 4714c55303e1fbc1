// Pulls of FLV over real sockets: from our own server, and from servers that do as a script says.
#include "protocols/http_flv/pull.h"

#include <gtest/gtest.h>

#include "container/flv/test_pictures.h"
#include "http/server.h"
#include "protocols/test_transfers.h"

namespace eyas::http_flv {
namespace {

using namespace std::chrono_literals;
using flv::PictureCount;
using protocols::test::FrameCollector;
using Script = protocols::test::ScriptedServer;
using protocols::test::TransferBed;

std::string text_of(const std::vector<uint8_t>& bytes) {
  return std::string(base::as_text(bytes));
}

std::string tag(flv::TagType type, uint32_t timestamp_ms, const std::vector<uint8_t>& body) {
  base::ByteWriter out;
  flv::write_tag_header(out, {type, static_cast<uint32_t>(body.size()), timestamp_ms});
  out.bytes(body);
  out.u32(static_cast<uint32_t>(flv::kTagHeaderBytes + body.size()));
  return text_of(out.take());
}

// A head, the configuration of H.264, and this many pictures at 25 a second.
std::string flv_file(uint32_t pictures) {
  base::ByteWriter out;
  flv::write_file_header(out, false, true);
  std::string text = text_of(out.take());
  text += tag(flv::TagType::kVideo, 0, base::from_hex("1700000000" + flv::kAvcRecord));
  for (uint32_t i = 0; i < pictures; ++i)
    text += tag(flv::TagType::kVideo, 40 * i, PictureCount::tag_body(i));
  return text;
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n";

class HttpFlvPull : public testing::Test {
 protected:
  std::unique_ptr<Pull> pull(const std::string& url, const std::string& stream = "live/pulled") {
    return std::make_unique<Pull>(bed.request(url, stream, outcome), bed.directory, statistics);
  }
  std::string outcome_of(const std::string& answer) {
    Script script(bed, answer, true);
    outcome = {};
    auto attempt = pull(script.url("/live/a.flv"));
    EXPECT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
    return outcome.why();
  }
  TransferBed bed;
  Statistics statistics;
  TransferBed::Outcome outcome;
};

TEST_F(HttpFlvPull, WhatIsFetchedIsPublished) {
  Script script(bed, kOk + flv_file(30), false);
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull(script.url("/live/a.flv"));
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 29; })) << outcome.why();
  EXPECT_TRUE(outcome.running);
  EXPECT_FALSE(outcome.ended);
  EXPECT_TRUE(seen.frames[0]->key);
  for (size_t i = 0; i < seen.frames.size(); ++i)
    EXPECT_EQ(base::to_hex(seen.frames[i]->payload),
              base::to_hex(PictureCount::nal_unit(static_cast<uint32_t>(i))));
  protocols::TransferFacts facts = attempt->facts();
  EXPECT_EQ(facts.peer, script.listener->address().text());
  EXPECT_EQ(facts.transport, "tcp");
  EXPECT_GT(facts.bytes, 30 * PictureCount::kFrameBytes);
  EXPECT_EQ(statistics.pulls_open, 1u);
  attempt.reset();
  EXPECT_TRUE(bed.run_until([&] { return script.closed; }));
  EXPECT_FALSE(outcome.ended);
  EXPECT_EQ(statistics.pulls_open, 0u);
}

TEST_F(HttpFlvPull, FromOurOwnServerItIsTheSameStream) {
  http::Router router;
  Options options;
  Statistics of_server;
  add_routes(router, {options, bed.directory, of_server});
  http::Server server(bed.loop, router, http::Options{}, std::make_shared<http::Shared>());
  auto listener = std::move(
      *io::Listener::open(bed.loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                          [&](int fd, const io::Address&) { server.adopt(io::adopt_socket(bed.loop, fd)); }));
  Script origin(bed, kOk + flv_file(50), false);
  auto first = pull(origin.url("/live/a.flv"), "live/origin");
  FrameCollector at_origin(bed, "live/origin");
  ASSERT_TRUE(bed.run_until([&] { return at_origin.frames.size() >= 49; }));
  TransferBed::Outcome second_outcome;
  auto second = std::make_unique<Pull>(
      bed.request("http://" + listener->address().text() + "/live/origin.flv", "live/edge", second_outcome),
      bed.directory, statistics);
  FrameCollector at_edge(bed, "live/edge");
  ASSERT_TRUE(bed.run_until([&] { return at_edge.frames.size() >= 20; })) << second_outcome.why();
  EXPECT_TRUE(at_edge.frames[0]->key);
  EXPECT_EQ(base::to_hex(at_edge.frames[0]->track->config.record), flv::kAvcRecord);
  second.reset();
  first.reset();
}

TEST_F(HttpFlvPull, EndsSayWhy) {
  EXPECT_TRUE(outcome_of("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").starts_with("not_found: "));
  EXPECT_TRUE(outcome_of("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").starts_with("refused: "));
  EXPECT_EQ(statistics.pulls_failed, 2u);
  EXPECT_EQ(outcome_of(kOk + flv_file(3)), "closed: http_flv: the stream is over");
  EXPECT_EQ(statistics.pulls_failed, 2u);
  EXPECT_EQ(outcome_of(kOk + "<html>not a stream</html>"), "malformed: flv: file header");
  std::string endless_header = flv_file(0).substr(0, 5) + std::string("\0\1\0\0", 4);
  EXPECT_TRUE(outcome_of(kOk + endless_header).starts_with("limit: flv file: header bytes"));
  EXPECT_EQ(statistics.pull_limit_hits, 1u);
}

TEST_F(HttpFlvPull, ANameThatIsTakenEndsIt) {
  Script script(bed, kOk + flv_file(5), false);
  auto first = pull(script.url("/live/a.flv"));
  EXPECT_TRUE(bed.run_until([&] { return outcome.running; }));
  Script other(bed, kOk + flv_file(5), false);
  TransferBed::Outcome refused;
  Pull second(bed.request(other.url("/live/a.flv"), "live/pulled", refused), bed.directory, statistics);
  ASSERT_TRUE(bed.run_until([&] { return refused.ended.has_value(); }));
  EXPECT_EQ(refused.ended->code, base::Code::kRefused);
  EXPECT_FALSE(refused.running);
}

TEST_F(HttpFlvPull, TheHubMayEndIt) {
  Script script(bed, kOk + flv_file(5), false);
  auto attempt = pull(script.url("/live/a.flv"));
  EXPECT_TRUE(bed.run_until([&] { return outcome.running; }));
  bool asked = false;
  bed.directory.reconnect(*hub::StreamName::parse("live/pulled"), bed.loop,
                          [&](bool found) { asked = found; });
  ASSERT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
  EXPECT_TRUE(asked);
}

TEST_F(HttpFlvPull, KnowsItsOptions) {
  base::Url url = *base::Url::parse("https://host/a.flv");
  EXPECT_TRUE(check_pull(url, {{"format", "flv"}, {"tls_verify", "false"}}).ok());
  EXPECT_FALSE(check_pull(url, {{"transport", "udp"}}).ok());
  EXPECT_FALSE(check_pull(url, {{"tls_verify", "perhaps"}}).ok());
  EXPECT_FALSE(check_pull(*base::Url::parse("http:///a.flv"), {}).ok());
}

}  // namespace
}  // namespace eyas::http_flv
