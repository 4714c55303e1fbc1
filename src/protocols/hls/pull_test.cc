// Pulls of HLS over real sockets, from a server whose playlists and segments the test makes.
#include "protocols/hls/pull.h"

#include <gtest/gtest.h>

#include <openssl/evp.h>

#include <map>

#include "codec/codec.h"
#include "container/flv/test_pictures.h"
#include "container/mp4/fragment.h"
#include "container/mp4/init_segment.h"
#include "container/mpegts/packager.h"
#include "http/server.h"
#include "io/tcp.h"
#include "protocols/hls/segment_cipher.h"
#include "protocols/test_transfers.h"

namespace eyas::hls {
namespace {

using namespace std::chrono_literals;
using flv::PictureCount;
using protocols::test::FrameCollector;
using protocols::test::TransferBed;

// Segments of five pictures at 25 a second; the first of each is a key frame.
constexpr uint32_t kPictures = 5;
constexpr int64_t kPictureMs = 40;

std::vector<uint8_t> picture(uint32_t number) {
  std::vector<uint8_t> bytes = PictureCount::nal_unit(number % kPictures == 0 ? 0 : 1);
  bytes.resize(200);
  bytes[2] = 0;
  bytes[3] = 196;
  bytes[12] = static_cast<uint8_t>(number + 1);  // says which one it is
  return bytes;
}

media::TrackPtr video_track() {
  auto track = std::make_shared<media::Track>();
  track->id = 1;
  track->config = *codec::describe(media::Codec::kH264, base::Slice(base::from_hex(flv::kAvcRecord)));
  return track;
}

std::string text_of(base::Bytes bytes) {
  return std::string(base::as_text(bytes));
}

std::string init_mp4() {
  media::TrackPtr track = video_track();
  mp4::InitTrack one[] = {{1, &track->config}};
  return text_of(*mp4::init_segment(one));
}

std::string segment_mp4(uint32_t number) {
  std::vector<mp4::Sample> samples;
  for (uint32_t i = 0; i < kPictures; ++i)
    samples.push_back({90 * kPictureMs, 0, i == 0, base::Slice(picture(number * kPictures + i))});
  mp4::TrackRun runs[] = {{1, true, uint64_t{90} * kPictureMs * kPictures * number, samples}};
  return text_of(mp4::write_fragment(number + 1, runs));
}

// All of a stream as TS, cut at key frames.
std::vector<std::string> segments_ts(uint32_t count) {
  mpegts::Format format;
  std::vector<mpegts::UnitPtr> units;
  media::TrackPtr track = video_track();
  format.set_tracks({track}, units);
  std::vector<std::string> out;
  for (uint32_t i = 0; i < count * kPictures; ++i) {
    auto frame = std::make_shared<media::Frame>();
    frame->track = track;
    frame->pts = frame->dts = media::media_time_from_ms(kPictureMs * i);
    frame->key = i % kPictures == 0;
    frame->payload = base::Slice(picture(i));
    units.clear();
    format.package(frame, units);
    if (frame->key) out.emplace_back();
    for (const mpegts::UnitPtr& unit : units) out.back() += text_of(unit->packets);
  }
  return out;
}

std::string encrypted(const std::string& plain, const std::string& key, const CipherBlock& vector) {
  std::string out(plain.size() + kCipherBlockBytes, 0);
  const auto bytes = [](const auto& text) { return reinterpret_cast<const uint8_t*>(text.data()); };
  auto* to = reinterpret_cast<uint8_t*>(out.data());
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int length = 0, rest = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nullptr, bytes(key), vector.data());
  EVP_EncryptUpdate(context, to, &length, bytes(plain), static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(context, to + length, &rest);
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<size_t>(length + rest));
  return out;
}

class HlsPull : public testing::Test {
 protected:
  HlsPull() {
    router_.add(http::Method::kGet, "/{rest...}", [this](http::RequestPtr request, http::Exchange exchange) {
      ++asked[request->path];
      if (request->path == mute) return held_.push_back(std::move(exchange));
      auto found = files.find(request->path);
      if (redirects.contains(request->path))
        return exchange.respond(http::Response(302).header("location", redirects[request->path]));
      if (found == files.end()) return exchange.respond(http::Response::error(404, "not_found", "no"));
      exchange.respond(
          http::Response::bytes("application/octet-stream", base::Slice::copy_of(found->second)));
    });
    server_ =
        std::make_unique<http::Server>(bed.loop, router_, http::Options{}, std::make_shared<http::Shared>());
    listener_ = std::move(*io::Listener::open(
        bed.loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
        [this](int fd, const io::Address&) { server_->adopt(io::adopt_socket(bed.loop, fd)); }));
  }
  std::string url(const std::string& path) const { return "http://" + listener_->address().text() + path; }
  std::unique_ptr<Pull> pull(const std::string& path, protocols::TransferOptions options = {}) {
    outcome = {};
    return std::make_unique<Pull>(bed.request(url(path), "live/pulled", outcome, std::move(options)),
                                  bed.directory, statistics);
  }
  // Segments `from` to `to` (without it) as a media playlist.
  static std::string playlist(uint32_t from, uint32_t to, const std::string& end,
                              const std::string& more = "") {
    std::string text =
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(from) + "\n" + more;
    for (uint32_t i = from; i < to; ++i) text += "#EXTINF:0.2,\nseg" + std::to_string(i) + end + "\n";
    return text;
  }
  std::string outcome_of(const std::string& path) {
    auto attempt = pull(path);
    EXPECT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
    return outcome.why();
  }
  // Frames are the pictures from `first` on, without a hole.
  static void expect_pictures(const FrameCollector& seen, uint32_t first) {
    for (size_t i = 0; i < seen.frames.size(); ++i) {
      EXPECT_EQ(seen.frames[i]->payload.data()[12], first + i + 1) << i;
      EXPECT_EQ(seen.frames[i]->key, (first + i) % kPictures == 0) << i;
    }
  }

