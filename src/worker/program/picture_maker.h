// PictureMaker: one variant of a stream's pictures: which of the decoded ones, how large, in what form.
#pragma once

#include <memory>
#include <optional>

#include "worker/program/av.h"
#include "worker/program/encoder.h"
#include "worker/protocol.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class PictureMaker {
 public:
  explicit PictureMaker(const VariantMessage& wanted) : wanted_(wanted) {}

  // A track of this variant's pictures.
  TrackMessage track() const;
  // Whether a picture of this time comes late enough after the last. A time that went back does.
  bool due(base::Duration pts) const;
  // Errors: kUnsupported for a form that cannot be converted; kSystem.
  base::Result<base::Slice> make(const AVFrame& decoded, base::Duration pts);

 private:
  struct Form {
    int width = 0, height = 0, format = -1;
    bool full_range = false;
    bool operator==(const Form&) const = default;
  };
  base::Status adapt(const AVFrame& decoded, const Form& source);
  base::Slice brightness(const AVFrame& scaled) const;

  VariantMessage wanted_;
  Form source_;
  AvScalerPtr scaler_;
  AvFramePtr look_;
  std::unique_ptr<JpegEncoder> encoder_;
  std::optional<base::Duration> made_;
};

}  // namespace eyas::worker
