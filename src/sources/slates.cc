#include "sources/slates.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "sources/film_name.h"
#include "sources/transfer_plan.h"

namespace eyas::sources {
namespace {

using base::Code;
using base::Error;

base::Result<SlateImage> read_image(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Code::kInvalidConfig, "slate.file cannot be read", path};
  std::vector<uint8_t> bytes(Slates::kImageBytesMax + 1);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  if (bytes.size() > Slates::kImageBytesMax)
    return Error{Code::kInvalidConfig, "slate.file is larger than 4 MiB", path};
  std::string_view text = base::as_text(bytes);
  if (text.starts_with("\xFF\xD8\xFF")) return SlateImage{worker::kJpegType, base::Slice(std::move(bytes))};
  if (text.starts_with("\x89PNG\r\n")) return SlateImage{worker::kPngType, base::Slice(std::move(bytes))};
  return Error{Code::kInvalidConfig, "slate.file is neither JPEG nor PNG", path};
}

}  // namespace

base::Result<std::unique_ptr<Slates>> Slates::start(io::Loop& loop, hub::Directory& directory,
                                                    SlateOptions options) {
  std::optional<SlateImage> image;
  std::vector<hub::StreamName> named;
  for (const std::string& text : options.streams) {
    if (is_pattern(text)) continue;
    auto name = hub::StreamName::parse(text);
    if (!name) return Error{Code::kInvalidConfig, "slate.streams", name.error().message()};
    named.push_back(std::move(*name));
  }
  int film = -1;
  if (is_film_name(options.file)) {
    film = ::open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
    if (film < 0) return Error{Code::kInvalidConfig, "slate.file cannot be read", options.file};
  } else if (!options.file.empty()) {
    auto read = read_image(options.file);
    if (!read) return read.error();
    image = std::move(*read);
  }
  std::unique_ptr<Slates> slates(new Slates(loop, directory, std::move(options)));
  slates->shared_.film = film;
  slates->shared_.image = std::move(image);
  for (const hub::StreamName& name : named) slates->begin(name, true);
  return slates;
}

Slates::Slates(io::Loop& loop, hub::Directory& directory, SlateOptions options)
    : loop_(loop), directory_(directory), shared_{.options = std::move(options), .image = {}} {
  if (shared_.options.streams.empty()) return;
  subscription_ = directory_.on_change(loop_, [this](const std::string& name) { changed(name); });
  next_ = loop_.after(kLook, [this] { look_at_all(); });
}

Slates::~Slates() {
  slates_.clear();
  if (shared_.film >= 0) ::close(shared_.film);
}

void Slates::end() {
  subscription_.reset();
  next_.cancel();
  slates_.clear();
}

void Slates::begin(const hub::StreamName& name, bool held_forever) {
  auto& slot = slates_[name.text()];
  if (!slot) slot = std::make_unique<Slate>(loop_, directory_, name, held_forever, shared_);
}

void Slates::changed(const std::string& name) {
  if (auto slate = slates_.find(name); slate != slates_.end()) return slate->second->look();
  auto fits = [&](const std::string& pattern) { return fits_pattern(pattern, name); };
  if (std::ranges::any_of(shared_.options.streams, fits)) meet(name);
}

// A stream that a pattern names gets its slate when somebody is on air.
void Slates::meet(const std::string& text) {
  auto name = hub::StreamName::parse(text);
  if (!name) return;
  directory_.snapshot(
      *name, loop_,
      [this, name = *name, alive = std::weak_ptr(alive_)](std::vector<hub::StreamFacts> streams) {
        if (!alive.expired() && !streams.empty() && streams.front().live) begin(name, false);
      });
}

void Slates::look_at_all() {
  std::erase_if(slates_, [](const auto& one) { return one.second->over(); });
  for (auto& [name, slate] : slates_) slate->look();
  next_ = loop_.after(kLook, [this] { look_at_all(); });
}

std::vector<base::Metric> Slates::metrics() const {
  using Kind = base::Metric::Kind;
  auto row = [](const char* name, const char* help, Kind kind, const std::atomic<uint64_t>& value) {
    return base::Metric{name, help, kind, static_cast<double>(value.load(std::memory_order_relaxed)), {}};
  };
  return {row("eyas_slate_workers", "Slates that are drawn now", Kind::kGauge, shared_.workers),
          row("eyas_slate_shown_total", "Times that a stream got its slate", Kind::kCounter, shared_.shown),
          row("eyas_slate_restarts_total", "Deaths of workers that draw slates", Kind::kCounter,
              shared_.restarts),
          row("eyas_slate_refused_total", "Times that slate.workers_max kept a slate from showing",
              Kind::kCounter, shared_.refused)};
}

const Slate* Slates::find(const std::string& name) const {
  auto it = slates_.find(name);
  return it == slates_.end() ? nullptr : it->second.get();
}

void describe(base::OptionSchema& schema, SlateOptions& o) {
  schema.list("slate.streams", o.streams,
              "Streams that show a slate while nobody is on air: names, or patterns such as live/*.");
  schema.text("slate.file", o.file,
              "JPEG or PNG image, or video file, to show; empty draws the stream's name and since when.");
  schema.number("slate.width", o.width, 64, 4096, "Width of the slate of a stream that was never on air.");
  schema.number("slate.height", o.height, 64, 2304, "Its height.");
  schema.number("slate.frame_rate", o.frame_rate, 1, 60, "Its frames per second.");
  schema.milliseconds("slate.hold_ms", o.hold, 0, 86'400'000,
                      "How long a stream that a pattern named is kept up after its last publisher.");
  schema.number("slate.workers_max", o.workers_max, 0, 1024, "Slates that are on air at one time.");
}

}  // namespace eyas::sources