  TransferBed bed;
  PullStatistics statistics;
  TransferBed::Outcome outcome;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> redirects;
  std::map<std::string, int> asked;
  std::string mute;  // is never answered

 private:
  std::vector<http::Exchange> held_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<io::Listener> listener_;
};

TEST_F(HlsPull, FragmentedMp4FromItsStartToItsEnd) {
  files["/a/index.m3u8"] =
      playlist(0, 4, ".m4s", "#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00Z\n") +
      "#EXT-X-ENDLIST\n";
  files["/a/init.mp4"] = init_mp4();
  for (uint32_t i = 0; i < 4; ++i) files["/a/seg" + std::to_string(i) + ".m4s"] = segment_mp4(i);
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull("/a/index.m3u8");
  base::MonoTime begun = bed.loop.clock().mono();
  ASSERT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
  EXPECT_EQ(outcome.why(), "closed: hls: the stream is over");
  // At the pace at which it was taken, and not in a burst.
  EXPECT_GE(bed.loop.clock().mono() - begun, (4 * kPictures - 1) * kPictureMs * 1ms);
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() == 4 * kPictures; }));
  expect_pictures(seen, 0);
  EXPECT_EQ(seen.frames[7]->capture, *parse_date("2026-11-21T12:00:00.280Z"));
  EXPECT_EQ(attempt->facts().counters[0].second, 4u);
  EXPECT_EQ(asked["/a/init.mp4"], 1);
  EXPECT_EQ(statistics.pulls_failed, 0u);
}

TEST_F(HlsPull, TransportStreamsLiveFromNearTheEnd) {
  std::vector<std::string> segments = segments_ts(8);
  for (uint32_t i = 0; i < 8; ++i) files["/seg" + std::to_string(i) + ".ts"] = segments[i];
  files["/index.m3u8"] = playlist(0, 6, ".ts");
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull("/index.m3u8");
  EXPECT_TRUE(bed.run_until([&] { return outcome.running; })) << outcome.why();
  EXPECT_EQ(asked.count("/seg2.ts"), 0u);
  files["/index.m3u8"] = playlist(2, 8, ".ts");
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() >= 4 * kPictures; })) << outcome.why();
  expect_pictures(seen, 3 * kPictures);
  EXPECT_GE(asked["/index.m3u8"], 2);
  EXPECT_FALSE(outcome.ended);
  attempt.reset();
  EXPECT_EQ(statistics.pulls_open, 0u);
}

