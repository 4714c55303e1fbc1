#include "server/node.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "base/log.h"
#include "io/cpus.h"
#include "server/process_metrics.h"
#include "server/version.h"

namespace eyas::server {
namespace {

base::LogLevel log_level_of(const std::string& word) {
  if (word == "debug") return base::LogLevel::kDebug;
  if (word == "warning") return base::LogLevel::kWarning;
  if (word == "error") return base::LogLevel::kError;
  if (word == "off") return base::LogLevel::kOff;
  return base::LogLevel::kInfo;
}

void apply_log_options(const Config& config) {
  base::set_log_level(log_level_of(config.log_level));
  base::set_log_format(config.log_format == "json" ? base::LogFormat::kJson : base::LogFormat::kText);
}

// Where the built page lies when nobody says: beside the program (installed), or in the source tree it was
// built from.
std::string default_web_root() {
  std::error_code error;
  auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* place : {"web", "../share/eyas/web", "../../web/dist"}) {
    if (std::filesystem::exists(folder / place / "index.html", error))
      return (folder / place).lexically_normal();
  }
  return {};
}

}  // namespace

// Signals as events of the first loop. Lives on it.
class Node::SignalWatch final : io::FdHandler {
 public:
  SignalWatch(io::Loop& loop, int fd, std::function<void(int)> callback)
      : loop_(loop), fd_(fd), callback_(std::move(callback)) {
    loop_.watch(fd_, EPOLLIN, *this);
  }
  ~SignalWatch() override {
    loop_.unwatch(fd_, *this);
    close(fd_);
  }

 private:
  void on_fd(uint32_t) override {
    signalfd_siginfo info{};
    while (read(fd_, &info, sizeof info) == sizeof info) callback_(static_cast<int>(info.ssi_signo));
  }

  io::Loop& loop_;
  int fd_;
  std::function<void(int)> callback_;
};

Node::Node(Config& config, bool demo) : config_(config), demo_wanted_(demo) {
  apply_log_options(config);
  size_t count = config.io_threads != 0 ? config.io_threads : io::usable_cpus();
  desks_.resize(count);
  for (Desk& desk : desks_) {
    desk.loop = std::make_unique<io::Loop>();
    loops_.push_back(desk.loop.get());
  }
  std::vector<io::Executor*> executors(loops_.begin(), loops_.end());
  directory_ = std::make_unique<hub::Directory>(executors, config.hub);
  sources::DerivationOptions derive = config.derive;
  derive.process = config.worker;
  derivations_ = std::make_unique<sources::WorkerDerivations>(loops_, *directory_, std::move(derive));
  sources::PictureOptions pictures = config.pictures;
  pictures.process = config.worker;
  pictures_ = std::make_unique<sources::WorkerPictures>(loops_, *directory_, std::move(pictures));
  http_shared_ = std::make_shared<http::Shared>();
  info_ = std::make_shared<api::ServerInfo>();
  info_->version = kVersion;
  info_->demo = demo;
  info_->started = base::system_clock().wall();
  info_->ready = &ready_;
  info_->metrics = [this] { return metrics(); };
}

Node::~Node() {
  stop_loops();
  // Every loop is ours now. Sessions leave their streams by posting; those posts run before anything is taken
  // down.
  signals_.reset();
  drain_limit_.cancel();
  run_what_is_posted();  // while everything that it names still stands
  demo_.reset();
  watcher_.reset();
  slates_.reset();
  if (playlists_) playlists_->end();
  if (transfers_) transfers_->drain();
  run_what_is_posted();  // a transfer ends on its own loop, while its protocol still stands
  for (Desk& desk : desks_) {
    desk.listeners.clear();
    desk.http.reset();
  }
  config_.protocols().clear();
  derivations_.reset();
  pictures_.reset();
  run_what_is_posted();
  api_.reset();
  transfers_.reset();
  playlists_.reset();
  discoveries_.reset();
  dialer_.reset();
  directory_.reset();
  // What is left may own what posts to another loop when it dies.
  for (size_t round = 0; round < loops_.size(); ++round) {
    for (io::Loop* loop : loops_) loop->discard();
  }
}

