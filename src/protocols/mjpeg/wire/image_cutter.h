// ImageCutter: cuts JPEG images out of the body of a camera's multipart answer.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"

namespace eyas::mjpeg {

// Follows the images' own markers [ITU-T T.81 B.1] and takes what lies between two images for part heads.
// DEVIATION: boundaries and Content-Length are not believed. Cameras announce "--frame" and send "--frame" or
// "----frame", leave out line ends and lengths, or count them wrong; the markers are right in all of them.
//
// Pure; holds at most one image. Lives on its connection's loop.
class ImageCutter {
 public:
  // A worker takes no larger ones.
  static constexpr size_t kImageBytesMax = 4u << 20;
  // Between two images: a part's head.
  static constexpr size_t kGapBytesMax = 16u << 10;

  struct Sink {
    virtual ~Sink() = default;
    virtual void on_image(base::Slice jpeg) = 0;
  };
  struct Counters {
    uint64_t images = 0;
    uint64_t without_end = 0;  // DEVIATION: no EOI before the next part; given all the same
    uint64_t broken = 0;       // left out
  };

  explicit ImageCutter(Sink& sink) : sink_(sink) {}

  // Errors: kMalformed, no image for kGapBytesMax; kLimit, an image of more than kImageBytesMax. Nothing may
  // be fed after one.
  base::Status feed(base::Bytes bytes);
  const Counters& counters() const { return counters_; }
  size_t buffered() const { return buffer_.size() - begin_; }

 private:
  enum class State : uint8_t { kGap, kMarker, kScan };
  enum class Step : uint8_t { kOn, kNeedsMore };

  base::Result<Step> step();
  base::Result<Step> find_image();
  base::Result<Step> on_marker();
  Step scan();
  void give(size_t bytes);
  // What is part of no image.
  void pass_over(size_t bytes);
  void drop(size_t bytes);
  base::Bytes held() const { return base::Bytes(buffer_).subspan(begin_); }

  Sink& sink_;
  Counters counters_;
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;  // in it, of the image, or the gap's last bytes; nought between calls
  State state_ = State::kGap;
  size_t at_ = 0;        // behind it, where the next marker is looked for
  size_t gap_ = 0;       // bytes since the last image
  bool pixels_ = false;  // entropy-coded data was seen
};

}  // namespace eyas::mjpeg