TEST_F(HlsPull, EncryptedSegmentsWithKeysThatChange) {
  const std::string keys[] = {"0123456789abcdef", "fedcba9876543210"};
  const std::vector<std::string> segments = segments_ts(4);
  std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:300\n";
  for (uint32_t i = 0; i < 4; ++i) {
    const std::string& key = keys[i / 2];
    if (i % 2 == 0) text += "#EXT-X-KEY:METHOD=AES-128,URI=\"key" + std::to_string(i / 2) + "\"\n";
    text += "#EXTINF:0.2,\nseg" + std::to_string(i) + ".ts\n";
    files["/seg" + std::to_string(i) + ".ts"] = encrypted(segments[i], key, vector_of(300 + i));
  }
  files["/index.m3u8"] = text + "#EXT-X-ENDLIST\n";
  files["/key0"] = keys[0], files["/key1"] = keys[1];
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull("/index.m3u8");
  ASSERT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
  EXPECT_EQ(outcome.why(), "closed: hls: the stream is over");
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() == 4 * kPictures; }));
  expect_pictures(seen, 0);
  EXPECT_EQ(asked["/key0"], 1);
  EXPECT_EQ(asked["/key1"], 1);
}

TEST_F(HlsPull, AnEncryptedHeaderSegment) {
  const std::string key = "0123456789abcdef";
  const CipherBlock vector = vector_of(9);
  files["/index.m3u8"] =
      playlist(0, 2, ".m4s", "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0x9\n#EXT-X-MAP:URI=\"init.mp4\"\n") +
      "#EXT-X-ENDLIST\n";
  files["/key"] = key;
  files["/init.mp4"] = encrypted(init_mp4(), key, vector);
  for (uint32_t i = 0; i < 2; ++i)
    files["/seg" + std::to_string(i) + ".m4s"] = encrypted(segment_mp4(i), key, vector);
  EXPECT_EQ(outcome_of("/index.m3u8"), "closed: hls: the stream is over");
}

TEST_F(HlsPull, AWrongKeyEndsIt) {
  files["/index.m3u8"] =
      playlist(0, 1, ".ts", "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n") + "#EXT-X-ENDLIST\n";
  files["/key"] = "fedcba9876543210";
  files["/seg0.ts"] = encrypted(segments_ts(1)[0], "0123456789abcdef", vector_of(0)) + "cut";
  EXPECT_EQ(outcome_of("/index.m3u8"), "malformed: hls: a segment cannot be decrypted");
}

TEST_F(HlsPull, OfSeveralVariantsTheBestThatIsWanted) {
  files["/index.m3u8"] =
      "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100\nlow/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=900\nhigh/"
      "index.m3u8\n";
  for (const char* folder : {"/low", "/high"}) {
    files[std::string(folder) + "/index.m3u8"] =
        playlist(0, 1, ".m4s", "#EXT-X-MAP:URI=\"/init.mp4\"\n") + "#EXT-X-ENDLIST\n";
    files[std::string(folder) + "/seg0.m4s"] = segment_mp4(0);
  }
  files["/init.mp4"] = init_mp4();
  EXPECT_EQ(outcome_of("/index.m3u8"), "closed: hls: the stream is over");
  EXPECT_EQ(asked["/high/seg0.m4s"], 1);
  auto bounded = pull("/index.m3u8", {{"bandwidth_max", "500"}});
  ASSERT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
  EXPECT_EQ(asked["/low/seg0.m4s"], 1);
}

TEST_F(HlsPull, SegmentsThatHaveGoneAreSteppedOver) {
  files["/init.mp4"] = init_mp4();
  files["/index.m3u8"] = playlist(0, 3, ".m4s", "#EXT-X-MAP:URI=\"init.mp4\"\n") + "#EXT-X-ENDLIST\n";
  files["/seg0.m4s"] = segment_mp4(0);
  files["/seg2.m4s"] = segment_mp4(2);
  FrameCollector seen(bed, "live/pulled");
  auto attempt = pull("/index.m3u8");
  ASSERT_TRUE(bed.run_until([&] { return outcome.ended.has_value(); }));
  EXPECT_EQ(outcome.ended->code, base::Code::kClosed) << outcome.why();
  ASSERT_TRUE(bed.run_until([&] { return seen.frames.size() == 2 * kPictures; }));
  EXPECT_EQ(attempt->facts().counters[2].second, 1u);
}

