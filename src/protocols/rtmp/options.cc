#include "protocols/rtmp/options.h"

namespace eyas::rtmp {

bool parse_second_publisher(std::string_view text, SecondPublisher& out) {
  if (text != "refuse" && text != "takeover") return false;
  out = text == "refuse" ? SecondPublisher::kRefuse : SecondPublisher::kTakeover;
  return true;
}

}  // namespace eyas::rtmp
