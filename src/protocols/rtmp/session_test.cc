#include "protocols/rtmp/session.h"

#include <gtest/gtest.h>

#include "protocols/rtmp/test_client.h"

namespace eyas::rtmp {
namespace {

using flv::AmfValue;
using test::ClientBytes;
using test::ClientReader;

// A session with a sink that writes down what it was told.
struct Bench : Session::Sink {
  explicit Bench(Options o = {})
      : options(o), session(options, *this, base::MonoTime(std::chrono::hours(1)), 1) {}

  void send(base::Slice bytes) override {
    ++sends;
    replies.feed(bytes);
  }
  void on_publish(uint32_t id, const Target& target) override {
    events += "publish " + std::to_string(id) + " " + target.stream + "?" + target.arguments + "; ";
    if (accept) session.publish_started(id);
  }
  void on_play(uint32_t id, const Target& target) override {
    events += "play " + std::to_string(id) + " " + target.stream + "; ";
    if (accept) session.play_started(id);
  }
  base::Status on_media(const Message& message) override {
    events += "media " + std::to_string(static_cast<int>(message.type)) + "@" +
              std::to_string(message.timestamp_ms) + ":" + base::to_hex(message.payload) + "; ";
    return {};
  }
  void on_stop(uint32_t id) override { events += "stop " + std::to_string(id) + "; "; }
  void on_pause(uint32_t id, bool paused) override {
    events += (paused ? "pause " : "resume ") + std::to_string(id) + "; ";
  }
  void on_receive(uint32_t, MessageType type, bool wanted) override {
    events += (type == MessageType::kAudio ? "audio " : "video ") + std::to_string(wanted) + "; ";
  }

  void on_limit(Limit limit) override { events += std::string("limit ") + limit_name(limit) + "; "; }

  base::Status feed(base::Bytes bytes) { return session.on_bytes(bytes, now); }
  // Handshake, connect and createStream.
  void open(std::string_view app = "live", std::vector<flv::AmfProperty> more = {}) {
    ASSERT_TRUE(feed(ClientBytes::handshake()));
    ASSERT_TRUE(feed(client.connect(app, std::move(more))));
    ASSERT_TRUE(feed(client.create_stream()));
  }

