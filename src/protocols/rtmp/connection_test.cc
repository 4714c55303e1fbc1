// Publishing and playing: who reaches whom, when, and how they part.
#include "protocols/rtmp/test_connection.h"

namespace eyas::rtmp {
namespace {

using flv::AmfValue;
using namespace test;

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

}  // namespace
}  // namespace eyas::rtmp
