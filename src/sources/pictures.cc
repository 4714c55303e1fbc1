#include "sources/pictures.h"

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "sources/jpeg_video.h"

namespace eyas::sources {

using hub::PicturePtr;
using hub::PictureVariant;

// Who wants pictures. Its callback lives on its caller's loop: what runs elsewhere holds it weakly and never
// locks it.
struct WorkerPictures::Watcher {
  OnPicture callback;
};

// The pictures of one loop's streams. Lives on that loop.
struct WorkerPictures::Desk : std::enable_shared_from_this<Desk> {
  struct Viewer {
    io::Executor* caller;
    std::weak_ptr<Watcher> watcher;
    const Watcher* key;  // for comparison alone

    void give(PicturePtr picture) const {
      caller->post([weak = watcher, picture = std::move(picture)] {
        if (auto held = weak.lock()) held->callback(picture);
      });
    }
    void fail(const base::Error& why) const {
      caller->post([weak = watcher, why] {
        if (auto held = weak.lock()) held->callback(why);
      });
    }
  };
  struct Variant {
    uint32_t id = 0;
    std::list<Viewer> viewers;
    PicturePtr newest;
    io::Timer linger;
  };
  struct Stream {
    std::unique_ptr<PictureTap> tap;
    std::map<PictureVariant, Variant> variants;
  };

  Desk(io::Loop& l, hub::Directory& d, const PictureOptions& o, std::shared_ptr<PictureStats> s)
      : loop(l), directory(d), options(o), stats(std::move(s)) {}

  void add(const hub::StreamName& name, const PictureVariant& wanted, Viewer viewer) {
    Stream& stream = streams[name.text()];
    auto place = stream.variants.find(wanted);
    if (place == stream.variants.end()) {
      if (stream.variants.size() >= options.variants_max) evict(name.text(), stream);
      if (stream.variants.size() >= options.variants_max) {
        ++stats->variants_refused;
        return viewer.fail(
            base::Error{base::Code::kLimit, "too many kinds of pictures of one stream", name.text()});
      }
      place = begin(name, stream, wanted);
    }
    Variant& variant = place->second;
    variant.linger.cancel();
    if (variant.newest) viewer.give(variant.newest);
    variant.viewers.push_back(std::move(viewer));
  }

  // A variant that only lingers makes room for one that is wanted.
  void evict(const std::string& name, Stream& stream) {
    auto idle =
        std::ranges::find_if(stream.variants, [](const auto& one) { return one.second.viewers.empty(); });
    if (idle != stream.variants.end()) drop(name, PictureVariant(idle->first));
  }

  std::map<PictureVariant, Variant>::iterator begin(const hub::StreamName& name, Stream& stream,
                                                    const PictureVariant& wanted) {
    if (!stream.tap) {
      PictureTap::Events events{
          [this, text = name.text()](uint32_t id, PicturePtr picture) { made(text, id, std::move(picture)); },
          [this, text = name.text()](const base::Error& why) { ended(text, why); }};
      stream.tap = std::make_unique<PictureTap>(loop, directory, name, options, stats, std::move(events));
    }
    uint32_t id = 1;
    while (std::ranges::any_of(stream.variants, [id](const auto& one) { return one.second.id == id; })) ++id;
    auto place = stream.variants.try_emplace(wanted).first;
    place->second.id = id;
    stream.tap->add(id, wanted);
    return place;
  }

  void remove(const std::string& name, const PictureVariant& wanted, const Watcher* key) {
    auto stream = streams.find(name);
    if (stream == streams.end()) return;
    auto variant = stream->second.variants.find(wanted);
    if (variant == stream->second.variants.end()) return;
    std::erase_if(variant->second.viewers, [key](const Viewer& one) { return one.key == key; });
    if (!variant->second.viewers.empty()) return;
    variant->second.linger = loop.after(options.linger, [this, name, wanted] { drop(name, wanted); });
  }

  void drop(const std::string& name, const PictureVariant& wanted) {
    Stream& stream = streams.at(name);
    stream.tap->remove(stream.variants.at(wanted).id);
    stream.variants.erase(wanted);
    // Not here: its last variant may be what makes room for the next.
    if (stream.variants.empty())
      loop.defer([this, name] {
        auto it = streams.find(name);
        if (it != streams.end() && it->second.variants.empty()) streams.erase(it);
      });
  }

  void made(const std::string& name, uint32_t id, PicturePtr picture) {
    for (auto& [wanted, variant] : streams.at(name).variants) {
      if (variant.id != id) continue;
      variant.newest = picture;
      for (const Viewer& viewer : variant.viewers) viewer.give(picture);
    }
  }

  void ended(const std::string& name, const base::Error& why) {
    for (auto& [wanted, variant] : streams.at(name).variants) {
      for (const Viewer& viewer : variant.viewers) viewer.fail(why);
    }
    streams.erase(name);
  }

