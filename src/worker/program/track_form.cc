#include "worker/program/track_form.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include "codec/codec.h"
#include "container/mpegts/adts.h"

namespace eyas::worker {
namespace {

using media::Codec;

constexpr const char* kKlvType = "application/klv";

std::optional<Codec> codec_of(AVCodecID id) {
  switch (id) {
    case AV_CODEC_ID_H264:
      return Codec::kH264;
    case AV_CODEC_ID_HEVC:
      return Codec::kH265;
    case AV_CODEC_ID_AV1:
      return Codec::kAv1;
    case AV_CODEC_ID_VP9:
      return Codec::kVp9;
    case AV_CODEC_ID_VP8:
      return Codec::kVp8;
    case AV_CODEC_ID_AAC:
      return Codec::kAac;
    case AV_CODEC_ID_OPUS:
      return Codec::kOpus;
    case AV_CODEC_ID_PCM_ALAW:
      return Codec::kG711A;
    case AV_CODEC_ID_PCM_MULAW:
      return Codec::kG711U;
    case AV_CODEC_ID_MP2:
    case AV_CODEC_ID_MP3:
      return Codec::kMp3;
    case AV_CODEC_ID_AC3:
      return Codec::kAc3;
    case AV_CODEC_ID_FLAC:
      return Codec::kFlac;
    case AV_CODEC_ID_SMPTE_KLV:
      return Codec::kData;
    default:
      return std::nullopt;
  }
}

bool has_nal_units(Codec codec) {
  return codec == Codec::kH264 || codec == Codec::kH265;
}

bool says_itself(Codec codec) {
  return codec == Codec::kVp8 || codec == Codec::kVp9 || codec == Codec::kAv1 || codec == Codec::kMp3 ||
         codec == Codec::kAc3 || codec == Codec::kOpus;
}

}  // namespace

std::optional<TrackForm> TrackForm::of(const AVCodecParameters& stream, uint32_t id) {
  auto codec = codec_of(stream.codec_id);
  if (!codec) return std::nullopt;
  TrackForm form(id, *codec);
  form.config_.codec = *codec;
  form.sample_rate_ = static_cast<uint32_t>(std::max(0, stream.sample_rate));
  form.channels_ = static_cast<uint8_t>(stream.ch_layout.nb_channels);
  if (*codec == Codec::kData) form.media_type_ = kKlvType;
  form.begin({stream.extradata, static_cast<size_t>(std::max(0, stream.extradata_size))});
  return form;
}

void TrackForm::begin(base::Bytes extradata) {
  // A configuration record begins with its version; parameter sets in Annex B, with a zero.
  bool record = !extradata.empty() && extradata[0] == 1;
  if (has_nal_units(codec_) && record) {
    nal_length_size_ = codec::nal_length_size(codec_, extradata);
    adopt(codec::describe(codec_, base::Slice::copy_of(extradata)));
  } else if (has_nal_units(codec_) && !extradata.empty()) {
    if (auto units = codec::annexb_to_length_prefixed(extradata)) {
      if (auto made = codec::record_with_in_band(config_, *units)) adopt(codec::describe(codec_, *made));
    }
  } else if (codec_ == Codec::kAv1 ? extradata.size() > 4 : !extradata.empty() && !says_itself(codec_)) {
    adopt(codec::describe(codec_, base::Slice::copy_of(extradata)));
  } else if (codec_ == Codec::kOpus && !extradata.empty()) {
    adopt(codec::describe(codec_, base::Slice::copy_of(extradata)));
  } else if (codec_ == Codec::kG711A || codec_ == Codec::kG711U) {
    adopt(codec::describe(codec_, {}));
  }
  if (codec_ == Codec::kData) known_ = true;
}

bool TrackForm::adopt(base::Result<media::CodecConfig> config) {
  if (!config) return false;
  if (known_ && config_.same_decoder(*config)) return true;
  config_ = std::move(*config);
  known_ = true;
  told_ = false;
  return true;
}

std::optional<TrackMessage> TrackForm::news() {
  if (!known_ || told_) return std::nullopt;
  told_ = true;
  TrackMessage message{.id = id_, .codec = codec_, .media_type = media_type_, .record = config_.record};
  message.sample_rate = config_.sample_rate != 0 ? config_.sample_rate : sample_rate_;
  message.channels = config_.channels != 0 ? config_.channels : channels_;
  return message;
}

base::Result<TrackForm::Unit> TrackForm::take(base::Bytes packet) {
  auto payload = canonical(packet);
  if (!payload) return payload.error();
  if (!known_ || payload->empty()) return Unit{};
  if (codec_ == Codec::kData) return Unit{std::move(*payload), true, {}};
  auto facts = codec::inspect(config_, *payload);
  if (!facts) return facts.error();
  if (!facts->picture) return Unit{};
  return Unit{*payload, facts->key, codec::packet_duration(config_, *payload)};
}

base::Result<base::Slice> TrackForm::canonical(base::Bytes packet) {
  if (has_nal_units(codec_)) return canonical_picture(packet);
  if (codec_ == Codec::kAac) return without_adts(packet);
  if (says_itself(codec_) && !known_) adopt(codec::describe_packet(codec_, packet));
  return base::Slice::copy_of(packet);
}

base::Result<base::Slice> TrackForm::canonical_picture(base::Bytes packet) {
  auto payload = nal_length_size_ == 0 ? codec::annexb_to_length_prefixed(packet)
                                       : codec::to_length_prefixed4(packet, nal_length_size_);
  if (!payload) return payload;
  if (auto record = codec::record_with_in_band(config_, *payload)) adopt(codec::describe(codec_, *record));
  return codec::without_parameter_sets(config_, *payload);
}

// Transport streams have each frame with its own header; other files, the frames alone.
base::Slice TrackForm::without_adts(base::Bytes packet) {
  auto header = packet.size() < mpegts::kAdtsHeaderBytes ? std::nullopt : mpegts::read_adts(packet);
  if (!header || header->frame_bytes != packet.size() || header->header_bytes > packet.size())
    return base::Slice::copy_of(packet);
  auto record = codec::aac_record(header->object_type, header->sample_rate, header->channels);
  adopt(codec::describe(codec_, std::move(record)));
  return base::Slice::copy_of(packet.subspan(header->header_bytes));
}

}  // namespace eyas::worker