void Node::run_what_is_posted() {
  // A post may lead to another loop and back.
  for (int round = 0; round < 3; ++round) {
    for (io::Loop* loop : loops_) loop->run_once(base::Duration::zero());
  }
}

base::Status Node::start() {
  if (auto status = load_tls(); !status.ok()) return status;
  if (auto status = watch_signals(); !status.ok()) return status;
  if (auto status = make_transfers(); !status.ok()) return status;
  api_ = std::make_unique<api::Api>(*directory_, transfers_.get(),
                                    std::vector<io::Executor*>(loops_.begin(), loops_.end()), info_);
  protocols::Services services{*directory_,         router_,         loops_,         derivations_.get(),
                               config_.data_folder, pictures_.get(), &config_.worker};
  for (auto& protocol : config_.protocols()) {
    if (auto status = protocol->start(services); !status.ok()) return status;
  }
  api_->register_routes(router_);
  discoveries_ = std::make_unique<api::Discoveries>(*loops_[0], *dialer_);
  discoveries_->register_route(router_);
  if (auto status = start_files(); !status.ok()) return status;
  if (auto status = open_web(); !status.ok()) return status;
  for (Desk& desk : desks_) {
    desk.http = std::make_unique<http::Server>(*desk.loop, router_, config_.http, http_shared_);
  }
  if (auto status = listen(); !status.ok()) return status;
  if (auto status = transfers_->start(config_.transfers); !status.ok()) return status;
  if (auto status = start_watching(); !status.ok()) return status;
  return start_demo();
}

base::Status Node::make_transfers() {
  auto policy = io::DialPolicy::make(config_.transfers.dial_allow);
  if (!policy) return policy.error();
  dialer_ = std::make_unique<io::Dialer>(*policy);
  transfers_ = std::make_unique<sources::Transfers>(loops_, *directory_, *dialer_, config_.transfer_table(),
                                                    config_.transfers, config_.data_folder);
  return {};
}

base::Status Node::start_files() {
  files::Options options = config_.files;
  options.process = config_.worker;
  auto playlists = files::Playlists::start(*loops_[0], *directory_, std::move(options), config_.data_folder);
  if (!playlists) return playlists.error();
  playlists_ = std::move(*playlists);
  api::register_files(router_, *playlists_);
  return {};
}

base::Status Node::start_demo() {
  if (!demo_wanted_) return {};
  sources::DemoOptions demo = config_.demo;
  demo.process = config_.worker;
  auto flight = sources::DemoFlight::start(*loops_[0], *directory_, std::move(demo));
  if (!flight) return base::Error{base::Code::kInvalidConfig, "demo.name", flight.error().message()};
  demo_ = std::move(*flight);
  return {};
}

base::Status Node::start_watching() {
  sources::SlateOptions slate = config_.slate;
  slate.process = config_.worker;
  auto slates = sources::Slates::start(*loops_[0], *directory_, std::move(slate));
  if (!slates) return slates.error();
  slates_ = std::move(*slates);
  watcher_ = std::make_unique<sources::Watcher>(*loops_[0], *directory_, pictures_.get(), config_.alarms);
  return {};
}

base::Status Node::load_tls() {
  if (config_.certificate_file.empty()) return {};
  auto context = io::TlsContext::load(config_.certificate_file, config_.key_file, {"h2", "http/1.1"});
  if (!context) return context.error();
  tls_.store(*context);
  if (!draining_ && !ready_.load(std::memory_order_acquire)) {
    base::log::info("tls.kernel",
                    {{"offload", io::kernel_tls_available() ? "yes" : "no: encrypted in the program"}});
  }
  return {};
}

