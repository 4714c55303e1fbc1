// Slates: which streams have a slate, by name and by pattern.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/metric.h"
#include "sources/slate.h"

namespace eyas::sources {

// Binds the keys "slate.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, SlateOptions& options);

// Lives on its loop.
class Slates {
 public:
  static constexpr base::Duration kLook = std::chrono::milliseconds(500);
  static constexpr size_t kImageBytesMax = 4u << 20;

  // Errors: kInvalidConfig for a name that no stream can have, or a file that is no JPEG or PNG image.
  static base::Result<std::unique_ptr<Slates>> start(io::Loop& loop, hub::Directory& directory,
                                                     SlateOptions options);
  ~Slates();

  // Takes every slate off air, for good.
  void end();

  // Thread-safe.
  std::vector<base::Metric> metrics() const;
  const Slate* find(const std::string& name) const;

 private:
  Slates(io::Loop& loop, hub::Directory& directory, SlateOptions options);
  void begin(const hub::StreamName& name, bool held_forever);
  void changed(const std::string& name);
  void meet(const std::string& name);
  void look_at_all();

  io::Loop& loop_;
  hub::Directory& directory_;
  Slate::Shared shared_;
  std::map<std::string, std::unique_ptr<Slate>> slates_;
  hub::Directory::Subscription subscription_;
  io::Timer next_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::sources
