#include "rtp/payload/depacketizer.h"

#include "codec/codec.h"
#include "rtp/payload/aac.h"
#include "rtp/payload/ac3.h"
#include "rtp/payload/audio.h"
#include "rtp/payload/av1.h"
#include "rtp/payload/data.h"
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
    case media::Codec::kAac:
      return config.encoding == "MP4A-LATM" ? LatmDepacketizer::make(config) : AacDepacketizer::make(config);
    case media::Codec::kMp3:
      return Made(std::make_unique<MpegAudioDepacketizer>(config));
    case media::Codec::kAc3:
      return Made(std::make_unique<Ac3Depacketizer>(config));
    case media::Codec::kData:
      return Made(std::make_unique<DataDepacketizer>(config));
    default:
      return unsupported(media::codec_title(config.codec));
  }
}

}  // namespace eyas::rtp