  Options options;
  bool accept = true;
  std::string events;
  int sends = 0;
  base::MonoTime now{std::chrono::hours(1)};
  ClientBytes client;
  ClientReader replies;
  Session session;
};

TEST(Session, ConnectIsAnsweredInOneSend) {
  Bench bench;
  ASSERT_TRUE(bench.feed(ClientBytes::handshake()));
  EXPECT_EQ(bench.sends, 1);  // S0 S1 S2
  ASSERT_TRUE(bench.feed(bench.client.connect("live")));
  EXPECT_EQ(bench.sends, 2);
  EXPECT_TRUE(bench.session.connected());
  std::vector<MessageType> types;
  for (const Message& message : bench.replies.messages()) types.push_back(message.type);
  EXPECT_EQ(types, (std::vector{MessageType::kWindowAckSize, MessageType::kSetPeerBandwidth,
                                MessageType::kUserControl, MessageType::kCommandAmf0}));
  EXPECT_EQ(bench.replies.commands(), std::vector<std::string>{"_result:NetConnection.Connect.Success"});
  EXPECT_EQ(bench.session.chunk_size_out(), 0xFFFFFFu);
}

// A connect command written byte by byte, as the AMF0 and chunk specifications say it.
TEST(Session, ConnectFromBytes) {
  Bench bench;
  ASSERT_TRUE(bench.feed(ClientBytes::handshake(true)));
  ASSERT_TRUE(bench.feed(
      base::from_hex("03 000000 000023 14 00000000"  // type 0, chunk stream 3, 35 bytes, AMF0 command
                     "02 0007 636F6E6E656374"        // "connect"
                     "00 3FF0000000000000"           // 1.0
                     "03"                            // object
                     "0003 617070"                   // "app"
                     "02 0004 6C697665"              // "live"
                     "0000 09")));                   // end
  EXPECT_TRUE(bench.session.connected());
  EXPECT_TRUE(bench.replies.saw("_result:NetConnection.Connect.Success"));
}

bool plays_opus(std::vector<flv::AmfProperty> said) {
  Bench bench;
  bench.open("live", std::move(said));
  return bench.session.peer_capabilities().plays_opus;
}

TEST(Session, PlayersSayWhetherTheyKnowOpus) {
  EXPECT_FALSE(plays_opus({}));
  EXPECT_FALSE(plays_opus({{"fourCcList", AmfValue::strict_array({AmfValue::string("hvc1")})}}));
  EXPECT_TRUE(plays_opus({{"fourCcList", AmfValue::strict_array({AmfValue::string("Opus")})}}));
  EXPECT_TRUE(plays_opus({{"fourCcList", AmfValue::strict_array({AmfValue::string("*")})}}));
  EXPECT_TRUE(plays_opus({{"audioFourCcInfoMap", AmfValue::object({{"Opus", AmfValue::number(1)}})}}));
  EXPECT_FALSE(plays_opus({{"audioFourCcInfoMap", AmfValue::object({{"Opus", AmfValue::number(0)}})}}));
  EXPECT_FALSE(plays_opus({{"fourCcList", AmfValue::string("Opus")}})) << "a list, no name";
}

TEST(Session, EnhancedCapabilitiesAreAnswered) {
  Bench bench;
  bench.open("live", {{"fourCcList", AmfValue::strict_array({AmfValue::string("hvc1")})},
                      {"capsEx", AmfValue::number(kCapsReconnect | kCapsMultitrack)}});
  EXPECT_TRUE(bench.session.peer_capabilities().enhanced);
  EXPECT_TRUE(bench.session.peer_capabilities().reconnects());
  base::Result<Command> answer = parse_command(*bench.replies.first(MessageType::kCommandAmf0), 65536);
  ASSERT_TRUE(answer);
  AmfValue information = answer->value(1);
  EXPECT_EQ(information.get_number("capsEx"), 15);
  ASSERT_NE(information.find("videoFourCcInfoMap"), nullptr);
  EXPECT_EQ(information.find("videoFourCcInfoMap")->get_number("hvc1"), 4);
  EXPECT_TRUE(bench.session.request_reconnect("moved"));
  EXPECT_TRUE(bench.replies.saw("onStatus:NetConnection.Connect.ReconnectRequest"));
}

TEST(Session, OrdinaryPeersAreNotAskedToReconnect) {
  Bench bench;
  bench.open();
  EXPECT_FALSE(bench.session.request_reconnect("moved"));
  base::Result<Command> answer = parse_command(*bench.replies.first(MessageType::kCommandAmf0), 65536);
  EXPECT_EQ(answer->value(1).find("capsEx"), nullptr);
}

TEST(Session, PublishLikeFfmpegAndObs) {
  Bench bench;
  ASSERT_TRUE(bench.feed(ClientBytes::handshake()));
  ASSERT_TRUE(bench.feed(bench.client.connect("live")));
  for (const char* name : {"releaseStream", "FCPublish"}) {
    ASSERT_TRUE(bench.feed(bench.client.command(0, name, 2, {AmfValue::null(), AmfValue::string("alpha")})));
  }
  ASSERT_TRUE(bench.feed(bench.client.create_stream(4)));
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha?key=secret")));
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kAudio, 7, "AF01")));
  EXPECT_EQ(bench.events, "publish 1 live/alpha?key=secret; media 8@7:af01; ");
  EXPECT_EQ(bench.replies.commands(),
            (std::vector<std::string>{"_result:NetConnection.Connect.Success", "_result",
                                      "onFCPublish:NetStream.Publish.Start", "_result", "_result",
                                      "onStatus:NetStream.Publish.Start"}));
  bench.events.clear();
  ASSERT_TRUE(
      bench.feed(bench.client.command(0, "FCUnpublish", 5, {AmfValue::null(), AmfValue::string("alpha")})));
  ASSERT_TRUE(
      bench.feed(bench.client.command(0, "deleteStream", 6, {AmfValue::null(), AmfValue::number(1)})));
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kAudio, 8, "AF01")));
  EXPECT_EQ(bench.events, "stop 1; ");
}

