#include "container/flv/demuxer.h"

#include <algorithm>

#include "codec/codec.h"
#include "container/flv/metadata.h"
#include "container/flv/picture_joiner.h"
#include "container/flv/record.h"

namespace eyas::flv {
namespace {

using base::Code;
using base::Error;
using base::Status;
using media::Codec;

// After so much video, audio that onMetaData promised will not come.
constexpr uint32_t kAudioPatienceMs = 5000;

bool has_nal_units(Codec codec) {
  return codec == Codec::kH264 || codec == Codec::kH265;
}

// Video tracks get odd ids and audio tracks even ones, in the order of Enhanced RTMP's track indices.
media::TrackId track_id(bool video, uint8_t index) {
  return 2u * index + (video ? 1u : 2u);
}

}  // namespace

class Demuxer::Impl {
 public:
  Impl(Sink& sink, Limits limits) : sink_(sink), limits_(limits) {}

  Status on_tag(TagType type, uint32_t timestamp_ms, base::MonoTime arrival, const base::Slice& body);
  void flush() {
    for (auto& [id, input] : inputs_) input.joiner.flush();
  }
  const Quirks& quirks() const { return quirks_; }

 private:
  // One track of the publisher.
  struct Input {
    media::TrackPtr track;  // null until something described it
    base::Slice header;     // the last sequence header as it came
    unsigned nal_length_size = 4;
    PictureJoiner joiner;
  };
  // What a tag says about all of its parts.
  struct Moment {
    uint32_t timestamp_ms;
    uint32_t nano;
    base::MonoTime arrival;
    uint8_t sound_flags;
  };

  Status on_script(uint32_t timestamp_ms, const base::Slice& body);
  Status on_media(bool video, uint32_t timestamp_ms, base::MonoTime arrival, const base::Slice& body);
  Status on_part(bool video, const TagPart& part, const Moment& moment, const base::Slice& body);
  base::Result<Input*> input_of(media::TrackId id);

  Status on_sequence_start(Input& input, media::TrackId id, Codec codec, const Moment& moment,
                           base::Slice header);
  Status on_frame(Input& input, media::TrackId id, const TagPart& part, const Moment& moment,
                  base::Slice body);
  bool describe_from_frame(Input& input, media::TrackId id, Codec codec, const Moment& moment,
                           const base::Slice& payload);
  void follow_in_band(Input& input, const codec::FrameFacts& facts, base::Slice& payload);
  void set_config(Input& input, media::TrackId id, media::CodecConfig config);

  Status drop(uint64_t& counter);
  void watch_for_audio(bool video, uint32_t timestamp_ms);

