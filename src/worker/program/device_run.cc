#include "worker/program/device_run.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include "worker/program/pace.h"

namespace eyas::worker {
namespace {

// A camera's stamp that is older than this, or younger than now, is on another clock than ours.
constexpr base::Duration kStampAgeMax = std::chrono::seconds(5);

}  // namespace

DeviceRun::DeviceRun(std::unique_ptr<DeviceInput> input, const DeviceJob& job, Channel& channel)
    : input_(std::move(input)),
      job_(job),
      channel_(channel),
      server_(static_cast<Decoder::Sink&>(*this), {}, Speaker::kServer) {}

base::Error DeviceRun::run() {
  if (auto status = begin(); !status) return status.error();
  base::MonoTime begun = base::system_clock().mono();
  for (;;) {
    auto packet = input_->read();
    if (!packet) return packet.error();
    // Only a camera has a pace of its own.
    auto stamp = input_->stamp();
    if (*packet && job_.kind == DeviceJob::Kind::kTestPicture && stamp) sleep_until(begun + *stamp);
    if (auto status = channel_.read_what_is_there(server_); !status) return status.error();
    if (*packet == nullptr) continue;
    if (auto status = take(**packet); !status) return status.error();
  }
}

base::Status DeviceRun::begin() {
  const AVCodecParameters& stream = input_->stream();
  if (stream.codec_id == AV_CODEC_ID_H264) {
    form_ = TrackForm::of(stream, kDerivedTrack);
  } else {
    transcoder_ = std::make_unique<VideoTranscoder>(static_cast<TranscodeSink&>(*this));
    if (job_.bitrate_bps > 0) transcoder_->fix_bitrate(job_.bitrate_bps);
    if (auto status = transcoder_->set_source(stream); !status) return status;
  }
  return channel_.say(LogMessage{base::LogLevel::kInfo, job_.name + ": " + input_->description()});
}

base::Status DeviceRun::take(AVPacket& packet) {
  base::MonoTime now = base::system_clock().mono();
  FrameMessage about{.track = kDerivedTrack};
  about.pts = about.dts = clock_.place(input_->stamp(), now);
  about.duration = input_->frame_duration();
  about.capture = captured(now);
  return form_ ? pass(packet, std::move(about)) : encode_picture(packet, std::move(about));
}

// V4L2 stamps by CLOCK_MONOTONIC, when the picture was taken; a test picture is drawn when it is due.
base::WallTime DeviceRun::captured(base::MonoTime now) const {
  base::WallTime wall = base::system_clock().wall();
  if (job_.kind == DeviceJob::Kind::kTestPicture) return wall;
  auto stamp = input_->stamp();
  if (!stamp) return {};
  base::Duration age = now.time_since_epoch() - *stamp;
  return age >= base::Duration::zero() && age <= kStampAgeMax ? wall - age : base::WallTime();
}

base::Status DeviceRun::pass(const AVPacket& packet, FrameMessage about) {
  auto unit = form_->take({packet.data, static_cast<size_t>(packet.size)});
  if (!unit) return broken_.bear(unit.error());
  if (auto news = form_->news()) {
    if (auto status = channel_.say(*news); !status) return status;
  }
  if (unit->payload.empty()) return {};
  about.key = unit->key;
  about.payload = std::move(unit->payload);
  return channel_.say(about);
}

base::Status DeviceRun::encode_picture(AVPacket& packet, FrameMessage about) {
  if (clock_.late() > kLateMax) return {};
  about.key = !last_key_ || about.pts - *last_key_ >= kKeyInterval;
  if (about.key) last_key_ = about.pts;
  return broken_.bear(transcoder_->feed(about, packet));
}

void DeviceRun::on_key_request(KeyRequest) {
  if (transcoder_) transcoder_->want_key();
}

}  // namespace eyas::worker