TEST_F(HlsPull, WhatWaitsIsBounded) {
  mute = "/seg0.ts";
  files["/index.m3u8"] = playlist(0, 3, ".ts");
  auto attempt = pull("/index.m3u8");
  ASSERT_TRUE(bed.run_until([&] { return asked[mute] == 1; })) << outcome.why();
  files["/index.m3u8"] = playlist(0, 1000, ".ts");
  const auto missed = [&] { return attempt->facts().counters[1].second; };
  ASSERT_TRUE(bed.run_until([&] { return missed() > 0; })) << outcome.why();
  EXPECT_EQ(missed(), 1000 - 1 - RenditionPull::kWaitingMax);
}

TEST_F(HlsPull, ThePolicyHoldsForEachSegment) {
  const std::string map = "#EXT-X-MAP:URI=\"http://169.254.169.254/latest/meta-data/\"\n";
  files["/map.m3u8"] = playlist(0, 1, ".m4s", map);
  files["/segment.m3u8"] =
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://[fd00:ec2::254]/latest/meta-data/\n";
  files["/variant.m3u8"] = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://169.254.169.254/a.m3u8\n";
  redirects["/seg0.ts"] = "http://169.254.169.254/";
  files["/redirect.m3u8"] = playlist(0, 1, ".ts");
  for (const char* path : {"/map.m3u8", "/segment.m3u8", "/variant.m3u8", "/redirect.m3u8"})
    EXPECT_TRUE(outcome_of(path).starts_with("refused: dial: ")) << path << " " << outcome.why();
  EXPECT_EQ(statistics.pulls_failed, 4u);
}

TEST_F(HlsPull, EndsSayWhy) {
  const std::string head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n";
  files["/encrypted.m3u8"] = head + "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n#EXTINF:1,\na.ts\n";
  files["/short_key.m3u8"] = head + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na.ts\n";
  files["/k"] = "fifteen bytes..";
  files["/html.m3u8"] = "<html>";
  files["/nested.m3u8"] = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnested.m3u8\n";
  files["/audio.m3u8"] = head + "#EXTINF:1,\nid3.aac\n";
  files["/id3.aac"] = "ID3 packed audio";
  files["/long.m3u8"] = "#EXTM3U\n" + std::string(PulledPlaylist::kLineBytesMax + 1, '#');
  const std::pair<const char*, const char*> cases[] = {
      {"/nothing.m3u8", "not_found: hls: the server's answer to the playlist (404)"},
      {"/encrypted.m3u8", "unsupported: hls playlist: encrypted otherwise than by AES-128 (SAMPLE-AES)"},
      {"/short_key.m3u8", "malformed: hls: a key that is not of 16 bytes"},
      {"/html.m3u8", "malformed: hls playlist: does not begin with #EXTM3U"},
      {"/nested.m3u8", "malformed: hls playlist: variants of variants"},
      {"/audio.m3u8", "unsupported: hls: segments that are neither MPEG-TS nor fragmented MP4"},
      {"/long.m3u8", "limit: hls playlist: line"},
  };
  for (const auto& [path, why] : cases) EXPECT_EQ(outcome_of(path), why);
  EXPECT_EQ(statistics.limit_pull, 1u);
}

TEST_F(HlsPull, AnAttemptMayBeDroppedAtAnyTime) {
  files["/init.mp4"] = init_mp4();
  files["/index.m3u8"] = playlist(0, 3, ".m4s", "#EXT-X-MAP:URI=\"init.mp4\"\n");
  for (uint32_t i = 0; i < 3; ++i) files["/seg" + std::to_string(i) + ".m4s"] = segment_mp4(i);
  for (int turns = 0; turns < 20; ++turns) {
    auto attempt = pull("/index.m3u8");
    for (int i = 0; i < turns; ++i) bed.loop.run_once(1ms);
    attempt.reset();
    EXPECT_FALSE(outcome.ended);
  }
}

TEST(HlsPullOptions, AreChecked) {
  base::Url url = *base::Url::parse("https://host/a.m3u8");
  EXPECT_TRUE(check_pull(url, {{"bandwidth_max", "3000000"}, {"format", "hls"}}).ok());
  EXPECT_FALSE(check_pull(url, {{"bandwidth_max", "3M"}}).ok());
  EXPECT_FALSE(check_pull(url, {{"transport", "udp"}}).ok());
}

}  // namespace
}  // namespace eyas::hls