  io::Loop& loop;
  hub::Directory& directory;
  PictureOptions options;
  std::shared_ptr<PictureStats> stats;
  std::map<std::string, Stream> streams;
};

// A lease. Lives on its holder's loop.
struct WorkerPictures::Token {
  ~Token() {
    loop->post([desk = desk, name = name, variant = variant, key = watcher.get()] {
      if (auto held = desk.lock()) held->remove(name, variant, key);
    });
  }
  io::Loop* loop;
  std::weak_ptr<Desk> desk;
  std::string name;
  PictureVariant variant;
  std::shared_ptr<Watcher> watcher;
};

WorkerPictures::WorkerPictures(const std::vector<io::Loop*>& loops, hub::Directory& directory,
                               PictureOptions options)
    : loops_(loops), options_(std::move(options)) {
  for (io::Loop* loop : loops) desks_.push_back(std::make_shared<Desk>(*loop, directory, options_, stats_));
}

WorkerPictures::~WorkerPictures() = default;

hub::Pictures::Lease WorkerPictures::watch(const hub::StreamName& name, const PictureVariant& variant,
                                           io::Executor& caller, OnPicture on_picture) {
  auto& desk = desks_[std::hash<std::string>{}(name.text()) % desks_.size()];
  auto watcher = std::make_shared<Watcher>(Watcher{std::move(on_picture)});
  Desk::Viewer viewer{&caller, watcher, watcher.get()};
  desk->loop.post([weak = std::weak_ptr(desk), name, variant, viewer = std::move(viewer)]() mutable {
    if (auto held = weak.lock()) held->add(name, variant, std::move(viewer));
  });
  return std::shared_ptr<Token>(new Token{&desk->loop, desk, name.text(), variant, std::move(watcher)});
}

base::Result<std::unique_ptr<hub::JpegVideo>> WorkerPictures::video_of_jpeg(std::string title,
                                                                            io::Executor& caller,
                                                                            hub::JpegVideo::Sink& sink) {
  auto loop = std::ranges::find_if(loops_, [&](io::Loop* one) { return one == &caller; });
  CHECK(loop != loops_.end());
  if (!stats_->take_worker(options_.workers_max)) {
    base::log::warning("pictures.refused", {{"stream", title}, {"workers_max", options_.workers_max}});
    return base::Error{base::Code::kLimit, "too many workers make pictures; see pictures.workers_max", {}};
  }
  return std::unique_ptr<hub::JpegVideo>(
      std::make_unique<WorkerJpegVideo>(**loop, title + " from JPEG", options_, stats_, sink));
}

std::vector<base::Metric> WorkerPictures::metrics() const {
  using Kind = base::Metric::Kind;
  struct Row {
    const char* name;
    const char* help;
    Kind kind;
    const std::atomic<uint64_t>& value;
  };
  const Row rows[] = {
      {"eyas_pictures_workers", "Workers that make pictures, or video of them, now", Kind::kGauge,
       stats_->workers},
      {"eyas_pictures_restarts_total", "Deaths of such workers", Kind::kCounter, stats_->restarts},
      {"eyas_pictures_frames_in_total", "Frames given to them", Kind::kCounter, stats_->frames_in},
      {"eyas_pictures_frames_lost_total", "Frames left out because a worker was too slow", Kind::kCounter,
       stats_->frames_lost},
      {"eyas_pictures_made_total", "Pictures made of streams", Kind::kCounter, stats_->pictures},
      {"eyas_pictures_workers_refused_total", "Times that pictures.workers_max kept a worker from starting",
       Kind::kCounter, stats_->workers_refused},
      {"eyas_pictures_variants_refused_total", "Times that pictures.variants_max refused a kind of picture",
       Kind::kCounter, stats_->variants_refused},
      {"eyas_pictures_images_in_total", "JPEG images of cameras that became video", Kind::kCounter,
       stats_->images_in},
      {"eyas_pictures_images_lost_total", "JPEG images of cameras left out because a worker was too slow",
       Kind::kCounter, stats_->images_lost},
  };
  std::vector<base::Metric> all;
  for (const Row& row : rows) {
    all.push_back(
        {row.name, row.help, row.kind, static_cast<double>(row.value.load(std::memory_order_relaxed)), {}});
  }
  return all;
}

void describe(base::OptionSchema& schema, PictureOptions& o) {
  schema.number(
      "pictures.workers_max", o.workers_max, 0, 1024,
      "Workers that make pictures of streams, or video of a camera's pictures, at one time; 0: none.");
  schema.number("pictures.variants_max", o.variants_max, 1, PictureTap::kVariantsMax,
                "Kinds of pictures (size, quality, rate) that are made of one stream at one time.");
  schema.milliseconds("pictures.linger_ms", o.linger, 0, 3'600'000,
                      "How long pictures are made after the last who wanted them has gone.");
}

}  // namespace eyas::sources
