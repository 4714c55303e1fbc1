// What goes through a transcoder comes out where it was: clicks and flashes are found again at their times.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "codec/codec.h"
#include "worker/program/audio_transcoder.h"
#include "worker/program/video_transcoder.h"

namespace eyas::worker {
namespace {

using namespace std::chrono_literals;

// Where the stream's timeline is when the source begins.
constexpr base::Duration kStart = 10s;

// FFmpeg's statistics do not belong in a test's output.
const bool quiet = (av_log_set_level(AV_LOG_ERROR), true);

struct Collected : TranscodeSink {
  base::Status tell(TrackMessage track) override {
    tracks.push_back(std::move(track));
    return {};
  }
  base::Status give(FrameMessage frame) override {
    frames.push_back(std::move(frame));
    return {};
  }
  std::vector<TrackMessage> tracks;
  std::vector<FrameMessage> frames;
};

struct Source {
  TrackMessage track;
  std::vector<FrameMessage> frames;
};

// --- sound

constexpr std::array<base::Duration, 3> kClicks = {500ms, 1000ms, 1500ms};
constexpr base::Duration kClickLength = 20ms;
constexpr double kSourceSeconds = 2;

// A tone of a kilohertz in each click, else silence.
float click_sample(int64_t sample, int rate) {
  base::Duration at(sample * 1'000'000'000 / rate);
  for (base::Duration click : kClicks) {
    if (at >= click && at < click + kClickLength)
      return 0.5f * static_cast<float>(std::sin(6.283185 * 1000 * static_cast<double>(sample) / rate));
  }
  return 0;
}

void put_sample(AVFrame& frame, int channels, int i, float value) {
  for (int c = 0; c < channels; ++c) {
    switch (frame.format) {
      case AV_SAMPLE_FMT_FLTP:
        reinterpret_cast<float*>(frame.extended_data[c])[i] = value;
        break;
      case AV_SAMPLE_FMT_S32P:
        reinterpret_cast<int32_t*>(frame.extended_data[c])[i] = static_cast<int32_t>(value * 2e9f);
        break;
      case AV_SAMPLE_FMT_S16:
        reinterpret_cast<int16_t*>(frame.extended_data[0])[i * channels + c] =
            static_cast<int16_t>(value * 32767);
        break;
      default:
        FAIL() << "sample format " << frame.format;
    }
  }
}

Source clicks(media::Codec codec, const char* encoder_name, int rate, int channels) {
  auto encoder = AudioEncoder::open({encoder_name, rate, channels, 64'000 * channels});
  EXPECT_TRUE(encoder.ok());
  Source source{{.id = 2, .codec = codec, .record = (*encoder)->record()}, {}};
  int size = (*encoder)->frame_samples();
  for (int64_t at = 0; at < kSourceSeconds * rate; at += size) {
    for (int i = 0; i < size; ++i) put_sample((*encoder)->frame(), channels, i, click_sample(at + i, rate));
    auto status = (*encoder)->encode(at, [&](const Packet& packet) {
      source.frames.push_back(
          {.track = 2, .key = true, .pts = kStart + packet.pts, .dts = kStart + packet.pts});
      source.frames.back().payload = packet.payload;
    });
    EXPECT_TRUE(status.ok());
  }
  return source;
}

// G.711 mu-law of 8 kHz in packets of 20 ms: a click is a square wave between its two loudest values.
Source mu_law_clicks() {
  Source source{{.id = 2, .codec = media::Codec::kG711U, .sample_rate = 8000, .channels = 1}, {}};
  for (int64_t at = 0; at < 16'000; at += 160) {
    std::vector<uint8_t> bytes;
    for (int64_t i = at; i < at + 160; ++i) {
      float value = click_sample(i, 8000);
      bytes.push_back(value > 0.01f ? 0x90 : value < -0.01f ? 0x10 : 0xff);
    }
    base::Duration pts = kStart + base::Duration(at * 125'000);
    source.frames.push_back({.track = 2, .key = true, .pts = pts, .dts = pts});
    source.frames.back().payload = base::Slice(std::move(bytes));
  }
  return source;
}

Collected transcode(const Source& source, Transcoder& transcoder, Collected& out) {
  EXPECT_TRUE(transcoder.set_source(source.track).ok());
  for (const FrameMessage& frame : source.frames) EXPECT_TRUE(transcoder.feed(frame).ok());
  return out;
}

// Decodes what came out, and says when each click begins: where the level first passes a fifth of its peak.
std::vector<base::Duration> clicks_heard(const Collected& made) {
  auto decoder = TrackDecoder::open(made.tracks.at(0));
  EXPECT_TRUE(decoder.ok());
  std::vector<base::Duration> heard;
  for (const FrameMessage& frame : made.frames) {
    auto status = (*decoder)->decode(frame, [&](AVFrame& decoded) {
      const auto* samples = reinterpret_cast<const float*>(decoded.extended_data[0]);
      EXPECT_EQ(decoded.format, AV_SAMPLE_FMT_FLTP);
      for (int i = 0; i < decoded.nb_samples; ++i) {
        base::Duration at(decoded.pts + i * 1'000'000'000LL / decoded.sample_rate);
        if (std::abs(samples[i]) < 0.1f) continue;
        if (heard.empty() || at - heard.back() > 200ms) heard.push_back(at);
      }
      return base::Status();
    });
    EXPECT_TRUE(status.ok());
  }
  return heard;
}

void expect_clicks_in_place(const Collected& made) {
  auto heard = clicks_heard(made);
  ASSERT_EQ(heard.size(), kClicks.size());
  for (size_t i = 0; i < kClicks.size(); ++i)
    EXPECT_NEAR(base::to_seconds(heard[i] - kStart), base::to_seconds(kClicks[i]), 0.004);
}

struct Way {
  const char* name;
  media::Codec from;
  const char* encoder;
  int rate, channels;
  media::Codec to;
};
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.name;
}

class AudioWay : public testing::TestWithParam<Way> {};

TEST_P(AudioWay, KeepsClicksInPlace) {
  const Way& way = GetParam();
  Source source =
      way.encoder == nullptr ? mu_law_clicks() : clicks(way.from, way.encoder, way.rate, way.channels);
  Collected out;
  AudioTranscoder transcoder(way.to, out);
  transcode(source, transcoder, out);

  ASSERT_EQ(out.tracks.size(), 1u);
  auto config = codec::describe(way.to, out.tracks[0].record);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->sample_rate, 48'000u);
  EXPECT_EQ(config->channels, way.channels);
  base::Duration each = way.to == media::Codec::kOpus ? 20ms : base::Duration(21'333'333);
  ASSERT_GT(out.frames.size(), 80u);
  for (size_t i = 1; i < out.frames.size(); ++i) {
    EXPECT_NEAR(base::to_seconds(out.frames[i].pts - out.frames[i - 1].pts), base::to_seconds(each), 1e-6);
    EXPECT_FALSE(out.frames[i].discontinuity);
  }
  EXPECT_EQ(codec::packet_duration(*config, out.frames[5].payload), each);
  expect_clicks_in_place(out);
}

INSTANTIATE_TEST_SUITE_P(
    Audio, AudioWay,
    testing::Values(Way{"AacToOpus", media::Codec::kAac, "aac", 48'000, 2, media::Codec::kOpus},
                    Way{"AacOf44100ToOpus", media::Codec::kAac, "aac", 44'100, 2, media::Codec::kOpus},
                    Way{"MonoAacToOpus", media::Codec::kAac, "aac", 16'000, 1, media::Codec::kOpus},
                    Way{"Mp3ToOpus", media::Codec::kMp3, "libmp3lame", 48'000, 2, media::Codec::kOpus},
                    Way{"Ac3ToOpus", media::Codec::kAc3, "ac3", 48'000, 2, media::Codec::kOpus},
                    Way{"FlacToOpus", media::Codec::kFlac, "flac", 48'000, 2, media::Codec::kOpus},
                    Way{"MuLawToOpus", media::Codec::kG711U, nullptr, 8000, 1, media::Codec::kOpus},
                    Way{"OpusToAac", media::Codec::kOpus, "libopus", 48'000, 2, media::Codec::kAac}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(AudioTranscoder, FindsItsPlaceAgainAfterAGap) {
  Source source = clicks(media::Codec::kAac, "aac", 48'000, 2);
  size_t half = source.frames.size() / 2 - 8;
  for (size_t i = half; i < source.frames.size(); ++i) source.frames[i].pts += 700ms;
  Collected out;
  AudioTranscoder transcoder(media::Codec::kOpus, out);
  transcode(source, transcoder, out);
  auto heard = clicks_heard(out);
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_NEAR(base::to_seconds(heard[0] - kStart), 0.5, 0.004);
  EXPECT_NEAR(base::to_seconds(heard[2] - kStart), 1.5 + 0.7, 0.004);
  EXPECT_EQ(std::ranges::count(out.frames, true, &FrameMessage::discontinuity), 1);
}

TEST(AudioTranscoder, AFrameThatCannotBeDecodedIsLeftOut) {
  Source source = clicks(media::Codec::kAac, "aac", 48'000, 2);
  Collected out;
  AudioTranscoder transcoder(media::Codec::kOpus, out);
  ASSERT_TRUE(transcoder.set_source(source.track).ok());
  for (size_t i = 0; i < source.frames.size(); ++i) {
    FrameMessage frame = source.frames[i];
    if (i == 10) frame.payload = base::Slice::literal("nothing that AAC knows of, not at all");
    auto status = transcoder.feed(frame);
    if (i == 10) {
      EXPECT_EQ(status.error().code, base::Code::kMalformed);
    } else {
      EXPECT_TRUE(status.ok());
    }
  }
  expect_clicks_in_place(out);
}

TEST(AudioTranscoder, TellsWhenThePictureWasTaken) {
  Source source = clicks(media::Codec::kAac, "aac", 48'000, 2);
  base::WallTime taken(1'700'000'000s);
  for (FrameMessage& frame : source.frames) frame.capture = taken + (frame.pts - kStart);
  Collected out;
  AudioTranscoder transcoder(media::Codec::kOpus, out);
  transcode(source, transcoder, out);
  for (const FrameMessage& frame : out.frames) EXPECT_EQ(frame.capture, taken + (frame.pts - kStart));
}

TEST(SampleTimeline, IgnoresJitterFollowsDriftAndTakesSteps) {
  SampleTimeline timeline;
  EXPECT_TRUE(timeline.anchor(0, 5s));
  EXPECT_EQ(timeline.time_of(48'000), 6s);
  for (int i = 1; i < 100; ++i)
    EXPECT_FALSE(timeline.anchor(i * 960, 5s + i * 20ms + (i % 2 == 0 ? 9ms : -9ms))) << i;
  EXPECT_EQ(timeline.time_of(96'000), 7s);

  bool moved = false;
  base::Duration drift{0};
  for (int64_t i = 100; i < 3000; ++i, drift += 50us) {
    base::Duration said = 5s + i * 20ms + drift;
    moved |= timeline.anchor(i * 960, said);
    EXPECT_LT(std::chrono::abs(timeline.time_of(i * 960) - said), 40ms);
  }
  EXPECT_TRUE(moved);
  EXPECT_TRUE(timeline.anchor(3000 * 960, 900s));
  EXPECT_EQ(timeline.time_of(3000 * 960), 900s);
}

TEST(SampleTimeline, CountsForYears) {
  SampleTimeline timeline;
  timeline.anchor(0, 0s);
  EXPECT_EQ(timeline.time_of(int64_t{48'000} * 86'400 * 3650), std::chrono::hours(24 * 3650));
}

// --- pictures

constexpr int kWidth = 320, kHeight = 180, kRate = 30, kPictures = 90, kFlash = 47, kKeyEvery = 30;

void draw(AVFrame& frame, int number) {
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x)
      frame.data[0][y * frame.linesize[0] + x] =
          static_cast<uint8_t>(number == kFlash ? 235 : 40 + (x + 3 * number) % 64 + y / 4);
  }
  for (int plane : {1, 2})
    std::fill_n(frame.data[plane], static_cast<size_t>(frame.linesize[plane]) * kHeight / 2, uint8_t{128});
}

// H.264 with B-frames, as a drone or a recorder sends it.
Source pictures_with_b_frames() {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  AvContextPtr context(avcodec_alloc_context3(codec));
  context->width = kWidth, context->height = kHeight;
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->time_base = {1, kRate}, context->framerate = {kRate, 1};
  context->gop_size = kKeyEvery, context->max_b_frames = 2;
  context->bit_rate = 400'000;
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(context->priv_data, "x264-params", "b-adapt=0:scenecut=0:keyint=30:min-keyint=30:bframes=2", 0);
  EXPECT_EQ(avcodec_open2(context.get(), codec, nullptr), 0);
  AvFramePtr frame(av_frame_alloc());
  frame->width = kWidth, frame->height = kHeight, frame->format = AV_PIX_FMT_YUV420P;
  av_frame_get_buffer(frame.get(), 0);
  AvPacketPtr packet(av_packet_alloc());
  // FFmpeg's decoder takes Annex B as well as it takes lengths.
  Source source{{.id = 1, .codec = media::Codec::kH264}, {}};
  source.track.record =
      base::Slice::copy_of(base::Bytes(context->extradata, static_cast<size_t>(context->extradata_size)));
  auto time = [](int64_t ticks) { return kStart + base::Duration(ticks * 1'000'000'000 / kRate); };
  for (int i = 0; i <= kPictures; ++i) {
    if (i < kPictures) {
      av_frame_make_writable(frame.get());
      draw(*frame, i);
      frame->pts = i;
    }
    EXPECT_EQ(avcodec_send_frame(context.get(), i < kPictures ? frame.get() : nullptr), 0);
    while (avcodec_receive_packet(context.get(), packet.get()) == 0) {
      source.frames.push_back({.track = 1,
                               .key = (packet->flags & AV_PKT_FLAG_KEY) != 0,
                               .pts = time(packet->pts),
                               .dts = time(packet->dts),
                               .duration = base::Duration(1'000'000'000 / kRate)});
      source.frames.back().payload =
          base::Slice::copy_of(base::Bytes(packet->data, static_cast<size_t>(packet->size)));
      av_packet_unref(packet.get());
    }
  }
  return source;
}

TEST(VideoTranscoder, GivesPicturesWithoutDelayAtTheSameTimes) {
  Source source = pictures_with_b_frames();
  ASSERT_EQ(source.frames.size(), size_t{kPictures});
  bool reordered = std::ranges::any_of(source.frames, [](const auto& f) { return f.pts > f.dts + 50ms; });
  ASSERT_TRUE(reordered) << "the source has B-frames";
  Collected out;
  VideoTranscoder transcoder(out);
  transcode(source, transcoder, out);

  ASSERT_EQ(out.tracks.size(), 1u);
  auto config = codec::describe(media::Codec::kH264, out.tracks[0].record);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->width, uint32_t{kWidth});
  EXPECT_EQ(config->height, uint32_t{kHeight});
  EXPECT_EQ(config->reorder_depth, 0);
  // The decoder still holds its last pictures.
  ASSERT_GE(out.frames.size(), size_t{kPictures - 4});
  for (size_t i = 0; i < out.frames.size(); ++i) {
    const FrameMessage& frame = out.frames[i];
    EXPECT_EQ(frame.pts, kStart + base::Duration(static_cast<int64_t>(i) * 1'000'000'000 / kRate));
    EXPECT_EQ(frame.dts, frame.pts);
    EXPECT_EQ(frame.key, i % kKeyEvery == 0) << i;
    EXPECT_FALSE(codec::inspect(*config, frame.payload)->bidirectional);
  }
}

TEST(VideoTranscoder, AFlashStaysInItsPicture) {
  Collected out;
  VideoTranscoder transcoder(out);
  transcode(pictures_with_b_frames(), transcoder, out);
  auto decoder = TrackDecoder::open(out.tracks.at(0));
  ASSERT_TRUE(decoder.ok());
  std::vector<base::Duration> bright;
  for (const FrameMessage& frame : out.frames) {
    ASSERT_TRUE((*decoder)
                    ->decode(frame,
                             [&](AVFrame& decoded) {
                               if (decoded.data[0][90 * decoded.linesize[0] + 160] > 200)
                                 bright.emplace_back(decoded.pts);
                               return base::Status();
                             })
                    .ok());
  }
  EXPECT_EQ(bright, std::vector{kStart + base::Duration(int64_t{kFlash} * 1'000'000'000 / kRate)});
}

TEST(VideoTranscoder, GivesAKeyframeWhenAsked) {
  Source source = pictures_with_b_frames();
  Collected out;
  VideoTranscoder transcoder(out);
  ASSERT_TRUE(transcoder.set_source(source.track).ok());
  size_t before = 0;
  for (size_t i = 0; i < source.frames.size(); ++i) {
    if (i == 40) transcoder.want_key(), before = out.frames.size();
    ASSERT_TRUE(transcoder.feed(source.frames[i]).ok());
  }
  EXPECT_TRUE(out.frames.at(before).key);
  EXPECT_EQ(std::ranges::count(out.frames, true, &FrameMessage::key), kPictures / kKeyEvery + 1);
}

TEST(VideoTranscoder, AnnouncesANewConfigurationWhenTheSizeChanges) {
  Source source = pictures_with_b_frames();
  Collected out;
  VideoTranscoder transcoder(out);
  transcode(source, transcoder, out);
  for (FrameMessage& frame : source.frames) frame.pts += 3s, frame.dts += 3s;
  ASSERT_TRUE(transcoder.set_source(source.track).ok());
  for (const FrameMessage& frame : source.frames) ASSERT_TRUE(transcoder.feed(frame).ok());
  EXPECT_EQ(out.tracks.size(), 1u) << "the same size needs no new encoder";
  for (size_t i = 1; i < out.frames.size(); ++i) EXPECT_GT(out.frames[i].pts, out.frames[i - 1].pts);
}

TEST(BitrateMeter, MeasuresByTheSourcesOwnClock) {
  BitrateMeter meter;
  EXPECT_FALSE(meter.bits_per_second());
  for (int i = 0; i < 200; ++i) meter.add(i * 40ms, 10'000);
  EXPECT_NEAR(static_cast<double>(*meter.bits_per_second()), 2'000'000, 1000);
  meter.add(1000s, 10'000);
  EXPECT_FALSE(meter.bits_per_second()) << "a clock that leapt says nothing yet";
}

}  // namespace
}  // namespace eyas::worker
