// Payloads of strangers, all codecs: no crash, bounded units, whole units are canonical and survive our own
// packets. The first byte picks the codec; then come packets: flags, size, payload.
#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "codec/codec.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

using namespace eyas;

namespace {

using media::Codec;

constexpr size_t kUnitBytesMax = 4096;

rtp::DepacketizerConfig config_of(Codec codec, unsigned variant) {
  rtp::DepacketizerConfig config;
  config.codec = codec;
  config.unit_bytes_max = kUnitBytesMax;
  config.clock_rate = codec == Codec::kAac ? 48000 : 90000;
  if (codec == Codec::kAac && variant % 8 > 3) {
    config.encoding = "MP4A-LATM";
    if (variant % 2 == 1) config.fmtp = {{"cpresent", "0"}, {"config", "400023203fc0"}};
    return config;
  }
  constexpr const char* kG726[] = {"G726-32", "G726-24", "AAL2-G726-40", "AAL2-G726-24"};
  if (codec == Codec::kG726) config.encoding = kG726[variant % 4];
  if (codec == Codec::kData && variant % 2 == 1) config.encoding = "JPEG";
  if (codec != Codec::kAac) return config;
  config.fmtp["config"] = "1190";
  if (variant % 4 == 3) return config;
  config.fmtp["sizelength"] = variant % 4 == 1 ? "6" : "13";
  config.fmtp["indexlength"] = config.fmtp["indexdeltalength"] = variant % 4 == 1 ? "2" : "3";
  if (variant % 4 == 2) config.fmtp["ctsdeltalength"] = config.fmtp["auxiliarydatasizelength"] = "7";
  return config;
}

// Our own packets carry the unit to another depacketiser as it is.
void check_round_trip(const rtp::AccessUnit& unit, const media::TrackPtr& track) {
  rtp::DepacketizerConfig config = config_of(track->config.codec, 0);
  auto packetizer = rtp::make_packetizer(config.codec);
  auto depacketizer = *rtp::make_depacketizer(config);
  media::Frame frame;
  frame.track = track;
  frame.key = unit.key;
  frame.payload = unit.payload;
  rtp::PacketizedFrame packetized = packetizer->packetize(frame, rtp::kMaxPayloadMin);
  std::vector<rtp::AccessUnit> out;
  for (const rtp::PayloadPacket& packet : packetized.packets) {
    CHECK(packet.size <= rtp::kMaxPayloadMin && packet.offset + packet.size <= packetized.bytes.size());
    rtp::PacketView view;
    view.payload = packetized.bytes.bytes().subspan(packet.offset, packet.size);
    view.marker = packet.marker;
    depacketizer->push(view, false, out);
  }
  for (const rtp::AccessUnit& again : out) {
    bool samples =
        config.codec == Codec::kG711A || config.codec == Codec::kG726 || config.codec == Codec::kL16;
    if (again.damaged || samples) continue;  // of which a packet holds as many as it likes
    // AV1 key frames get their sequence header put before them.
    base::Bytes bytes = again.payload;
    CHECK(bytes.size() >= unit.payload.size() && (unit.key || bytes.size() == unit.payload.size()));
    CHECK(std::ranges::equal(bytes.last(unit.payload.size()), unit.payload.bytes()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr Codec kCodecs[] = {Codec::kH264, Codec::kH265,  Codec::kVp8, Codec::kVp9, Codec::kAv1,
                               Codec::kOpus, Codec::kG711A, Codec::kAac, Codec::kMp3, Codec::kAc3,
                               Codec::kData, Codec::kG726,  Codec::kL16};
  if (size == 0) return 0;
  Codec codec = kCodecs[data[0] % std::size(kCodecs)];
  rtp::DepacketizerConfig config = config_of(codec, data[0] / std::size(kCodecs));
  auto depacketizer = *rtp::make_depacketizer(config);
  base::ByteReader reader({data + 1, size - 1});
  std::vector<rtp::AccessUnit> units;
  uint32_t timestamp = 0;
  while (reader.remaining() >= 2) {
    uint8_t flags = reader.u8();
    rtp::PacketView packet;
    packet.payload = reader.take(std::min<size_t>(reader.u8(), reader.remaining()));
    packet.marker = (flags & 1) != 0;
    timestamp += (flags & 2) != 0 ? 3000 : 0;
    packet.timestamp = timestamp;
    depacketizer->push(packet, (flags & 4) != 0, units);
  }
  media::Track track;
  for (const rtp::AccessUnit& unit : units) {
    CHECK(unit.payload.size() <= kUnitBytesMax && unit.damaged == unit.payload.empty());
    if (unit.damaged) continue;
    if (unit.config) track.config = *unit.config;
    CHECK(track.config.codec == codec);
    CHECK(codec::inspect(track.config, unit.payload).ok());
    check_round_trip(unit, std::make_shared<const media::Track>(track));
  }
  return 0;
}
