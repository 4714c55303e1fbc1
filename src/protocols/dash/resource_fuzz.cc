// Property: what is read of a file name, written again, reads as the same; names point into what was given.
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "protocols/dash/resource.h"

using namespace eyas;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using Kind = dash::Resource::Kind;
  auto resource = dash::parse_resource(base::as_text({data, size}));
  if (!resource) return 0;
  CHECK(!resource->track.empty() && resource->track.size() < size);
  std::string again = std::string(resource->track) + '_' + std::to_string(resource->number) +
                      (resource->kind == Kind::kInit ? "_init.mp4" : ".m4s");
  auto read = dash::parse_resource(again);
  CHECK(read && read->kind == resource->kind && read->track == resource->track &&
        read->number == resource->number);
  return 0;
}
