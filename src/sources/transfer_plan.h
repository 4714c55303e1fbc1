// What the operator writes about pulls and pushes, and whether it can be done.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/option_schema.h"
#include "base/time.h"
#include "sources/retry.h"
#include "sources/stream_template.h"
#include "sources/transfer_table.h"

namespace eyas::sources {

// A stream that is fetched.
struct PullOptions {
  std::string name;        // "cctv/front", or a template: "cctv/{id}"
  std::string url;         // may hold secrets and, with a template, its words in braces
  bool on_demand = false;  // always so for a template
  base::Duration idle_timeout = std::chrono::seconds(10);
  int rank = 0;
  bool enabled = true;
  protocols::TransferOptions options;  // the protocol's own

  bool operator==(const PullOptions&) const = default;
};

// A stream that is sent.
struct PushOptions {
  std::string id;      // for the API; empty: made of the stream's name
  std::string stream;  // "live/alpha", or several: "live/*"
  std::string url;     // may hold secrets; with several streams, {app} and {name}
  bool enabled = true;
  protocols::TransferOptions options;

  bool operator==(const PushOptions&) const = default;
};

struct TransferPlan {
  std::vector<PullOptions> pulls;
  std::vector<PushOptions> pushes;
  std::vector<std::string> dial_allow;
  RetryOptions retry;
  base::Duration start_wait = std::chrono::seconds(10);
  size_t pulls_max = 4096;
  size_t pushes_max = 1024;
  size_t templates_streams_max = 256;
};

// Binds a record's keys; the record outlives the schema.
void describe(base::OptionSchema& schema, PullOptions& pull);
void describe(base::OptionSchema& schema, PushOptions& push);
// Binds the keys "sources.*" to `plan`, which outlives the schema.
void describe(base::OptionSchema& schema, TransferPlan& plan);

// Whether it can be tried. Errors: kInvalidConfig; the context begins with the key ("url: ..."), and no
// secret is quoted.
base::Status check(const PullOptions& pull, const TransferTable& table);
base::Status check(const PushOptions& push, const TransferTable& table);
// All of them, each finding with its place: "sources.pulls[2].url: ...".
std::vector<std::string> check(const TransferPlan& plan, const TransferTable& table);

// Gives each push without an id one: "live-alpha-1".
void name_pushes(std::vector<PushOptions>& pushes);

// "live/*" and "live/cam-*": the star takes any run of a name's letters.
bool fits_pattern(std::string_view pattern, std::string_view stream);
inline bool is_pattern(std::string_view stream) {
  return stream.find('*') != std::string_view::npos;
}

}  // namespace eyas::sources
