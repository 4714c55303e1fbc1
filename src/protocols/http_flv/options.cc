#include "protocols/http_flv/options.h"

namespace eyas::http_flv {

void describe(base::OptionSchema& schema, Options& o) {
  // Not reloadable: viewers on every loop read these fields.
  schema.milliseconds("http_flv.play_wait_ms", o.play_wait, 0, 600'000,
                      "How long a viewer waits for a stream that is not there yet; 0 answers 404 at once.");
  schema.milliseconds("http_flv.max_send_delay_ms", o.max_send_delay, 0, 1000,
                      "How long frames may be gathered for one send; 0 sends each at once.");
}

}  // namespace eyas::http_flv
