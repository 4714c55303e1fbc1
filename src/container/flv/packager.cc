#include "container/flv/packager.h"

#include <algorithm>

#include "base/check.h"
#include "container/flv/metadata.h"
#include "container/flv/record.h"

namespace eyas::flv {
namespace {

using media::Codec;
using media::TrackKind;

// The wire's milliseconds: rounded down, never below zero, wrapping at 32 bits as RTMP does.
uint32_t wire_ms(media::MediaTime time) {
  return static_cast<uint32_t>(std::max<int64_t>(0, media::media_time_to_ms(time)));
}

// 24 bits, signed; what does not fit is no offset that a B-frame makes.
int32_t composition_ms(const media::Frame& frame) {
  int64_t offset =
      media::media_time_to_ms(frame.pts) - std::max<int64_t>(0, media::media_time_to_ms(frame.dts));
  return static_cast<int32_t>(std::clamp<int64_t>(offset, -0x800000, 0x7fffff));
}

// Rate code, 16 bits, and stereo [FLV 10.1 E.4.2.1]. G.711 is 8 kHz, which has no code of its own.
uint8_t sound_flags(const media::CodecConfig& config) {
  uint8_t rate = 0;
  if (config.codec == Codec::kMp3) {
    rate = config.sample_rate >= 44100 ? 3 : config.sample_rate >= 22050 ? 2 : 1;
  }
  return static_cast<uint8_t>(rate << 2 | 2 | (config.channels >= 2 ? 1 : 0));
}

bool carried_as(Codec codec, uint8_t index) {
  if (media::kind_of(codec) == TrackKind::kData) return false;
  return fourcc_of(codec) != 0 || (index == 0 && legacy_id_of(codec));
}

// What a tag is made of, besides its payload.
struct Envelope {
  TagType type;
  uint32_t timestamp_ms;
  bool key;
  media::MediaTime dts;
  const MediaTagHeader* media;  // null for script tags
};

// Header, body and previous tag size in one piece of memory.
UnitPtr make_unit(const Envelope& envelope, base::Bytes payload) {
  base::ByteWriter out(kTagHeaderBytes + kMediaTagHeaderBytesMax + payload.size() + kPreviousTagSizeBytes);
  write_tag_header(out, {envelope.type, 0, envelope.timestamp_ms});
  if (envelope.media != nullptr) write_media_tag_header(out, *envelope.media);
  out.bytes(payload);
  size_t body_bytes = out.size() - kTagHeaderBytes;
  out.patch_u32(0, static_cast<uint32_t>(envelope.type) << 24 | static_cast<uint32_t>(body_bytes));
  out.u32(static_cast<uint32_t>(out.size()));
  auto unit = std::make_shared<Unit>();
  unit->type = envelope.type;
  unit->timestamp_ms = envelope.timestamp_ms;
  unit->key = envelope.key;
  unit->dts = envelope.dts;
  unit->flv = base::Slice(out.take());
  unit->body = unit->flv.sub(kTagHeaderBytes, body_bytes);
  return unit;
}

TagType tag_type(TrackKind kind) {
  return kind == TrackKind::kVideo ? TagType::kVideo : TagType::kAudio;
}

// nullptr for codecs whose packets say everything.
UnitPtr sequence_header(const media::Track& track, uint8_t index, uint32_t timestamp_ms,
                        media::MediaTime dts) {
  base::Slice record = wire_record(track.config);
  if (record.empty()) return nullptr;
  MediaTagHeader header{track.config.codec, PacketType::kSequenceStart, true, 0, index, 0};
  return make_unit({tag_type(track.kind()), timestamp_ms, false, dts, &header}, record);
}

}  // namespace

void Format::set_tracks(const media::TrackSet& tracks, std::vector<UnitPtr>& out) {
  std::vector<Carried> before = std::move(carried_);
  carried_.clear();
  has_video_ = false;
  uint32_t counts[3] = {};
  for (const media::TrackPtr& track : tracks) {
    uint32_t& count = counts[static_cast<size_t>(track->kind())];
    if (count > 0xff || !carried_as(track->config.codec, static_cast<uint8_t>(count))) continue;
    carried_.push_back({track, static_cast<uint8_t>(count++)});
    has_video_ |= track->kind() == TrackKind::kVideo;
  }
  head_.reset();
  if (!running_) return;
  auto known = [&](const Carried& now) {
    return std::ranges::any_of(before, [&](const Carried& old) {
      return old.index == now.index && old.track->id == now.track->id &&
             old.track->config.same_decoder(now.track->config);
    });
  };
  if (before.size() == carried_.size() && std::ranges::all_of(carried_, known)) return;
  out.push_back(metadata(last_dts_));
  for (const Carried& now : carried_) {
    if (known(now)) continue;
    if (UnitPtr unit = sequence_header(*now.track, now.index, wire_ms(last_dts_), last_dts_))
      out.push_back(unit);
  }
}

void Format::package(const media::FramePtr& frame, std::vector<UnitPtr>& out) {
  auto carried = std::ranges::find(carried_, frame->track->id, [](const Carried& c) { return c.track->id; });
  if (carried == carried_.end() || carried->track->config.codec != frame->track->config.codec) return;
  const media::CodecConfig& config = frame->track->config;
  if (frame->payload.size() > kTagBodyBytesMax - kMediaTagHeaderBytesMax) return;  // the length has 24 bits
  bool video = frame->track->kind() == TrackKind::kVideo;
  MediaTagHeader header{config.codec, PacketType::kCodedFrames, frame->key, 0, carried->index, 0};
  if (video) {
    header.composition_ms = composition_ms(*frame);
  } else {
    header.sound_flags = sound_flags(config);
  }
  bool starts_group = frame->key && (has_video_ ? video && carried->index == 0 : carried->index == 0);
  running_ = true;
  last_dts_ = frame->dts;
  out.push_back(
      make_unit({tag_type(frame->track->kind()), wire_ms(frame->dts), starts_group, frame->dts, &header},
                frame->payload));
}

const media::Track* Format::first(TrackKind kind) const {
  auto found = std::ranges::find_if(carried_, [&](const Carried& c) { return c.track->kind() == kind; });
  return found == carried_.end() ? nullptr : found->track.get();
}

// At any other time than zero FFmpeg takes it for a subtitle.
UnitPtr Format::metadata(media::MediaTime dts) const {
  std::vector<uint8_t> body = write_metadata(first(TrackKind::kVideo), first(TrackKind::kAudio));
  return make_unit({TagType::kScript, 0, false, dts, nullptr}, body);
}

void Format::promise_sound(bool promised, bool wants_aac) {
  sound_promised_ = promised;
  wants_aac_ = wants_aac;
  head_.reset();
}

std::shared_ptr<const Head> Format::head() {
  running_ = true;
  if (head_) return head_;
  auto head = std::make_shared<Head>();
  head->wants_aac = wants_aac_;
  base::ByteWriter file_header(kFileHeaderBytes + kPreviousTagSizeBytes);
  bool sound = sound_promised_ || first(TrackKind::kAudio) != nullptr;
  write_file_header(file_header, sound, first(TrackKind::kVideo) != nullptr);
  head->flv_file_header = base::Slice(file_header.take());
  head->units.push_back(metadata({}));
  for (const Carried& carried : carried_) {
    if (UnitPtr unit = sequence_header(*carried.track, carried.index, 0, {})) head->units.push_back(unit);
  }
  head_ = head;
  return head_;
}

}  // namespace eyas::flv
