#include "worker/protocol.h"

#include <gtest/gtest.h>

namespace eyas::worker {
namespace {

using base::Code;

struct Heard : Decoder::Sink {
  void on_track(TrackMessage t) override { tracks.push_back(std::move(t)); }
  void on_frame(FrameMessage f) override { frames.push_back(std::move(f)); }
  void on_log(LogMessage l) override { lines.push_back(std::move(l)); }
  void on_opened(OpenedMessage o) override { opened.push_back(std::move(o)); }
  void on_read_through(ReadThroughMessage r) override { ends.push_back(r.end); }
  std::vector<TrackMessage> tracks;
  std::vector<FrameMessage> frames;
  std::vector<LogMessage> lines;
  std::vector<OpenedMessage> opened;
  std::vector<base::Duration> ends;
};

void append(std::vector<uint8_t>& to, const std::vector<uint8_t>& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

TrackMessage video_track(uint32_t id = 1) {
  return {id, media::Codec::kH264, "", "camera", base::Slice::literal("record")};
}

std::vector<uint8_t> conversation() {
  std::vector<uint8_t> bytes = encode(Hello{});
  append(bytes, encode(video_track()));
  FrameMessage frame;
  frame.track = 1;
  frame.key = true;
  frame.pts = std::chrono::milliseconds(40);
  frame.dts = std::chrono::milliseconds(-40);
  frame.duration = std::chrono::nanoseconds(33'333'333);
  frame.capture = base::WallTime(std::chrono::milliseconds(1'700'000'000'123));
  frame.payload = base::Slice::literal("picture");
  append(bytes, encode(frame));
  append(bytes, encode(LogMessage{base::LogLevel::kWarning, "late by 3 frames"}));
  return bytes;
}

TEST(WorkerProtocol, CarriesTracksFramesAndLogLines) {
  Heard heard;
  Decoder decoder(heard);
  ASSERT_TRUE(decoder.feed(conversation()).ok());
  ASSERT_EQ(heard.tracks.size(), 1u);
  EXPECT_EQ(heard.tracks[0].codec, media::Codec::kH264);
  EXPECT_EQ(heard.tracks[0].label, "camera");
  EXPECT_EQ(base::as_text(heard.tracks[0].record), "record");
  ASSERT_EQ(heard.frames.size(), 1u);
  EXPECT_TRUE(heard.frames[0].key);
  EXPECT_EQ(heard.frames[0].pts, std::chrono::milliseconds(40));
  EXPECT_EQ(heard.frames[0].dts, std::chrono::milliseconds(-40));
  EXPECT_EQ(heard.frames[0].duration, std::chrono::nanoseconds(33'333'333));
  EXPECT_EQ(heard.frames[0].capture.time_since_epoch(), std::chrono::milliseconds(1'700'000'000'123));
  EXPECT_EQ(base::as_text(heard.frames[0].payload), "picture");
  ASSERT_EQ(heard.lines.size(), 1u);
  EXPECT_EQ(heard.lines[0].level, base::LogLevel::kWarning);
  EXPECT_EQ(decoder.buffered(), 0u);
}

TEST(WorkerProtocol, AnySplitGivesTheSame) {
  std::vector<uint8_t> bytes = conversation();
  for (size_t at = 0; at <= bytes.size(); ++at) {
    Heard heard;
    Decoder decoder(heard);
    ASSERT_TRUE(decoder.feed(base::Bytes(bytes).first(at)).ok());
    ASSERT_TRUE(decoder.feed(base::Bytes(bytes).subspan(at)).ok());
    EXPECT_EQ(heard.tracks.size() + heard.frames.size() + heard.lines.size(), 3u) << "split at " << at;
  }
}

TEST(WorkerProtocol, JobComesBackAsItWent) {
  DemoJob job{640, 360, 25, 800'000};
  std::vector<uint8_t> bytes = encode(job);
  auto whole = job_message_bytes(base::Bytes(bytes).first(4));
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(*whole, bytes.size());
  auto decoded = decode_job(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, Job(job));
  EXPECT_EQ(*decode_job(encode(TranscodeJob{media::Codec::kAac})), Job(TranscodeJob{media::Codec::kAac}));
  EXPECT_EQ(decode_job(encode(TranscodeJob{media::Codec::kFlac})).error().code, Code::kUnsupported);
  EXPECT_EQ(*decode_job(encode(PicturesJob{})), Job(PicturesJob{}));
  SlateJob slate{
      .width = 640, .height = 360, .frame_rate = {30000, 1001}, .video_track = 3, .audio_track = 4};
  slate.sample_rate = 44'100, slate.channels = 2, slate.picture = true, slate.film = true;
  slate.name = "live/alpha", slate.since = "12:34:56";
  EXPECT_EQ(*decode_job(encode(slate)), Job(slate));
  bytes.pop_back();
  EXPECT_EQ(decode_job(bytes).error().code, Code::kMalformed);
  EXPECT_EQ(job_message_bytes(base::from_hex("7fffffff")).error().code, Code::kLimit);
}

base::Status after_hello(const std::vector<uint8_t>& bytes, Limits limits = {}) {
  Heard heard;
  Decoder decoder(heard, limits);
  EXPECT_TRUE(decoder.feed(encode(Hello{})).ok());
  return decoder.feed(bytes);
}

TEST(WorkerProtocol, RefusesWhatIsNotTheProtocol) {
  Heard heard;
  EXPECT_FALSE(Decoder(heard).feed(encode(video_track())).ok()) << "a track before the hello";
  EXPECT_EQ(Decoder(heard).feed(encode(Hello{99})).error().code, Code::kUnsupported);
  EXPECT_FALSE(after_hello(encode(Hello{})).ok()) << "a second hello";
  EXPECT_FALSE(after_hello(base::from_hex("00000000")).ok()) << "no type";
  EXPECT_FALSE(after_hello(base::from_hex("00000001 ff")).ok()) << "unknown type";
  EXPECT_FALSE(after_hello(base::from_hex("00000003 03 0000")).ok()) << "short track";
  EXPECT_FALSE(after_hello(base::from_hex("0000000f 03 00000001 7f 00000000 00 0000 0000")).ok())
      << "unknown codec";
  EXPECT_FALSE(after_hello(base::from_hex("00000002 05 09")).ok()) << "log level";
  EXPECT_FALSE(after_hello(encode(FrameMessage{.track = 7})).ok()) << "frame of an untold track";
}

TEST(WorkerProtocol, TheServerSpeaksWithoutHelloAndAsksForKeys) {
  struct Asked : Heard {
    void on_key_request(KeyRequest) override { ++requests; }
    int requests = 0;
  } heard;
  Decoder decoder(heard, {}, Speaker::kServer);
  TrackMessage sound{.id = 2, .codec = media::Codec::kG711U, .sample_rate = 8000, .channels = 1};
  FrameMessage frame{.track = 2, .discontinuity = true};
  std::vector<uint8_t> bytes = encode(sound);
  append(bytes, encode(frame));
  append(bytes, encode(KeyRequest{}));
  ASSERT_TRUE(decoder.feed(bytes).ok());
  EXPECT_EQ(heard.tracks.at(0).sample_rate, 8000u);
  EXPECT_EQ(heard.tracks.at(0).channels, 1);
  EXPECT_TRUE(heard.frames.at(0).discontinuity);
  EXPECT_EQ(heard.requests, 1);
  EXPECT_FALSE(decoder.feed(encode(Hello{})).ok()) << "a hello is the worker's word";
  EXPECT_FALSE(after_hello(encode(KeyRequest{})).ok()) << "a key request is the server's";
}

TEST(WorkerProtocol, TheServerSaysWhichPicturesItWants) {
  struct Asked : Heard {
    void on_variant(VariantMessage variant) override { variants.push_back(variant); }
    std::vector<VariantMessage> variants;
  } heard;
  Decoder decoder(heard, {}, Speaker::kServer);
  std::vector<uint8_t> bytes = encode(VariantMessage{.id = 3,
                                                     .wanted = true,
                                                     .look = true,
                                                     .width = 640,
                                                     .quality = 60,
                                                     .interval = std::chrono::milliseconds(200)});
  append(bytes, encode(VariantMessage{.id = 3, .wanted = false}));
  append(bytes, encode(video_track()));
  append(bytes, encode(FrameMessage{.track = 1, .hidden = true}));
  append(bytes, encode(FrameMessage{.track = 1, .alone = true}));
  ASSERT_TRUE(decoder.feed(bytes).ok());
  const VariantMessage& first = heard.variants.at(0);
  EXPECT_TRUE(first.wanted && first.look);
  EXPECT_EQ(first.id, 3u);
  EXPECT_EQ(first.width, 640u);
  EXPECT_EQ(first.quality, 60);
  EXPECT_EQ(first.interval, std::chrono::milliseconds(200));
  EXPECT_FALSE(heard.variants.at(1).wanted);
  EXPECT_TRUE(heard.frames.at(0).hidden && !heard.frames.at(0).alone);
  EXPECT_TRUE(heard.frames.at(1).alone && !heard.frames.at(1).hidden);
  EXPECT_FALSE(after_hello(encode(VariantMessage{})).ok()) << "a wish is the server's";
}

TEST(WorkerProtocol, AWorkerTellsHowItIsShutInAndOfWhatItDies) {
  struct Last : Heard {
    void on_shut_in(ShutInMessage s) override { how = s.how; }
    void on_trespass(TrespassMessage t) override { trespass = t; }
    Confinement how = Confinement::kFilter;
    TrespassMessage trespass;
  } last;
  Decoder decoder(last);
  std::vector<uint8_t> bytes = encode(Hello{});
  append(bytes, encode(ShutInMessage{Confinement::kRefused}));
  auto dying = encode(TrespassMessage{CallClass::kSockets, 0x01020304});
  bytes.insert(bytes.end(), dying.begin(), dying.end());
  ASSERT_TRUE(decoder.feed(bytes).ok());
  EXPECT_EQ(last.how, Confinement::kRefused);
  EXPECT_EQ(last.trespass.what, CallClass::kSockets);
  EXPECT_EQ(last.trespass.call, 0x01020304u);
  EXPECT_FALSE(after_hello(base::from_hex("00000002 14 03")).ok()) << "no such confinement";
  EXPECT_FALSE(after_hello(base::from_hex("00000006 15 05 00000000")).ok()) << "no such class";
}

TEST(WorkerProtocol, AFilesWorkerTellsWhatItReads) {
  FileJob job{.from = std::chrono::seconds(7),
              .begin = base::MonoTime(std::chrono::seconds(99)),
              .name = "flight one.mp4"};
  EXPECT_EQ(*decode_job(encode(job)), Job(job));
  Heard heard;
  Decoder decoder(heard);
  OpenedMessage opened{.duration = std::chrono::seconds(60),
                       .firsts = {{1, std::chrono::milliseconds(80), {}}, {2, {}, {}}},
                       .left_out = "mpeg4"};
  std::vector<uint8_t> bytes = encode(Hello{});
  append(bytes, encode(opened));
  append(bytes, encode(ReadThroughMessage{std::chrono::seconds(61)}));
  ASSERT_TRUE(decoder.feed(bytes).ok());
  EXPECT_EQ(heard.opened.at(0).firsts, opened.firsts);
  EXPECT_EQ(heard.opened.at(0).duration, opened.duration);
  EXPECT_EQ(heard.opened.at(0).left_out, "mpeg4");
  EXPECT_EQ(heard.ends.at(0), std::chrono::seconds(61));
  EXPECT_EQ(after_hello(encode(opened), {.tracks = 1}).error().code, Code::kLimit);
  EXPECT_EQ(after_hello(encode(opened), {.text_bytes = 4}).error().code, Code::kLimit);
  EXPECT_FALSE(after_hello(base::from_hex("00000002 09 00")).ok()) << "short end";
}

TEST(WorkerProtocol, ADevicesJobComesBackAsItWent) {
  DeviceJob job{.kind = DeviceJob::Kind::kTestPicture, .form = DeviceJob::Form::kRaw};
  job.width = 1280, job.height = 720, job.frame_rate = 25, job.bitrate_bps = 2'000'000;
  job.name = "testsrc2";
  std::vector<uint8_t> bytes = encode(job);
  EXPECT_EQ(*decode_job(bytes), Job(job));
  // length u32 | type u8 | version u16 | job kind u8 | device kind u8 | form u8 | ...
  bytes[8] = 2;
  EXPECT_EQ(decode_job(bytes).error().code, Code::kMalformed) << "no such kind of device";
  bytes[8] = 0, bytes[9] = 4;
  EXPECT_EQ(decode_job(bytes).error().code, Code::kMalformed) << "no such form";
}

TEST(WorkerProtocol, NoTimeIsBeyondAllSense) {
  constexpr base::Duration kNever = base::Duration::max();
  auto told = [](const FrameMessage& frame) {
    std::vector<uint8_t> bytes = encode(video_track());
    append(bytes, encode(frame));
    return after_hello(bytes);
  };
  EXPECT_TRUE(told({.track = 1}).ok());
  EXPECT_EQ(told({.track = 1, .pts = kNever}).error().code, Code::kMalformed);
  EXPECT_EQ(told({.track = 1, .dts = -kNever}).error().code, Code::kMalformed);
  EXPECT_EQ(told({.track = 1, .duration = kNever}).error().code, Code::kMalformed);
  EXPECT_EQ(told({.track = 1, .capture = base::WallTime(kNever)}).error().code, Code::kMalformed);
  EXPECT_EQ(after_hello(encode(OpenedMessage{.duration = kNever})).error().code, Code::kMalformed);
  EXPECT_EQ(after_hello(encode(OpenedMessage{.firsts = {{1, kNever, {}}}})).error().code, Code::kMalformed);
  EXPECT_EQ(after_hello(encode(ReadThroughMessage{kNever})).error().code, Code::kMalformed);
}

TEST(WorkerProtocol, KeepsItsLimits) {
  Limits limits{.message_bytes = 100, .record_bytes = 8, .text_bytes = 8, .tracks = 1};
  EXPECT_EQ(after_hello(base::from_hex("00000065"), limits).error().code, Code::kLimit);
  TrackMessage large = video_track();
  large.record = base::Slice::literal("nine bytes");
  EXPECT_EQ(after_hello(encode(large), limits).error().code, Code::kLimit);
  TrackMessage wordy = video_track();
  wordy.label = "more than eight";
  EXPECT_EQ(after_hello(encode(wordy), limits).error().code, Code::kLimit);
  EXPECT_EQ(after_hello(encode(LogMessage{base::LogLevel::kInfo, "nine bytes"}), limits).error().code,
            Code::kLimit);
  std::vector<uint8_t> two = encode(video_track(1));
  append(two, encode(video_track(1)));
  EXPECT_TRUE(after_hello(two, limits).ok()) << "a new configuration of a track is not another track";
  append(two, encode(video_track(2)));
  EXPECT_EQ(after_hello(two, limits).error().code, Code::kLimit);
}

}  // namespace
}  // namespace eyas::worker
