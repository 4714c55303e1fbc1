#include "worker/program/demo_run.h"

extern "C" {
#include <libavutil/frame.h>
}

#include "worker/demo/chime.h"
#include "worker/program/pace.h"

namespace eyas::worker {
namespace {

constexpr uint32_t kWidthMin = 240, kWidthMax = 3840;
constexpr uint32_t kHeightMin = 136, kHeightMax = 2160;
constexpr uint32_t kFrameRateMax = 120;
constexpr uint32_t kBitrateMin = 100'000, kBitrateMax = 100'000'000;
constexpr int64_t kAudioBitrate = 96'000;
// The flight's clock starts anew after so long: its paths are smooth, and numbers stay small.
constexpr int64_t kFlightMs = 6 * 3600 * 1000;
constexpr uint64_t kTellDroppedEvery = 300;

base::Error unfit(const char* what, uint32_t value) {
  return {base::Code::kInvalidConfig, what, std::to_string(value)};
}

base::Status check(const DemoJob& job) {
  if (job.width < kWidthMin || job.width > kWidthMax || job.width % 2 != 0)
    return unfit("demo width", job.width);
  if (job.height < kHeightMin || job.height > kHeightMax || job.height % 2 != 0)
    return unfit("demo height", job.height);
  if (job.frame_rate == 0 || job.frame_rate > kFrameRateMax) return unfit("demo frame rate", job.frame_rate);
  if (job.bitrate_bps < kBitrateMin || job.bitrate_bps > kBitrateMax)
    return unfit("demo bitrate", job.bitrate_bps);
  return {};
}

demo::Picture picture_of(AVFrame& frame) {
  return {frame.width,   frame.height,      frame.data[0],    frame.data[1],
          frame.data[2], frame.linesize[0], frame.linesize[1]};
}

}  // namespace

base::Result<std::unique_ptr<DemoRun>> DemoRun::open(const DemoJob& job, Channel& channel) {
  if (auto status = check(job); !status) return status.error();
  auto rate = static_cast<int>(job.frame_rate);
  VideoEncoder::Options options;
  options.width = static_cast<int>(job.width), options.height = static_cast<int>(job.height);
  options.time_base = {1, rate}, options.frame_rate = {rate, 1};
  options.bitrate_bps = job.bitrate_bps;
  options.keyframe_pictures = rate;
  // The cheapest preset, with the two of its savings taken back that show most at 4 Mbit/s.
  options.preset = "ultrafast";
  options.parameters = "cabac=1:deblock=0,0:scenecut=0:sliced-threads=0:threads=1";
  options.color = {AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG};
  auto video = VideoEncoder::open(options);
  if (!video) return video.error();
  auto audio = AudioEncoder::open({"aac", demo::kSampleRate, 2, kAudioBitrate});
  if (!audio) return audio.error();
  return std::unique_ptr<DemoRun>(new DemoRun(job, channel, std::move(*video), std::move(*audio)));
}

DemoRun::DemoRun(const DemoJob& job, Channel& channel, std::unique_ptr<VideoEncoder> video,
                 std::unique_ptr<AudioEncoder> audio)
    : job_(job),
      channel_(channel),
      video_(std::move(video)),
      audio_(std::move(audio)),
      scene_(static_cast<int>(job.width), static_cast<int>(job.height)) {}

base::Error DemoRun::run() {
  if (auto status = tell_tracks(); !status) return status.error();
  started_ = base::system_clock().mono();
  started_wall_ = base::system_clock().wall();
  flight_start_ = static_cast<double>(base::to_ms(started_wall_.time_since_epoch()) % kFlightMs) / 1000;
  for (int64_t number = 0;; ++number) {
    number = wait_for(number);
    if (auto status = send_picture(number); !status) return status.error();
    if (auto status = send_sound(time_of(number)); !status) return status.error();
    if (auto status = send_telemetry(time_of(number)); !status) return status.error();
  }
}

base::Status DemoRun::tell_tracks() {
  if (auto status =
          channel_.say(TrackMessage{kVideoTrack, media::Codec::kH264, "", "Demo camera", video_->record()});
      !status) {
    return status;
  }
  if (auto status =
          channel_.say(TrackMessage{kAudioTrack, media::Codec::kAac, "", "Chime", audio_->record()});
      !status) {
    return status;
  }
  return channel_.say(TrackMessage{
      kTelemetryTrack, media::Codec::kData, "application/json; profile=telemetry", "Telemetry", {}});
}

base::Duration DemoRun::time_of(int64_t number) const {
  return base::Duration(number * 1'000'000'000 / job_.frame_rate);
}

int64_t DemoRun::wait_for(int64_t number) {
  base::Duration late = base::system_clock().mono() - started_ - time_of(number);
  base::Duration interval = time_of(1);
  if (late < base::Duration::zero()) {
    sleep_until(started_ + time_of(number));
  } else if (late > interval) {
    int64_t skipped = late / interval;
    auto missed = dropped_ + static_cast<uint64_t>(skipped);
    if (missed / kTellDroppedEvery != dropped_ / kTellDroppedEvery) {
      static_cast<void>(
          channel_.say(LogMessage{base::LogLevel::kWarning, "too slow: pictures are left out"}));
    }
    dropped_ = missed;
    number += skipped;
  }
  return number;
}

base::Status DemoRun::send_picture(int64_t number) {
  base::WallTime capture = base::system_clock().wall();
  demo::FlightState state = demo::flight_at(flight_start_ + base::to_seconds(time_of(number)));
  scene_.draw(state, capture, picture_of(video_->frame()));
  base::Status sent;
  auto status = video_->encode(
      number, [&](const Packet& packet) { sent = send(kVideoTrack, time_of(1), capture, packet); });
  return status ? sent : status;
}

base::Status DemoRun::send_sound(base::Duration until) {
  const int samples = audio_->frame_samples();
  auto time_of_sample = [](int64_t sample) {
    return base::Duration(sample * 1'000'000'000 / demo::kSampleRate);
  };
  while (time_of_sample((sound_frames_ + 1) * samples) <= until) {
    AVFrame& frame = audio_->frame();
    for (int i = 0; i < samples; ++i) {
      float sample = demo::chime(sound_frames_ * samples + i);
      for (int channel = 0; channel < 2; ++channel) reinterpret_cast<float*>(frame.data[channel])[i] = sample;
    }
    base::Status sent;
    auto status = audio_->encode(sound_frames_ * samples, [&](Packet packet) {
      // The encoder's delay makes its first times negative: they stay in step with the picture.
      sent = send(kAudioTrack, time_of_sample(samples), started_wall_ + packet.pts, packet);
    });
    if (!status) return status;
    if (!sent) return sent;
    ++sound_frames_;
  }
  return {};
}

base::Status DemoRun::send_telemetry(base::Duration until) {
  while (telemetry_frames_ * kTelemetryInterval <= until) {
    base::Duration at = telemetry_frames_++ * kTelemetryInterval;
    demo::FlightState state = demo::flight_at(flight_start_ + base::to_seconds(at));
    base::WallTime capture = started_wall_ + at;
    Packet packet{true, at, at, base::Slice::copy_of(demo::telemetry_json(state, capture))};
    if (auto status = send(kTelemetryTrack, kTelemetryInterval, capture, packet); !status) return status;
  }
  return {};
}

base::Status DemoRun::send(uint32_t track, base::Duration duration, base::WallTime capture,
                           const Packet& packet) {
  return channel_.say(FrameMessage{.track = track,
                                   .key = packet.key,
                                   .pts = packet.pts,
                                   .dts = packet.dts,
                                   .duration = duration,
                                   .capture = capture,
                                   .payload = packet.payload});
}

}  // namespace eyas::worker
