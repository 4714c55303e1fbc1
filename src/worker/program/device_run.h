// The device job: a device's pictures go to the server as H.264, in real time, until one of them is gone.
#pragma once

#include <memory>
#include <optional>

#include "worker/program/broken.h"
#include "worker/program/channel.h"
#include "worker/program/device_clock.h"
#include "worker/program/device_input.h"
#include "worker/program/track_form.h"
#include "worker/program/video_transcoder.h"

namespace eyas::worker {

// A camera's own H.264 passes as it is. Lives in the worker's only thread.
class DeviceRun final : TranscodeSink, Decoder::Sink {
 public:
  static constexpr base::Duration kKeyInterval = std::chrono::seconds(2);
  // A picture that was read later than this is not encoded: this machine is too slow for the device, and
  // delay does not grow.
  static constexpr base::Duration kLateMax = std::chrono::milliseconds(250);

  DeviceRun(std::unique_ptr<DeviceInput> input, const DeviceJob& job, Channel& channel);
  // Returns when it cannot go on: kSystem when the device is gone, kClosed when the server hung up.
  base::Error run();

 private:
  base::Status begin();
  base::Status take(AVPacket& packet);
  base::Status pass(const AVPacket& packet, FrameMessage about);
  base::Status encode_picture(AVPacket& packet, FrameMessage about);
  base::WallTime captured(base::MonoTime now) const;

  base::Status tell(TrackMessage track) override { return channel_.say(track); }
  base::Status give(FrameMessage frame) override { return channel_.say(frame); }
  void on_track(TrackMessage) override {}
  void on_frame(FrameMessage) override {}
  void on_key_request(KeyRequest) override;

  std::unique_ptr<DeviceInput> input_;
  DeviceJob job_;
  Channel& channel_;
  Broken broken_{channel_};
  Decoder server_;
  DeviceClock clock_;
  std::optional<TrackForm> form_;                // of a camera's own H.264
  std::unique_ptr<VideoTranscoder> transcoder_;  // of everything else
  std::optional<base::Duration> last_key_;
};

}  // namespace eyas::worker
