#include "api/api.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/json.h"
#include "api/metrics.h"
#include "api/openapi.h"
#include "api/transfers.h"

namespace eyas::api {
namespace {

hub::StreamFacts facts() {
  media::Track track;
  track.id = 1;
  track.config.codec = media::Codec::kH264;
  track.config.width = 1920;
  track.config.height = 1080;
  track.config.frame_rate = {30000, 1001};
  hub::StreamFacts facts;
  facts.name = "live/alpha";
  facts.live = true;
  facts.publishers = {{"rtmp", "rtmp-1", "127.0.0.1:5", {}, 0, true, std::chrono::milliseconds(1500)}};
  facts.tracks = {{std::make_shared<const media::Track>(track), 2e6, 29.97, 100}};
  facts.readers_by_protocol = {{"hls", 1}, {"http_flv", 2}};
  facts.readers = {{"srt", "srt-7", "10.0.0.9:4000", {}, {{"rtt_us", 21'000}, {"packets_lost", 5}}}};
  facts.repairs.wrap = 3;
  facts.quirks = {{"empty_tags", 4}};
  return facts;
}

ServerInfo info() {
  ServerInfo info;
  info.version = "1.2.3";
  info.rtmp_listen = "127.0.0.1:1935";
  info.rtsp_listen = "[::1]:8554";
  info.srt_listen = "0.0.0.0:8890";
  return info;
}

// Every property that the description calls required is there, and nothing else.
void expect_shape(const nlohmann::json& schemas, const std::string& name, const nlohmann::json& value) {
  const auto& properties = schemas[name]["properties"];
  for (const auto& [key, schema] : properties.items()) EXPECT_TRUE(value.contains(key)) << name << "." << key;
  for (const auto& [key, member] : value.items()) EXPECT_TRUE(properties.contains(key)) << name << "." << key;
}

TEST(StreamJson, HasTheShapeThatTheDescriptionPromises) {
  auto schemas = nlohmann::json::parse(kOpenApi)["components"]["schemas"];
  auto stream = nlohmann::json::parse(stream_json(facts(), info()));
  expect_shape(schemas, "Stream", stream);
  expect_shape(schemas, "Track", stream["tracks"][0]);
  expect_shape(schemas, "Publisher", stream["publisher"]);
  EXPECT_EQ(stream["state"], "live");
  EXPECT_EQ(stream["readers"]["total"], 3);
  EXPECT_EQ(stream["publisher"]["backlog_ms"], 1500);
  EXPECT_NEAR(stream["tracks"][0]["frame_rate"].get<double>(), 29.97, 0.001);
}

TEST(StreamJson, ReadersThatMeasureTheirPathTellOfIt) {
  auto readers = nlohmann::json::parse(stream_json(facts(), info()))["readers"];
  auto schemas = nlohmann::json::parse(kOpenApi)["components"]["schemas"];
  ASSERT_EQ(readers["paths"].size(), 1u);
  expect_shape(schemas, "ReaderPath", readers["paths"][0]);
  EXPECT_EQ(readers["paths"][0]["session"], "srt-7");
  EXPECT_EQ(readers["paths"][0]["counters"]["rtt_us"], 21'000);
}

TEST(StreamJson, NamesEveryAddress) {
  auto stream = nlohmann::json::parse(stream_json(facts(), info()));
  auto schemas = nlohmann::json::parse(kOpenApi)["components"]["schemas"];
  const auto& described = schemas["Stream"]["properties"]["addresses"]["properties"];
  const auto& addresses = stream["addresses"];
  EXPECT_EQ(addresses.size(), described.size());
  for (const auto& [key, schema] : described.items()) EXPECT_TRUE(addresses.contains(key)) << key;
  EXPECT_EQ(addresses["dash"], "/live/alpha/index.mpd");
  EXPECT_EQ(addresses["rtmp"], "rtmp://HOST/live/alpha") << "the usual port is left out";
  EXPECT_EQ(addresses["rtmps"], "") << "it is off";
  EXPECT_EQ(addresses["rtsp"], "rtsp://HOST:8554/live/alpha");
  EXPECT_EQ(addresses["srt_publish"], "srt://HOST:8890?streamid=publish:live/alpha");
}

TEST(StreamJson, WithoutAPublisherTheStreamWaits) {
  auto waiting = facts();
  waiting.live = false;
  waiting.publishers.clear();
  auto stream = nlohmann::json::parse(stream_json(waiting, info()));
  EXPECT_EQ(stream["state"], "waiting");
  EXPECT_TRUE(stream["publisher"].is_null());
}

TEST(StreamJson, TellsOfTheSourceAlsoWhileNobodyWatches) {
  auto schemas = nlohmann::json::parse(kOpenApi)["components"]["schemas"];
  sources::TransferReport pull;
  pull.name = pull.stream = "cctv/front";
  pull.url = "rtsp://***@10.0.0.5/1";
  pull.on_demand = true;
  hub::StreamFacts absent;
  absent.name = "cctv/front";
  auto stream = nlohmann::json::parse(stream_json(absent, info(), &pull));
  expect_shape(schemas, "Stream", stream);
  expect_shape(schemas, "Source", stream["source"]);
  EXPECT_EQ(stream["state"], "idle");
  pull.state = sources::TransferState::kWaiting;
  EXPECT_EQ(nlohmann::json::parse(stream_json(absent, info(), &pull))["state"], "waiting");
}

TEST(TransferJson, HasTheShapeThatTheDescriptionPromises) {
  auto schemas = nlohmann::json::parse(kOpenApi)["components"]["schemas"];
  sources::TransferReport report;
  report.facts.counters = {{"rtt_us", 5}};
  expect_shape(schemas, "Pull", nlohmann::json::parse(transfer_json(sources::Direction::kPull, report)));
  expect_shape(schemas, "Push", nlohmann::json::parse(transfer_json(sources::Direction::kPush, report)));
}

TEST(Listing, TheRunningSourceSpeaksElseTheBestInRank) {
  Listing listing;
  listing.pulls.resize(3);
  for (int i = 0; i < 3; ++i) {
    listing.pulls[i].stream = "cctv/front";
    listing.pulls[i].rank = 10 * i;
    listing.pulls[i].state = sources::TransferState::kWaiting;
  }
  EXPECT_EQ(source_of(listing, "cctv/front")->rank, 0);
  listing.pulls[1].state = sources::TransferState::kRunning;
  EXPECT_EQ(source_of(listing, "cctv/front")->rank, 10);
  EXPECT_EQ(source_of(listing, "cctv/back"), nullptr);
}

TEST(Records, AreReadFromJson) {
  auto record = record_of(R"({"name":"cctv/a","rank":10,"on_demand":true,"options":{"transport":"tcp"}})");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(*record,
            (base::RecordText{
                {"name", "cctv/a"}, {"on_demand", "true"}, {"options.transport", "tcp"}, {"rank", "10"}}));
  for (const char* bad : {"", "[]", "5", "{\"a\":[1]}", "{\"a\":null}", "{\"a\":1.5}",
                          "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":1}}}}}}"})
    EXPECT_FALSE(record_of(bad).ok()) << bad;
}

TEST(StreamJson, BytesThatAreNotTextDoNotBreakTheAnswer) {
  auto odd = facts();
  odd.publishers[0].peer = "\xff\xfe";
  EXPECT_NO_THROW(nlohmann::json::parse(stream_json(odd, info())));
}

TEST(Info, HasTheShapeThatTheDescriptionPromises) {
  auto schemas = nlohmann::json::parse(kOpenApi)["components"]["schemas"];
  auto told = nlohmann::json::parse(info_json(info(), {}));
  expect_shape(schemas, "Info", told);
  for (const auto& [key, schema] : schemas["Info"]["properties"]["listen"]["properties"].items())
    EXPECT_TRUE(told["listen"].contains(key)) << key;
  EXPECT_EQ(told["listen"]["srt"], "0.0.0.0:8890");
}

TEST(Metrics, StreamsAreLabelled) {
  std::string text =
      metrics_text({{"eyas_rtmp_plays_total", "Plays.", base::Metric::Kind::kCounter, 7, {}}}, {facts()});
  for (const char* line : {"# TYPE eyas_rtmp_plays_total counter", "eyas_rtmp_plays_total 7",
                           "eyas_streams 1", R"(eyas_stream_live{stream="live/alpha"} 1)",
                           R"(eyas_stream_repairs_total{stream="live/alpha",repair="wrap"} 3)",
                           R"(eyas_stream_backlog_seconds{stream="live/alpha"} 1.5)",
                           R"(eyas_stream_readers{stream="live/alpha",protocol="http_flv"} 2)"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

}  // namespace
}  // namespace eyas::api
