#include "container/mpegts/audio_framing.h"

#include "codec/aac/latm.h"
#include "codec/ac3/ac3.h"
#include "codec/ac3/eac3.h"
#include "codec/codec.h"
#include "codec/mp3/mp3.h"
#include "container/mpegts/adts.h"

namespace eyas::mpegts {
namespace {

AudioFraming::Found garbage() {
  return {1, {}, true};
}

class Adts final : public AudioFraming {
 public:
  Found next(base::Bytes bytes) override {
    if (bytes[0] != 0xFF) return garbage();
    if (bytes.size() < kAdtsHeaderBytes) return {};
    auto header = read_adts(bytes);
    if (!header) return garbage();
    if (bytes.size() < header->frame_bytes) return {};
    header_ = *header;
    base::Bytes payload = bytes.first(header->frame_bytes).subspan(header->header_bytes);
    // Several raw data blocks behind one header have no lengths of their own, and nobody sends them.
    if (header->blocks != 1 || payload.empty()) return {header->frame_bytes, {}, true};
    return {header->frame_bytes, base::Slice::copy_of(payload), false};
  }
  base::Result<media::CodecConfig> config(base::Bytes) override {
    if (header_.channels == 0) {
      return base::Error{base::Code::kUnsupported, "adts: channels in a program config", {}};
    }
    return codec::describe(media::Codec::kAac,
                           codec::aac_record(header_.object_type, header_.sample_rate, header_.channels));
  }

 private:
  AdtsHeader header_;
};

// Codecs whose frames are carried with their own headers.
class SelfFramed final : public AudioFraming {
 public:
  using FrameBytes = size_t (*)(base::Bytes);  // 0: no frame starts here
  SelfFramed(media::Codec codec, size_t header_bytes, FrameBytes frame_bytes)
      : codec_(codec), header_bytes_(header_bytes), frame_bytes_(frame_bytes) {}

  Found next(base::Bytes bytes) override {
    if (bytes.size() < header_bytes_) return {};
    size_t frame = frame_bytes_(bytes);
    if (frame == 0) return garbage();
    if (bytes.size() < frame) return {};
    return {frame, base::Slice::copy_of(bytes.first(frame)), false};
  }
  base::Result<media::CodecConfig> config(base::Bytes payload) override {
    return codec::describe_packet(codec_, payload);
  }

 private:
  media::Codec codec_;
  size_t header_bytes_;
  FrameBytes frame_bytes_;
};

class Loas final : public AudioFraming {
 public:
  Found next(base::Bytes bytes) override {
    // AudioSyncStream: 11 bits of sync, 13 of length [ISO 14496-3 1.7.2].
    constexpr size_t kHead = 3;
    if (bytes[0] != 0x56) return garbage();
    if (bytes.size() < kHead) return {};
    if ((bytes[1] & 0xE0) != 0xE0) return garbage();
    size_t end = kHead + ((bytes[1] & 0x1Fu) << 8 | bytes[2]);
    if (bytes.size() < end) return {};
    auto frames = latm_.read(bytes.first(end).subspan(kHead));
    // Several frames in one element are for slow networks: nobody broadcasts so.
    if (frames.size() != 1 || frames[0].empty()) return {end, {}, latm_.mux().has_value()};
    return {end, base::Slice(std::move(frames[0])), false};
  }
  base::Result<media::CodecConfig> config(base::Bytes) override { return latm_.mux()->config; }

 private:
  codec::aac::LatmReader latm_{true};
};

size_t mpeg_audio_frame_bytes(base::Bytes bytes) {
  auto header = codec::mp3::parse(bytes);
  return header ? header->bytes : 0;
}

}  // namespace

std::unique_ptr<AudioFraming> make_audio_framing(Framing framing) {
  constexpr size_t kMpegHeaderBytes = 4, kAc3HeaderBytes = 8, kEac3HeaderBytes = 6;
  switch (framing) {
    case Framing::kLatm:
      return std::make_unique<Loas>();
    case Framing::kMpegAudio:
      return std::make_unique<SelfFramed>(media::Codec::kMp3, kMpegHeaderBytes, &mpeg_audio_frame_bytes);
    case Framing::kAc3:
      return std::make_unique<SelfFramed>(media::Codec::kAc3, kAc3HeaderBytes, &codec::ac3::frame_bytes);
    case Framing::kEac3:
      return std::make_unique<SelfFramed>(media::Codec::kEac3, kEac3HeaderBytes, &codec::eac3::packet_bytes);
    default:
      return std::make_unique<Adts>();
  }
}

}  // namespace eyas::mpegts
