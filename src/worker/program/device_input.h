// DeviceInput: a camera, or a test picture, through FFmpeg's libavdevice.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "worker/program/av.h"
#include "worker/protocol.h"

struct AVCodecParameters;

namespace eyas::worker {

// Lives in the worker's only thread.
class DeviceInput {
 public:
  // Loads libraries and opens the device, which takes files: before the sandbox closes. What follows needs
  // none. Errors: kSystem, with the kernel's word for it; kUnsupported when libavdevice is not installed.
  static base::Result<std::unique_ptr<DeviceInput>> open(const DeviceJob& job);
  ~DeviceInput();

  const AVCodecParameters& stream() const;
  // Between two pictures; zero: the device does not say.
  base::Duration frame_duration() const;
  // "mjpeg 1280x720, 30 a second"
  std::string description() const;

  // Waits for the next packet; null: there is none this time. Valid until the next call. Errors: kSystem when
  // the device is gone.
  base::Result<AVPacket*> read();
  // Of that packet, on the device's clock.
  std::optional<base::Duration> stamp() const;

 private:
  struct Context;  // what FFmpeg reads through
  explicit DeviceInput(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context_;
  AvPacketPtr packet_;
};

}  // namespace eyas::worker
