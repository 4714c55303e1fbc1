#include "rtp/payload/depacketizer.h"

#include <algorithm>
#include <iterator>

#include "codec/codec.h"
#include "rtp/payload/aac.h"
#include "rtp/payload/ac3.h"
#include "rtp/payload/audio.h"
#include "rtp/payload/av1.h"
#include "rtp/payload/data.h"
#include "rtp/payload/jpeg.h"
#include "rtp/payload/latm.h"
#include "rtp/payload/mpeg_audio.h"
#include "rtp/payload/nal_depacketizer.h"
#include "rtp/payload/vp8.h"
#include "rtp/payload/vp9.h"

namespace eyas::rtp {
namespace {

using Made = base::Result<std::unique_ptr<Depacketizer>>;

base::Error unsupported(const char* what) {
  return {base::Code::kUnsupported, "rtp payload", what};
}

// True when the parameter is there and is another than `harmless`.
bool asks_for_more(const DepacketizerConfig& config, const char* name, const char* harmless) {
  auto found = config.fmtp.find(name);
  return found != config.fmtp.end() && found->second != harmless;
}

Made make_h264(const DepacketizerConfig& config) {
  auto mode = config.fmtp.find("packetization-mode");
  if (mode != config.fmtp.end() && mode->second == "2") return unsupported("H.264 interleaved mode");
  return Made(std::make_unique<NalDepacketizer>(kH264Wire, config));
}

Made make_h265(const DepacketizerConfig& config) {
  if (asks_for_more(config, "sprop-max-don-diff", "0"))
    return unsupported("H.265 with decoding order numbers");
  return Made(std::make_unique<NalDepacketizer>(kH265Wire, config));
}

Made make_opus(const DepacketizerConfig& config) {
  // a=rtpmap always says two channels [RFC 7587 7]; what is coded may change from packet to packet.
  constexpr uint32_t kRate = 48000;
  uint8_t channels = config.channels == 1 ? 1 : 2;
  auto described = codec::describe(media::Codec::kOpus, codec::opus_record(channels, kRate));
  if (!described) return described.error();
  return Made(std::make_unique<AudioDepacketizer>(*std::move(described)));
}

Made make_g711(const DepacketizerConfig& config) {
  auto described = codec::describe(config.codec, {});
  if (!described) return described.error();
  if (config.channels > 1) return unsupported("G.711 of several channels");
  return Made(std::make_unique<AudioDepacketizer>(*std::move(described)));
}

// The name says how many bits a sample has, at 8 kHz [RFC 3551 4.5.4]; L16's rtpmap the rest.
Made make_g726(const DepacketizerConfig& config) {
  std::string_view name = config.encoding;
  constexpr std::string_view kHighBitsFirst = "AAL2-";
  bool high_first = name.starts_with(kHighBitsFirst);
  if (high_first) name.remove_prefix(kHighBitsFirst.size());
  constexpr std::string_view kNames[] = {"G726-16", "G726-24", "G726-32", "G726-40"};
  const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return unsupported("G.726 of another rate");
  if (config.channels > 1) return unsupported("G.726 of several channels");
  auto bits = static_cast<uint8_t>(2 + (found - std::begin(kNames)));
  auto described = codec::describe(media::Codec::kG726, base::Slice(std::vector<uint8_t>{bits}));
  if (!described) return described.error();
  using Order = AudioDepacketizer::Order;
  return Made(std::make_unique<AudioDepacketizer>(*std::move(described),
                                                  high_first ? Order::kG726HighBitsFirst : Order::kAsItIs));
}

Made make_l16(const DepacketizerConfig& config) {
  constexpr uint32_t kRateMax = 192'000;
  constexpr uint8_t kChannelsMax = 8;
  auto described = codec::describe(media::Codec::kL16, {});
  if (!described) return described.error();
  described->sample_rate = config.clock_rate;
  described->channels = std::max<uint8_t>(config.channels, 1);
  if (described->sample_rate == 0 || described->sample_rate > kRateMax || described->channels > kChannelsMax)
    return unsupported("L16 of such a rate or so many channels");
  return Made(std::make_unique<AudioDepacketizer>(*std::move(described)));
}

}  // namespace

Made make_depacketizer(const DepacketizerConfig& config) {
  switch (config.codec) {
    case media::Codec::kH264:
      return make_h264(config);
    case media::Codec::kH265:
      return make_h265(config);
    case media::Codec::kVp8:
      return Made(std::make_unique<Vp8Depacketizer>(config));
    case media::Codec::kVp9:
      return Made(std::make_unique<Vp9Depacketizer>(config));
    case media::Codec::kAv1:
      return Made(std::make_unique<Av1Depacketizer>(config));
    case media::Codec::kOpus:
      return make_opus(config);
    case media::Codec::kG711A:
    case media::Codec::kG711U:
      return make_g711(config);
    case media::Codec::kG726:
      return make_g726(config);
    case media::Codec::kL16:
      return make_l16(config);
    case media::Codec::kAac:
      return config.encoding == "MP4A-LATM" ? LatmDepacketizer::make(config) : AacDepacketizer::make(config);
    case media::Codec::kMp3:
      return Made(std::make_unique<MpegAudioDepacketizer>(config));
    case media::Codec::kAc3:
      return Made(std::make_unique<Ac3Depacketizer>(config));
    case media::Codec::kData:
      if (config.encoding == "JPEG") return Made(std::make_unique<JpegDepacketizer>(config));
      return Made(std::make_unique<DataDepacketizer>(config));
    default:
      return unsupported(media::codec_title(config.codec));
  }
}

}  // namespace eyas::rtp
