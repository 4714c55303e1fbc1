// Pull: one attempt at a device: a worker opens it, we publish what it sends.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "protocols/pull_publisher.h"
#include "protocols/transfer.h"
#include "sources/devices/devices.h"
#include "worker/supervisor.h"

namespace eyas::devices {

// Whether there is such a camera: a character device of the kernel's video devices. Errors: kNotFound,
// kSystem.
base::Status look_for(const worker::DeviceJob& job);

// Ends when the worker does: when the device is gone, is somebody else's, or has said nothing for
// kSilenceMax. Lives on its loop.
class Pull final : public protocols::Transfer, worker::Supervisor::Sink {
 public:
  static constexpr base::Duration kSilenceMax = std::chrono::seconds(10);

  // An error instead of a job ends it at once.
  Pull(protocols::TransferRequest request, hub::Directory& directory, const worker::ProcessOptions& process,
       const base::Result<worker::DeviceJob>& job, Statistics& statistics);
  ~Pull() override;

  protocols::TransferFacts facts() const override;

 private:
  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_state(worker::WorkerState state) override;
  void on_said(const worker::LogMessage& line) override;
  void report();
  void end_later(base::Error why);
  void end(base::Error why);

  protocols::TransferRequest request_;
  worker::DeviceJob job_;
  Statistics& statistics_;
  media::TrackPtr track_;
  std::string last_error_;  // the worker's word on why it gave up
  uint64_t bytes_ = 0, frames_ = 0, frames_bad_ = 0;
  bool over_ = false;
  io::Timer report_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  protocols::PullPublisher publisher_;
  worker::Supervisor supervisor_;
};

}  // namespace eyas::devices
