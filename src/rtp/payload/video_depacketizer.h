// VideoDepacketizer: what all video payloads share: where an access unit begins and ends, and when it has a
// hole.
#pragma once

#include <vector>

#include "rtp/payload/depacketizer.h"

namespace eyas::rtp {

// Codecs without a base of their own (VP8, VP9) only override take(). Lives on its session's loop.
class VideoDepacketizer : public Depacketizer {
 public:
  explicit VideoDepacketizer(const DepacketizerConfig& config);
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) final;

 protected:
  // Puts what one payload, never empty, carries into the unit; damage() when it does not fit in.
  virtual void take(base::Bytes payload) = 0;
  // Closes what is half done; nothing more comes to this unit.
  virtual void end_unit() {}
  virtual bool has_picture() const { return !payload_.empty(); }
  // The payload goes on with the picture of the unit before it.
  virtual bool continues_picture(base::Bytes payload) const { return (void)payload, false; }
  // Updates config_ from what the unit said of it in band. False when the unit cannot be decoded.
  virtual bool update_config(bool key);

  void damage();
  bool damaged() const { return damaged_; }
  // Packets were lost before or in the unit that ends.
  bool after_unit_loss() const { return after_loss_; }
  bool unit_empty() const { return payload_.empty(); }
  size_t room() const { return unit_bytes_max_ - payload_.size(); }
  // Appends to the unit; damages it when it grows too large.
  void append(base::Bytes bytes);

  std::vector<uint8_t> payload_;  // of the unit so far
  media::CodecConfig config_;

 private:
  void finish(std::vector<AccessUnit>& out);
  void seal(AccessUnit& unit);

  size_t unit_bytes_max_;
  uint32_t timestamp_ = 0;
  bool open_ = false;
  bool damaged_ = false;
  bool after_loss_ = false;
  bool marked_ = false;         // the last unit ended with its marker
  bool markers_early_ = false;  // the sender sets markers before the picture's end
  media::CodecConfig told_;
  bool told_any_ = false;
};

}  // namespace eyas::rtp
