// Depacketizer: RTP payloads, in order -> whole access units in canonical form.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"
#include "media/codec.h"
#include "rtp/packet.h"

namespace eyas::rtp {

struct DepacketizerConfig {
  media::Codec codec = media::Codec::kH264;
  std::string encoding;                     // of a=rtpmap, where a codec has several; empty: its usual one
  std::map<std::string, std::string> fmtp;  // a=fmtp parameters; names in lower case
  uint32_t clock_rate = 90000;
  uint8_t channels = 0;                      // of a=rtpmap; 0 when it says none
  size_t unit_bytes_max = 16 * 1024 * 1024;  // an access unit that grows larger is damaged
};

// One access unit: a picture, or one audio packet.
struct AccessUnit {
  uint32_t timestamp = 0;
  base::Slice payload;  // canonical (media::Frame), parameter sets taken out; empty when damaged
  bool key = false;
  bool damaged = false;     // it had a hole, or broke its format: there is nothing to show
  bool after_loss = false;  // packets were lost before or in it: references may be missing unless it is key
  std::optional<media::CodecConfig> config;  // set on the first unit, and whenever it changes
};

// Takes the packets of one SSRC and payload type in order, as Reorder gives them. A picture ends with its
// marker bit; where a sender proves to set it too early, with the next timestamp. Units without a picture
// (SEI or parameter sets alone) go with the next one. Lives on its session's loop.
class Depacketizer {
 public:
  virtual ~Depacketizer() = default;
  // Appends the units that this packet completed. `lost_before`: the packets before it are gone.
  virtual void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) = 0;
};

// Unreadable out-of-band parameter sets are passed over, since senders repeat them in band.
// Errors: kUnsupported for a codec without payload format here; kMalformed when AAC lacks its configuration
// and its rate is none that could stand in for it.
base::Result<std::unique_ptr<Depacketizer>> make_depacketizer(const DepacketizerConfig& config);

}  // namespace eyas::rtp
