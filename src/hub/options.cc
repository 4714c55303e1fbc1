#include "hub/directory.h"

namespace eyas::hub {

void describe(base::OptionSchema& schema, Directory::Options& options) {
  StreamOptions& stream = options.stream;
  schema.number("hub.ring_bytes_max", stream.ring.bytes_max, 1 << 20, int64_t{1} << 32,
                "Bytes of its recent past that a stream keeps for its readers.");
  schema.milliseconds("hub.ring_ms_max", stream.ring.span_max, 1000, 600'000,
                      "Time of its recent past that a stream keeps for its readers.");
  schema.milliseconds("hub.linger_ms", stream.linger, 0, 86'400'000,
                      "How long viewers of a stream are kept when its publisher has gone.");
  schema.milliseconds("hub.stall_ms", stream.stall, 200, 600'000,
                      "A publisher without a frame for so long gives way to the next in rank, and to one who "
                      "publishes its name.");
  schema.milliseconds("hub.video_wait_ms", stream.video_wait, 0, 60'000,
                      "How long a stream waits for the video it announced before audio goes on alone.");
  schema.number("hub.tracks_max", stream.tracks_max, 1, 64, "Tracks of one stream.");
  schema.number("hub.publishers_max", stream.publishers_max, 1, 64,
                "Publishers of one stream, all ranks together.");
  schema.number("hub.streams_max", options.streams_max, 1, 1'000'000, "Streams on one loop.");
  schema.number("hub.waiting_readers_max", options.waiting_readers_max, 0, 1'000'000,
                "Readers on one loop that wait for a stream to begin.");
}

}  // namespace eyas::hub
