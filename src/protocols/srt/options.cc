#include "protocols/srt/options.h"

namespace eyas::srt {

void describe(base::OptionSchema& schema, Options& o) {
  schema.address("srt.listen", o.listen, "Where SRT is served, over UDP.");
  schema.text(
      "srt.passphrase", o.passphrase,
      "What peers must know to be let in, 10 to 79 characters; media is then encrypted. Empty: it is not.");
  schema.milliseconds(
      "srt.latency_ms", o.latency, 20, 8000,
      "How long lost packets may take to be sent again; the greater of both sides' values counts.");
  schema.choice("srt.second_publisher", o.second_publisher, {"refuse", "takeover"},
                "What happens to one who publishes a name that is on air.");
  schema.milliseconds("srt.play_wait_ms", o.play_wait, 0, 600'000,
                      "How long a viewer waits for a stream that is not there yet.");
  schema.milliseconds("srt.peer_idle_timeout_ms", o.peer_idle_timeout, 1000, 600'000,
                      "A session from whose peer nothing is heard for so long is ended.");
  schema.milliseconds("srt.connect_timeout_ms", o.connect_timeout, 100, 60'000,
                      "How long one attempt to call a peer may take.");
  schema.number("srt.sessions_max", o.sessions_max, 1, 100'000,
                "Sessions that peers may have; more are turned away.");
  schema.number("srt.sessions_per_address_max", o.sessions_per_address_max, 0, 100'000,
                "Sessions that one address may have, loopback excepted; 0: no limit.");
}

base::Status check(const Options& o) {
  const size_t size = o.passphrase.size();
  if (size == 0 || (size >= kPassphraseBytesMin && size <= kPassphraseBytesMax)) return {};
  return base::Error{base::Code::kInvalidConfig, "srt.passphrase", "10 to 79 characters, or empty"};
}

}  // namespace eyas::srt