base::Status Node::open_web() {
  std::string root = config_.web_root.empty() ? default_web_root() : config_.web_root;
  if (root.empty()) {
    base::log::warning("web.absent", {{"hint", "the page is not built; run make web, or set web.root"}});
    return {};
  }
  auto files = http::StaticFiles::open(root);
  if (!files) return base::Error{base::Code::kInvalidConfig, "web.root", files.error().message()};
  web_ = *files;
  router_.set_fallback([files = web_](http::RequestPtr request, http::Exchange exchange) {
    files->serve(request, std::move(exchange));
  });
  return {};
}

std::unique_ptr<io::ByteStream> Node::adopt(Desk& desk, int fd, bool tls) {
  if (!tls) return io::adopt_socket(*desk.loop, fd);
  return io::adopt_tls_server(*desk.loop, fd, tls_.load());
}

base::Status Node::listen() {
  for (bool tls : {false, true}) {
    auto accept = [this, tls](size_t i, int fd) { desks_[i].http->adopt(adopt(desks_[i], fd, tls), tls); };
    auto status =
        listen_on(tls ? "https.listen" : "http.listen", tls ? config_.https_listen : config_.http_listen,
                  accept, tls ? info_->https_listen : info_->http_listen);
    if (!status.ok()) return status;
  }
  for (auto& protocol : config_.protocols()) {
    for (const protocols::ListenPoint& point : protocol->listen_points()) {
      auto accept = [this, tls = point.tls, p = protocol.get()](size_t i, int fd) {
        p->accept(i, adopt(desks_[i], fd, tls));
      };
      std::string bound;
      if (auto status = listen_on(point.key, point.address, accept, bound); !status.ok()) return status;
      tell_bound(point.key, bound);
    }
    for (const protocols::ListenPoint& point : protocol->own_listen_points())
      tell_bound(point.key, point.address);
  }
  return {};
}

void Node::tell_bound(const std::string& key, const std::string& address) {
  struct Told {
    const char* key;
    std::string api::ServerInfo::*where;
  };
  constexpr Told kTold[] = {
      {"rtmp.listen", &api::ServerInfo::rtmp_listen}, {"rtmps.listen", &api::ServerInfo::rtmps_listen},
      {"rtsp.listen", &api::ServerInfo::rtsp_listen}, {"rtsps.listen", &api::ServerInfo::rtsps_listen},
      {"srt.listen", &api::ServerInfo::srt_listen},   {"webrtc.listen", &api::ServerInfo::webrtc_listen}};
  for (const Told& told : kTold) {
    if (key == told.key) (*info_).*told.where = address;
  }
}

base::Status Node::listen_on(const std::string& key, const std::string& address, Accept accept,
                             std::string& bound) {
  if (address.empty()) return {};
  auto parsed = io::Address::parse(address);
  if (!parsed)
    return base::Error{base::Code::kInvalidConfig, "listen", key + ": " + parsed.error().message()};
  io::Address at = *parsed;
  for (size_t i = 0; i < desks_.size(); ++i) {
    // The first one says whether somebody else has the address; the others share it among themselves.
    auto sharing = i == 0 ? io::Sharing::kFirst : io::Sharing::kFurther;
    auto listener = io::Listener::open(*desks_[i].loop, at, sharing,
                                       [accept, i](int fd, const io::Address&) { accept(i, fd); });
    if (!listener)
      return base::Error{base::Code::kSystem, "cannot listen", key + ": " + listener.error().detail};
    at = (*listener)->address();
    desks_[i].listeners.push_back(std::move(*listener));
  }
  bound = at.text();
  base::log::info("server.listen", {{"key", key}, {"address", bound}});
  return {};
}

base::Status Node::watch_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  // Before the threads start: they inherit the mask, so that only the descriptor sees the signals.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return base::Error{base::Code::kSystem, "signalfd", std::strerror(errno)};
  signals_ = std::make_unique<SignalWatch>(*loops_[0], fd, [this](int signal) { on_signal(signal); });
  return {};
}

int Node::run() {
  for (size_t i = 1; i < desks_.size(); ++i) {
    desks_[i].thread = std::thread([loop = loops_[i]] { loop->run(); });
  }
  ready_.store(true, std::memory_order_release);
  base::log::info("server.ready",
                  {{"version", kVersion}, {"loops", desks_.size()}, {"http", info_->http_listen}});
  loops_[0]->run();
  stop_loops();
  base::log::info("server.stopped");
  return 0;
}

