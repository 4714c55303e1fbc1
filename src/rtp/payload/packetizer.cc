#include "rtp/payload/packetizer.h"

#include "rtp/payload/aac.h"
#include "rtp/payload/ac3.h"
#include "rtp/payload/audio.h"
#include "rtp/payload/av1.h"
#include "rtp/payload/data.h"
#include "rtp/payload/mpeg_audio.h"
#include "rtp/payload/nal_packetizer.h"
#include "rtp/payload/vp8.h"
#include "rtp/payload/vp9.h"

namespace eyas::rtp {

std::unique_ptr<Packetizer> make_packetizer(media::Codec codec) {
  switch (codec) {
    case media::Codec::kH264:
      return std::make_unique<NalPacketizer>(kH264Wire);
    case media::Codec::kH265:
      return std::make_unique<NalPacketizer>(kH265Wire);
    case media::Codec::kVp8:
      return std::make_unique<Vp8Packetizer>();
    case media::Codec::kVp9:
      return std::make_unique<Vp9Packetizer>();
    case media::Codec::kAv1:
      return std::make_unique<Av1Packetizer>();
    case media::Codec::kOpus:
      return std::make_unique<OpusPacketizer>();
    case media::Codec::kG711A:
    case media::Codec::kG711U:
    case media::Codec::kG726:
    case media::Codec::kL16:
      return std::make_unique<SamplePacketizer>();
    case media::Codec::kAac:
      return std::make_unique<AacPacketizer>();
    case media::Codec::kMp3:
      return std::make_unique<MpegAudioPacketizer>();
    case media::Codec::kAc3:
      return std::make_unique<Ac3Packetizer>();
    case media::Codec::kData:
      return std::make_unique<DataPacketizer>();
    default:
      return nullptr;
  }
}

uint32_t clock_rate(const media::CodecConfig& config) {
  constexpr uint32_t kVideo = 90000;  // and MPEG audio [RFC 2250 3.5]
  constexpr uint32_t kOpus = 48000;
  constexpr uint32_t kG711 = 8000;
  if (media::kind_of(config.codec) != media::TrackKind::kAudio) return kVideo;
  if (config.codec == media::Codec::kMp3) return kVideo;
  if (config.codec == media::Codec::kOpus) return kOpus;
  bool g711 = config.codec == media::Codec::kG711A || config.codec == media::Codec::kG711U;
  return g711 ? kG711 : config.sample_rate;
}

}  // namespace eyas::rtp
