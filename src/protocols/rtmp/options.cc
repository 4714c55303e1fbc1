#include "protocols/rtmp/options.h"

namespace eyas::rtmp {
namespace {

constexpr int64_t kMiB = 1024 * 1024;

void describe_limits(base::OptionSchema& schema, Options& o) {
  schema.number("rtmp.message_bytes_max", o.chunk.message_bytes_max, 64 * 1024, 16 * kMiB - 1,
                "The largest message, and so the largest frame, that a peer may send.");
  schema.number("rtmp.chunk_streams_max", o.chunk.chunk_streams_max, 8, 65536,
                "How many chunk streams one connection may use.");
  schema.number("rtmp.unfinished_bytes_max", o.chunk.unfinished_bytes_max, 64 * 1024, 256 * kMiB,
                "Bytes of messages under way that one connection may have.");
  schema.number("rtmp.message_streams_max", o.message_streams_max, 1, 256,
                "How many streams one connection may publish and play.");
  schema.number("rtmp.commands_per_second_max", o.commands_per_second_max, 5, 10'000,
                "Commands that one connection may send in a second.");
  schema
      .number("rtmp.connections_per_address_max", o.connections_per_address_max, 0, 1'000'000,
              "Connections that one address may have, loopback excepted; 0: no limit.")
      .reloadable = true;
}

}  // namespace

void describe(base::OptionSchema& schema, Options& o) {
  schema.address("rtmp.listen", o.listen, "Where RTMP is served.");
  schema.address("rtmps.listen", o.tls_listen,
                 "Where RTMP over TLS is served; needs the certificate of https.");
  schema
      .choice("rtmp.second_publisher", o.second_publisher, {"refuse", "takeover"},
              "What happens to one who publishes a name that is on air.")
      .reloadable = true;
  schema
      .milliseconds("rtmp.play_wait_ms", o.play_wait, 0, 600'000,
                    "How long a player waits for a stream that is not there yet.")
      .reloadable = true;
  schema
      .milliseconds("rtmp.max_send_delay_ms", o.max_send_delay, 0, 1000,
                    "How long frames may be gathered for one send; 0 sends each at once.")
      .reloadable = true;
  schema.number("rtmp.chunk_size_out", o.chunk_size_out, kChunkSizeDefault, kChunkSizeMax,
                "Chunk size that we send with; large ones cost least.");
  schema.milliseconds("rtmp.handshake_timeout_ms", o.handshake_timeout, 100, 600'000,
                      "A connection that has not got as far as its connect command by then is closed.");
  schema.milliseconds("rtmp.idle_timeout_ms", o.idle_timeout, 1000, 3'600'000,
                      "A connection from which nothing is heard for so long is closed.");
  describe_limits(schema, o);
}

}  // namespace eyas::rtmp
