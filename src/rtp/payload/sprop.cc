#include "rtp/payload/sprop.h"

#include <algorithm>
#include <string_view>

#include "base/base64.h"
#include "codec/nal/nal.h"

namespace eyas::rtp {
namespace {

constexpr const char* kParameters[] = {"sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets"};

void append_sets(std::vector<uint8_t>& out, std::string_view list) {
  while (!list.empty()) {
    size_t comma = std::min(list.find(','), list.size());
    auto unit = base::from_base64(list.substr(0, comma));
    if (unit && !unit->empty()) codec::nal::append(out, base::as_bytes(*unit));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

std::vector<uint8_t> sprop_sets(const DepacketizerConfig& config) {
  std::vector<uint8_t> out;
  for (const char* name : kParameters) {
    auto found = config.fmtp.find(name);
    if (found != config.fmtp.end()) append_sets(out, found->second);
  }
  return out;
}

}  // namespace eyas::rtp
