#include "worker/program/slate_run.h"

#include <algorithm>

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/samplefmt.h>
#include <libswscale/swscale.h>
}

#include "worker/program/decoder.h"
#include "worker/program/pace.h"

namespace eyas::worker {
namespace {

constexpr uint32_t kSideMin = 64, kWidthMax = 4096, kHeightMax = 2304;
constexpr double kFrameRateMax = 120;
constexpr int64_t kVideoBitrate = 800'000, kAudioBitrate = 32'000;
constexpr uint32_t kSampleRateMin = 8'000, kSampleRateMax = 96'000;
constexpr uint8_t kChannelsMax = 8;

base::Error unfit(const char* what, int64_t value) {
  return {base::Code::kInvalidConfig, what, std::to_string(value)};
}

base::Status check(const SlateJob& job) {
  if (job.width < kSideMin || job.width > kWidthMax || job.width % 2 != 0)
    return unfit("slate width", job.width);
  if (job.height < kSideMin || job.height > kHeightMax || job.height % 2 != 0)
    return unfit("slate height", job.height);
  double rate = job.frame_rate.value();
  if (!(rate >= 1 && rate <= kFrameRateMax)) return unfit("slate frame rate", job.frame_rate.num);
  if (job.audio_track == 0) return {};
  if (job.sample_rate < kSampleRateMin || job.sample_rate > kSampleRateMax)
    return unfit("slate sample rate", job.sample_rate);
  if (job.channels == 0 || job.channels > kChannelsMax) return unfit("slate channels", job.channels);
  return {};
}

demo::Picture picture_of(AVFrame& frame) {
  return {frame.width,   frame.height,      frame.data[0],    frame.data[1],
          frame.data[2], frame.linesize[0], frame.linesize[1]};
}

base::Result<std::unique_ptr<VideoEncoder>> open_video(const SlateJob& job) {
  VideoEncoder::Options options;
  options.width = static_cast<int>(job.width), options.height = static_cast<int>(job.height);
  options.frame_rate = {static_cast<int>(job.frame_rate.num), static_cast<int>(job.frame_rate.den)};
  options.time_base = {options.frame_rate.den, options.frame_rate.num};
  options.bitrate_bps = kVideoBitrate;
  // A second: a viewer who comes does not wait, and the camera may come back at any time.
  options.keyframe_pictures = std::max(1, static_cast<int>(job.frame_rate.value() + 0.5));
  options.preset = "superfast";
  options.parameters = "scenecut=0:sliced-threads=0:threads=1";
  options.color = {AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG};
  return VideoEncoder::open(options);
}

// The server's image, when it comes.
struct ImageSink final : Decoder::Sink {
  void on_track(TrackMessage told) override { track = std::move(told); }
  void on_frame(FrameMessage given) override { frame = std::move(given), there = true; }
  TrackMessage track;
  FrameMessage frame;
  bool there = false;
};

}  // namespace

base::Result<std::unique_ptr<SlateRun>> SlateRun::open(const SlateJob& job, Channel& channel,
                                                       int64_t film_bytes) {
  if (auto status = check(job); !status) return status.error();
  auto video = open_video(job);
  if (!video) return video.error();
  std::unique_ptr<AudioEncoder> audio;
  if (job.audio_track != 0) {
    auto opened = AudioEncoder::open(
        {"aac", static_cast<int>(job.sample_rate), job.channels, kAudioBitrate * job.channels});
    if (!opened) return opened.error();
    audio = std::move(*opened);
  }
  std::unique_ptr<SlateRun> run(new SlateRun(job, channel, std::move(*video), std::move(audio)));
  if (job.film) {
    auto film = Reel::open(kInputFd, film_bytes);
    if (!film) return film.error();
    run->film_ = std::move(*film);
    return run;
  }
  if (!job.picture) return run;
  if (auto status = run->read_image(); !status) return status.error();
  return run;
}

SlateRun::SlateRun(const SlateJob& job, Channel& channel, std::unique_ptr<VideoEncoder> video,
                   std::unique_ptr<AudioEncoder> audio)
    : job_(job),
      channel_(channel),
      video_(std::move(video)),
      audio_(std::move(audio)),
      card_(static_cast<int>(job.width), static_cast<int>(job.height), job.name, job.since) {}

base::Status SlateRun::read_image() {
  ImageSink sink;
  Decoder messages(sink, {}, Speaker::kServer);
  while (!sink.there) {
    if (auto status = channel_.read_into(messages); !status) return status;
  }
  auto decoder = TrackDecoder::open(sink.track);
  if (!decoder) return decoder.error();
  bool shown = false;
  sink.frame.alone = true;
  auto status = (*decoder)->decode(sink.frame, [&](AVFrame& image) {
    shown = true;
    return show_image(image);
  });
  if (!status || shown) return status;
  return base::Error{base::Code::kMalformed, "slate: image without a picture", {}};
}

// As large as it fits, on black.
base::Status SlateRun::show_image(AVFrame& image) {
  AVFrame& into = video_->frame();
  demo::Picture ground = picture_of(into);
  demo::Painter(ground).rectangle(0, 0, static_cast<float>(into.width), static_cast<float>(into.height), {});
  double scale = std::min(double(into.width) / image.width, double(into.height) / image.height);
  int width = std::max(2, static_cast<int>(image.width * scale) & ~1);
  int height = std::max(2, static_cast<int>(image.height * scale) & ~1);
  scaler_.reset(sws_getCachedContext(scaler_.release(), image.width, image.height,
                                     static_cast<AVPixelFormat>(image.format), width, height,
                                     AV_PIX_FMT_YUV420P, SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (!scaler_)
    return base::Error{base::Code::kUnsupported, "slate: image format", std::to_string(image.format)};
  int left = (into.width - width) / 2 & ~1, top = (into.height - height) / 2 & ~1;
  uint8_t* planes[4] = {ground.y_row(top) + left, ground.u_row(top) + left / 2, ground.v_row(top) + left / 2,
                        nullptr};
  sws_scale(scaler_.get(), image.data, image.linesize, 0, image.height, planes, into.linesize);
  return {};
}

base::Error SlateRun::run() {
  if (auto status = tell_tracks(); !status) return status.error();
  started_ = base::system_clock().mono();
  for (int64_t number = 0;; ++number) {
    number = wait_for(number);
    if (auto status = send_picture(number); !status) return status.error();
    if (auto status = send_silence(time_of(number)); !status) return status.error();
  }
}

base::Status SlateRun::tell_tracks() {
  auto status = channel_.say(
      TrackMessage{.id = job_.video_track, .codec = media::Codec::kH264, .record = video_->record()});
  if (!status || !audio_) return status;
  return channel_.say(
      TrackMessage{.id = job_.audio_track, .codec = media::Codec::kAac, .record = audio_->record()});
}

base::Duration SlateRun::time_of(int64_t number) const {
  return base::Duration(number * 1'000'000'000 * job_.frame_rate.den / job_.frame_rate.num);
}

int64_t SlateRun::wait_for(int64_t number) {
  base::Duration late = base::system_clock().mono() - started_ - time_of(number);
  if (late < base::Duration::zero()) sleep_until(started_ + time_of(number));
  return late > time_of(1) ? number + late / time_of(1) : number;
}

base::Status SlateRun::send_picture(int64_t number) {
  int64_t second = base::to_ms(time_of(number)) / 1000;
  if (film_) {
    auto status = film_->turn_to(time_of(number), [this](AVFrame& picture) { return show_image(picture); });
    if (!status) return status;
  } else if (!job_.picture && second != second_drawn_) {
    card_.draw(picture_of(video_->frame()), time_of(number));
    second_drawn_ = second;
  }
  base::Status sent;
  auto status = video_->encode(number, [&](const Packet& packet) {
    sent = channel_.say(FrameMessage{.track = job_.video_track,
                                     .key = packet.key,
                                     .pts = packet.pts,
                                     .dts = packet.dts,
                                     .duration = time_of(1),
                                     .payload = packet.payload});
  });
  return status ? sent : status;
}

base::Status SlateRun::send_silence(base::Duration until) {
  if (!audio_) return {};
  const int samples = audio_->frame_samples();
  const int64_t rate = job_.sample_rate;
  while ((sound_frames_ + 1) * samples * 1'000'000'000 / rate <= until.count()) {
    AVFrame& frame = audio_->frame();
    av_samples_set_silence(frame.extended_data, 0, samples, job_.channels,
                           static_cast<AVSampleFormat>(frame.format));
    base::Status sent;
    auto status = audio_->encode(sound_frames_++ * samples, [&](const Packet& packet) {
      sent = channel_.say(FrameMessage{.track = job_.audio_track,
                                       .key = true,
                                       .pts = packet.pts,
                                       .dts = packet.dts,
                                       .duration = base::Duration(int64_t{samples} * 1'000'000'000 / rate),
                                       .payload = packet.payload});
    });
    if (!status || !sent) return status ? sent : status;
  }
  return {};
}

}  // namespace eyas::worker
