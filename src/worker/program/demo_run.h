// The demo job: renders, encodes and sends the flight in real time until the server is gone.
#pragma once

#include <memory>

#include "worker/demo/scene.h"
#include "worker/program/channel.h"
#include "worker/program/encoder.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class DemoRun {
 public:
  static constexpr uint32_t kVideoTrack = 1;
  static constexpr uint32_t kAudioTrack = 2;
  static constexpr uint32_t kTelemetryTrack = 3;
  static constexpr base::Duration kTelemetryInterval = std::chrono::milliseconds(100);

  // Errors: kInvalidConfig for a size or rate that cannot be encoded; kSystem.
  static base::Result<std::unique_ptr<DemoRun>> open(const DemoJob& job, Channel& channel);
  // Returns when it cannot go on: kClosed when the server hung up.
  base::Error run();

 private:
  DemoRun(const DemoJob& job, Channel& channel, std::unique_ptr<VideoEncoder> video,
          std::unique_ptr<AudioEncoder> audio);

  base::Status tell_tracks();
  base::Status send_picture(int64_t number);
  base::Status send_sound(base::Duration until);
  base::Status send_telemetry(base::Duration until);
  // Waits for the picture's moment; returns the number of the picture to draw now, which is later than
  // `number` when this machine was too slow.
  int64_t wait_for(int64_t number);
  base::Duration time_of(int64_t number) const;
  base::Status send(uint32_t track, base::Duration duration, base::WallTime capture, const Packet& packet);

  DemoJob job_;
  Channel& channel_;
  std::unique_ptr<VideoEncoder> video_;
  std::unique_ptr<AudioEncoder> audio_;
  demo::Scene scene_;
  base::MonoTime started_;
  base::WallTime started_wall_;
  double flight_start_ = 0;  // the flight goes on over a restart of the worker
  int64_t sound_frames_ = 0;
  int64_t telemetry_frames_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace eyas::worker
