// Whole connections on a virtual clock: bytes of a client through session, ingest, hub and egress to the
// bytes of another.
#include <gtest/gtest.h>

#include <functional>

#include "container/flv/test_streams.h"
#include "hub/test_derivations.h"
#include "io/sim/sim_executor.h"
#include "protocols/rtmp/rtmp.h"
#include "protocols/rtmp/test_client.h"

namespace eyas::rtmp {
namespace {

using namespace std::chrono_literals;
using flv::AmfValue;
using io::sim::SimExecutor;
using io::sim::SimWorld;
using test::ClientBytes;
using test::ClientReader;

struct Wire;

// The server's end of a connection whose other end is a Wire.
class VirtualStream final : public io::ByteStream {
 public:
  VirtualStream(SimExecutor& loop, std::shared_ptr<Wire> wire) : loop_(loop), wire_(std::move(wire)) {}
  ~VirtualStream() override;
  void start(Handler& handler) override;
  size_t send(std::span<const base::Slice> slices) override;
  size_t pending() const override { return pending_; }
  void pause_reading(bool) override {}
  void close_after_flush() override { close({base::Code::kClosed, "flushed", {}}); }
  void close(base::Error why) override;
  std::string peer() const override { return "192.0.2.1:1000"; }
  io::Executor& executor() override { return loop_; }

  SimExecutor& loop_;
  std::shared_ptr<Wire> wire_;
  size_t pending_ = 0;
};

// A client's end: what it got, and a switch that stops it from reading.
struct Wire {
  void say(base::Bytes bytes) {
    if (handler != nullptr) handler->on_data(bytes);
    world->settle();
  }
  ClientBytes bytes;
  ClientReader got;
  SimWorld* world = nullptr;
  VirtualStream* stream = nullptr;
  io::ByteStream::Handler* handler = nullptr;
  bool stuck = false;
  bool closed = false;
  int sends = 0;
};

VirtualStream::~VirtualStream() {
  wire_->stream = nullptr, wire_->handler = nullptr, wire_->closed = true;
}
void VirtualStream::start(Handler& handler) {
  wire_->handler = &handler;
}
size_t VirtualStream::send(std::span<const base::Slice> slices) {
  ++wire_->sends;
  for (const base::Slice& slice : slices) {
    wire_->got.feed(slice);
    if (wire_->stuck) pending_ += slice.size();
  }
  return pending_;
}
void VirtualStream::close(base::Error why) {
  loop_.post([wire = wire_, why] {
    if (wire->handler != nullptr) std::exchange(wire->handler, nullptr)->on_closed(why);
  });
}

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() { remake(); }
  void remake() {
    server_ = std::make_unique<Server>(options_, directory_, loop_, statistics_, &derivations_);
  }

  std::shared_ptr<Wire> dial(bool digest = false, std::vector<flv::AmfProperty> more = {}) {
    auto wire = std::make_shared<Wire>();
    wire->world = &world_;
    auto stream = std::make_unique<VirtualStream>(loop_, wire);
    wire->stream = stream.get();
    server_->accept(std::move(stream));
    wire->say(ClientBytes::handshake(digest));
    wire->say(wire->bytes.connect("live", std::move(more)));
    wire->say(wire->bytes.create_stream());
    return wire;
  }
  std::shared_ptr<Wire> publisher(std::string_view name = "alpha") {
    auto wire = dial(true);
    wire->say(wire->bytes.publish(name));
    return wire;
  }
  std::shared_ptr<Wire> player(std::string_view name = "alpha", std::vector<flv::AmfProperty> more = {}) {
    auto wire = dial(false, std::move(more));
    wire->say(wire->bytes.play(name));
    return wire;
  }
  void video(Wire& wire, uint32_t ms, const std::string& hex) {
    wire.say(wire.bytes.media(MessageType::kVideo, ms, hex));
    world_.advance(1ms);
  }
  static size_t pictures(const Wire& wire) {  // coded frames, sequence headers not counted
    size_t count = 0;
    for (const Message& message : wire.got.messages()) {
      if (message.type == MessageType::kVideo && message.payload.size() > 1 && message.payload.data()[1] == 1)
        ++count;
    }
    return count;
  }

