#include "protocols/mpegts_udp/options.h"

namespace eyas::mpegts_udp {

void describe(base::OptionSchema& schema, Options& o) {
  // Not reloadable: sessions on every loop read these fields.
  schema.milliseconds("mpegts.play_wait_ms", o.play_wait, 0, 600'000,
                      "How long a viewer waits for a stream that is not there yet; 0 answers 404 at once.");
  schema.milliseconds("mpegts.idle_timeout_ms", o.idle_timeout, 100, 600'000,
                      "A pull that hears nothing for so long has failed.");
  schema.milliseconds("mpegts.sender_silence_ms", o.sender_silence, 0, 600'000,
                      "When one sender of datagrams has been silent for so long, another one's are taken.");
  schema.milliseconds("mpegts.reorder_wait_ms", o.reorder_wait, 0, 10'000,
                      "How long a missing RTP packet is waited for.");
  schema.number("mpegts.access_unit_bytes_max", o.access_unit_bytes_max, 64 << 10, 256 << 20,
                "Bytes of one picture that comes in; a longer one is dropped.");
  schema.number("mpegts.tracks_max", o.tracks_max, 1, 64, "Tracks of one programme that comes in.");
  schema.truth(
      "mpegts.wait_for_key_after_loss", o.wait_for_key_after_loss,
      "Whether pictures are dropped after a loss until the next key frame, so that none is smeared.");
}

}  // namespace eyas::mpegts_udp
