#include "base/option_schema.h"
#include "http/options.h"

namespace eyas::http {

void describe(base::OptionSchema& schema, Options& o) {
  schema
      .number("http.uri_bytes_max", o.uri_bytes_max, 256, 1 << 20, "Longest request target; longer gets 414.")
      .reloadable = true;
  schema
      .number("http.header_bytes_max", o.header_bytes_max, 1024, 1 << 20,
              "Largest request head; larger gets 431.")
      .reloadable = true;
  schema.number("http.header_count_max", o.header_count_max, 10, 10'000, "Most header lines; more get 431.")
      .reloadable = true;
  schema
      .number("http.body_bytes_max", o.body_bytes_max, 0, int64_t{1} << 32,
              "Largest request body; larger gets 413.")
      .reloadable = true;
  schema
      .milliseconds("http.header_timeout_ms", o.header_timeout, 100, 600'000,
                    "A request whose head takes longer is ended.")
      .reloadable = true;
  schema
      .milliseconds("http.body_timeout_ms", o.body_timeout, 100, 3'600'000,
                    "A request whose body takes longer is ended.")
      .reloadable = true;
  schema
      .milliseconds("http.idle_timeout_ms", o.idle_timeout, 1000, 3'600'000,
                    "A connection without a request is ended.")
      .reloadable = true;
  schema
      .milliseconds("http.stall_timeout_ms", o.stall_timeout, 1000, 600'000,
                    "A peer that takes none of what waits for it is ended.")
      .reloadable = true;
  schema
      .number("http.connections_per_address_max", o.connections_per_address_max, 0, 1'000'000,
              "Connections of one address, loopback excepted; 0: no limit.")
      .reloadable = true;
  schema.number("http.connections_max", o.connections_max, 1, 10'000'000, "Connections on one loop.")
      .reloadable = true;
  schema
      .list("http.names", o.names,
            "Domain names by which browsers may reach the page and the API over plain HTTP; * allows all. "
            "Addresses, names without a dot and *.local always may.")
      .reloadable = true;
  schema
      .list("http.cors_origins", o.cors_origins, "Further origins whose pages may use the API; * allows all.")
      .reloadable = true;
}

}  // namespace eyas::http