  SimWorld world_;
  SimExecutor& loop_ = world_.add_loop();
  Options options_;
  hub::Directory directory_{{&loop_}, {}};
  hub::test::CountedLeases derivations_;
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
  std::unique_ptr<Server> server_;
};

const std::string kHeader = "17 00 000000" + flv::kAvcRecord;
const std::string kKey = "17 01 000000" + flv::kIdr;
const std::string kInter = "27 01 000000" + flv::kSlice;

TEST_F(ConnectionTest, PublishedFramesReachAPlayerFromTheNewestKeyFrame) {
  auto in = publisher();
  EXPECT_TRUE(in->got.saw("onStatus:NetStream.Publish.Start"));
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  video(*in, 40, kInter);
  auto out = player();
  EXPECT_TRUE(out->got.saw("onStatus:NetStream.Play.Start"));
  EXPECT_EQ(pictures(*out), 2u);  // at once
  video(*in, 80, kInter);
  EXPECT_EQ(pictures(*out), 3u);
  const Message* first = out->got.first(MessageType::kVideo);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->payload.data()[1], 0);  // the sequence header comes first
}

TEST_F(ConnectionTest, OpusIsForPlayersThatSayTheyKnowItAndAacIsAskedForByOthers) {
  auto in = publisher();
  auto audio = [&](const std::string& hex) { in->say(in->bytes.media(MessageType::kAudio, 20, hex)); };
  audio("90 4f707573 4f707573486561640102000080bb0000000000");
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  auto any = player(),
       knows = player("alpha", {{"fourCcList", AmfValue::strict_array({AmfValue::string("Opus")})}});
  audio("91 4f707573 fc00aa");
  video(*in, 40, kInter);
  auto sounds = [](const Wire& wire) {
    return std::ranges::count(wire.got.messages(), MessageType::kAudio, &Message::type);
  };
  EXPECT_EQ(sounds(*knows), 2);
  EXPECT_EQ(sounds(*any), 0) << "AAC is being made";
  EXPECT_EQ(pictures(*any), 2u) << "which the picture does not wait for";
  EXPECT_EQ(derivations_.held("live/alpha", hub::Derivation::kAac), 1);
  any->stream->close({base::Code::kClosed, "left", {}});
  world_.settle();
  EXPECT_EQ(derivations_.held("live/alpha", hub::Derivation::kAac), 0);
}

TEST_F(ConnectionTest, AFrameIsOneSend) {
  auto in = publisher();
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  auto out = player();
  int before = out->sends;
  video(*in, 40, kInter);
  EXPECT_EQ(out->sends, before + 1);
}

TEST_F(ConnectionTest, FramesMayBeGatheredForOneSend) {
  options_.max_send_delay = 100ms;
  server_->set_options(options_);
  auto in = publisher();
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  auto out = player();
  world_.advance(1s);
  int before = out->sends;
  size_t seen = pictures(*out);
  video(*in, 40, kInter);
  video(*in, 80, kInter);
  EXPECT_EQ(out->sends, before);
  world_.advance(97ms);  // each video() took a millisecond
  EXPECT_EQ(out->sends, before);
  world_.advance(1ms);
  EXPECT_EQ(out->sends, before + 1);
  EXPECT_EQ(pictures(*out), seen + 2);
}

// Publish and media in one packet: the hub has not answered when they come.
TEST_F(ConnectionTest, MediaThatComesBeforeTheAnswerIsKept) {
  auto in = dial();
  auto bytes = in->bytes.publish("alpha");
  for (const std::string& body : {kHeader, kKey, kInter}) {
    test::append(bytes, in->bytes.media(MessageType::kVideo, 0, body));
  }
  in->say(bytes);
  world_.advance(1s);
  auto out = player();
  EXPECT_EQ(pictures(*out), 2u);
}

