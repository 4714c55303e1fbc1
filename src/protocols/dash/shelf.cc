#include "protocols/dash/shelf.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "protocols/dash/manifest.h"
#include "protocols/media_answer.h"

namespace eyas::dash {
namespace {

using cmaf::RenditionView;
using http::Exchange;
using http::Response;
using protocols::respond_error;
using protocols::respond_media;
using protocols::respond_not_found;

// Players with a fast clock ask a little early; who asks for more than this asks for what may never come.
constexpr uint64_t kAheadMax = 2;

const char* media_type(const RenditionView& view) {
  return view.video() ? "video/mp4" : "audio/mp4";
}

uint64_t newest_slot(const RenditionView& view) {
  uint64_t newest = 0;
  view.for_each_part([&](const auto&, const cmaf::Part& part) { newest = std::max(newest, part.slot); });
  return newest;
}

}  // namespace

Shelf::Shelf(hub::StreamName name, const Options& options, Statistics& statistics, io::Executor& loop)
    : name_(std::move(name)),
      options_(options),
      statistics_(statistics),
      loop_(loop),
      audience_(loop, options.viewer_window, options.viewers_max) {}

void Shelf::open(hub::Directory& directory, hub::Derivations* derivations) {
  derivations_ = derivations;
  hub::ReaderInfo info;
  info.protocol = "dash_packager";
  info.session = "dash";
  info.interest = hub::Interest::kBegins;
  const std::weak_ptr<Shelf> self = weak_from_this();
  const auto on_more = [self] {
    if (auto shelf = self.lock()) shelf->pump_soon();
  };
  directory.read<cmaf::Format>(name_, std::move(info), loop_, on_more,
                               [self](base::Result<hub::Reader<cmaf::Format>> reader) {
                                 if (auto shelf = self.lock()) shelf->opened(std::move(reader));
                               });
}

void Shelf::opened(base::Result<hub::Reader<cmaf::Format>> reader) {
  if (!reader.ok()) return close();
  base::log::info("dash.open", {{"stream", name_.text()}});
  reader_ = std::move(*reader);
  pump();
}

// A reader may not go away inside its own callback, and pump() may end it.
void Shelf::pump_soon() {
  loop_.defer([self = weak_from_this()] {
    if (auto shelf = self.lock()) shelf->pump();
  });
}

void Shelf::pump() {
  if (!reader_) return;
  cmaf::MomentPtr newest;
  while (auto item = reader_.next()) newest = item->unit;
  if (newest) {
    moment_ = std::move(newest);
    if (moment_->wants_aac && !aac_ && derivations_ != nullptr)
      aac_ = derivations_->want(name_, hub::Derivation::kAac);
    grow();
    retry(false);
  }
  if (!reader_ || !reader_.ended()) return;
  base::log::info("dash.close", {{"stream", name_.text()}});
  close();
}

void Shelf::request(http::RequestPtr request, Exchange exchange, std::string file) {
  if (!audience_.came(*request, file.empty())) ++statistics_.limit_viewers;
  if (over_) return respond_not_found(exchange, "no such stream");
  Waiting waiting{std::move(request), std::move(exchange), std::move(file), audience_.last_request()};
  if (requests() >= options_.waiting_max) {
    ++statistics_.limit_waiting;
    return respond_error(waiting.exchange, 503, "limit", "too many requests wait for this stream");
  }
  if (!answer(waiting, false)) audience_.wait(std::move(waiting));
}

bool Shelf::answer(Waiting& waiting, bool expired) {
  if (!moment_ || !can_describe(*moment_)) {
    if (!expired) return false;
    ++statistics_.limit_start_time;
    respond_not_found(waiting.exchange, "the stream has no media yet");
    return true;
  }
  if (waiting.file.empty()) {
    ++statistics_.manifests;
    const std::string text = manifest(*moment_, options_, loop_.clock().wall());
    waiting.exchange.respond(Response::bytes("application/dash+xml", base::Slice::copy_of(text))
                                 .header("cache-control", protocols::kOneSecond));
    return true;
  }
  const auto resource = parse_resource(waiting.file);
  const RenditionView* view = resource ? moment_->find(resource->track) : nullptr;
  if (view == nullptr) return respond_not_found(waiting.exchange, "no such file"), true;
  if (resource->kind == Resource::Kind::kSegment)
    return answer_segment(waiting, *view, resource->number, expired);
  const auto init = view->inits.find(resource->number);
  if (init == view->inits.end()) return respond_not_found(waiting.exchange, "no such file"), true;
  respond_media(waiting.exchange, media_type(*view), {init->second.bytes});
  return true;
}

bool Shelf::answer_segment(Waiting& waiting, const RenditionView& view, uint64_t slot, bool expired) {
  RenditionView::SlotParts found = view.slot(slot);
  if (!found.parts.empty() && found.complete) {
    respond_media(waiting.exchange, media_type(view), std::move(found.parts));
    return true;
  }
  if (!found.parts.empty()) return begin_growing(waiting, view, slot, found), true;
  const uint64_t newest = newest_slot(view);
  const bool may_come = slot > newest && slot <= newest + kAheadMax;
  if (may_come && !expired) return false;
  if (may_come) ++statistics_.limit_hold;
  respond_not_found(waiting.exchange, "no such segment");
  return true;
}

// [ISO 23009-1 Annex K]: a segment with @availabilityTimeComplete="false" is sent while it is made.
void Shelf::begin_growing(Waiting& waiting, const RenditionView& view, uint64_t slot,
                          const RenditionView::SlotParts& parts) {
  http::StreamHead head;
  head.framing = http::StreamHead::Framing::kChunked;
  head.headers.set("content-type", media_type(view));
  head.headers.set("cache-control", protocols::kForever);
  ++statistics_.growing_segments;
  Growing growing;
  growing.body = waiting.exchange.stream(std::move(head));
  growing.track = view.name;
  growing.slot = slot;
  growing.parts_sent = parts.parts.size();
  growing.last_part = loop_.clock().mono();
  growing.body.send(parts.parts);
  growing_.push_back(std::move(growing));
}

void Shelf::grow() {
  const base::MonoTime now = loop_.clock().mono();
  for (Growing& growing : growing_) {
    const RenditionView* view = moment_->find(growing.track);
    if (view == nullptr) {
      growing.body.finish();
      continue;
    }
    const RenditionView::SlotParts found = view->slot(growing.slot);
    if (found.parts.size() > growing.parts_sent) {
      growing.body.send(std::span(found.parts).subspan(growing.parts_sent));
      growing.parts_sent = found.parts.size();
      growing.last_part = now;
    }
    if (found.complete || found.parts.empty()) growing.body.finish();
  }
  std::erase_if(growing_, [](const Growing& growing) { return !growing.body.open(); });
}

void Shelf::sweep() {
  const base::MonoTime now = loop_.clock().mono();
  for (Growing& growing : growing_) {
    if (!growing.body.open() || now - growing.last_part < options_.hold_max) continue;
    ++statistics_.limit_hold;
    growing.body.finish();
  }
  std::erase_if(growing_, [](const Growing& growing) { return !growing.body.open(); });
  retry(true);
}

void Shelf::retry(bool sweeping) {
  const bool starting = !moment_ || !can_describe(*moment_);
  const base::Duration limit = starting ? options_.start_timeout : options_.hold_max;
  audience_.retry(
      [&](Waiting& waiting, base::Duration waited) { return answer(waiting, sweeping && waited >= limit); });
}

void Shelf::close() {
  over_ = true;
  reader_.detach();
  aac_.reset();
  for (Growing& growing : std::exchange(growing_, {})) growing.body.finish();
  audience_.dismiss("no such stream");
}

}  // namespace eyas::dash
