#include "protocols/hls/ts_shelf.h"

#include <utility>

#include "base/log.h"
#include "protocols/hls/ts_playlist.h"
#include "protocols/media_answer.h"

namespace eyas::hls {

using protocols::respond_not_found;

TsShelf::TsShelf(hub::StreamName name, const Options& options, Statistics& statistics, io::Executor& loop)
    : name_(std::move(name)),
      options_(options),
      statistics_(statistics),
      loop_(loop),
      audience_(loop, options.viewer_window, options.viewers_max) {}

void TsShelf::open(hub::Directory& directory, hub::Derivations* derivations) {
  derivations_ = derivations;
  hub::ReaderInfo info;
  info.protocol = "hls_ts_packager";
  info.session = "hls-ts";
  info.interest = hub::Interest::kBegins;
  const std::weak_ptr<TsShelf> self = weak_from_this();
  const auto on_more = [self] {
    if (auto shelf = self.lock()) shelf->pump_soon();
  };
  directory.read<mpegts::SegmentFormat>(name_, std::move(info), loop_, on_more,
                                        [self](base::Result<Reader> reader) {
                                          auto shelf = self.lock();
                                          if (!shelf) return;
                                          if (!reader.ok()) return shelf->close();
                                          base::log::info("hls.ts_open", {{"stream", shelf->name_.text()}});
                                          shelf->reader_ = std::move(*reader);
                                          shelf->pump();
                                        });
}

// A reader may not go away inside its own callback, and pump() may end it.
void TsShelf::pump_soon() {
  loop_.defer([self = weak_from_this()] {
    if (auto shelf = self.lock()) shelf->pump();
  });
}

void TsShelf::pump() {
  if (!reader_) return;
  while (auto item = reader_.next()) {
    count(*item->unit);
    window_ = item->unit;
    if (window_->wants_aac && !aac_ && derivations_ != nullptr)
      aac_ = derivations_->want(name_, hub::Derivation::kAac);
  }
  if (has_media()) {
    audience_.retry([this](Waiting& waiting, base::Duration) {
      answer(waiting.exchange, waiting.file);
      return true;
    });
  }
  if (!reader_ || !reader_.ended()) return;
  base::log::info("hls.ts_close", {{"stream", name_.text()}});
  close();
}

void TsShelf::count(const mpegts::TsWindow& window) {
  const uint64_t before = window_ ? window_->dropped_segments : 0;
  statistics_.limit_window_bytes += window.dropped_segments - before;
}

void TsShelf::request(http::RequestPtr request, http::Exchange exchange, std::string file) {
  if (!audience_.came(*request, file.empty())) ++statistics_.limit_viewers;
  if (over_) return respond_not_found(exchange, "no such stream");
  if (has_media()) return answer(exchange, file);
  if (audience_.waiting() >= options_.blocked_max) {
    ++statistics_.limit_blocked;
    return exchange.respond(http::Response::error(503, "limit", "too many requests wait for this stream"));
  }
  audience_.wait({std::move(request), std::move(exchange), std::move(file), audience_.last_request()});
}

void TsShelf::answer(http::Exchange& exchange, const std::string& file) {
  if (file.empty()) {
    return exchange.respond(http::Response::bytes("application/vnd.apple.mpegurl",
                                                  base::Slice::copy_of(ts_playlist(*window_, "ts/")))
                                .header("cache-control", protocols::kOneSecond));
  }
  const auto number = parse_ts_segment(file);
  const mpegts::TsSegmentPtr segment = number ? window_->find(*number) : nullptr;
  if (!segment) return respond_not_found(exchange, "no such media");
  protocols::respond_media(exchange, "video/mp2t", segment->packets);
}

void TsShelf::sweep() {
  audience_.retry([this](Waiting& waiting, base::Duration waited) {
    if (waited < options_.start_timeout) return false;
    ++statistics_.limit_start_time;
    respond_not_found(waiting.exchange, "the stream has no media yet");
    return true;
  });
}

void TsShelf::close() {
  over_ = true;
  reader_.detach();
  aac_.reset();
  audience_.dismiss("no such stream");
}

}  // namespace eyas::hls