TEST_F(ConnectionTest, AStuckPlayerHoldsNoQueue) {
  auto in = publisher();
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  auto out = player();
  out->stuck = true;
  for (uint32_t i = 1; i <= 50; ++i) video(*in, 40 * i, kInter);
  EXPECT_EQ(pictures(*out), 2u);  // the one that got stuck, and none after it
  out->stuck = false;
  out->stream->pending_ = 0;
  out->handler->on_drained();
  EXPECT_EQ(pictures(*out), 51u);
}

TEST_F(ConnectionTest, SecondPublisherIsRefusedOrTakesOver) {
  auto first = publisher();
  video(*first, 0, kHeader);
  video(*first, 0, kKey);
  auto second = publisher();
  EXPECT_TRUE(second->got.saw("onStatus:NetStream.Publish.BadName"));
  EXPECT_TRUE(second->closed);
  options_.second_publisher = "takeover";
  server_->set_options(options_);
  auto third = publisher();
  EXPECT_TRUE(third->got.saw("onStatus:NetStream.Publish.Start"));
  EXPECT_TRUE(first->closed);
}

TEST_F(ConnectionTest, PublisherThatKnowsHowIsAskedToReconnect) {
  auto in = dial(false, {{"capsEx", AmfValue::number(1)}});
  in->say(in->bytes.publish("alpha"));
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  bool asked = false;
  directory_.reconnect(*hub::StreamName::parse("live/alpha"), loop_, [&](bool was) { asked = was; });
  world_.settle();
  EXPECT_TRUE(asked);
  EXPECT_TRUE(in->got.saw("onStatus:NetConnection.Connect.ReconnectRequest"));
  EXPECT_FALSE(in->closed);
  world_.advance(6s);
  EXPECT_TRUE(in->closed);
}

TEST_F(ConnectionTest, PlayWaitsForAStreamAndThenSaysNotFound) {
  auto late = player();
  EXPECT_FALSE(late->got.saw("onStatus:NetStream.Play.Start"));
  auto in = publisher();
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  EXPECT_EQ(pictures(*late), 1u);
  auto never = player("nobody");
  world_.advance(11s);
  EXPECT_TRUE(never->got.saw("onStatus:NetStream.Play.StreamNotFound"));
}

TEST_F(ConnectionTest, PlayEndsWithTheStream) {
  auto in = publisher();
  video(*in, 0, kHeader);
  video(*in, 0, kKey);
  auto out = player();
  in->say(in->bytes.command(1, "closeStream", 0, {AmfValue::null()}));
  world_.advance(11s);  // the stream outlives its publisher by 10 s
  EXPECT_TRUE(out->got.saw("onStatus:NetStream.Play.UnpublishNotify"));
}

TEST_F(ConnectionTest, ConnectionsPerAddressAreBounded) {
  options_.connections_per_address_max = 1;
  server_->set_options(options_);
  auto first = dial();
  auto second = dial();
  EXPECT_FALSE(first->closed);
  EXPECT_TRUE(second->closed);
  EXPECT_EQ(statistics_->hits(Limit::kAddressConnections), 1u);
}

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

// The quirks of DJI's devices, each through the whole connection to what a player gets.
class Quirks : public ConnectionTest {
 protected:
  // Sends the tags after handshake, connect and publish; returns the pictures that a player got.
  size_t through(const std::vector<std::pair<MessageType, std::string>>& tags,
                 std::string_view name = "alpha") {
    in_ = publisher(name);
    out_ = player("alpha");
    uint32_t ms = 0;
    for (const auto& [type, hex] : tags) {
      if (type == MessageType::kVideo && hex.starts_with("27")) ms += 40;
      in_->say(in_->bytes.media(type, ms, hex));
      world_.advance(1ms);
    }
    world_.advance(4s);
    EXPECT_FALSE(in_->closed);
    return pictures(*out_);
  }
  std::shared_ptr<Wire> in_, out_;
  static constexpr MessageType kVideo = MessageType::kVideo;
  static constexpr MessageType kAudio = MessageType::kAudio;
  static constexpr MessageType kData = MessageType::kDataAmf0;
};