TEST(Session, RefusedPublishIsBadName) {
  Bench bench;
  bench.accept = false;
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha")));
  bench.session.publish_refused(1, "taken");
  EXPECT_TRUE(bench.replies.saw("onStatus:NetStream.Publish.BadName"));
  bench.events.clear();
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kVideo, 0, "17")));
  EXPECT_EQ(bench.events, "");
  ASSERT_TRUE(bench.feed(bench.client.publish("a/b/c")));
  EXPECT_EQ(bench.events, "");
}

TEST(Session, PlayAnswers) {
  Bench bench;
  bench.open();
  ASSERT_TRUE(bench.feed(
      bench.client.command(0, "getStreamLength", 3, {AmfValue::null(), AmfValue::string("alpha")})));
  ASSERT_TRUE(bench.feed(bench.client.play("alpha")));
  EXPECT_EQ(bench.events, "play 1 live/alpha; ");
  std::vector<std::string> commands = bench.replies.commands();
  ASSERT_EQ(commands.size(), 5u);
  EXPECT_EQ(commands[3], "onStatus:NetStream.Play.Reset");
  EXPECT_EQ(commands[4], "onStatus:NetStream.Play.Start");
  EXPECT_EQ(base::as_text(bench.replies.first(MessageType::kDataAmf0)->payload).substr(3, 17),
            "|RtmpSampleAccess");
  ASSERT_TRUE(bench.feed(bench.client.command(1, "pause", 0, {AmfValue::null(), AmfValue::boolean(true)})));
  ASSERT_TRUE(
      bench.feed(bench.client.command(1, "receiveAudio", 0, {AmfValue::null(), AmfValue::boolean(false)})));
  ASSERT_TRUE(bench.feed(bench.client.command(1, "seek", 0, {AmfValue::null(), AmfValue::number(0)})));
  ASSERT_TRUE(bench.feed(bench.client.command(1, "closeStream", 0, {AmfValue::null()})));
  EXPECT_EQ(bench.events, "play 1 live/alpha; pause 1; audio 0; stop 1; ");
  bench.session.play_refused(1, "NetStream.Play.StreamNotFound", "no such stream");
  EXPECT_TRUE(bench.replies.saw("onStatus:NetStream.Play.StreamNotFound"));
}

TEST(Session, SeveralStreamsOnOneConnection) {
  Bench bench;
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.create_stream(9)));
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha", 1)));
  ASSERT_TRUE(bench.feed(bench.client.play("bravo", 2)));
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kVideo, 5, "17", 1)));
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kVideo, 5, "17", 2)));  // not a publishing stream
  EXPECT_EQ(bench.events, "publish 1 live/alpha?; play 2 live/bravo; media 9@5:17; ");
}

TEST(Session, MessageStreamsAreBounded) {
  Options options;
  options.message_streams_max = 2;
  Bench bench(options);
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.create_stream(3)));
  EXPECT_FALSE(bench.replies.saw("_error:NetConnection.Call.Failed"));
  ASSERT_TRUE(bench.feed(bench.client.create_stream(4)));
  EXPECT_TRUE(bench.replies.saw("_error:NetConnection.Call.Failed"));
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha", 77)));  // nor by using a stream never created
  EXPECT_TRUE(bench.replies.saw("onStatus:NetStream.Publish.BadName"));
  EXPECT_EQ(bench.events, "limit message_streams; limit message_streams; ");
}

