#include "protocols/mjpeg/options.h"

namespace eyas::mjpeg {

void describe(base::OptionSchema& schema, Options& o) {
  // Not reloadable: viewers on every loop read these fields.
  schema.number("mjpeg.fps_max", o.fps_max, 1, 30, "Pictures per second that a viewer of MJPEG may ask for.");
  schema.number(
      "mjpeg.width_max", o.width_max, 160, 7680,
      "Width in pixels that a viewer of MJPEG or of a snapshot may ask for, and has who asks for none.");
  schema.number("mjpeg.viewers_max", o.viewers_max, 0, 100'000,
                "Viewers of MJPEG and requests that wait for a snapshot, at one time.");
  schema.milliseconds("mjpeg.picture_wait_ms", o.picture_wait, 100, 60'000,
                      "How long a viewer waits for the first picture before the answer is 503.");
}

}  // namespace eyas::mjpeg
