// JPEG in RTP [RFC 2435]; in only. Images come out as files, ready for any decoder.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "rtp/payload/depacketizer.h"

namespace eyas::rtp {

// Whole images only; those with a hole are left out. Lives on its session's loop.
class JpegDepacketizer final : public Depacketizer {
 public:
  // A worker takes no larger images.
  static constexpr size_t kImageBytesMax = 4u << 20;

  explicit JpegDepacketizer(const DepacketizerConfig& config)
      : image_bytes_max_(std::min(config.unit_bytes_max, kImageBytesMax)) {}
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  struct MainHeader {
    uint32_t offset = 0;
    uint8_t type = 0;
    uint8_t quality = 0;
    uint16_t width = 0;
    uint16_t height = 0;
    uint16_t restart_interval = 0;
  };
  struct Tables {
    std::vector<uint8_t> bytes;
    uint8_t precision = 0;
  };

  static std::optional<MainHeader> read_header(base::ByteReader& in);
  bool begin(const PacketView& packet, const MainHeader& header, base::ByteReader& in);
  const Tables* tables_of(uint8_t quality, base::ByteReader& in);
  void end(std::vector<AccessUnit>& out);

  size_t image_bytes_max_;
  std::map<uint8_t, Tables> tables_;  // by quality: those that need not be sent again
  std::vector<uint8_t> image_;        // header and scan so far; empty: none is open
  size_t header_bytes_ = 0;           // of it
  uint32_t timestamp_ = 0;
  bool after_loss_ = false;
  bool told_ = false;
};

}  // namespace eyas::rtp
