// Protocol: what the server knows of each protocol. One line in the server's table makes one; configuration,
// metrics, listening, draining and documentation loop over them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metric.h"
#include "base/option_schema.h"
#include "base/result.h"
#include "http/router.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "hub/pictures.h"
#include "io/byte_stream.h"
#include "io/loop.h"
#include "protocols/transfer.h"

namespace eyas::worker {
struct ProcessOptions;
}

namespace eyas::protocols {

// A place where a protocol accepts connections. The server opens it on every loop.
struct ListenPoint {
  std::string key;      // the option that says where: "rtmp.listen"
  std::string address;  // empty: off
  bool tls = false;     // with the server's certificate in front
};

// What a protocol is given at start. Outlives it.
struct Services {
  hub::Directory& directory;
  http::Router& router;
  const std::vector<io::Loop*>& loops;
  hub::Derivations* derivations = nullptr;          // null: nobody here derives tracks
  std::string data_folder;                          // for what is kept over restarts; may not exist yet
  hub::Pictures* pictures = nullptr;                // null: nobody here makes pictures
  const worker::ProcessOptions* workers = nullptr;  // null: there are no workers
};

// Made on the main thread before the loops run; start() there too. The other calls say where they run.
class Protocol {
 public:
  virtual ~Protocol() = default;

  virtual std::string_view name() const = 0;
  // Binds its keys to its options. Called once, before they are read.
  virtual void describe(base::OptionSchema& schema) = 0;
  // Whether the options fit together. Errors name the key and what is allowed.
  virtual base::Status check() const { return {}; }
  // Asked after start().
  virtual std::vector<ListenPoint> listen_points() const { return {}; }
  // Those that it opened by itself, as bound. Asked after start(), on the main thread.
  virtual std::vector<ListenPoint> own_listen_points() const { return {}; }
  // Registers routes and makes what each loop needs. Errors say what the operator can do about them.
  virtual base::Status start(const Services& services) = 0;
  // Reloadable options changed. On the main loop, which alone writes them: other loops get copies by post.
  virtual void reload() {}
  // A connection of one of its listen points. On the loop with that index.
  virtual void accept(size_t loop, std::unique_ptr<io::ByteStream> stream);
  // Takes nothing new and ends what it has; on the loop with that index.
  virtual void drain(size_t loop) { static_cast<void>(loop); }
  // Whether fetching from (sending to) such an address is this protocol's business: by its scheme, and for
  // http and https by http_format(). At most one protocol may say so of any address. Pure; before start()
  // too.
  virtual bool can_pull(const base::Url& url, const TransferOptions& options) const;
  virtual bool can_push(const base::Url& url, const TransferOptions& options) const;
  // Whether a pull or a push of `url` with these options can be tried. Asked only of what it claims. Pure;
  // before start() too. Errors name the option and what is allowed, for check-config and the API.
  virtual base::Status check_transfer(Direction direction, const base::Url& url,
                                      const TransferOptions& options) const;
  // Begins an attempt, on request.loop. Never null; what fails at once is told by on_ended.
  virtual std::unique_ptr<Transfer> pull(TransferRequest request);
  virtual std::unique_ptr<Transfer> push(TransferRequest request);
  // Thread-safe.
  virtual std::vector<base::Metric> metrics() const { return {}; }
};

// A protocol's counters as metrics: each row has `name` and `value`. A counter named "viewers" or "..._open"
// is a gauge.
template <typename Rows>
std::vector<base::Metric> metrics_of(std::string_view protocol, const Rows& rows) {
  std::vector<base::Metric> metrics;
  for (const auto& row : rows) {
    std::string_view counter = row.name;
    bool gauge = counter == "viewers" || counter.ends_with("_open");
    std::string name = "eyas_" + std::string(protocol) + "_" + std::string(counter) + (gauge ? "" : "_total");
    metrics.push_back({std::move(name),
                       "Of " + std::string(protocol) + ": " + std::string(counter) + ".",
                       gauge ? base::Metric::Kind::kGauge : base::Metric::Kind::kCounter,
                       static_cast<double>(row.value),
                       {}});
  }
  return metrics;
}

inline void Protocol::accept(size_t, std::unique_ptr<io::ByteStream>) {}

inline bool Protocol::can_pull(const base::Url&, const TransferOptions&) const {
  return false;
}
inline bool Protocol::can_push(const base::Url&, const TransferOptions&) const {
  return false;
}

inline base::Status Protocol::check_transfer(Direction, const base::Url&,
                                             const TransferOptions& options) const {
  if (options.empty()) return {};
  return base::Error{base::Code::kInvalidConfig, "option is not known", options.begin()->first};
}

// Called only for addresses that the protocol claims, and who claims some overrides these.
inline std::unique_ptr<Transfer> Protocol::pull(TransferRequest) {
  CHECK(false);
  return nullptr;
}
inline std::unique_ptr<Transfer> Protocol::push(TransferRequest) {
  CHECK(false);
  return nullptr;
}

}  // namespace eyas::protocols