TEST(Session, ArgumentsAreBounded) {
  Options options;
  options.arguments_bytes_max = 10;
  Bench bench(options);
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.play("alpha?token=123456789")));
  EXPECT_EQ(bench.events, "limit argument_bytes; ");
  EXPECT_TRUE(bench.replies.saw("onStatus:NetStream.Play.StreamNotFound"));
}

TEST(Session, Play2PlaysAnotherStreamInPlaceOfThePresentOne) {
  Bench bench;
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.play("alpha")));
  AmfValue options = AmfValue::object({{"streamName", AmfValue::string("bravo?quality=low")},
                                       {"oldStreamName", AmfValue::string("alpha")},
                                       {"transition", AmfValue::string("switch")}});
  ASSERT_TRUE(bench.feed(bench.client.command(1, "play2", 0, {AmfValue::null(), options})));
  EXPECT_EQ(bench.events, "play 1 live/alpha; stop 1; play 1 live/bravo; ");
  ASSERT_TRUE(bench.feed(bench.client.command(1, "play2", 0, {AmfValue::null(), AmfValue::null()})));
  EXPECT_TRUE(bench.replies.saw("onStatus:NetStream.Play.StreamNotFound"));
}

TEST(Session, UnknownCommandsGetAnErrorOnlyWhenTheyAwaitAnAnswer) {
  Bench bench;
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha")));
  size_t before = bench.replies.messages().size();
  ASSERT_TRUE(bench.feed(bench.client.command(0, "whatever", 0, {AmfValue::null()})));
  EXPECT_EQ(bench.replies.messages().size(), before);
  ASSERT_TRUE(bench.feed(bench.client.command(0, "_checkbw", 8, {AmfValue::null()})));
  EXPECT_TRUE(bench.replies.saw("_error:NetConnection.Call.Failed"));
}

TEST(Session, Amf3CommandsAndData) {
  Bench bench;
  bench.open();
  std::vector<uint8_t> body = {0};  // AMF3 command message: format byte, then AMF0
  test::append(body, flv::amf0_write_all({AmfValue::string("publish"), AmfValue::number(3), AmfValue::null(),
                                          AmfValue::string("alpha")}));
  ASSERT_TRUE(bench.feed(bench.client.message(MessageType::kCommandAmf3, 1, 0, body)));
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kDataAmf3, 3, "00 020001 61")));
  EXPECT_EQ(bench.events, "publish 1 live/alpha?; media 18@3:02000161; ");
}

TEST(Session, AggregatesAreTakenApart) {
  Bench bench;
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha")));
  bench.events.clear();
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kAggregate, 100,
                                            "08 000002 000000 00 000000 AF01 0000000D"
                                            "09 000001 000014 00 000000 17 0000000C")));
  EXPECT_EQ(bench.events, "media 8@100:af01; media 9@120:17; ");
}

// Clients with Nagle's algorithm on would lose 41 ms at each of these.
TEST(Session, EveryStepOfTheSetUpIsAnswered) {
  Bench bench;
  std::vector<uint8_t> handshake = ClientBytes::handshake();
  base::Bytes c0c1c2 = handshake;
  ASSERT_TRUE(bench.feed(c0c1c2.first(1 + kHandshakeBytes)));
  EXPECT_EQ(bench.sends, 1);
  ASSERT_TRUE(bench.feed(c0c1c2.subspan(1 + kHandshakeBytes)));  // C2 alone
  EXPECT_EQ(bench.sends, 2);
  ASSERT_TRUE(bench.feed(bench.client.connect("live")));
  ASSERT_TRUE(
      bench.feed(bench.client.message(MessageType::kWindowAckSize, 0, 0, window_ack_size(5000).payload)));
  EXPECT_EQ(bench.sends, 4);
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha")));
  EXPECT_EQ(bench.sends, 5);
  ASSERT_TRUE(bench.feed(bench.client.media(MessageType::kAudio, 0, "AF01")));  // not once it runs
  EXPECT_EQ(bench.sends, 5);
}