  Sink& sink_;
  Limits limits_;
  Quirks quirks_;
  std::map<media::TrackId, Input> inputs_;
  uint32_t garbage_run_ = 0;
  std::optional<uint32_t> audio_promised_at_ms_;
};

Demuxer::Demuxer(Sink& sink, Limits limits) : impl_(std::make_unique<Impl>(sink, limits)) {}
Demuxer::~Demuxer() = default;

Status Demuxer::on_tag(TagType type, uint32_t timestamp_ms, base::MonoTime arrival, const base::Slice& body) {
  return impl_->on_tag(type, timestamp_ms, arrival, body);
}
void Demuxer::flush() {
  impl_->flush();
}
const Quirks& Demuxer::quirks() const {
  return impl_->quirks();
}

Status Demuxer::Impl::on_tag(TagType type, uint32_t timestamp_ms, base::MonoTime arrival,
                             const base::Slice& body) {
  if (body.size() > limits_.tag_bytes_max)
    return Error{Code::kLimit, "flv: tag bytes", std::to_string(body.size())};
  if (type == TagType::kScript) return on_script(timestamp_ms, body);
  return on_media(type == TagType::kVideo, timestamp_ms, arrival, body);
}

// A tag that is no use, for a reason that a publisher may survive; endless ones it may not.
Status Demuxer::Impl::drop(uint64_t& counter) {
  ++counter;
  if (++garbage_run_ <= limits_.garbage_run_max) return {};
  return Error{Code::kMalformed, "flv: nothing but tags without use", {}};
}

Status Demuxer::Impl::on_script(uint32_t timestamp_ms, const base::Slice& body) {
  base::Result<std::optional<MetadataFacts>> read = read_metadata(body, limits_.amf);
  if (!read) return drop(quirks_.garbage_tags);
  if (!*read) return {};
  const MetadataFacts& facts = **read;
  // DEVIATION: DJI through Agora (FlightHub) sends onMetaData with nothing but its creator's name.
  if (!facts.names_tracks) ++quirks_.metadata_without_tracks;
  if (facts.announces_audio) audio_promised_at_ms_ = timestamp_ms;
  return {};
}

// DEVIATION: DJI apps announce audio in onMetaData and send none (Osmo Action 4 says audiocodecid 0). Nothing
// waits for it: a track exists from its own sequence header or frame on.
void Demuxer::Impl::watch_for_audio(bool video, uint32_t timestamp_ms) {
  if (!audio_promised_at_ms_) return;
  if (!video) return audio_promised_at_ms_.reset();
  auto since = static_cast<int32_t>(timestamp_ms - *audio_promised_at_ms_);
  if (since < static_cast<int32_t>(kAudioPatienceMs)) return;
  ++quirks_.announced_audio_missing;
  audio_promised_at_ms_.reset();
}

Status Demuxer::Impl::on_media(bool video, uint32_t timestamp_ms, base::MonoTime arrival,
                               const base::Slice& body) {
  if (body.empty()) return drop(quirks_.empty_tags);
  base::Result<MediaTag> tag = video ? parse_video_tag(body) : parse_audio_tag(body);
  if (!tag) {
    // DEVIATION: Mavic 2 Enterprise, DJI GO and Mini send tags of codec 15 and with FourCCs of random bytes.
    if (tag.error().code == Code::kUnsupported) return drop(quirks_.unknown_codec_tags);
    if (tag.error().code == Code::kMalformed) return drop(quirks_.garbage_tags);
    return tag.error();
  }
  quirks_.unknown_codec_tags += tag->unknown_codec_parts;
  watch_for_audio(video, timestamp_ms);
  Moment moment{timestamp_ms, tag->timestamp_nano, arrival, tag->sound_flags};
  for (const TagPart& part : tag->parts()) {
    if (Status status = on_part(video, part, moment, body); !status) return status;
  }
  return {};
}

Status Demuxer::Impl::on_part(bool video, const TagPart& part, const Moment& moment,
                              const base::Slice& body) {
  media::TrackId id = track_id(video, part.track_index);
  base::Slice share;
  if (!part.payload.empty()) {
    share = body.sub(static_cast<size_t>(part.payload.data() - body.data()), part.payload.size());
  }
  switch (part.packet) {
    case PacketType::kMetadata:
    case PacketType::kMpeg2TsSequenceStart:
    case PacketType::kMultichannelConfig:
    case PacketType::kCommand:
      ++quirks_.metadata_packets;
      return {};
    case PacketType::kSequenceEnd:
      if (auto found = inputs_.find(id); found != inputs_.end()) found->second.joiner.flush();
      return {};
    default:
      break;
  }
  base::Result<Input*> input = input_of(id);
  if (!input) return input.error();
  if (part.packet == PacketType::kSequenceStart) {
    return on_sequence_start(**input, id, part.codec, moment, std::move(share));
  }
  return on_frame(**input, id, part, moment, std::move(share));
}

base::Result<Demuxer::Impl::Input*> Demuxer::Impl::input_of(media::TrackId id) {
  auto found = inputs_.find(id);
  if (found != inputs_.end()) return &found->second;
  if (inputs_.size() >= limits_.tracks_max) return Error{Code::kLimit, "flv: tracks", {}};
  auto [made, fresh] =
      inputs_.emplace(id, Input{nullptr, {}, 4, PictureJoiner(sink_, quirks_, limits_.held_bytes_max)});
  return &made->second;
}

// DEVIATION: DJI controllers send the AAC configuration first, and no onMetaData, or video alone: tracks
// begin in whatever order their configurations come.
Status Demuxer::Impl::on_sequence_start(Input& input, media::TrackId id, Codec codec, const Moment& moment,
                                        base::Slice header) {
  bool same_codec = input.track && input.track->config.codec == codec;
  // DEVIATION: Osmo Action 4 repeats its sequence headers; only a changed one makes a decoder start anew.
  if (same_codec && std::ranges::equal(input.header.bytes(), header.bytes())) {
    ++quirks_.duplicate_sequence_headers;
    return {};
  }
  if (header.empty() && !describes_itself(codec)) {
    return drop(quirks_.empty_tags);
  }
  base::Result<Record> record = canonical_record(codec, header);
  if (!record) return record.error();
  base::Result<media::CodecConfig> config = codec::describe(codec, record->record);
  if (!config) {
    if (config.error().code == Code::kUnsupported) return drop(quirks_.unknown_codec_tags);
    return config.error();
  }
  if (record->nal_length_size != 4) ++quirks_.short_nal_lengths;
  input.nal_length_size = record->nal_length_size;
  input.header = std::move(header);
  // DEVIATION: DJI microphones are mono while the tag says stereo; the AudioSpecificConfig is right.
  bool says_stereo = (moment.sound_flags & 1) != 0;
  if (codec == Codec::kAac && says_stereo && config->channels == 1) ++quirks_.wrong_sound_flags;
  set_config(input, id, std::move(*config));
  garbage_run_ = 0;
  return {};
}

void Demuxer::Impl::set_config(Input& input, media::TrackId id, media::CodecConfig config) {
  input.joiner.flush();
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->config = std::move(config);
  input.track = std::move(track);
  sink_.on_track(input.track);
}

Status Demuxer::Impl::on_frame(Input& input, media::TrackId id, const TagPart& part, const Moment& moment,
                               base::Slice body) {
  base::Result<base::Slice> payload = canonical_payload(part.codec, body, input.nal_length_size, quirks_);
  if (!payload) return drop(quirks_.garbage_tags);
  // DEVIATION: M350 and Mavic 3E send video tags of zero NAL units (27 01 00 00 00 00 00 00 00).
  if (payload->empty()) return drop(quirks_.empty_tags);
  bool described = input.track && input.track->config.codec == part.codec;
  if (!described && !describe_from_frame(input, id, part.codec, moment, *payload)) {
    return drop(quirks_.frames_before_config);
  }
  base::Result<codec::FrameFacts> facts = codec::inspect(input.track->config, *payload);
  if (!facts) return drop(quirks_.garbage_tags);
  if (facts->has_parameter_sets) follow_in_band(input, *facts, *payload);
  if (payload->empty()) return {};
  garbage_run_ = 0;

  media::Frame frame;
  frame.track = input.track;
  // DEVIATION: times go backwards on several DJI devices. They pass as they are; the stream's normaliser
  // mends and counts them, as it does the wrap of 32 bits.
  frame.dts = media::media_time_from_ms(moment.timestamp_ms) + base::Duration(moment.nano);
  frame.pts = frame.dts + std::chrono::milliseconds(part.composition_ms);
  frame.key = facts->key;
  frame.arrival = moment.arrival;
  frame.payload = std::move(*payload);
  if (has_nal_units(part.codec)) return input.joiner.add(std::move(frame), *facts);
  if (media::kind_of(part.codec) == media::TrackKind::kAudio) {
    frame.duration = codec::packet_duration(input.track->config, frame.payload);
  }
  sink_.on_frame(std::move(frame));
  return {};
}

// Codecs whose packets describe themselves need no sequence header; H.264 and H.265 do without one when their
// parameter sets come in band.
bool Demuxer::Impl::describe_from_frame(Input& input, media::TrackId id, Codec codec, const Moment& moment,
                                        const base::Slice& payload) {
  base::Result<media::CodecConfig> config = Error{Code::kUnsupported, "flv: no configuration", {}};
  if (has_nal_units(codec)) {
    media::CodecConfig bare;
    bare.codec = codec;
    if (std::optional<base::Slice> record = codec::record_with_in_band(bare, payload)) {
      config = codec::describe(codec, *record);
    }
  } else {
    config = codec::describe_packet(codec, payload);
  }
  if (!config) return false;
  bool companded = codec == Codec::kG711A || codec == Codec::kG711U;
  if (companded) config->channels = (moment.sound_flags & 1) != 0 ? 2 : 1;
  input.header = {};
  set_config(input, id, std::move(*config));
  return true;
}

// Parameter sets inside the video: what they change becomes the track's new configuration, and they leave the
// payload.
void Demuxer::Impl::follow_in_band(Input& input, const codec::FrameFacts& facts, base::Slice& payload) {
  const media::CodecConfig& now = input.track->config;
  if (has_nal_units(now.codec)) {
    std::optional<base::Slice> record = codec::record_with_in_band(now, payload);
    payload = codec::without_parameter_sets(now, payload);
    if (!record) return;
    base::Result<media::CodecConfig> config = codec::describe(now.codec, *record);
    if (!config) return;
    ++quirks_.in_band_config_changes;
    return set_config(input, input.track->id, std::move(*config));
  }
  if (!facts.key) return;
  base::Result<media::CodecConfig> config = codec::describe_packet(now.codec, payload);
  // Records made by others differ in optional bytes; only a change of what is shown counts.
  if (!config ||
      (config->width == now.width && config->height == now.height && config->rfc6381 == now.rfc6381)) {
    return;
  }
  ++quirks_.in_band_config_changes;
  set_config(input, input.track->id, std::move(*config));
}

}  // namespace eyas::flv
