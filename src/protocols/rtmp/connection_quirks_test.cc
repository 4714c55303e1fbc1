// What drones send beside the specification, from the wire to the player.
#include "protocols/rtmp/test_connection.h"

namespace eyas::rtmp {
namespace {

using flv::AmfValue;
using namespace test;

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