TEST_F(Quirks, Quirk1NoMetadataAudioConfigFirst) {
  EXPECT_EQ(
      through({{kAudio, "AF00" + flv::kAscMono44100}, {kVideo, kHeader}, {kVideo, kKey}, {kVideo, kInter}}),
      2u);
  EXPECT_NE(out_->got.first(MessageType::kAudio), nullptr);
}

TEST_F(Quirks, Quirk2MetadataWithoutTracks) {
  std::string metadata = base::to_hex(
      flv::amf0_write_all({AmfValue::string("@setDataFrame"), AmfValue::string("onMetaData"),
                           AmfValue::ecma_array({{"metadatacreator", AmfValue::string("Agora.io SDK")},
                                                 {"encoder", AmfValue::string("Agora.io Encoder")}})}));
  EXPECT_EQ(through({{kData, metadata}, {kVideo, kHeader}, {kVideo, kKey}}), 1u);
}

TEST_F(Quirks, Quirk3EmptyVideoTag) {
  EXPECT_EQ(through({{kVideo, kHeader}, {kVideo, kKey}, {kVideo, "270100000000000000"}, {kVideo, kInter}}),
            2u);
}

TEST_F(Quirks, Quirk4DuplicateSequenceHeader) {
  EXPECT_EQ(
      through({{kVideo, kHeader}, {kVideo, kHeader}, {kVideo, kKey}, {kVideo, kHeader}, {kVideo, kInter}}),
      2u);
}

TEST_F(Quirks, Quirk5PictureInSeveralMessagesAnd6SeiIsPassedOn) {
  EXPECT_EQ(
      through({{kVideo, kHeader}, {kVideo, "1701000000" + flv::kSei}, {kVideo, kKey}, {kVideo, kInter}}), 2u);
  for (const Message& message : out_->got.messages()) {
    if (message.type != kVideo || message.payload.data()[1] != 1) continue;
    EXPECT_NE(base::to_hex(message.payload).find(flv::kSei), std::string::npos);
    break;
  }
}

TEST_F(Quirks, Quirk7GarbageTags) {
  EXPECT_EQ(
      through(
          {{kVideo, kHeader}, {kVideo, kKey}, {kVideo, "9F78787878"}, {kVideo, "1F00"}, {kVideo, kInter}}),
      2u);
}

TEST_F(Quirks, Quirk8CredentialsInTheName) {
  EXPECT_EQ(through({{kVideo, kHeader}, {kVideo, kKey}}, "alpha?user=pilot&pass=secret"), 1u);
}

TEST_F(Quirks, Quirk9TimesThatGoBack) {
  auto in = publisher();
  auto out = player();
  video(*in, 1000, kHeader);
  video(*in, 1000, kKey);
  video(*in, 990, kInter);
  video(*in, 1080, kInter);
  world_.advance(4s);
  EXPECT_EQ(pictures(*out), 3u);
  uint32_t last = 0;
  for (const Message& message : out->got.messages()) {
    if (message.type != kVideo) continue;
    EXPECT_GE(message.timestamp_ms, last);
    last = message.timestamp_ms;
  }
}

// A picture of a keyframe every second while the network gives only half the time: the lag is in the stream's
// facts.
TEST_F(Quirks, Quirk10BacklogIsShown) {
  auto in = publisher();
  video(*in, 0, kHeader);
  for (uint32_t ms = 0; ms <= 4000; ms += 500) {
    video(*in, ms, kKey);
    world_.advance(1s);
  }
  std::vector<hub::StreamFacts> facts;
  directory_.snapshot(*hub::StreamName::parse("live/alpha"), loop_,
                      [&](auto all) { facts = std::move(all); });
  world_.settle();
  ASSERT_EQ(facts.size(), 1u);
  ASSERT_EQ(facts[0].publishers.size(), 1u);
  EXPECT_GT(facts[0].publishers[0].backlog, 2s);
}

}  // namespace
}  // namespace eyas::rtmp