void Node::on_signal(int signal) {
  if (signal == SIGHUP) {
    if (on_reload_) on_reload_();
  } else if (draining_) {
    base::log::warning("server.stop_now", {{"reason", "a second signal"}});
    drained();
  } else {
    drain();
  }
}

void Node::take_options(const Config& fresh) {
  for (const base::Option& option : fresh.schema().options()) {
    const base::Option* present = config_.schema().find(option.key);
    std::string value = option.get();
    if (present == nullptr || present->get() == value) continue;
    // Records may hold secrets: how many there are is enough.
    std::string shown =
        option.is_records() ? std::to_string(option.records.get().size()) + " records" : value;
    if (!option.reloadable) {
      base::log::warning("config.needs_restart", {{"key", option.key}, {"value", shown}});
      continue;
    }
    if (option.is_records())
      present->records.set(option.records.get());
    else
      present->set(value);
    base::log::info("config.changed", {{"key", option.key}, {"value", shown}});
  }
}

void Node::apply(const Config& fresh) {
  take_options(fresh);
  apply_log_options(config_);
  if (auto status = load_tls(); !status.ok()) {
    base::log::error("tls.reload_failed",
                     {{"reason", status.error().message()}, {"kept", "the certificate of before"}});
  } else if (!config_.certificate_file.empty()) {
    base::log::info("tls.reloaded", {{"certificate", config_.certificate_file}});
  }
  for (auto& protocol : config_.protocols()) protocol->reload();
  if (transfers_ && !draining_) transfers_->reload(config_.transfers);
  if (playlists_ && !draining_) playlists_->reload(config_.files.playlists);
  for (Desk& desk : desks_) {
    desk.loop->post([&desk, options = config_.http] { desk.http->set_options(options); });
  }
}

void Node::drain() {
  draining_ = true;
  ready_.store(false, std::memory_order_release);
  base::log::info("server.draining", {{"limit_ms", base::to_ms(config_.drain)}});
  demo_.reset();
  watcher_.reset();
  if (slates_) slates_->end();
  if (playlists_) playlists_->end();
  if (transfers_) transfers_->drain();
  desks_draining_.store(desks_.size());
  drain_limit_ = loops_[0]->after(config_.drain, [this] { drained(); });
  for (size_t i = 0; i < desks_.size(); ++i) {
    loops_[i]->post([this, i] {
      desks_[i].listeners.clear();
      for (auto& protocol : config_.protocols()) protocol->drain(i);
      desks_[i].http->drain(config_.drain, [this] {
        if (desks_draining_.fetch_sub(1) == 1) loops_[0]->post([this] { drained(); });
      });
    });
  }
}

void Node::drained() {
  loops_[0]->stop();
}

void Node::stop_loops() {
  for (size_t i = 1; i < desks_.size(); ++i) {
    if (!desks_[i].thread.joinable()) continue;
    loops_[i]->stop();
    desks_[i].thread.join();
  }
}

std::vector<base::Metric> Node::metrics() const {
  std::vector<base::Metric> all = process_metrics();
  http::append_metrics(http_shared_->stats, all);
  for (const auto& protocol : config_.protocols())
    std::ranges::move(protocol->metrics(), std::back_inserter(all));
  std::ranges::move(derivations_->metrics(), std::back_inserter(all));
  std::ranges::move(transfers_->metrics(), std::back_inserter(all));
  std::ranges::move(discoveries_->metrics(), std::back_inserter(all));
  std::ranges::move(pictures_->metrics(), std::back_inserter(all));
  std::ranges::move(slates_->metrics(), std::back_inserter(all));
  std::ranges::move(config_.worker.incidents->metrics(), std::back_inserter(all));
  std::ranges::move(playlists_->metrics(), std::back_inserter(all));
  return all;
}

}  // namespace eyas::server
