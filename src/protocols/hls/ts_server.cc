#include "protocols/hls/ts_server.h"

#include "protocols/hls/ts_shelf.h"
#include "protocols/shelves.h"

namespace eyas::hls {
namespace {

mpegts::SegmentSettings settings_of(const Options& options) {
  return {options.segment_duration, options.segment_duration_max, options.window_segments,
          options.window_bytes};
}

}  // namespace

class TsServer::Impl final : public protocols::Shelves<TsShelf> {
 public:
  Impl(hub::Directory& directory, const std::vector<io::Executor*>& loops, const Options& options,
       hub::Derivations* derivations, Statistics& statistics)
      : Shelves(directory, loops, "hls_ts", options.idle_close),
        directory_(directory),
        derivations_(derivations),
        options_(options),
        statistics_(statistics) {
    directory.set_format<mpegts::SegmentFormat>(settings_of(options));
  }

 private:
  std::shared_ptr<TsShelf> put_up(const hub::StreamName& name, size_t at) override {
    auto shelf = std::make_shared<TsShelf>(name, options_, statistics_, loop(at));
    shelf->open(directory_, derivations_);
    return shelf;
  }

  hub::Directory& directory_;
  hub::Derivations* derivations_;
  const Options options_;
  Statistics& statistics_;
};

TsServer::TsServer(hub::Directory& directory, std::vector<io::Executor*> loops, const Options& options,
                   hub::Derivations* derivations, Statistics& statistics)
    : impl_(std::make_shared<Impl>(directory, loops, options, derivations, statistics)) {}
TsServer::~TsServer() = default;

void TsServer::register_routes(http::Router& router) {
  impl_->register_routes(router, "/{app}/{name}/ts.m3u8", "/{app}/{name}/ts/{file}");
}

void TsServer::start() {
  impl_->start();
}
void TsServer::drain() {
  impl_->drain();
}

}  // namespace eyas::hls
