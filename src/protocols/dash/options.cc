#include "protocols/dash/options.h"

namespace eyas::dash {

void describe(base::OptionSchema& schema, Options& options) {
  schema.milliseconds("dash.latency_ms", options.latency, 500, 30'000,
                      "The latency at which players are asked to play.");
  schema.milliseconds("dash.idle_close_ms", options.idle_close, 1'000, 3'600'000,
                      "Stop packaging when nobody has asked for so long.");
  schema.milliseconds("dash.start_timeout_ms", options.start_timeout, 100, 60'000,
                      "How long a request waits for the first media.");
  schema.milliseconds("dash.hold_max_ms", options.hold_max, 100, 60'000,
                      "How long a request waits for the segment that comes next.");
  schema.number("dash.waiting_max", options.waiting_max, 1, 1'000'000,
                "Requests that may wait or grow, for each stream and loop.");
  schema.milliseconds("dash.viewer_window_ms", options.viewer_window, 1'000, 600'000,
                      "A viewer counts for so long after his last request.");
  schema.number("dash.viewers_max", options.viewers_max, 1, 10'000'000,
                "Viewers told apart, for each stream and loop.");
}

}  // namespace eyas::dash
