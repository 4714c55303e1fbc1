// WorkerPictures: pictures of streams, and video of pictures, by worker processes.
#pragma once

#include <memory>
#include <vector>

#include "base/metric.h"
#include "base/option_schema.h"
#include "hub/pictures.h"
#include "sources/picture_tap.h"

namespace eyas::sources {

// Binds the keys "pictures.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, PictureOptions& options);

// Thread-safe. A stream's tap lives on the loop that its name hashes to. Made before the loops run; destroyed
// after they have stopped, when the leases may still be held, and before the directory.
class WorkerPictures final : public hub::Pictures {
 public:
  WorkerPictures(const std::vector<io::Loop*>& loops, hub::Directory& directory, PictureOptions options);
  ~WorkerPictures() override;

  Lease watch(const hub::StreamName& name, const hub::PictureVariant& variant, io::Executor& caller,
              OnPicture on_picture) override;
  base::Result<std::unique_ptr<hub::JpegVideo>> video_of_jpeg(std::string title, io::Executor& caller,
                                                              hub::JpegVideo::Sink& sink) override;
  std::vector<base::Metric> metrics() const;

 private:
  struct Watcher;
  struct Desk;
  struct Token;

  std::vector<io::Loop*> loops_;
  PictureOptions options_;
  std::shared_ptr<PictureStats> stats_ = std::make_shared<PictureStats>();
  std::vector<std::shared_ptr<Desk>> desks_;  // one per loop
};

}  // namespace eyas::sources
