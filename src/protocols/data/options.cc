#include "protocols/data/options.h"

namespace eyas::data {

void describe(base::OptionSchema& schema, Options& options) {
  schema.number("data.viewers_max", options.viewers_max, 1, 1'000'000, "Who may read data tracks at once.");
  schema.milliseconds("data.play_wait_ms", options.play_wait, 0, 60'000,
                      "How long a reader waits for a stream that is not there yet.");
}

}  // namespace eyas::data
