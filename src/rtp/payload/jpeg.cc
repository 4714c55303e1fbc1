#include "rtp/payload/jpeg.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "rtp/payload/jpeg_header.h"

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr uint8_t kBothWays = 1;       // type [RFC 2435 4.1]; 0: across only
constexpr uint8_t kWithRestarts = 64;  // added to it [RFC 2435 3.1.7]
constexpr uint8_t kQualityMax = 99;
constexpr uint8_t kTablesSent = 128;  // from here on the packets hold them
constexpr uint8_t kTablesNew = 255;   // and with each image others

struct Size {
  uint16_t width = 0;
  uint16_t height = 0;
};

// DEVIATION: pictures of more than 2040 pixels do not fit into the header: ONVIF cameras put parts of the
// JPEG header into the packet's extension [ONVIF Streaming 5.1.3.2.1].
std::optional<Size> size_in_extension(const PacketView& packet) {
  constexpr uint16_t kOnvifJpeg = 0xFFD8;
  constexpr uint8_t kSof0 = 0xC0;
  if (packet.extension_profile != kOnvifJpeg) return std::nullopt;
  base::ByteReader in(packet.extension_block);
  while (in.remaining() >= 4 && in.u8() == 0xFF) {
    uint8_t code = in.u8();
    size_t bytes = in.u16();
    if (bytes < 2 || bytes - 2 > in.remaining()) break;
    base::ByteReader segment(in.take(bytes - 2));
    if (code != kSof0) continue;
    segment.skip(1);  // bits of a sample
    Size size;
    size.height = segment.u16();
    size.width = segment.u16();
    if (segment.ok()) return size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<JpegDepacketizer::MainHeader> JpegDepacketizer::read_header(base::ByteReader& in) {
  MainHeader header;
  in.skip(1);  // which field of an interlaced picture: taken for a picture
  header.offset = in.u24();
  header.type = in.u8();
  header.quality = in.u8();
  header.width = static_cast<uint16_t>(in.u8() * 8);
  header.height = static_cast<uint16_t>(in.u8() * 8);
  if (header.type >= kWithRestarts && header.type < 2 * kWithRestarts) {
    header.restart_interval = in.u16();
    in.skip(2);  // where among the restarts this packet begins
    header.type = static_cast<uint8_t>(header.type - kWithRestarts);
  }
  if (!in.ok() || header.type > kBothWays) return std::nullopt;
  return header;
}

const JpegDepacketizer::Tables* JpegDepacketizer::tables_of(uint8_t quality, base::ByteReader& in) {
  constexpr size_t kTablesBytesMax = size_t{4} * 128;
  if (quality < kTablesSent) {
    if (quality == 0 || quality > kQualityMax) return nullptr;
    auto [at, fresh] = tables_.try_emplace(quality);
    if (fresh) at->second.bytes = jpeg_tables(quality);
    return &at->second;
  }
  in.skip(1);
  uint8_t precision = in.u8();
  Bytes sent = in.take(in.u16());
  if (!in.ok() || sent.size() > kTablesBytesMax) return nullptr;
  if (!sent.empty()) tables_[quality] = {{sent.begin(), sent.end()}, precision};
  auto known = tables_.find(quality);
  bool given = known != tables_.end() && (quality != kTablesNew || !sent.empty());
  return given ? &known->second : nullptr;
}

bool JpegDepacketizer::begin(const PacketView& packet, const MainHeader& main, base::ByteReader& in) {
  const Tables* tables = tables_of(main.quality, in);
  if (tables == nullptr) return false;
  JpegHeader header;
  header.width = main.width;
  header.height = main.height;
  if (auto size = size_in_extension(packet))
    std::tie(header.width, header.height) = std::tie(size->width, size->height);
  header.both_ways = main.type == kBothWays;
  header.restart_interval = main.restart_interval;
  header.tables = tables->bytes;
  header.precision = tables->precision;
  if (header.width == 0 || header.height == 0 || header.table_count() == 0) return false;
  base::ByteWriter out;
  write_jpeg_header(out, header);
  image_ = out.take();
  header_bytes_ = image_.size();
  timestamp_ = packet.timestamp;
  return true;
}

void JpegDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (lost_before) image_.clear();
  after_loss_ |= lost_before;
  base::ByteReader in(packet.payload);
  auto header = read_header(in);
  if (!header) return image_.clear();
  // DEVIATION: senders that never mark are understood, too: what begins ends what went before.
  if (header->offset == 0) {
    end(out);
    if (!begin(packet, *header, in)) return;
  }
  Bytes scan = in.rest();
  bool follows = !image_.empty() && packet.timestamp == timestamp_ &&
                 header->offset == image_.size() - header_bytes_ &&
                 image_.size() + scan.size() < image_bytes_max_;
  if (!follows) return image_.clear();
  image_.insert(image_.end(), scan.begin(), scan.end());
  if (packet.marker) end(out);
}

void JpegDepacketizer::end(std::vector<AccessUnit>& out) {
  constexpr uint8_t kEoi[] = {0xFF, 0xD9};
  if (image_.size() <= header_bytes_) return image_.clear();
  bool ended = image_.size() - header_bytes_ >= 2 && std::equal(kEoi, kEoi + 2, image_.end() - 2);
  if (!ended) image_.insert(image_.end(), kEoi, kEoi + 2);
  AccessUnit unit;
  unit.timestamp = timestamp_;
  unit.payload = base::Slice(std::exchange(image_, {}));
  unit.key = true;
  unit.after_loss = std::exchange(after_loss_, false);
  if (!std::exchange(told_, true)) unit.config.emplace();  // media::Codec::kData
  out.push_back(std::move(unit));
}

}  // namespace eyas::rtp