TEST(Session, PingAndAcknowledgement) {
  Options options;
  options.window_ack_bytes = 10'000;
  Bench bench(options);
  bench.open();
  ASSERT_TRUE(bench.feed(bench.client.publish("alpha")));
  ASSERT_TRUE(bench.feed(bench.client.message(MessageType::kUserControl, 0, 0,
                                              user_control(UserEvent::kPingRequest, 42).payload)));
  EXPECT_EQ(base::to_hex(bench.replies.messages().back().payload), "00070000002a");
  EXPECT_EQ(bench.replies.count(MessageType::kAcknowledgement), 0u);
  ASSERT_TRUE(bench.feed(bench.client.message(MessageType::kAudio, 1, 0, std::vector<uint8_t>(12'000))));
  ASSERT_EQ(bench.replies.count(MessageType::kAcknowledgement), 1u);
  EXPECT_GE(*parse_number(bench.replies.messages().back().payload), 12'000u);
  // The peer's own window wins.
  ASSERT_TRUE(
      bench.feed(bench.client.message(MessageType::kWindowAckSize, 0, 0, window_ack_size(1u << 20).payload)));
  ASSERT_TRUE(bench.feed(bench.client.message(MessageType::kAudio, 1, 0, std::vector<uint8_t>(12'000))));
  EXPECT_EQ(bench.replies.count(MessageType::kAcknowledgement), 1u);
}

TEST(Session, SetPeerBandwidthIsAnsweredOnce) {
  Bench bench;
  bench.open();
  size_t before = bench.replies.count(MessageType::kWindowAckSize);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(bench.feed(
        bench.client.message(MessageType::kSetPeerBandwidth, 0, 0, set_peer_bandwidth(5'000'000).payload)));
  }
  EXPECT_EQ(bench.replies.count(MessageType::kWindowAckSize), before + 1);
}

TEST(Session, TimeoutsAndPings) {
  Bench silent;
  EXPECT_TRUE(silent.session.on_tick(silent.now + std::chrono::seconds(9)));
  base::Status late = silent.session.on_tick(silent.now + std::chrono::seconds(10));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::Code::kTimeout);

  Bench bench;
  bench.open();
  size_t before = bench.replies.count(MessageType::kUserControl);
  EXPECT_TRUE(bench.session.on_tick(bench.now + std::chrono::seconds(15)));
  EXPECT_EQ(bench.replies.count(MessageType::kUserControl), before + 1);
  EXPECT_FALSE(bench.session.on_tick(bench.now + std::chrono::seconds(60)));
}

TEST(Session, CommandsPerSecondAreBounded) {
  Options options;
  options.commands_per_second_max = 4;
  Bench bench(options);
  bench.open();  // two commands
  std::vector<uint8_t> command = bench.client.command(0, "x", 0, {});
  EXPECT_TRUE(bench.feed(command));
  EXPECT_TRUE(bench.feed(command));
  base::Status over = bench.feed(command);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, base::Code::kLimit);
}

TEST(Session, CommandBytesAreBounded) {
  Options options;
  options.command_bytes_max = 1000;
  Bench bench(options);
  bench.open();
  base::Status over = bench.feed(bench.client.command(0, "x", 0, {AmfValue::string(std::string(1000, 'y'))}));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, base::Code::kLimit);
}

TEST(Session, MalformedInputIsAnError) {
  Bench bench;
  ASSERT_TRUE(bench.feed(ClientBytes::handshake()));
  EXPECT_FALSE(bench.feed(bench.client.publish("alpha")));  // before connect
  Bench garbage;
  garbage.open();
  EXPECT_FALSE(
      garbage.feed(garbage.client.message(MessageType::kCommandAmf0, 0, 0, base::from_hex("0200FF"))));
}

}  // namespace
}  // namespace eyas::rtmp
