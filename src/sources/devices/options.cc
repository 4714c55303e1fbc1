#include "sources/devices/options.h"

namespace eyas::devices {

void describe(base::OptionSchema& schema, Options& o) {
  // Not reloadable: pulls on every loop read it.
  schema.list(
      "sources.devices", o.allowed,
      "Cameras of this machine that pulls may open, such as /dev/video0; lavfi allows test pictures.");
}

base::Status check(const Options& options) {
  for (const std::string& entry : options.allowed) {
    bool path =
        entry.starts_with("/dev/") && entry.find("/../") == std::string::npos && !entry.ends_with("/");
    if (entry != kLavfi && !path)
      return base::Error{base::Code::kInvalidConfig,
                         "sources.devices: want paths such as /dev/video0, or lavfi", entry};
  }
  return {};
}

}  // namespace eyas::devices
