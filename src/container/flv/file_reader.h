// FileReader: FLV as a file or an endless HTTP body, cut into tags as its bytes come.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/slice.h"
#include "container/flv/tag.h"

namespace eyas::flv {

// Pure. Holds at most one tag.
class FileReader {
 public:
  // Called from inside feed(). An error ends the reading.
  struct Sink {
    virtual ~Sink() = default;
    virtual base::Status on_tag(const TagHeader& header, base::Slice body) = 0;
  };
  static constexpr uint32_t kHeaderBytesMax = 4096;    // that the file header may claim to have
  static constexpr uint32_t kUnknownTagsMax = 10'000;  // in a row, skipped

  explicit FileReader(Sink& sink, uint32_t tag_bytes_max = kTagBodyBytesMax)
      : sink_(sink), tag_bytes_max_(tag_bytes_max) {}

  // Errors: kMalformed (not FLV), kUnsupported (encrypted tags), kLimit, and those of the sink. Nothing may
  // be fed after one.
  base::Status feed(base::Bytes bytes);
  // Whether bytes of a tag that is not whole are held.
  bool inside_tag() const { return !held_.empty(); }

 private:
  enum class Awaits : uint8_t { kFileHeader, kFirstSize, kTag };

  // Takes one piece off the front; zero when more is needed.
  base::Result<size_t> take(base::Bytes bytes);
  base::Result<size_t> take_tag(base::Bytes bytes);

  Sink& sink_;
  uint32_t tag_bytes_max_;
  Awaits awaits_ = Awaits::kFileHeader;
  uint32_t header_bytes_ = 0;
  uint32_t unknown_ = 0;  // in a row
  std::vector<uint8_t> held_;
};

}  // namespace eyas::flv
