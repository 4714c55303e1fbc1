// A publisher over real sockets: what it sends is in the hub, what it is asked for comes back.
#include "protocols/webrtc/publishing.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/test_bed.h"
#include "rtp/rtcp.h"

namespace eyas::webrtc {
namespace {

using namespace test;

// A camera that sends VP8: key frames and others, one packet each.
class Camera {
 public:
  explicit Camera(Bed& bed) : bed_(bed), client(bed) { client.codec = "VP8"; }

  bool start(const std::string& path = "/live/camera/whip") { return client.join(path) && client.connect(); }
  void pictures(int count, bool first_is_key = false) {
    for (int i = 0; i < count; ++i) {
      bed_.advance(40ms);
      send(first_is_key && i == 0);
      client.turn();
    }
  }

 private:
  // [RFC 7741 4.2] descriptor: start of partition 0; [RFC 6386 9.1] frame tag, for a key frame with start
  // code and 320x180.
  void send(bool key) {
    std::vector<uint8_t> packet(12);
    rtp::write_header(packet, {96, true, sequence_++, timestamp_ += 3600, 0x1234, {}});
    auto payload = base::from_hex(key ? "10 1000009d012a4001b400" : "10 110000");
    payload.resize(200, 0x55);
    packet.insert(packet.end(), payload.begin(), payload.end());
    client.send_rtp(packet);
  }

  Bed& bed_;
  uint16_t sequence_ = 100;
  uint32_t timestamp_ = 9000;

 public:
  Client client;
};

std::vector<hub::StreamFacts> streams(Bed& bed) {
  std::vector<hub::StreamFacts> seen;
  bed.directory->snapshot(*bed.loops[0],
                          [&](std::vector<hub::StreamFacts> facts) { seen = std::move(facts); });
  bed.turn();
  return seen;
}

TEST(Publishing, WhatAPeerSendsIsAStream) {
  Bed bed;
  Camera camera(bed);
  ASSERT_TRUE(camera.start()) << camera.client.reply.body;
  camera.pictures(30, true);
  auto facts = streams(bed);
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_EQ(facts[0].name, "live/camera");
  EXPECT_TRUE(facts[0].live);
  EXPECT_GE(facts[0].frames_in, 8u);
  ASSERT_EQ(facts[0].publishers.size(), 1u);
  EXPECT_EQ(facts[0].publishers[0].protocol, "webrtc");
  EXPECT_EQ(bed.counts().publishes, 1u);
  EXPECT_GT(camera.client.rtcp_packets, 0u) << "reports go back";
  EXPECT_EQ(bed.request("DELETE", camera.client.resource()).status, 200);
  bed.turn();
  EXPECT_FALSE(streams(bed).at(0).live);
}

TEST(Publishing, AKeyframeIsAskedForWhenNoneCame) {
  Options options;
  options.keyframe_interval = 2s;
  Bed bed(1, options);
  Camera camera(bed);
  ASSERT_TRUE(camera.start());
  camera.pictures(45, true);
  EXPECT_EQ(camera.client.plis, 0u) << "1.8 s after a keyframe";
  camera.pictures(20);
  EXPECT_EQ(camera.client.plis, 1u);
  camera.pictures(40, true);
  EXPECT_EQ(camera.client.plis, 1u);
}

TEST(Publishing, ARestartOfIceKeepsTheStreamOnAir) {
  Bed bed;
  Camera camera(bed);
  ASSERT_TRUE(camera.start()) << camera.client.reply.body;
  camera.pictures(10, true);
  uint64_t before = streams(bed).at(0).frames_in;
  Reply restarted = bed.request("PATCH", camera.client.resource(),
                                "content-type: application/trickle-ice-sdpfrag\r\nif-match: *\r\n",
                                "a=ice-ufrag:wxyz\r\na=ice-pwd:another-password-of-24-c\r\n"
                                "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n");
  ASSERT_EQ(restarted.status, 200) << restarted.body;
  camera.client.take_credentials(restarted.body);
  camera.client.rebind();
  camera.client.check();
  size_t reports = camera.client.rtcp_packets;
  camera.pictures(30);
  auto facts = streams(bed);
  EXPECT_TRUE(facts.at(0).live);
  EXPECT_GE(facts.at(0).frames_in, before + 25);
  EXPECT_GT(camera.client.rtcp_packets, reports) << "feedback follows to the new path";
  EXPECT_EQ(bed.counts().publishes, 1u) << "the same publisher";
  EXPECT_EQ(bed.counts().restarts, 1u);
}

TEST(Publishing, ATakenNameIsRefusedAtOnce) {
  Bed bed;
  Camera first(bed), second(bed);
  ASSERT_TRUE(first.start());
  first.pictures(3, true);
  EXPECT_FALSE(second.start());
  EXPECT_EQ(second.client.reply.status, 409);
  EXPECT_EQ(bed.counts().publishes_refused, 1u);
  EXPECT_TRUE(streams(bed).at(0).live);
}

TEST(Publishing, OfTwoWhoWereAnsweredTheFirstToConnectHasTheName) {
  Bed bed;
  Camera first(bed), second(bed);
  ASSERT_TRUE(first.client.join("/live/camera/whip"));
  ASSERT_TRUE(second.client.join("/live/camera/whip"));
  ASSERT_TRUE(first.client.connect());
  second.client.connect();
  bed.turn();
  second.client.turn();
  EXPECT_EQ(second.client.dtls->state(), DtlsSession::State::kClosed);
  EXPECT_EQ(bed.counts().publishes, 1u);
  EXPECT_EQ(bed.counts().publishes_refused, 1u);
  EXPECT_EQ(bed.counts().sessions_open, 1u);
}

TEST(Publishing, ByTakeoverTheFirstIsSentAway) {
  Options options;
  options.second_publisher = "takeover";
  Bed bed(1, options);
  Camera first(bed), second(bed);
  ASSERT_TRUE(first.start());
  first.pictures(3, true);
  ASSERT_TRUE(second.start());
  second.pictures(3, true);
  first.client.turn();
  EXPECT_EQ(first.client.dtls->state(), DtlsSession::State::kClosed);
  EXPECT_EQ(bed.counts().sessions_open, 1u);
  EXPECT_EQ(streams(bed).at(0).publishers.at(0).session, "webrtc-2");
}

TEST(Publishing, AViewerOfAPublisherGetsItsPictures) {
  Bed bed(2);
  Camera camera(bed);
  ASSERT_TRUE(camera.start());
  camera.pictures(5, true);
  Client viewer(bed);
  viewer.codec = "VP8";
  ASSERT_TRUE(viewer.join("/live/camera/whep", 1)) << viewer.reply.body;
  ASSERT_TRUE(viewer.connect());
  camera.pictures(20);
  viewer.turn();
  EXPECT_GE(viewer.rtp_packets, 20u);
  // His PLI becomes the camera's.
  EXPECT_EQ(camera.client.plis, 0u);
  std::vector<uint8_t> pli;
  rtp::append_pli(pli, 1, viewer.video_ssrc());
  viewer.send_rtcp(pli);
  viewer.turn();
  camera.pictures(10);
  EXPECT_EQ(camera.client.plis, 1u);
}

}  // namespace
}  // namespace eyas::webrtc
