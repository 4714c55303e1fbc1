// H.264 and H.265 out of RTP: [RFC 6184] single NAL unit and non-interleaved mode, [RFC 7798] without DONs.
#pragma once

#include <vector>

#include "rtp/payload/nal_wire.h"
#include "rtp/payload/video_depacketizer.h"

namespace eyas::rtp {

// Parameter sets leave the payload for the record; delimiters and filler are dropped. Lives on its session's
// loop.
class NalDepacketizer final : public VideoDepacketizer {
 public:
  // Takes the parameter sets of fmtp's sprop-... where they can be read.
  NalDepacketizer(const NalWire& wire, const DepacketizerConfig& config);

 private:
  void take(base::Bytes payload) override;
  void end_unit() override;
  bool has_picture() const override { return has_picture_; }
  bool continues_picture(base::Bytes payload) const override;
  bool update_config(bool key) override;

  void take_aggregation(base::Bytes payload);
  void take_fragment(base::Bytes payload);
  void add_unit(base::Bytes unit);
  void open_nal();
  void close_nal();
  void take_sets(base::Bytes length_prefixed);

  const NalWire& wire_;
  size_t nal_at_ = 0;  // where the length of the open NAL unit lies in payload_
  bool nal_open_ = false;
  bool has_picture_ = false;
  bool sets_in_band_ = false;  // the sender repeats them before key frames
  std::vector<uint8_t> sets_;  // of this unit, behind 4-byte lengths
};

}  // namespace eyas::rtp
