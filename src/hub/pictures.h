// Pictures: who makes still pictures of a stream, and video of a camera's still pictures. The hub knows the
// interface only; workers are above it.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "base/slice.h"
#include "hub/name.h"
#include "io/executor.h"
#include "media/frame.h"

namespace eyas::hub {

// One kind of picture of a stream. Those who want the same share it.
struct PictureVariant {
  enum class Form : uint8_t {
    kJpeg,
    kLook,  // brightness of kLookFields fields, 0 to 255, row by row
  } form = Form::kJpeg;
  uint32_t width = 0;                                 // 0: as the stream's; never larger than that
  uint8_t quality = 75;                               // of JPEG, 1 to 100
  base::Duration interval = std::chrono::seconds(1);  // between two pictures at least
  auto operator<=>(const PictureVariant&) const = default;
};
inline constexpr size_t kLookFields = 32 * 18;

// Immutable.
struct Picture {
  base::Slice image;
  media::MediaTime time;  // on the stream's timeline
  base::MonoTime made;
  uint64_t number = 0;  // of its variant; another picture has another
};
using PicturePtr = std::shared_ptr<const Picture>;

// Video that is made of a camera's JPEG images. Lives on the loop that asked for it; its death ends it.
class JpegVideo {
 public:
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_track(media::TrackPtr track) = 0;
    virtual void on_frame(media::Frame frame) = 0;
  };
  virtual ~JpegVideo() = default;
  // An image as it came, and when, on the caller's own timeline, which the video has, too. False when it was
  // left out: the one before is not made yet, or is not older.
  virtual bool feed(base::Slice jpeg, media::MediaTime at) = 0;
  virtual uint64_t left_out() const = 0;
};

// Thread-safe.
class Pictures {
 public:
  virtual ~Pictures() = default;

  // While the lease is held, `on_picture` gets each new picture on the caller's loop, the newest that there
  // is first. An error is the last that it gets: kNotFound, no such stream; kClosed, it is over; kLimit, too
  // many variants or workers. A stream without a picture gives none.
  using Lease = std::shared_ptr<void>;
  using OnPicture = std::function<void(base::Result<PicturePtr>)>;
  [[nodiscard]] virtual Lease watch(const StreamName& name, const PictureVariant& variant,
                                    io::Executor& caller, OnPicture on_picture) = 0;

  // `title`: for the log. The caller's loop is one of the server's. Errors: kLimit when there are too many
  // workers.
  [[nodiscard]] virtual base::Result<std::unique_ptr<JpegVideo>> video_of_jpeg(std::string title,
                                                                               io::Executor& caller,
                                                                               JpegVideo::Sink& sink) = 0;
};

}  // namespace eyas::hub
