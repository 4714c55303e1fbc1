// Limits, silences and malformed input: what closes a connection, and what counts it.
#include <functional>

#include "protocols/rtmp/test_connection.h"
#include "protocols/transfer.h"

namespace eyas::rtmp {
namespace {

using flv::AmfValue;
using namespace test;

// A limit, what hits it (with the small limits of the test below), and whether that ends the connection.
struct LimitRow {
  using Bytes = std::vector<uint8_t>;
  Limit limit;
  bool closes;
  std::function<Bytes(ClientBytes&)> say;

  static Bytes repeated(int count, const std::function<Bytes(int)>& make) {
    Bytes all;
    for (int i = 0; i < count; ++i) test::append(all, make(i));
    return all;
  }
  static Bytes video_of(ClientBytes& client, size_t bytes) {
    return client.message(MessageType::kVideo, 1, 0, Bytes(bytes));
  }
  static Bytes on_six_chunk_streams(ClientBytes&) {
    return repeated(6, [](int i) {
      // Format 0, time 0, one byte of audio on message stream 1.
      return base::from_hex("0" + std::to_string(3 + i) + "000000" + "000001" + "08" + "01000000" + "00");
    });
  }
  static Bytes nested_arrays(ClientBytes& client) {
    Bytes payload = base::from_hex(
        "02000178"
        "000000000000000000");  // the command "x", transaction 0
    test::append(payload, repeated(60, [](int) { return base::from_hex("0A00000001"); }));
    return client.message(MessageType::kCommandAmf0, 0, 0, payload);
  }
  static Bytes seven_commands(ClientBytes& client) {
    return repeated(7, [&](int) { return client.command(0, "_checkbw", 0, {AmfValue::null()}); });
  }
  static Bytes eager_publisher(ClientBytes& client) {
    Bytes all = client.publish("early");
    test::append(all, client.media(MessageType::kVideo, 0, kHeader));
    test::append(all, repeated(4, [&](int) { return client.media(MessageType::kVideo, 0, kKey); }));
    return all;
  }
  static std::vector<LimitRow> all() {
    auto long_command = [](ClientBytes& client) {
      return client.command(0, "x", 0, {AmfValue::string(std::string(700, 'x'))});
    };
    return {
        {Limit::kMessageBytes, true, [](ClientBytes& client) { return video_of(client, 2001); }},
        {Limit::kUnfinishedBytes, true, [](ClientBytes& client) { return video_of(client, 1900); }},
        {Limit::kChunkStreams, true, on_six_chunk_streams},
        {Limit::kMessageStreams, false, [](ClientBytes& client) { return client.create_stream(9); }},
        {Limit::kArgumentBytes, false, [](ClientBytes& client) { return client.play("a?token=12345678"); }},
        {Limit::kCommandBytes, true, long_command},
        {Limit::kCommandValues, true, nested_arrays},
        {Limit::kCommandRate, true, seven_commands},
        {Limit::kEarlyBytes, true, eager_publisher}};
  }
};

TEST_F(ConnectionTest, EveryLimitIsCountedUnderItsOwnName) {
  options_.early_bytes_max = 50;
  options_.commands_per_second_max = 6;
  options_.command_bytes_max = 600;
  options_.arguments_bytes_max = 10;
  options_.message_streams_max = 1;
  options_.chunk = {.message_bytes_max = 2000, .chunk_streams_max = 4, .unfinished_bytes_max = 1000};
  options_.idle_timeout = 12s;
  server_->set_options(options_);
  for (const LimitRow& row : LimitRow::all()) {
    SCOPED_TRACE(limit_name(row.limit));
    auto wire = dial();
    wire->say(row.say(wire->bytes));
    EXPECT_EQ(statistics_->hits(row.limit), 1u);
    EXPECT_EQ(wire->closed, row.closes);
  }
  EXPECT_EQ(statistics_->hits(Limit::kOther), 0u);
}

TEST_F(ConnectionTest, SilencesAreCountedUnderTheirOwnNames) {
  options_.idle_timeout = 12s;
  server_->set_options(options_);
  auto idle = dial();
  auto mute = std::make_shared<Wire>();
  mute->world = &world_;
  server_->accept(std::make_unique<VirtualStream>(loop_, mute));
  world_.advance(14s);
  EXPECT_TRUE(idle->closed);
  EXPECT_EQ(statistics_->hits(Limit::kHandshakeTimeout), 1u);
  EXPECT_EQ(statistics_->hits(Limit::kIdleTimeout), 1u);
}

TEST_F(ConnectionTest, MalformedInputClosesThatSessionOnly) {
  auto good = publisher();
  auto bad = dial();
  bad->say(base::from_hex("C9"));  // continues a chunk stream that never began
  EXPECT_TRUE(bad->closed);
  EXPECT_FALSE(good->closed);
  EXPECT_EQ(statistics_->closed_malformed, 1u);
}

TEST_F(ConnectionTest, SilenceIsBounded) {
  auto wire = std::make_shared<Wire>();
  wire->world = &world_;
  server_->accept(std::make_unique<VirtualStream>(loop_, wire));
  world_.advance(11s);
  EXPECT_TRUE(wire->closed);
  EXPECT_EQ(statistics_->closed_timeout, 1u);
}

TEST_F(ConnectionTest, APeerThatTakesNoAnswersIsReadNoFurther) {
  auto wire = dial();
  wire->stuck = true;
  // A chunk of six bytes, a user control message: PingRequest.
  const auto ping = base::from_hex("02 000000 000006 04 00000000 0006 00000001");
  for (int i = 0; i < 100'000 && !wire->paused; ++i) wire->say(ping);
  EXPECT_TRUE(wire->paused);
  EXPECT_LT(wire->stream->pending(), 2 * protocols::kAnswersPendingMax);
  wire->stuck = false;
  wire->stream->pending_ = 0;
  wire->handler->on_drained();
  EXPECT_FALSE(wire->paused);
}

}  // namespace
}  // namespace eyas::rtmp
