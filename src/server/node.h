// Node: a running server: its loops, its hub, its protocols, its listeners. Started, reloaded and drained as
// one.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/api.h"
#include "api/discover.h"
#include "api/files.h"
#include "http/server.h"
#include "http/static_files.h"
#include "io/dial.h"
#include "io/tcp.h"
#include "io/tls.h"
#include "server/config.h"
#include "sources/demo.h"
#include "sources/derivations.h"
#include "sources/files/playlists.h"
#include "sources/pictures.h"
#include "sources/slates.h"
#include "sources/transfers.h"
#include "sources/watcher.h"

namespace eyas::server {

// Built and destroyed on the main thread, which is also the thread of the first loop.
class Node {
 public:
  // `demo`: put the demo flight on air.
  Node(Config& config, bool demo);
  ~Node();

  // Opens every listener and registers every route. Errors name the key and the address.
  base::Status start();
  // Serves until a signal has drained the node. Returns the exit code.
  int run();

  // Called on SIGHUP; it reads the configuration anew and calls apply().
  void on_reload(base::UniqueFunction<void()> callback) { on_reload_ = std::move(callback); }
  // Takes from `fresh` what can be changed while running, and logs what needs a restart.
  void apply(const Config& fresh);

  std::string http_address() const { return info_->http_listen; }

 private:
  // What one loop has. Lives on that loop.
  struct Desk {
    std::unique_ptr<io::Loop> loop;
    std::unique_ptr<http::Server> http;
    std::vector<std::unique_ptr<io::Listener>> listeners;
    std::thread thread;
  };
  // Takes a new connection on the desk with that index.
  using Accept = std::function<void(size_t desk, int fd)>;

  base::Status load_tls();
  base::Status open_web();
  base::Status start_demo();
  base::Status make_transfers();
  base::Status start_files();
  base::Status start_watching();
  base::Status listen();
  // Opens one address on every loop; `bound` gets it with its real port.
  base::Status listen_on(const std::string& key, const std::string& address, Accept accept,
                         std::string& bound);
  // Where a protocol is served, for the API.
  void tell_bound(const std::string& key, const std::string& address);
  std::unique_ptr<io::ByteStream> adopt(Desk& desk, int fd, bool tls);
  base::Status watch_signals();
  void on_signal(int signal);
  // Takes the reloadable options of `fresh`.
  void take_options(const Config& fresh);
  void drain();
  void drained();
  void stop_loops();
  void run_what_is_posted();
  std::vector<base::Metric> metrics() const;

  Config& config_;
  bool demo_wanted_;
  std::vector<Desk> desks_;
  std::vector<io::Loop*> loops_;
  std::unique_ptr<hub::Directory> directory_;
  http::Router router_;
  std::shared_ptr<http::Shared> http_shared_;
  std::shared_ptr<http::StaticFiles> web_;
  std::shared_ptr<api::ServerInfo> info_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<sources::DemoFlight> demo_;
  std::unique_ptr<sources::WorkerDerivations> derivations_;
  std::unique_ptr<io::Dialer> dialer_;
  std::unique_ptr<api::Discoveries> discoveries_;
  std::unique_ptr<sources::Transfers> transfers_;
  std::unique_ptr<sources::WorkerPictures> pictures_;
  std::unique_ptr<sources::Slates> slates_;
  std::unique_ptr<sources::Watcher> watcher_;
  std::unique_ptr<files::Playlists> playlists_;
  std::atomic<std::shared_ptr<const io::TlsContext>> tls_;
  std::atomic<bool> ready_{false};
  std::atomic<size_t> desks_draining_{0};
  bool draining_ = false;
  io::Timer drain_limit_;
  class SignalWatch;
  std::unique_ptr<SignalWatch> signals_;
  base::UniqueFunction<void()> on_reload_;
};

}  // namespace eyas::server
